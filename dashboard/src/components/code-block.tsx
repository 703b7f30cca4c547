import { CopyIcon } from "./copy.tsx";

export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <div className="flex min-w-0 items-start rounded-md border border-line bg-code">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
      <section tabIndex={0} aria-label={label} className="max-h-[32rem] min-w-0 flex-1 overflow-auto p-3 pr-0">
        <pre className="text-sm leading-relaxed">
          <code>{code}</code>
        </pre>
      </section>
      <CopyIcon text={code} label={label} className="m-1.5" />
    </div>
  );
}

export function JsonBlock({ value, label }: { value: unknown; label: string }) {
  return <CodeBlock code={JSON.stringify(value, null, 2)} label={label} />;
}

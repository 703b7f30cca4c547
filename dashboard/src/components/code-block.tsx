import { CopyIcon } from "./copy.tsx";

export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <div className="relative min-w-0 rounded-md border border-line bg-code">
      <CopyIcon text={code} label={label} className="absolute top-1.5 right-1.5 bg-code" />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
      <section tabIndex={0} aria-label={label} className="max-h-[32rem] overflow-auto p-3 pr-9">
        <pre className="text-sm leading-relaxed">
          <code>{code}</code>
        </pre>
      </section>
    </div>
  );
}

export function JsonBlock({ value, label }: { value: unknown; label: string }) {
  return <CodeBlock code={JSON.stringify(value, null, 2)} label={label} />;
}

import { Link } from "@tanstack/react-router";
import { cx } from "../../lib/cx.ts";

type Tab = { label: string; to: string; params: Record<string, string> };

export const tabClass = cx(
  "border-b-2 border-transparent px-2.5 py-2 text-sm whitespace-nowrap text-muted hover:text-ink",
  "aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-ink",
);

/** Tabs that are places: each has its address. */
export function LinkTabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  return (
    <nav aria-label={label} className="-mb-px flex gap-1 overflow-x-auto">
      {tabs.map((tab) => (
        <Link
          key={tab.to}
          to={tab.to}
          params={tab.params}
          activeOptions={{ exact: true, includeSearch: false }}
          className={tabClass}
        >
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}

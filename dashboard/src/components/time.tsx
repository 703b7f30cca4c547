import { useSyncExternalStore } from "react";
import { formatAbsolute, formatRelative } from "../lib/format.ts";

let now = Date.now();

function subscribe(listener: () => void): () => void {
  const timer = setInterval(() => {
    now = Date.now();
    listener();
  }, 15_000);
  return () => clearInterval(timer);
}

/** How long ago; the exact time is in the tooltip. Times are Unix milliseconds. */
export function Time({ at }: { at: number | null | undefined }) {
  const current = useSyncExternalStore(subscribe, () => now);
  if (at === null || at === undefined) return <span className="text-faint">never</span>;
  return (
    <time dateTime={new Date(at).toISOString()} title={formatAbsolute(at)} className="whitespace-nowrap">
      {formatRelative(at, Math.max(current, Math.min(at, Date.now())))}
    </time>
  );
}

/** Both forms, for pages about one thing. */
export function FullTime({ at }: { at: number | null | undefined }) {
  if (at === null || at === undefined) return <span className="text-faint">never</span>;
  return (
    <span>
      {formatAbsolute(at)}{" "}
      <span className="text-faint">
        (<Time at={at} />)
      </span>
    </span>
  );
}

import { isApiError } from "../lib/api/error.ts";
import { cx } from "../lib/cx.ts";
import { CopyIcon } from "./copy.tsx";
import { Button } from "./ui/button.tsx";
import { Icon } from "./ui/icon.tsx";

function describe(error: unknown): string {
  return error instanceof Error ? error.message : "Something went wrong";
}

/** A failure beside what failed: what it is, its code, and the request ID that finds it in the log. */
export function ErrorNote({ error, className }: { error: unknown; className?: string }) {
  return (
    <div role="alert" className={cx("rounded-md bg-bad-soft px-3 py-2 text-sm text-bad", className)}>
      <div className="flex items-start gap-2">
        <Icon name="alert" className="mt-0.5" />
        <span className="min-w-0 break-words">{describe(error)}</span>
      </div>
      <RequestId error={error} />
    </div>
  );
}

function RequestId({ error }: { error: unknown }) {
  if (!isApiError(error)) return null;
  return (
    <div className="mt-1 flex flex-wrap items-center gap-x-3 pl-6 text-xs">
      <code>{error.code}</code>
      {error.requestId !== undefined && (
        <span>
          Request ID <code className="break-all">{error.requestId}</code>
          <CopyIcon text={error.requestId} label="request ID" className="text-bad" />
        </span>
      )}
    </div>
  );
}

/** In the place of what could not be loaded. */
export function ErrorPanel({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <div className="flex flex-col items-start gap-3 p-4">
      <ErrorNote error={error} className="w-full" />
      {onRetry !== undefined && (
        <Button icon="refresh" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

import type { Deps } from "../deps.ts";
import type { Lease } from "./lease.ts";

const EVERY_MS = 10 * 60 * 1000;
/** Expired user keys stay this long, for refusals that say so. */
const GRACE_MS = 3600 * 1000;

async function prune(deps: Deps, lease: Lease): Promise<void> {
  if (await lease.hold()) await deps.storage.prune(deps.nowMs() - GRACE_MS);
}

/** Forgets answers, payloads and user keys whose time is over. */
export function startPrune(deps: Deps, lease: Lease): () => void {
  const timer = setInterval(() => {
    prune(deps, lease).catch((error: unknown) =>
      deps.log.error("prune failed", { reason: error instanceof Error ? error.name : "" }),
    );
  }, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

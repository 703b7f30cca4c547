import type { Deps } from "../deps.ts";
import { readLogState } from "../records/log-state.ts";

const EVERY_MS = 60_000;

/** Receipts that a crash left out of the tree, or another replica: noted at the start and once a minute. */
export function startCatchUpRecords(deps: Deps): () => void {
  let isRunning = false;
  const round = () => {
    if (isRunning) return;
    isRunning = true;
    noteLagging(deps)
      .catch((error: unknown) =>
        deps.log.error("the records were not looked through", { reason: error instanceof Error ? error.name : "" }),
      )
      .finally(() => {
        isRunning = false;
      });
  };
  round();
  const timer = setInterval(round, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

async function noteLagging(deps: Deps): Promise<void> {
  for (const { id } of await deps.storage.listApps()) {
    const last = await deps.storage.findLastSequence(id);
    if (last > 0 && (await readLogState(deps.documents, id)).size < last) deps.records.note(id);
  }
}

import { startReplicas } from "../processes/replicas.ts";
import { checkHistory, type Violation } from "./check-history.ts";
import { disturb } from "./disturb.ts";
import { makeCast, recordHistory } from "./record-history.ts";

export type HistoriesOptions = {
  count: number;
  /** No history begins later than so many minutes after the first. */
  minutesMax?: number;
  /** Between two disturbances on average; undefined leaves everything alone. */
  disturbEveryMs: number | undefined;
  /** For the processes; the tests of the checker load another storage with it. */
  environment?: { [name: string]: string };
  say(text: string): void;
};

export type HistoriesReport = {
  figures: { [name: string]: string | number };
  violations: Violation[];
  unexpected: string[];
};

/** How many go on at the same time: each waits more than it works. */
const AT_ONCE = 2;

/** Histories on two API and signer pairs over one PostgreSQL, each checked from its clients' own times. */
export async function runHistories(options: HistoriesOptions): Promise<HistoriesReport> {
  const { count, minutesMax = Number.POSITIVE_INFINITY, disturbEveryMs, environment, say } = options;
  const replicas = await startReplicas(2, environment);
  try {
    const cast = await makeCast(replicas);
    const disturbance = disturbEveryMs === undefined ? undefined : disturb(replicas, disturbEveryMs);
    const violations: Violation[] = [];
    const unexpected: string[] = [];
    const totals = { histories: 0, operations: 0, released: 0, refused: 0, changes: 0, unknown: 0 };
    let fewest = Number.POSITIVE_INFINITY;
    let begun = 0;
    let checkMs = 0;
    const beganAt = performance.now();

    async function record(): Promise<void> {
      while (begun < count && performance.now() - beganAt < minutesMax * 60_000) {
        begun += 1;
        const { changes, uses, unknown, unexpected: strange } = await recordHistory(replicas, cast);
        const checkedAt = performance.now();
        violations.push(...checkHistory(changes, uses));
        checkMs += performance.now() - checkedAt;
        unexpected.push(...strange);
        const operations = changes.length + uses.length;
        fewest = Math.min(fewest, operations);
        totals.histories += 1;
        totals.operations += operations;
        totals.changes += changes.length;
        totals.unknown += unknown;
        for (const { verdict } of uses) totals[verdict] += 1;
        if (totals.histories % 50 === 0) say(`${totals.histories} histories, ${violations.length} violations …`);
      }
    }

    await Promise.all(Array.from({ length: AT_ONCE }, record));
    await disturbance?.stop();
    const stale = violations.filter(({ kind, use }) => kind === "stale" && use.verdict === "released");
    const figures = {
      ...totals,
      "operations in the shortest history": fewest,
      ...disturbance?.counts,
      "released under an ended state": stale.length,
      "longest after the change, ms": Math.max(0, ...stale.map(({ staleByMs }) => Math.round(staleByMs))),
      "other violations": violations.length - stale.length,
      "seconds a history": ((performance.now() - beganAt) / 1000 / totals.histories).toFixed(2),
      "checking a history, ms": (checkMs / totals.histories).toFixed(2),
    };
    return { figures, violations, unexpected };
  } finally {
    await replicas.remove();
  }
}

/**
 * Whether what clients saw can have happened (I15), from their own times alone. One controller changes a wallet, one
 * change after another; several signers use it meanwhile, and each use tells whether it was allowed.
 *
 * The wallet is a register that only moves forward, from state 0 through the states that the changes make. A history is
 * linearizable when each use can be given a state that explains its verdict, such that whatever had ended before
 * something else began also stands before it (Herlihy and Wing 1990).
 */

/** A change was invoked first and acknowledged last; in between it took place. The first one makes state 1. */
export type Change = { invokedMs: number; acknowledgedMs: number };

export type Use = {
  invokedMs: number;
  returnedMs: number;
  verdict: "released" | "refused";
  /** Whether a state allows what was asked for. */
  isAllowedIn(state: number): boolean;
};

export type Violation = { use: Use; kind: "stale" | "early" | "out of order"; staleByMs: number };

/** Each use that no order explains. `stale`: only states that an acknowledged change had ended explain it. */
export function checkHistory(changes: readonly Change[], uses: readonly Use[]): Violation[] {
  const violations: Violation[] = [];
  const ended: { returnedMs: number; state: number }[] = [];
  // By invocation: whatever precedes a use in real time was invoked before it.
  for (const use of [...uses].sort((left, right) => left.invokedMs - right.invokedMs)) {
    const oldest = countWhile(changes, ({ acknowledgedMs }) => acknowledgedMs < use.invokedMs);
    const newest = countWhile(changes, ({ invokedMs }) => invokedMs <= use.returnedMs);
    const explains = (state: number) => use.isAllowedIn(state) === (use.verdict === "released");
    const seen = Math.max(0, ...ended.filter(({ returnedMs }) => returnedMs < use.invokedMs).map(({ state }) => state));
    // The oldest state that will do leaves the most room to those that come later.
    const state = firstBetween(Math.max(oldest, seen), newest, explains);
    if (state !== undefined) {
      ended.push({ returnedMs: use.returnedMs, state });
      continue;
    }
    const older = lastBetween(0, oldest - 1, explains);
    const isOutOfOrder = firstBetween(oldest, newest, explains) !== undefined;
    const kind = isOutOfOrder ? "out of order" : older !== undefined ? "stale" : "early";
    // The change that ended the state is the one that made the next.
    const staleByMs = kind === "stale" ? use.returnedMs - changes[older!]!.acknowledgedMs : 0;
    violations.push({ use, kind, staleByMs });
  }
  return violations;
}

function countWhile(changes: readonly Change[], holds: (change: Change) => boolean): number {
  const end = changes.findIndex((change) => !holds(change));
  return end < 0 ? changes.length : end;
}

function firstBetween(from: number, to: number, fits: (state: number) => boolean): number | undefined {
  for (let state = from; state <= to; state++) if (fits(state)) return state;
  return undefined;
}

function lastBetween(from: number, to: number, fits: (state: number) => boolean): number | undefined {
  for (let state = to; state >= from; state--) if (fits(state)) return state;
  return undefined;
}

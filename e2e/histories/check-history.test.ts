import { describe, expect, it } from "vitest";
import { type Change, checkHistory, type Use } from "./check-history.ts";

/** Two changes: the first takes the signer away, the second gives it back. */
const changes: Change[] = [
  { invokedMs: 10, acknowledgedMs: 20 },
  { invokedMs: 50, acknowledgedMs: 60 },
];
const isAllowedIn = (state: number) => state !== 1;

function use(invokedMs: number, returnedMs: number, verdict: Use["verdict"]): Use {
  return { invokedMs, returnedMs, verdict, isAllowedIn };
}

const kinds = (...uses: Use[]) => checkHistory(changes, uses).map(({ kind }) => kind);

describe("the checker finds", () => {
  it("a release that began after the change was acknowledged, and by how much it is late", () => {
    expect(checkHistory(changes, [use(21, 30, "released")])).toMatchObject([{ kind: "stale", staleByMs: 10 }]);
    expect(kinds(use(21, 49, "released"))).toEqual(["stale"]);
  });

  it("a refusal under a state that an acknowledged change had ended", () => {
    expect(kinds(use(61, 70, "refused"))).toEqual(["stale"]);
  });

  it("a verdict of a state that nobody had asked for yet", () => {
    expect(kinds(use(1, 9, "refused"))).toEqual(["early"]);
  });

  it("a release after a refusal had shown the newer state, though the change was not acknowledged yet", () => {
    expect(kinds(use(11, 12, "refused"), use(13, 14, "released"))).toEqual(["out of order"]);
    expect(kinds(use(51, 52, "released"), use(53, 54, "refused"))).toEqual(["out of order"]);
  });

  it("what no single state explains", () => {
    const never = { ...use(12, 55, "released"), isAllowedIn: () => false };
    expect(kinds(never)).toEqual(["early"]);
  });
});

describe("the checker lets pass", () => {
  it("either verdict while a change is under way, and the new one after it", () => {
    expect(kinds(use(5, 15, "released"), use(5, 15, "refused"))).toEqual([]);
    expect(kinds(use(15, 25, "released"), use(15, 25, "refused"))).toEqual([]);
    expect(kinds(use(21, 30, "refused"), use(61, 70, "released"), use(1, 9, "released"))).toEqual([]);
  });

  it("uses that overlap each other in either order", () => {
    expect(kinds(use(11, 14, "refused"), use(12, 13, "released"))).toEqual([]);
  });

  it("a use of a state that came and went while it lasted", () => {
    expect(kinds(use(5, 70, "refused"), use(5, 70, "released"))).toEqual([]);
  });

  it("an empty history", () => {
    expect(checkHistory([], [])).toEqual([]);
    expect(checkHistory([], [use(1, 2, "released")])).toEqual([]);
  });
});

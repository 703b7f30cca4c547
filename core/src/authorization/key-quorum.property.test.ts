import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluateQuorum, type KeyQuorum } from "./key-quorum.ts";

const numRuns = 400 * Number(process.env.MANDATE_FUZZ ?? 1);

const keys = fc.array(fc.constantFrom<string[]>("a", "b", "c", "d", "e"), { maxLength: 5 });
const users = fc.array(fc.constantFrom<string[]>("a", "u"), { maxLength: 2 });
const threshold = fc.oneof(
  { weight: 8, arbitrary: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0, -1, 1.5, Number.NaN, "1" as unknown as number, null as unknown as number),
  },
);
const child = fc.record({ threshold, publicKeys: keys, userIds: users });
const quorum: fc.Arbitrary<KeyQuorum> = fc
  .record({ threshold, publicKeys: keys, userIds: users, children: fc.array(child, { maxLength: 4 }) })
  .map((made) => ({
    ...made,
    id: "q",
    children: made.children.map((member, i) => ({ ...member, id: `c${i}`, children: [] })),
  }));
const approvals = fc.record({ keys: keys.map((list) => new Set(list)), users: users.map((list) => new Set(list)) });

type Votes = { keys: ReadonlySet<string>; users: ReadonlySet<string> };
const names = (of: { publicKeys: string[]; userIds: string[] }) =>
  new Set([...of.publicKeys.map((key) => `k${key}`), ...of.userIds.map((user) => `u${user}`)]);

/**
 * Set-based and exhaustive: sends every approval to each place where it is a member (or nowhere), counts the votes of
 * every such assignment, and takes the best. Shares no idea with the implementation's matching.
 */
function isSatisfiedOracle(of: KeyQuorum, { keys, users }: Votes): boolean {
  const voters = [...keys].map((key) => `k${key}`).concat([...users].map((user) => `u${user}`));
  const direct = names(of);
  const memberCount = direct.size + of.children.length;
  const needed = of.threshold === undefined ? memberCount : of.threshold;
  if (memberCount === 0 || !Number.isInteger(needed) || needed < 1 || needed > memberCount) return false;
  let best = 0;
  const assign = (i: number, filled: number[], votes: number): void => {
    if (i === voters.length) {
      const satisfied = of.children.filter((member, at) => {
        const size = names(member).size;
        const quota = member.threshold === undefined ? size : member.threshold;
        return size > 0 && Number.isInteger(quota) && quota >= 1 && quota <= size && filled[at]! >= quota;
      });
      best = Math.max(best, votes + satisfied.length);
      return;
    }
    const voter = voters[i]!;
    // A direct member's approval votes there and nowhere else.
    if (direct.has(voter)) {
      assign(i + 1, filled, votes + 1);
      return;
    }
    assign(i + 1, filled, votes);
    for (const [at, member] of of.children.entries()) {
      if (names(member).has(voter)) assign(i + 1, filled.with(at, filled[at]! + 1), votes);
    }
  };
  assign(
    0,
    of.children.map(() => 0),
    0,
  );
  return best >= needed;
}

describe("I3: evaluateQuorum", () => {
  it("agrees with exhaustive assignment", () => {
    fc.assert(
      fc.property(quorum, approvals, (of, votes) => {
        expect(evaluateQuorum(of, votes).satisfied).toBe(isSatisfiedOracle(of, votes));
      }),
      { numRuns: numRuns * 10 },
    );
  });

  it("reports what it decided by", () => {
    fc.assert(
      fc.property(quorum, approvals, (of, votes) => {
        const { satisfied, threshold, approvals: count, approvedBy } = evaluateQuorum(of, votes);
        expect(satisfied).toBe(count >= threshold);
        expect(count).toBe(approvedBy.length);
        expect(new Set(approvedBy.map((approver) => JSON.stringify(approver))).size).toBe(count);
        for (const approver of approvedBy) {
          if (approver.type === "key") expect(votes.keys.has(approver.public_key)).toBe(true);
          if (approver.type === "user") expect(votes.users.has(approver.user_id)).toBe(true);
        }
        // Never more votes than approvals: every vote costs at least one.
        expect(count).toBeLessThanOrEqual(votes.keys.size + votes.users.size);
      }),
      { numRuns },
    );
  });

  it("never loses by one more approval, and ignores order, repeats and outsiders", () => {
    fc.assert(
      fc.property(quorum, approvals, fc.constantFrom("a", "b", "c", "d", "e"), (of, votes, key) => {
        const { satisfied } = evaluateQuorum(of, votes);
        if (satisfied)
          expect(evaluateQuorum(of, { ...votes, keys: new Set([...votes.keys, key]) }).satisfied).toBe(true);
        const respelled: KeyQuorum = {
          ...of,
          publicKeys: [...of.publicKeys, ...of.publicKeys].reverse(),
          userIds: [...of.userIds].reverse(),
          children: of.children
            .map((member) => ({ ...member, publicKeys: [...member.publicKeys, ...member.publicKeys] }))
            .reverse(),
        };
        const more = { keys: new Set(["outsider", ...votes.keys]), users: new Set(["outsider", ...votes.users]) };
        expect(evaluateQuorum(respelled, more).satisfied).toBe(satisfied);
      }),
      { numRuns },
    );
  });
});

/** A key quorum with its child quorums resolved. The member lists may repeat; a member counts once. */
export type KeyQuorum = {
  id: string;
  /** Members that must approve; undefined means all of them. */
  threshold: number | undefined;
  /** P-256 public keys as canonical base64 of SPKI DER, so that equal keys are equal strings. */
  publicKeys: string[];
  userIds: string[];
  /** At most 5, and without children of their own. */
  children: KeyQuorum[];
};

export type Approvals = { keys: ReadonlySet<string>; users: ReadonlySet<string> };

export type Approver =
  | { type: "key"; public_key: string }
  | { type: "user"; user_id: string }
  | { type: "key_quorum"; key_quorum_id: string };

export type QuorumVerdict = {
  satisfied: boolean;
  /** What `approvals` had to reach; the largest safe integer for a quorum that nothing can satisfy. */
  threshold: number;
  /** Members that approved. */
  approvals: number;
  approvedBy: Approver[];
};

const CHILDREN_MAX = 5;
const UNREACHABLE = Number.MAX_SAFE_INTEGER;

/**
 * Decides m-of-n (I3). Every approving key or user is one vote in one place: where it is a direct member it votes
 * there, and it never helps a child quorum as well, nor two child quorums. A child quorum that is satisfied by what
 * remains is one vote. Among all ways to spread approvals over the children, one with the most votes is taken.
 *
 * A quorum is never satisfied when it has no members, more than 5 children, or a threshold that is not an integer from
 * 1 to the number of its distinct members; nor is a child that has children itself.
 */
export function evaluateQuorum(quorum: KeyQuorum, approvals: Approvals): QuorumVerdict {
  const keys = new Set(quorum.publicKeys);
  const users = new Set(quorum.userIds);
  const children = [...new Map(quorum.children.map((child) => [child.id, child])).values()];
  const threshold =
    children.length > CHILDREN_MAX ? UNREACHABLE : reach(quorum, keys.size + users.size + children.length);

  const approvedBy: Approver[] = [];
  for (const key of keys) if (approvals.keys.has(key)) approvedBy.push({ type: "key", public_key: key });
  for (const user of users) if (approvals.users.has(user)) approvedBy.push({ type: "user", user_id: user });
  if (threshold !== UNREACHABLE) {
    // A direct vote costs one approval and a child's at least one, so spending direct members first loses nothing.
    const spare = { keys: without(approvals.keys, keys), users: without(approvals.users, users) };
    for (const child of satisfiedChildren(children, spare)) {
      approvedBy.push({ type: "key_quorum", key_quorum_id: child.id });
    }
  }
  return { satisfied: approvedBy.length >= threshold, threshold, approvals: approvedBy.length, approvedBy };
}

/** The approvals that a quorum needs, or UNREACHABLE when its record makes no sense. */
function reach({ threshold }: KeyQuorum, memberCount: number): number {
  if (memberCount === 0) return UNREACHABLE;
  if (threshold === undefined) return memberCount;
  return Number.isInteger(threshold) && threshold >= 1 && threshold <= memberCount ? threshold : UNREACHABLE;
}

/** The largest set of children that the approvals satisfy together; of equally large ones, the first in order. */
function satisfiedChildren(children: KeyQuorum[], approvals: Approvals): KeyQuorum[] {
  const ballots = children.flatMap((child) => {
    const needed = child.children.length > 0 ? UNREACHABLE : reach(child, distinctMemberCount(child));
    const voters = approvingMembers(child, approvals);
    return voters.length >= needed ? [{ child, needed, voters }] : [];
  });
  let best: Ballot[] = [];
  for (let subset = 1; subset < 1 << ballots.length; subset++) {
    const chosen = ballots.filter((_, i) => (subset >> i) & 1);
    if (chosen.length > best.length && canFillAll(chosen)) best = chosen;
  }
  return best.map(({ child }) => child);
}

type Ballot = { child: KeyQuorum; needed: number; voters: string[] };

function distinctMemberCount(child: KeyQuorum): number {
  return new Set(child.publicKeys).size + new Set(child.userIds).size;
}

/** Keys and users as one kind of name; the prefixes keep them apart. */
function approvingMembers(child: KeyQuorum, approvals: Approvals): string[] {
  return [
    ...[...new Set(child.publicKeys)].filter((key) => approvals.keys.has(key)).map((key) => `key ${key}`),
    ...[...new Set(child.userIds)].filter((user) => approvals.users.has(user)).map((user) => `user ${user}`),
  ];
}

/**
 * Whether every ballot can be filled with distinct voters: bipartite matching by augmenting paths (Kuhn), with one
 * seat per needed vote.
 */
function canFillAll(ballots: Ballot[]): boolean {
  const seatOf = new Map<string, Ballot>();
  const seat = (ballot: Ballot, asked: Set<string>): boolean => {
    for (const voter of ballot.voters) {
      if (asked.has(voter)) continue;
      asked.add(voter);
      const taken = seatOf.get(voter);
      // Asking a ballot to replace a voter that already sits in it would gain nothing.
      if (taken === ballot) continue;
      if (taken === undefined || seat(taken, asked)) {
        seatOf.set(voter, ballot);
        return true;
      }
    }
    return false;
  };
  for (const ballot of ballots) {
    for (let filled = 0; filled < ballot.needed; filled++) if (!seat(ballot, new Set())) return false;
  }
  return true;
}

function without(all: ReadonlySet<string>, taken: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...all].filter((member) => !taken.has(member)));
}

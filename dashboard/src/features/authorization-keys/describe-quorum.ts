import type { KeyQuorum } from "../../lib/api/types.ts";
import { formatCount } from "../../lib/format.ts";

export function countMembers(quorum: KeyQuorum): number {
  return quorum.authorization_keys.length + (quorum.user_ids?.length ?? 0) + (quorum.key_quorum_ids?.length ?? 0);
}

export function describeMembers(quorum: KeyQuorum): string {
  const parts = [
    [quorum.authorization_keys.length, "key"],
    [quorum.user_ids?.length ?? 0, "user"],
    [quorum.key_quorum_ids?.length ?? 0, "key quorum"],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, noun]) => formatCount(count, noun))
    .join(", ");
}

export function describeThreshold(quorum: KeyQuorum): string {
  const members = countMembers(quorum);
  const needed = quorum.authorization_threshold ?? members;
  return `${needed} of ${members}`;
}

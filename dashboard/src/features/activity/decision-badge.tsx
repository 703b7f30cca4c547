import { Badge } from "../../components/ui/badge.tsx";

export function DecisionBadge({ decision }: { decision: string }) {
  return <Badge tone={decision === "ALLOW" ? "good" : "bad"}>{decision === "ALLOW" ? "Allowed" : "Refused"}</Badge>;
}

const reasons: Record<string, string> = {
  rule_allows: "A rule allows it",
  rule_denies: "A DENY rule matched",
  rule_unknown: "A DENY rule could not be evaluated with certainty",
  no_rule_allows: "No rule allows it",
  no_rule_for_method: "No rule is about this method",
  no_operations: "A list that has to name something is empty",
  no_policy_applies: "No policy applies",
  policy_deleted: "The policy in force was deleted",
  policy_for_other_chain: "The policy is for another chain type",
  policy_unreadable: "The policy cannot be read",
};

export function describeReason(reason: string | null): string {
  return reason === null ? "" : (reasons[reason] ?? reason);
}

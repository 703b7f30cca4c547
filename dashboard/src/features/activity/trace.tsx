import type { RuleTrace } from "@mandate/core/policy/decision";
import { Badge, type Tone } from "../../components/ui/badge.tsx";
import { Icon } from "../../components/ui/icon.tsx";
import { cx } from "../../lib/cx.ts";

const outcomes: Record<RuleTrace["outcome"], { label: string; tone: Tone }> = {
  matched: { label: "Matched", tone: "accent" },
  not_matched: { label: "Did not match", tone: "neutral" },
  unknown: { label: "Not known", tone: "warn" },
  method_differs: { label: "Other method", tone: "neutral" },
};

const operatorWords: Record<string, string> = {
  eq: "=",
  neq: "≠",
  gt: ">",
  gte: "≥",
  lt: "<",
  lte: "≤",
  in: "in",
  in_condition_set: "in condition set",
  contains: "contains",
  starts_with: "starts with",
  ends_with: "ends with",
};

/** Every rule as the evaluator saw it; the one that decided is marked. */
export function Trace({ rules, decidedBy }: { rules: readonly RuleTrace[]; decidedBy?: string | undefined }) {
  if (rules.length === 0)
    return <p className="text-sm text-muted">The policy has no rules, so everything is refused.</p>;
  return (
    <ol className="flex flex-col gap-2">
      {rules.map((rule, index) => {
        const isDeciding = rule.rule_id !== "" && rule.rule_id === decidedBy;
        const conditions = rule.conditions ?? (rule.condition === undefined ? [] : [rule.condition]);
        return (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: rules of an unsaved policy have no IDs, and their order is fixed
            key={`${index} ${rule.rule_id}`}
            className={cx(
              "rounded-md border px-3 py-2",
              isDeciding ? "border-accent bg-accent-soft/40" : "border-line",
            )}
          >
            <div className="flex flex-wrap items-center gap-2 text-sm">
              <Badge tone={rule.action === "ALLOW" ? "good" : "bad"}>{rule.action}</Badge>
              <span className="min-w-0 font-medium break-words">{rule.name}</span>
              <span className="ml-auto flex gap-2">
                {isDeciding && <Badge tone="accent">Decided</Badge>}
                <Badge tone={outcomes[rule.outcome].tone}>{outcomes[rule.outcome].label}</Badge>
              </span>
            </div>
            {rule.why !== undefined && <p className="mt-1 text-sm text-muted">{rule.why}</p>}
            {conditions.map((condition) => (
              <div key={condition.index} className="mt-1.5 flex items-start gap-2 text-sm">
                <Icon
                  name={condition.result === "TRUE" ? "check" : condition.result === "FALSE" ? "x" : "alert"}
                  className={cx(
                    "mt-0.5",
                    condition.result === "TRUE" ? "text-good" : condition.result === "FALSE" ? "text-bad" : "text-warn",
                  )}
                />
                <span className="min-w-0 break-all">
                  <code>
                    {condition.field_source}.{condition.field} {operatorWords[condition.operator] ?? condition.operator}{" "}
                    {condition.value}
                  </code>
                  <span className="block text-muted">
                    {condition.observed === null ? (
                      (condition.why ?? "not in the request")
                    ) : (
                      <>
                        the request has <code>{condition.observed}</code>
                      </>
                    )}
                  </span>
                </span>
              </div>
            ))}
          </li>
        );
      })}
    </ol>
  );
}

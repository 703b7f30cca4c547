import type { JsonValue } from "../encoding/json-value.ts";
import { formatDecimal } from "./decimal.ts";
import type { Observed } from "./field-sources/field-source.ts";
import type { Truth } from "./operator.ts";

/**
 * Why a decision came out as it did.
 * - `rule_allows`: an ALLOW rule matched and no DENY rule did; the only reason that comes with ALLOW
 * - `rule_denies`: a DENY rule matched
 * - `rule_unknown`: a DENY rule could not be evaluated with certainty, which denies
 * - `no_rule_allows`: there are rules for the method, and no ALLOW rule among them matched
 * - `no_rule_for_method`: no rule is about the method
 * - `no_operations`: a batch or list that has to name something names nothing
 * - `policy_for_other_chain`: the policy's chain type does not have the method
 * - `policy_unreadable`: what is stored is not a policy
 */
export type DecisionReason =
  | "rule_allows"
  | "rule_denies"
  | "rule_unknown"
  | "no_rule_allows"
  | "no_rule_for_method"
  | "no_operations"
  | "policy_for_other_chain"
  | "policy_unreadable";

export type Decision = {
  decision: "ALLOW" | "DENY";
  reason: DecisionReason;
  policyId: string;
  /** The rule that decided, for `rule_allows`, `rule_denies` and `rule_unknown`. */
  ruleId?: string;
  /** Which operation of several was denied, counted from 0; set by `evaluateAll`. */
  operation?: number;
  /** Which piece of the request was denied, when it is not the request itself, e.g. `authorization 0 of …`. */
  part?: string;
  /** Every rule in stored order. Filled when the decision is DENY or an explanation was asked for, else empty. */
  trace: RuleTrace[];
  /** What was decided about each piece that has to be allowed for itself; filled when an explanation was asked for. */
  parts?: PartTrace[];
};

export type PartTrace = {
  name: string;
  decision: "ALLOW" | "DENY";
  reason: DecisionReason;
  rule_id?: string;
  rules: RuleTrace[];
};

export type RuleTrace = {
  rule_id: string;
  name: string;
  action: string;
  outcome: "matched" | "not_matched" | "unknown" | "method_differs";
  /** Why the rule as a whole could not be read, or does not count though its conditions hold. */
  why?: string;
  /** The first condition that kept the rule from matching. */
  condition?: ConditionTrace;
  /** Every condition in stored order; filled when an explanation was asked for. */
  conditions?: ConditionTrace[];
};

export type ConditionTrace = {
  /** Position in the rule, from 0. */
  index: number;
  field_source: string;
  field: string;
  operator: string;
  /** Shortened. */
  value: string;
  /** What the request holds, as readable text, shortened; null when nothing certain could be observed. */
  observed: string | null;
  result: Truth;
  why?: string;
};

const TEXT_MAX = 80;
// Control, format and line-break characters and lone surrogates would let a message rewrite the log it is shown in.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A text for people: at most 80 characters, nothing unprintable. */
export function readableText(text: string): string {
  let shown = text;
  if (text.length > TEXT_MAX) {
    // Do not cut through a surrogate pair.
    const code = text.charCodeAt(TEXT_MAX - 1);
    shown = `${text.slice(0, code >= 0xd800 && code <= 0xdbff ? TEXT_MAX - 1 : TEXT_MAX)}…`;
  }
  return shown.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

export function readableObserved(observed: Observed): string | null {
  if (!observed.known) return null;
  const isDecimal = observed.type === "decimal" && typeof observed.value === "bigint";
  return readableText(isDecimal ? formatDecimal(observed.value as bigint) : String(observed.value));
}

/** A stored value, of whatever shape it turns out to be. */
export function readableStored(value: JsonValue | undefined): string {
  if (typeof value === "string") return readableText(value);
  if (!Array.isArray(value)) return readableText(JSON.stringify(value) ?? "");
  const items = value.slice(0, 4).map((item) => (typeof item === "string" ? item : (JSON.stringify(item) ?? "")));
  const more = value.length > 4 ? ` and ${value.length - 4} more` : "";
  return `${readableText(items.join(", "))}${more}`;
}

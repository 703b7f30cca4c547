import { type Candidates, type CompiledPolicy, type CompiledRule, compilePolicy, isCandidate } from "./compile.ts";
import { evaluateCondition, observe } from "./condition.ts";
import {
  type ConditionTrace,
  type Decision,
  type DecisionReason,
  type PartTrace,
  type RuleTrace,
  readableObserved,
  readableStored,
  readableText,
} from "./decision.ts";
import type { Reading } from "./field-sources/field-source.ts";
import { whyToBeNamed } from "./lasting-instruction.ts";
import { isMethodOfChainType, isPolicyMethod } from "./method.ts";
import type { Truth } from "./operator.ts";
import {
  type Facts,
  isOpaqueMethod,
  type NamedPart,
  operationsOf,
  type PolicyRequest,
  partsOf,
  type RequestPart,
} from "./request.ts";
import { isObject, member } from "./strict-object.ts";

export { type CompiledPolicy, compilePolicy, type Decision };

export type EvaluateOptions = {
  /** Fill the trace of an ALLOW too, and show every condition of every rule and every piece of the request. */
  explain?: boolean;
};

/**
 * Decides one request under one policy (03 §4, docs/policy-evaluation.md).
 *
 * INVARIANT (I9): ALLOW is only ever the answer when some ALLOW rule plainly matched and every DENY rule plainly did
 * not; every other path ends in DENY. The order of rules and conditions makes no difference.
 */
export function evaluatePolicy(
  policy: CompiledPolicy,
  request: PolicyRequest,
  facts: Facts,
  options: EvaluateOptions = {},
): Decision {
  if (policy.unreadable !== undefined) return deny(policy, "policy_unreadable");
  if (!isOfChain(policy.chainType, request.method)) return deny(policy, "policy_for_other_chain");
  const operations = operationsOf(request);
  if (operations !== undefined) return decideEach(policy, operations, facts, options);
  const decision = decidePart(policy, request, facts, options);
  const parts = partsOf(request);
  if (parts === undefined || decision.decision !== "ALLOW") return decision;
  const partsDecision = decideEach(policy, parts, facts, options);
  if (partsDecision.decision !== "ALLOW") return partsDecision;
  return partsDecision.parts === undefined ? decision : { ...decision, parts: partsDecision.parts };
}

/** All parts have to be allowed, and there has to be one. An explanation tells of the others too. */
function decideEach(
  policy: CompiledPolicy,
  parts: readonly NamedPart[],
  facts: Facts,
  options: EvaluateOptions,
): Decision {
  const explained: PartTrace[] = [];
  let first: Decision | undefined;
  let denied: Decision | undefined;
  for (const { part, name } of parts) {
    const decision = decidePart(policy, part, facts, options);
    if (decision.decision !== "ALLOW") denied ??= { ...decision, part: name };
    if (denied !== undefined && options.explain !== true) return denied;
    if (options.explain === true) explained.push(tracePart(name, decision));
    first ??= decision;
  }
  const decision = denied ?? first ?? deny(policy, "no_operations");
  return options.explain === true ? { ...decision, parts: explained } : decision;
}

function tracePart(name: string, { decision, reason, ruleId, trace }: Decision): PartTrace {
  return { name, decision, reason, ...(ruleId === undefined ? {} : { rule_id: ruleId }), rules: trace };
}

/** Decides a request made of several operations: all of them have to be allowed, and there has to be one (I13). */
export function evaluateAll(
  policy: CompiledPolicy,
  operations: readonly PolicyRequest[],
  facts: Facts,
  options: EvaluateOptions = {},
): Decision {
  let first: Decision | undefined;
  for (const [operation, request] of operations.entries()) {
    const decision = evaluatePolicy(policy, request, facts, options);
    if (decision.decision !== "ALLOW") return { ...decision, operation };
    first ??= decision;
  }
  return first ?? deny(policy, "no_operations");
}

function decidePart(policy: CompiledPolicy, request: RequestPart, facts: Facts, options: EvaluateOptions): Decision {
  const candidates = candidatesOf(policy, request.method);
  const reading: Reading = { request, facts, memo: new Map() };
  let undecided: CompiledRule | undefined;
  for (const rule of candidates.deny) {
    const outcome = evaluateRule(rule, reading);
    if (outcome === "FALSE") continue;
    if (outcome === "TRUE") return denyWithTrace(policy, reading, options, "rule_denies", rule);
    undecided ??= rule;
  }
  if (undecided !== undefined) return denyWithTrace(policy, reading, options, "rule_unknown", undecided);
  for (const rule of candidates.allow) {
    if (evaluateRule(rule, reading) === "TRUE" && whyNotExplicit(rule, reading) === undefined) {
      const trace = options.explain === true ? traceRules(policy, reading, options) : [];
      return { decision: "ALLOW", reason: "rule_allows", policyId: policy.id, ruleId: rule.id, trace };
    }
  }
  const hasRule = candidates.deny.length > 0 || candidates.allow.length > 0;
  return denyWithTrace(policy, reading, options, hasRule ? "no_rule_allows" : "no_rule_for_method", undefined);
}

function candidatesOf(policy: CompiledPolicy, method: string): Candidates {
  if (isOpaqueMethod(method)) return policy.byOpaqueMethod;
  return policy.byMethod.get(method) ?? policy.byOtherMethod;
}

/** All conditions together: FALSE when one is, else UNKNOWN when one is, else TRUE; so their order is no matter. */
function evaluateRule(rule: CompiledRule, reading: Reading): Truth {
  if (rule.unreadable !== undefined) return "UNKNOWN";
  let outcome: Truth = "TRUE";
  for (const condition of rule.conditions) {
    const result = resultOf(condition, reading);
    if (result === "FALSE") return "FALSE";
    if (result !== "TRUE") outcome = "UNKNOWN";
  }
  return outcome;
}

/**
 * Why a rule that matches does not allow: some instructions are allowed only by a rule that names them, or by a `*` rule
 * that restricts nothing of the request (I14).
 */
function whyNotExplicit(rule: CompiledRule, { request }: Reading): string | undefined {
  const why = whyToBeNamed(request);
  if (why === undefined) return undefined;
  const names = rule.conditions.some((one) => one?.binding.naming?.includes(one.operator) === true);
  const isUnrestricted = rule.method === "*" && rule.conditions.every((one) => one?.source.methods === "any");
  return names || isUnrestricted ? undefined : why;
}

function isOfChain(chainType: string, method: string): boolean {
  if (method === "secp256k1_sign") return chainType === "ethereum";
  return !isPolicyMethod(method) || isMethodOfChainType(method, chainType);
}

function deny(policy: CompiledPolicy, reason: DecisionReason): Decision {
  return { decision: "DENY", reason, policyId: policy.id, trace: [] };
}

function denyWithTrace(
  policy: CompiledPolicy,
  reading: Reading,
  options: EvaluateOptions,
  reason: DecisionReason,
  rule: CompiledRule | undefined,
): Decision {
  const trace = traceRules(policy, reading, options);
  const denied: Decision = { decision: "DENY", reason, policyId: policy.id, trace };
  return rule === undefined ? denied : { ...denied, ruleId: rule.id };
}

function traceRules(policy: CompiledPolicy, reading: Reading, options: EvaluateOptions): RuleTrace[] {
  return policy.rules.map((rule) => traceRule(rule, reading, options));
}

const outcomes = { TRUE: "matched", FALSE: "not_matched", UNKNOWN: "unknown" } as const;

function traceRule(rule: CompiledRule, reading: Reading, options: EvaluateOptions): RuleTrace {
  const trace = { rule_id: rule.id, name: readableText(rule.name), action: rule.action };
  if (!isCandidate(rule, reading.request.method)) return { ...trace, outcome: "method_differs" };
  if (rule.unreadable !== undefined) return { ...trace, outcome: "unknown", why: rule.unreadable };
  const outcome = evaluateRule(rule, reading);
  const why = outcome === "TRUE" && rule.action === "ALLOW" ? whyNotExplicit(rule, reading) : undefined;
  const all =
    options.explain === true ? { conditions: rule.conditions.map((_, at) => traceCondition(rule, at, reading)) } : {};
  if (why !== undefined) return { ...trace, outcome: "not_matched", why, ...all };
  const condition = outcome === "TRUE" ? undefined : traceFirst(rule, outcome, reading);
  return { ...trace, outcome: outcomes[outcome], ...(condition === undefined ? {} : { condition }), ...all };
}

/** The first condition with the result that decided about the rule. */
function traceFirst(rule: CompiledRule, result: Truth, reading: Reading): ConditionTrace | undefined {
  const at = rule.conditions.findIndex((one) => resultOf(one, reading) === result);
  return at === -1 ? undefined : traceCondition(rule, at, reading);
}

function resultOf(condition: CompiledRule["conditions"][number], reading: Reading): Truth {
  return condition === undefined ? "UNKNOWN" : evaluateCondition(condition, reading);
}

function traceCondition(rule: CompiledRule, index: number, reading: Reading): ConditionTrace {
  const condition = rule.conditions[index];
  const stored = rule.stored[index];
  const text = (name: string): string => readableStored(isObject(stored) ? (member(stored, name) ?? "") : "");
  const observed = condition === undefined ? undefined : observe(condition, reading);
  const result = resultOf(condition, reading);
  const why = observed === undefined ? "the condition cannot be read" : whyNot(observed, result);
  return {
    index,
    field_source: text("field_source"),
    field: text("field"),
    operator: text("operator"),
    value: text("value"),
    observed: observed === undefined ? null : readableObserved(observed),
    result,
    ...(why === undefined ? {} : { why }),
  };
}

function whyNot(observed: ReturnType<typeof observe>, result: Truth): string | undefined {
  if (!observed.known) return observed.why;
  return result === "UNKNOWN" ? "the value of the condition, or its condition set, cannot be compared" : undefined;
}

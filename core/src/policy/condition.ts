import type { JsonValue } from "../encoding/json-value.ts";
import {
  type BindCache,
  type FieldBinding,
  type FieldSource,
  notKnown,
  type Observed,
  once,
  type Reading,
} from "./field-sources/field-source.ts";
import { fieldSourcesOf } from "./field-sources/table.ts";
import {
  applyOperator,
  applyOperatorToAbsent,
  type Operand,
  type Operator,
  operators,
  type Truth,
} from "./operator.ts";
import { isOpaqueMethod } from "./request.ts";
import {
  member,
  type Refuse,
  readArray,
  readChoice,
  readObject,
  readText,
  refuseOtherMembers,
} from "./strict-object.ts";
import { parseValue, typedTexts, type ValueType, valueForms } from "./value.ts";

const IN_MAX = 100;
const CONDITION_SET_ID = /^[a-z0-9]{24}$/;

/** A condition that was read once: the field is found, the ABI compiled, the value parsed. */
export type CompiledCondition = {
  readonly source: FieldSource;
  readonly field: string;
  readonly binding: FieldBinding;
  readonly operator: Operator;
  readonly operand: Operand;
};

/**
 * Reads a stored condition under a rule of the given method (03 §3). Writing a policy and compiling it read it the
 * same way: what is refused here at write time can never hold an ALLOW rule, however it came to be stored.
 */
export function readCondition(
  stored: JsonValue | undefined,
  rule: { method: string; chainType: string },
  path: string,
  report: Refuse,
  cache: BindCache,
): CompiledCondition | undefined {
  let isRefused = false;
  const compiled = readMembers(stored, rule, path, cache, (message) => {
    isRefused = true;
    report(message);
  });
  // INVARIANT (I9): a condition with anything wrong is no condition; one superfluous member is enough.
  return isRefused ? undefined : compiled;
}

function readMembers(
  stored: JsonValue | undefined,
  rule: { method: string; chainType: string },
  path: string,
  cache: BindCache,
  refuse: Refuse,
): CompiledCondition | undefined {
  const condition = readObject(stored, path, refuse);
  if (condition === undefined) return undefined;
  const sources = fieldSourcesOf(rule.chainType);
  const sourceName = readChoice(
    member(condition, "field_source"),
    `${path}.field_source`,
    sources.map(({ source }) => source),
    refuse,
  );
  const source = sources.find((one) => one.source === sourceName);
  if (source === undefined) return undefined;

  const field = readText(member(condition, "field"), `${path}.field`, refuse);
  const operator = readChoice(member(condition, "operator"), `${path}.operator`, operators, refuse);
  const value = member(condition, "value");
  if (value === undefined) refuse(`Required at ${path}.value`);
  const companion = source.companion === undefined ? undefined : member(condition, source.companion);
  if (source.companion !== undefined && companion === undefined) refuse(`Required at ${path}.${source.companion}`);
  const shared = ["field_source", "field", "operator", "value"];
  refuseOtherMembers(condition, source.companion === undefined ? shared : [...shared, source.companion], refuse);
  if (!isUsableIn(source, rule.method)) {
    refuse(`Field source '${source.source}' is not supported for the '${rule.method}' method`);
    return undefined;
  }
  if (field === undefined || operator === undefined || value === undefined) return undefined;
  if (source.companion !== undefined && companion === undefined) return undefined;

  // Conditions about the same field of the same ABI share one binding, and so one reading of a request.
  const key = `field ${JSON.stringify([source.source, field, companion ?? null])}`;
  const bound = once(cache, key, () => source.bind(field, companion, cache));
  if (!bound.ok) {
    refuse(`${bound.message} at ${path}`);
    return undefined;
  }
  const { binding } = bound;
  if (!binding.operators.includes(operator)) {
    refuse(`Operator '${operator}' is not supported for the '${field}' field`);
    return undefined;
  }
  const operand = readOperand(value, operator, binding, field, `${path}.value`, refuse);
  return operand === undefined ? undefined : { source, field, binding, operator, operand };
}

function isUsableIn(source: FieldSource, method: string): boolean {
  if (method === "*") return source.inAnyMethodRules;
  return source.methods === "any" || source.methods.includes(method);
}

function readOperand(
  value: JsonValue,
  operator: Operator,
  binding: FieldBinding,
  field: string,
  path: string,
  refuse: Refuse,
): Operand | undefined {
  if (operator !== "in") {
    // A number where digits in a text belong: the field's own words say so.
    const problem = typeof value === "number" ? binding.refuseValue?.("") : undefined;
    const text = problem === undefined ? readText(value, path, refuse) : undefined;
    if (problem !== undefined) refuse(problem);
    if (text === undefined) return undefined;
    if (operator === "in_condition_set") {
      if (CONDITION_SET_ID.test(text)) return typedTexts([text]);
      refuse(`Condition value must be the id of a condition set at ${path}`);
      return undefined;
    }
    return refuseValue(text, binding, field, path, refuse) ? undefined : typedTexts([text]);
  }
  const items = readArray(value, path, refuse);
  if (items === undefined) return undefined;
  if (items.length < 1) refuse(`Array must contain at least 1 element(s) at ${path}`);
  if (items.length > IN_MAX) refuse(`Array must contain at most ${IN_MAX} element(s) at ${path}`);
  if (items.length < 1 || items.length > IN_MAX) return undefined;
  const texts: string[] = [];
  let refused = false;
  for (const [index, item] of items.entries()) {
    const text = readText(item, `${path}[${index}]`, refuse);
    if (text === undefined || refuseValue(text, binding, field, `${path}[${index}]`, refuse)) refused = true;
    else texts.push(text);
  }
  return refused ? undefined : typedTexts(texts);
}

function refuseValue(text: string, binding: FieldBinding, field: string, path: string, refuse: Refuse): boolean {
  const problem = binding.refuseValue?.(text);
  if (problem !== undefined) {
    refuse(problem);
    return true;
  }
  const { types } = binding;
  if (types.length === 0 || types.some((type: ValueType) => parseValue(type, text) !== undefined)) return false;
  const forms = types.map((type) => valueForms[type]).join(", or ");
  refuse(`Condition value for the '${field}' field must be ${forms} at ${path}`);
  return true;
}

const opaque = notKnown("unreadable", "the request signs a hash, which may stand for anything");
const otherMethod = notKnown("inapplicable", "the request's method has no such field");

/** What the condition's field holds in the request; read once per request and shared by all conditions about it. */
export function observe({ source, binding }: CompiledCondition, reading: Reading): Observed {
  if (source.methods !== "any" && !source.methods.includes(reading.request.method)) {
    return isOpaqueMethod(reading.request.method) ? opaque : otherMethod;
  }
  const before = reading.memo.get(binding) as Observed | undefined;
  if (before !== undefined) return before;
  const observed = binding.extract(reading);
  reading.memo.set(binding, observed);
  return observed;
}

/** Whether the condition holds for the request. The table of the cases is in docs/policy-evaluation.md. */
export function evaluateCondition(condition: CompiledCondition, reading: Reading): Truth {
  const observed = observe(condition, reading);
  const { operator, operand } = condition;
  if (observed.known) {
    return applyOperator(operator, observed.type, observed.value, operand, reading.facts.conditionSets);
  }
  switch (observed.because) {
    case "inapplicable":
      return "FALSE";
    case "absent":
      return applyOperatorToAbsent(operator, operand, reading.facts.conditionSets);
    default:
      return "UNKNOWN";
  }
}

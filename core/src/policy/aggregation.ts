import type { JsonObject, JsonValue } from "../encoding/json-value.ts";
import { conditionSetsOf } from "./compile.ts";
import { type CompiledCondition, evaluateCondition, readCondition } from "./condition.ts";
import type { BindCache, FieldBinding, Reading } from "./field-sources/field-source.ts";
import { fieldSourcesOf } from "./field-sources/table.ts";
import type { Condition } from "./policy.ts";
import { type Facts, operationsOf, type PolicyRequest, type RequestPart } from "./request.ts";
import {
  member,
  type Refuse,
  readArray,
  readChoice,
  readObject,
  readStrictObject,
  readText,
  refuseOtherMembers,
} from "./strict-object.ts";

/** A field of the request, as an aggregation names it. */
export type FieldName = { field_source: string; field: string; abi?: JsonValue };

/** A rolling sum over requests, in its wire form (06 §3). Stored and echoed verbatim. */
export type AggregationInput = {
  name: string;
  method: "eth_signTransaction" | "eth_signUserOperation";
  metric: FieldName & { function: "sum" };
  window: { type: "rolling"; seconds: number };
  conditions: Condition[];
  group_by: FieldName[];
};

/** Read once for many requests. What cannot be read is undefined, and then nothing is known of any sum. */
export type CompiledAggregation = {
  readonly id: string;
  readonly method: string;
  readonly windowS: number;
  readonly conditions: readonly (CompiledCondition | undefined)[];
  readonly metric: FieldBinding | undefined;
  readonly groupBy: readonly (FieldBinding | undefined)[];
  readonly conditionSetIds: readonly string[];
};

const METHODS = ["eth_signTransaction", "eth_signUserOperation"] as const;
const SOURCES = ["ethereum_transaction", "ethereum_calldata"] as const;
const MEMBERS = ["name", "method", "metric", "window", "conditions", "group_by", "owner", "owner_id"];
const NAME_MAX = 255;
const CONDITIONS_MAX = 100;
const GROUPS_MAX = 2;
const WINDOW_S = { min: 3600, max: 259_200 };

/** Reads the body of a new aggregation. The owner members are allowed here and read by the caller. */
export function parseAggregationInput(
  body: JsonValue,
): { ok: true; aggregation: AggregationInput } | { ok: false; code: "invalid_aggregation_format"; message: string } {
  const messages = new Set<string>();
  const refuse: Refuse = (message) => void messages.add(message);
  const aggregation = readAggregation(body, refuse);
  if (aggregation !== undefined && messages.size === 0) return { ok: true, aggregation };
  return { ok: false, code: "invalid_aggregation_format", message: [...messages].slice(0, 20).join("; ") };
}

function readAggregation(body: JsonValue, refuse: Refuse): AggregationInput | undefined {
  const input = readStrictObject(body, "", MEMBERS, refuse);
  if (input === undefined) return undefined;
  const cache: BindCache = new Map();
  const name = readText(member(input, "name"), "name", refuse);
  if (name !== undefined && (name.length < 1 || name.length > NAME_MAX)) {
    refuse(`Name must have 1 to ${NAME_MAX} characters`);
  }
  const method = readChoice(member(input, "method"), "method", METHODS, refuse);
  const metric = readMetric(member(input, "metric"), cache, refuse);
  const window = readWindow(member(input, "window"), refuse);
  const conditions = readConditions(member(input, "conditions") ?? [], method, cache, refuse);
  const groupBy = readArray(member(input, "group_by") ?? [], "group_by", refuse);
  if (groupBy !== undefined && groupBy.length > GROUPS_MAX) {
    refuse(`Array must contain at most ${GROUPS_MAX} element(s) at group_by`);
  }
  for (const [index, item] of groupBy?.entries() ?? []) {
    const at = `group_by[${index}]`;
    const group = readObject(item, at, refuse);
    if (group !== undefined) bindField(group, at, [], cache, refuse);
  }
  if (name === undefined || method === undefined || metric === undefined || window === undefined) return undefined;
  if (conditions === undefined || groupBy === undefined) return undefined;
  return { name, method, metric, window, conditions, group_by: groupBy as FieldName[] };
}

function readMetric(
  value: JsonValue | undefined,
  cache: BindCache,
  refuse: Refuse,
): AggregationInput["metric"] | undefined {
  const metric = readObject(value, "metric", refuse);
  if (metric === undefined) return undefined;
  readChoice(member(metric, "function"), "metric.function", ["sum"], refuse);
  const binding = bindField(metric, "metric", ["function"], cache, refuse);
  // A signed integer could take away from the sum.
  if (binding !== undefined && !binding.types.every((type) => type === "uint")) {
    refuse("The metric must be a field that holds an unsigned integer");
  }
  return metric as AggregationInput["metric"];
}

function readWindow(value: JsonValue | undefined, refuse: Refuse): AggregationInput["window"] | undefined {
  const window = readObject(value, "window", refuse);
  if (window === undefined) return undefined;
  readChoice(member(window, "type"), "window.type", ["rolling"], refuse);
  const seconds = member(window, "seconds");
  if (seconds === undefined) refuse("Required at window.seconds");
  else if (
    typeof seconds !== "number" ||
    !Number.isSafeInteger(seconds) ||
    seconds < WINDOW_S.min ||
    seconds > WINDOW_S.max
  ) {
    refuse(`window.seconds must be a whole number from ${WINDOW_S.min} to ${WINDOW_S.max}`);
  }
  refuseOtherMembers(window, ["type", "seconds"], refuse);
  return window as AggregationInput["window"];
}

function readConditions(
  value: JsonValue,
  method: string | undefined,
  cache: BindCache,
  refuse: Refuse,
): Condition[] | undefined {
  const items = readArray(value, "conditions", refuse);
  if (items === undefined) return undefined;
  if (items.length > CONDITIONS_MAX) {
    refuse(`Array must contain at most ${CONDITIONS_MAX} element(s) at conditions`);
    return undefined;
  }
  for (const [index, item] of items.entries()) {
    const at = `conditions[${index}]`;
    const condition = readObject(item, at, refuse);
    if (condition === undefined) continue;
    readChoice(member(condition, "field_source"), `${at}.field_source`, SOURCES, refuse);
    if (method !== undefined) readCondition(condition, { method, chainType: "ethereum" }, at, refuse, cache);
  }
  return items as unknown as Condition[];
}

function bindField(
  value: JsonObject,
  at: string,
  alsoAllowed: readonly string[],
  cache: BindCache,
  refuse: Refuse,
): FieldBinding | undefined {
  const name = readChoice(member(value, "field_source"), `${at}.field_source`, SOURCES, refuse);
  const field = readText(member(value, "field"), `${at}.field`, refuse);
  const source = fieldSourcesOf("ethereum").find((one) => one.source === name);
  const companion = source?.companion;
  refuseOtherMembers(value, ["field_source", "field", ...alsoAllowed, ...(companion ? [companion] : [])], refuse);
  if (source === undefined || field === undefined) return undefined;
  const given = companion === undefined ? undefined : member(value, companion);
  if (companion !== undefined && given === undefined) {
    refuse(`Required at ${at}.${companion}`);
    return undefined;
  }
  const bound = source.bind(field, given, cache);
  if (bound.ok) return bound.binding;
  refuse(`${bound.message} at ${at}`);
  return undefined;
}

/** Prepares a stored aggregation. Never throws; what cannot be read leaves every sum of it unknown (I9). */
export function compileAggregation(id: string, stored: AggregationInput): CompiledAggregation {
  const cache: BindCache = new Map();
  const refuse: Refuse = () => {};
  const { method, metric, window, conditions, group_by: groupBy } = stored;
  const compiled = conditions.map((one) =>
    readCondition(one as unknown as JsonValue, { method, chainType: "ethereum" }, "", refuse, cache),
  );
  return {
    id,
    method,
    windowS: window.seconds,
    conditions: compiled,
    metric: bindField(metric as unknown as JsonObject, "", ["function"], cache, refuse),
    groupBy: groupBy.map((one) => bindField(one as unknown as JsonObject, "", [], cache, refuse)),
    conditionSetIds: conditionSetsOf(compiled),
  };
}

/** What a request is to an aggregation: the groups that it touches, and what it would add to each of them. */
export type Contributions = ReadonlyMap<string, bigint>;

/**
 * By group, what the request would add, 0 where its conditions do not hold or it has no such field. Undefined when that
 * cannot be told. A batch adds what its calls add. A request of another method than the aggregation's is none of its.
 */
export function contributionsOf(
  aggregation: CompiledAggregation,
  request: PolicyRequest,
  facts: Facts,
): Contributions | undefined {
  const contributions = new Map<string, bigint>();
  if (request.method !== aggregation.method) return contributions;
  const parts: readonly RequestPart[] = operationsOf(request)?.map(({ part }) => part) ?? [request];
  for (const part of parts) {
    const reading: Reading = { request: part, facts, memo: new Map() };
    const group = groupOf(aggregation, reading);
    const amount = amountOf(aggregation, reading);
    if (group === undefined || amount === undefined) return undefined;
    contributions.set(group, (contributions.get(group) ?? 0n) + amount);
  }
  return contributions;
}

/** The group of a request, or of one call of it; undefined when it cannot be told. */
export function groupOf(aggregation: CompiledAggregation, reading: Reading): string | undefined {
  const values: (string | null)[] = [];
  for (const binding of aggregation.groupBy) {
    const observed = binding?.extract(reading);
    if (observed === undefined || (!observed.known && observed.because === "unreadable")) return undefined;
    values.push(observed.known ? String(observed.value) : null);
  }
  return JSON.stringify(values);
}

function amountOf(aggregation: CompiledAggregation, reading: Reading): bigint | undefined {
  const truths = aggregation.conditions.map((one) => (one === undefined ? "UNKNOWN" : evaluateCondition(one, reading)));
  if (truths.includes("FALSE")) return 0n;
  if (truths.includes("UNKNOWN")) return undefined;
  const observed = aggregation.metric?.extract(reading);
  if (observed === undefined) return undefined;
  if (!observed.known) return observed.because === "unreadable" ? undefined : 0n;
  return observed.type === "uint" && typeof observed.value === "bigint" ? observed.value : undefined;
}

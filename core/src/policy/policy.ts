import type { JsonObject, JsonValue } from "../encoding/json-value.ts";
import { readCondition } from "./condition.ts";
import type { BindCache } from "./field-sources/field-source.ts";
import { isMethodOfChainType, isPolicyMethod, policyChainTypes, policyMethodsOf } from "./method.ts";
import {
  isObject,
  member,
  type Refuse,
  readArray,
  readChoice,
  readObject,
  readStrictObject,
  readText,
  refuseOtherMembers,
} from "./strict-object.ts";

/** A condition as it was given: stored and echoed verbatim, letter case and number spelling included (03 §1.3). */
export type Condition = {
  field_source: string;
  field: string;
  operator: string;
  value: string | string[];
  abi?: JsonValue;
  typed_data?: JsonValue;
};

export type RuleInput = { name: string; method: string; conditions: Condition[]; action: "ALLOW" | "DENY" };
export type Rule = RuleInput & { id: string };

export type PolicyInput = { version: "1.0"; name: string; chainType: string; rules: RuleInput[] };

/** A stored policy in its wire form (03 §1.1). */
export type Policy = {
  id: string;
  version: "1.0";
  name: string;
  chain_type: string;
  rules: Rule[];
  owner_id: string | null;
  /** Unix milliseconds. */
  created_at: number;
};

export type PolicyRefusal = { ok: false; code: "invalid_policy_format" | "invalid_data"; message: string };

const NAME_MAX = 50;

/** Reads the body of a new policy. The owner members are allowed here and read by the caller. */
export function parsePolicyInput(body: JsonValue): { ok: true; policy: PolicyInput } | PolicyRefusal {
  const refusals = new Refusals();
  const input = readStrictObject(
    body,
    "",
    ["version", "name", "chain_type", "rules", "owner", "owner_id"],
    refusals.ofData,
  );
  if (input === undefined) return refusals.result();
  const version = readChoice(member(input, "version"), "version", ["1.0"], refusals.ofData);
  const name = readName(member(input, "name"), "name", "Policy", refusals.ofPolicy);
  const chainType = readChoice(member(input, "chain_type"), "chain_type", policyChainTypes, refusals.ofData);
  const rules = chainType === undefined ? undefined : readRules(member(input, "rules"), chainType, refusals.ofPolicy);
  if (refusals.any || version === undefined || name === undefined || chainType === undefined || rules === undefined) {
    return refusals.result();
  }
  return { ok: true, policy: { version, name, chainType, rules } };
}

/** Reads the `name` and `rules` of a policy update; at least one member, owner members included, has to be there. */
export function parsePolicyUpdate(
  body: JsonValue,
  chainType: string,
): { ok: true; update: { name?: string; rules?: RuleInput[] } } | PolicyRefusal {
  const refusals = new Refusals();
  const input = readStrictObject(body, "", ["name", "rules", "owner", "owner_id"], refusals.ofData);
  if (input === undefined) return refusals.result();
  // The hosted API takes a body whose every member is "" for an empty one.
  if (Object.values(input).every((value) => value === "")) {
    refusals.ofData("At least one field must be provided");
    return refusals.result();
  }
  const update: { name?: string; rules?: RuleInput[] } = {};
  if (Object.hasOwn(input, "name")) {
    const name = readName(member(input, "name"), "name", "Policy", refusals.ofPolicy);
    if (name !== undefined) update.name = name;
  }
  if (Object.hasOwn(input, "rules")) {
    const rules = readRules(member(input, "rules"), chainType, refusals.ofPolicy);
    if (rules !== undefined) update.rules = rules;
  }
  return refusals.any ? refusals.result() : { ok: true, update };
}

/** Reads the `rules` of a policy. An `id` in a rule is accepted and dropped: rule ids are ours to give. */
export function parsePolicyRules(
  value: JsonValue | undefined,
  chainType: string,
): { ok: true; rules: RuleInput[] } | PolicyRefusal {
  const refusals = new Refusals();
  const rules = readRules(value, chainType, refusals.ofPolicy);
  return refusals.any || rules === undefined ? refusals.result() : { ok: true, rules };
}

/** Reads the body of one rule, for the endpoints that add or replace a single one. */
export function parseRuleInput(body: JsonValue, chainType: string): { ok: true; rule: RuleInput } | PolicyRefusal {
  const refusals = new Refusals();
  const rule = readRule(body, chainType, "", [], new Map(), refusals.ofPolicy);
  return refusals.any || rule === undefined ? refusals.result() : { ok: true, rule };
}

function readRules(value: JsonValue | undefined, chainType: string, refuse: Refuse): RuleInput[] | undefined {
  const items = readArray(value, "rules", refuse);
  if (items === undefined) return undefined;
  const cache: BindCache = new Map();
  const rules: RuleInput[] = [];
  for (const [index, item] of items.entries()) {
    const rule = readRule(item, chainType, `rules[${index}]`, ["id"], cache, refuse);
    if (rule !== undefined) rules.push(rule);
  }
  return rules;
}

function readRule(
  value: JsonValue | undefined,
  chainType: string,
  path: string,
  alsoAllowed: readonly string[],
  cache: BindCache,
  refuse: Refuse,
): RuleInput | undefined {
  const at = (name: string): string => (path === "" ? name : `${path}.${name}`);
  const rule = readObject(value, path, refuse);
  if (rule === undefined) return undefined;
  const name = readName(member(rule, "name"), at("name"), "Rule", refuse);
  const method = readMethod(member(rule, "method"), at("method"), chainType, refuse);
  const action = readChoice(member(rule, "action"), at("action"), ["ALLOW", "DENY"], refuse);
  const stored = readArray(member(rule, "conditions"), at("conditions"), refuse);
  refuseOtherMembers(rule, ["name", "method", "conditions", "action", ...alsoAllowed], refuse);
  if (Object.hasOwn(rule, "id")) readText(rule.id, at("id"), refuse);
  if (name === undefined || method === undefined || action === undefined || stored === undefined) return undefined;

  if (method === "eth_signTypedData_v4" && stored.length === 0) {
    refuse("The 'eth_signTypedData_v4' method must have at least one condition");
  }
  for (const [index, condition] of stored.entries()) {
    readCondition(condition, { method, chainType }, at(`conditions[${index}]`), refuse, cache);
  }
  // Each was just read as a condition, or refused, in which case the caller drops the rule.
  return { name, method, conditions: stored.filter(isObject) as JsonObject[] as Condition[], action };
}

function readMethod(value: JsonValue | undefined, path: string, chainType: string, refuse: Refuse): string | undefined {
  const method = readText(value, path, refuse);
  if (method === undefined || isMethodOfChainType(method, chainType)) return method;
  if (isPolicyMethod(method)) {
    refuse(`Method '${method}' is not supported for chain type '${chainType}' at ${path}`);
    return undefined;
  }
  return readChoice(method, path, policyMethodsOf(chainType), refuse);
}

function readName(
  value: JsonValue | undefined,
  path: string,
  whose: "Policy" | "Rule",
  refuse: Refuse,
): string | undefined {
  if (value === undefined || value === "") {
    refuse("Name is required");
    return undefined;
  }
  const name = readText(value, path, refuse);
  if (name !== undefined && name.length > NAME_MAX) refuse(`${whose} name must be fewer than ${NAME_MAX} characters`);
  return name;
}

class Refusals {
  #messages: string[] = [];
  #code: PolicyRefusal["code"] = "invalid_data";
  ofData: Refuse = (message) => {
    this.#messages.push(message);
  };
  ofPolicy: Refuse = (message) => {
    this.#messages.push(message);
    this.#code = "invalid_policy_format";
  };
  get any(): boolean {
    return this.#messages.length > 0;
  }
  result(): PolicyRefusal {
    // An endless list helps nobody, and every message was written for one mistake.
    const shown = [...new Set(this.#messages)].slice(0, 20);
    return { ok: false, code: this.#code, message: shown.join("; ") };
  }
}

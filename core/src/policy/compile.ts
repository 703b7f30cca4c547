import type { JsonValue } from "../encoding/json-value.ts";
import { type CompiledCondition, readCondition } from "./condition.ts";
import type { BindCache } from "./field-sources/field-source.ts";
import { aggregationIdOf, reference } from "./field-sources/reference.ts";
import { isMethodOfChainType, isSigningMethod } from "./method.ts";
import type { Policy } from "./policy.ts";
import { isOpaqueMethod } from "./request.ts";
import { isObject, member } from "./strict-object.ts";

export type CompiledRule = {
  readonly id: string;
  readonly name: string;
  readonly method: string;
  /** Whatever is not plainly ALLOW counts as DENY. */
  readonly action: "ALLOW" | "DENY";
  /** In stored order; undefined where the condition cannot be read, which makes it UNKNOWN. */
  readonly conditions: readonly (CompiledCondition | undefined)[];
  /** As stored, for explanations. */
  readonly stored: readonly JsonValue[];
  /** Why the rule as a whole cannot be read: it then never allows and, as a DENY rule, denies everything. */
  readonly unreadable: string | undefined;
};

/** The rules that are about a method, DENY and ALLOW apart, since a DENY wins over any ALLOW. */
export type Candidates = { readonly deny: readonly CompiledRule[]; readonly allow: readonly CompiledRule[] };

/** A policy read once for many decisions. Keep it as long as the stored policy stays the same. */
export type CompiledPolicy = {
  readonly id: string;
  readonly chainType: string;
  readonly rules: readonly CompiledRule[];
  readonly byMethod: ReadonlyMap<string, Candidates>;
  /** For methods that no rule names. */
  readonly byOtherMethod: Candidates;
  /** For requests to sign a hash that hides what it means. */
  readonly byOpaqueMethod: Candidates;
  /** What its conditions refer to: the caller passes these as facts. */
  readonly conditionSetIds: readonly string[];
  readonly aggregationIds: readonly string[];
  readonly unreadable: string | undefined;
};

const nothing: Candidates = { deny: [], allow: [] };

/**
 * Prepares a stored policy. Never throws: what cannot be read is kept as such and denies (I9), so that no accident of
 * storage, and no later narrowing of the grammar, turns into permission.
 */
export function compilePolicy(policy: Pick<Policy, "id" | "chain_type" | "rules">): CompiledPolicy {
  // The type is a promise of the caller; what was stored is looked at all the same.
  const { id, chain_type: chainType, rules: stored } = policy ?? {};
  if (typeof id !== "string" || typeof chainType !== "string" || !Array.isArray(stored)) {
    const unreadable = "the stored policy has no id, no chain type or no rules";
    const rules: CompiledRule[] = [];
    const byMethod = new Map<string, Candidates>();
    return {
      id: String(id),
      chainType: "",
      rules,
      byMethod,
      byOtherMethod: nothing,
      byOpaqueMethod: nothing,
      conditionSetIds: [],
      aggregationIds: [],
      unreadable,
    };
  }
  const cache: BindCache = new Map();
  const rules = (stored as unknown as JsonValue[]).map((rule) => compileRule(rule, chainType, cache));
  const methods = new Set(rules.map(({ method }) => method));
  return {
    id,
    chainType,
    rules,
    byMethod: new Map([...methods].map((method) => [method, candidatesFor(rules, method)])),
    byOtherMethod: candidatesFor(rules, undefined),
    byOpaqueMethod: candidatesFor(rules, "secp256k1_sign"),
    conditionSetIds: conditionSetsOf(rules.flatMap(({ conditions }) => conditions)),
    aggregationIds: [...new Set(rules.flatMap(({ conditions }) => conditions.flatMap(aggregationOf)))],
    unreadable: undefined,
  };
}

/** The ids of the condition sets that conditions refer to, each once. */
export function conditionSetsOf(conditions: readonly (CompiledCondition | undefined)[]): string[] {
  const ids = conditions.flatMap((one) => (one?.operator === "in_condition_set" ? one.operand.texts : []));
  return [...new Set(ids)];
}

function aggregationOf(condition: CompiledCondition | undefined): string[] {
  const id = condition?.source === reference ? aggregationIdOf(condition.field) : undefined;
  return id === undefined ? [] : [id];
}

function compileRule(stored: JsonValue, chainType: string, cache: BindCache): CompiledRule {
  const text = (name: string): string | undefined => {
    const value = isObject(stored) ? member(stored, name) : undefined;
    return typeof value === "string" ? value : undefined;
  };
  const method = text("method") ?? "";
  const action = text("action") === "ALLOW" ? "ALLOW" : "DENY";
  const conditions = isObject(stored) ? member(stored, "conditions") : undefined;
  const list = Array.isArray(conditions) ? conditions : [];
  const refuse = (): void => {};
  return {
    id: text("id") ?? "",
    name: text("name") ?? "",
    method,
    action,
    conditions: list.map((condition) => readCondition(condition, { method, chainType }, "", refuse, cache)),
    stored: list,
    unreadable: !isMethodOfChainType(method, chainType)
      ? "the method of the rule is unknown"
      : !Array.isArray(conditions)
        ? "the rule has no conditions member"
        : undefined,
  };
}

function candidatesFor(rules: readonly CompiledRule[], method: string | undefined): Candidates {
  const candidates = rules.filter((rule) => isCandidate(rule, method));
  return {
    deny: candidates.filter(({ action }) => action === "DENY"),
    allow: candidates.filter(({ action }) => action === "ALLOW"),
  };
}

/** Whether a rule has a say about requests of the method. */
export function isCandidate(rule: CompiledRule, method: string | undefined): boolean {
  if (rule.method === "*" || rule.method === method) return true;
  if (rule.action !== "DENY") return false;
  if (rule.unreadable !== undefined) return true;
  // Signing a hash must not be a way around a rule about what the hash stands for.
  return method !== undefined && isOpaqueMethod(method) && isSigningMethod(rule.method);
}

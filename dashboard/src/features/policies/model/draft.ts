import type { JsonValue } from "@mandate/core/encoding/json-value";
import { type Condition, parsePolicyInput, type RuleInput } from "@mandate/core/policy/policy";

/** A policy as it is written: exactly the API's JSON, so that form and text show one and the same thing. */
export type Draft = { name: string; chain_type: string; rules: RuleInput[] };

/** A policy as it was read: a rule has its ID, and what conditions hold is as deep as whoever wrote it made it. */
export type StoredPolicy = {
  name: string;
  chain_type: string;
  rules: readonly (Omit<RuleInput, "conditions"> & { conditions: readonly object[] })[];
};

/** What a stored policy says, without what the server gave it. */
export function draftOf({ name, chain_type, rules }: StoredPolicy): Draft {
  return {
    name,
    chain_type,
    rules: rules.map((rule) => ({
      name: rule.name,
      method: rule.method,
      conditions: rule.conditions as Condition[],
      action: rule.action,
    })),
  };
}

/** The body that creates the policy. */
export function createBodyOf(draft: Draft) {
  return { version: "1.0" as const, ...draft };
}

export function formatDraft(draft: Draft): string {
  return JSON.stringify(createBodyOf(draft), null, 2);
}

export type ReadDraft = { ok: true; draft: Draft } | { ok: false; message: string };

/** Reads what was typed as JSON. Only its shape: what it means is the evaluator's to judge. */
export function readDraft(text: string): ReadDraft {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : "This is not JSON" };
  }
  if (!isRecord(value)) return { ok: false, message: "A policy is a JSON object" };
  const { version = "1.0", name, chain_type: chainType, rules, ...others } = value;
  const other = Object.keys(others).find((member) => !["id", "owner_id", "created_at"].includes(member));
  if (other !== undefined) return { ok: false, message: `A policy has no member \`${other}\`` };
  if (version !== "1.0") return { ok: false, message: '`version` is "1.0"' };
  if (typeof name !== "string") return { ok: false, message: "`name` is a text" };
  if (typeof chainType !== "string") return { ok: false, message: "`chain_type` is a text" };
  if (!Array.isArray(rules) || !rules.every(isRule)) {
    return { ok: false, message: "`rules` is a list of rules, each with name, method, action and conditions" };
  }
  return { ok: true, draft: draftOf({ name, chain_type: chainType, rules }) };
}

/** What the signer would refuse about it, in its own words. Empty when it would be accepted. */
export function findProblems(draft: Draft): string[] {
  const parsed = parsePolicyInput(createBodyOf(draft) as unknown as JsonValue);
  return parsed.ok ? [] : parsed.message.split("; ");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isRule(value: unknown): value is RuleInput {
  return (
    isRecord(value) &&
    typeof value.name === "string" &&
    typeof value.method === "string" &&
    (value.action === "ALLOW" || value.action === "DENY") &&
    Array.isArray(value.conditions) &&
    value.conditions.every(isCondition)
  );
}

function isCondition(value: unknown): value is Condition {
  return (
    isRecord(value) &&
    typeof value.field_source === "string" &&
    typeof value.field === "string" &&
    typeof value.operator === "string" &&
    (typeof value.value === "string" ||
      (Array.isArray(value.value) && value.value.every((item) => typeof item === "string")))
  );
}

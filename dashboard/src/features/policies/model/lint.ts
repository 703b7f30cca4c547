import type { Condition, RuleInput } from "@mandate/core/policy/policy";
import { parseValue } from "@mandate/core/policy/value";
import type { Draft } from "./draft.ts";

export type Finding = {
  severity: "danger" | "warning";
  /** Position of the rule; undefined where the whole policy is meant. */
  rule?: number;
  code: "never_matches" | "shadowed" | "unlimited" | "export_reachable" | "missing_chain" | "allows_nothing";
  text: string;
};

const transactionMethods = new Set([
  "eth_sendTransaction",
  "eth_signTransaction",
  "eth_signUserOperation",
  "wallet_sendCalls",
]);
const exportMethods = ["exportPrivateKey", "exportSeedPhrase"];
const clockSource = "system";

/** What is accepted and yet rarely meant. It only speaks where it is sure; it proves nothing about the rest. */
export function lintPolicy(draft: Draft): Finding[] {
  const { rules } = draft;
  return [
    ...rules.flatMap((rule, index) => lintRule(rule, index, draft)),
    ...rules.flatMap((rule, index) => findShadow(rule, index, rules)),
    ...(rules.some(({ action }) => action === "ALLOW")
      ? []
      : [
          {
            severity: "warning",
            code: "allows_nothing",
            text: "No rule allows anything, so every request is refused.",
          } as const,
        ]),
  ];
}

function lintRule(rule: RuleInput, index: number, draft: Draft): Finding[] {
  const findings: Finding[] = [];
  const add = (severity: Finding["severity"], code: Finding["code"], text: string) =>
    findings.push({ severity, rule: index, code, text });
  const contradiction = findContradiction(rule.conditions);
  if (contradiction !== undefined) add("warning", "never_matches", `It can never match: ${contradiction}.`);
  if (rule.action !== "ALLOW" || contradiction !== undefined) return findings;
  const limits = rule.conditions.filter(({ field_source: source }) => source !== clockSource);
  if (reachesExport(rule, draft)) {
    add("danger", "export_reachable", "It lets whoever signs take the wallet's key away, and with it everything.");
  }
  if (limits.length === 0 && !exportMethods.includes(rule.method)) {
    add("danger", "unlimited", "Nothing limits it: any recipient, any amount, any content.");
  } else if (transactionMethods.has(rule.method) && !limitsMoney(limits)) {
    add("warning", "unlimited", "Neither the amount nor the recipient is limited.");
  }
  if (transactionMethods.has(rule.method) && limits.length > 0 && !limits.some(isAboutChain)) {
    add(
      "warning",
      "missing_chain",
      "It names no chain, so it holds on every chain, where the same address may be somebody else's.",
    );
  }
  return findings;
}

/** Whether the rule allows an export that no DENY rule without conditions takes back. */
function reachesExport(rule: RuleInput, { rules }: Draft): boolean {
  const isLimited = rule.conditions.some(({ field_source: source }) => source !== clockSource);
  const reached =
    rule.method === "*" ? (isLimited ? [] : exportMethods) : exportMethods.filter((method) => method === rule.method);
  return reached.some(
    (method) =>
      !rules.some(
        (one) => one.action === "DENY" && one.conditions.length === 0 && (one.method === method || one.method === "*"),
      ),
  );
}

const moneyOperators = ["eq", "in", "in_condition_set", "lt", "lte"];

function limitsMoney(conditions: readonly Condition[]): boolean {
  return conditions.some(
    ({ field_source: source, field, operator }) =>
      moneyOperators.includes(operator) && (source !== "ethereum_transaction" || field === "to" || field === "value"),
  );
}

function isAboutChain({ field_source: source, field, operator }: Condition): boolean {
  return (
    source === "ethereum_transaction" && field === "chain_id" && ["eq", "in", "in_condition_set"].includes(operator)
  );
}

/** A DENY rule that denies all that an ALLOW rule allows, or an ALLOW rule that says no more than another. */
function findShadow(rule: RuleInput, index: number, rules: readonly RuleInput[]): Finding[] {
  if (rule.action !== "ALLOW") return [];
  const denying = rules.findIndex((one) => one.action === "DENY" && covers(one, rule));
  if (denying >= 0) {
    const text = `It allows nothing: the DENY rule “${rules[denying]?.name}” refuses all that it is about.`;
    return [{ severity: "danger", rule: index, code: "shadowed", text }];
  }
  const other = rules.findIndex(
    (one, position) =>
      position !== index && one.action === "ALLOW" && covers(one, rule) && (!covers(rule, one) || position < index),
  );
  if (other < 0) return [];
  const text = `It adds nothing: “${rules[other]?.name}” allows the same and more.`;
  return [{ severity: "warning", rule: index, code: "shadowed", text }];
}

/** Whether each request that matches `narrow` matches `wide`, as far as that shows in equal conditions. */
function covers(wide: RuleInput, narrow: RuleInput): boolean {
  if (wide.method !== "*" && wide.method !== narrow.method) return false;
  const has = new Set(narrow.conditions.map((condition) => JSON.stringify(condition)));
  return wide.conditions.every((condition) => has.has(JSON.stringify(condition)));
}

/** Two conditions about one field that cannot both hold, in words. */
function findContradiction(conditions: readonly Condition[]): string | undefined {
  const byField = new Map<string, Condition[]>();
  for (const condition of conditions) {
    const { field_source: source, field, abi, typed_data: typed } = condition;
    const key = JSON.stringify([source, field, abi ?? typed ?? null]);
    byField.set(key, [...(byField.get(key) ?? []), condition]);
  }
  for (const [first, ...rest] of byField.values()) {
    if (first === undefined || rest.length === 0) continue;
    const group = [first, ...rest];
    const allowed = group.flatMap(setOf);
    const isDisjoint =
      allowed.length > 1 && ![...(allowed[0] ?? [])].some((item) => allowed.every((set) => set.has(item)));
    if (isDisjoint) return `${first.field} cannot be two different values`;
    const range = rangeOf(group);
    if (range.least !== undefined && range.most !== undefined && range.least > range.most) {
      return `${first.field} would have to be at least ${range.least} and at most ${range.most}`;
    }
    const exact = allowed[0];
    if (exact !== undefined && [...exact].every((item) => typeof item === "bigint" && isOutside(item, range))) {
      return `${first.field} has no value within its limits`;
    }
  }
  return undefined;
}

function setOf({ operator, value }: Condition): Set<string | bigint>[] {
  if (operator !== "eq" && operator !== "in") return [];
  return [new Set((Array.isArray(value) ? value : [value]).map(normalize))];
}

function normalize(text: string): string | bigint {
  const number = parseValue("int", text);
  return number ?? text.toLowerCase();
}

type Range = { least: bigint | undefined; most: bigint | undefined };

function rangeOf(conditions: readonly Condition[]): Range {
  let least: bigint | undefined;
  let most: bigint | undefined;
  for (const { operator, value } of conditions) {
    const limit = typeof value === "string" ? parseValue("int", value) : undefined;
    if (typeof limit !== "bigint") continue;
    const low = operator === "gte" ? limit : operator === "gt" ? limit + 1n : undefined;
    const high = operator === "lte" ? limit : operator === "lt" ? limit - 1n : undefined;
    if (low !== undefined && (least === undefined || low > least)) least = low;
    if (high !== undefined && (most === undefined || high < most)) most = high;
  }
  return { least, most };
}

function isOutside(value: bigint, { least, most }: Range): boolean {
  return (least !== undefined && value < least) || (most !== undefined && value > most);
}

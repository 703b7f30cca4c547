import type { JsonObject } from "@mandate/core/encoding/json-value";
import { parsePolicyInput, parsePolicyRules, parseRuleInput, type RuleInput } from "@mandate/core/policy/policy";
import type { SignerAccepted } from "../protocol.ts";
import { accept } from "./accept.ts";
import { type Authorization, authorize } from "./authorize.ts";
import { makeId } from "./id.ts";
import { authenticateApp, type Operation, requireBody, requireText } from "./operation.ts";
import { readOwnership } from "./ownership.ts";
import { putRecord } from "./put-record.ts";
import type { PolicyBody } from "./records.ts";
import { invalidData, Refusal } from "./refusal.ts";
import type { AuthorityRecord } from "./seal.ts";

const CREATE_MEMBERS = ["version", "name", "chain_type", "rules", "owner", "owner_id"];
const UPDATE_MEMBERS = ["name", "rules", "owner", "owner_id"];
const RULES_MAX = 500;

export function createPolicy(op: Operation): SignerAccepted {
  authenticateApp(op);
  const body = requireBody(op, CREATE_MEMBERS);
  const ownership = readOwnership(op, body, "create");
  const { owner: _owner, owner_id: _ownerId, ...definition } = body;
  const parsed = parsePolicyInput(definition);
  if (!parsed.ok) throw new Refusal(400, parsed.code, parsed.message);
  const { name, chainType, rules } = parsed.policy;
  const policy: PolicyBody = {
    version: "1.0",
    name,
    chain_type: chainType,
    rules: withIds(op, rules),
    owner_id: ownership.given ? ownership.ownerId : null,
  };
  const put = putRecord(op, { type: "policy", id: makeId(op.ctx), version: 1, body: policy });
  return accept(op, {
    changesState: true,
    put: [...(ownership.given ? ownership.put : []), put],
  });
}

export function updatePolicy(op: Operation): SignerAccepted {
  const { record, authorization } = openPolicy(op);
  const body = requireBody(op, UPDATE_MEMBERS);
  if (Object.values(body).every((value) => value === "")) throw invalidData("At least one field must be provided");
  const ownership = readOwnership(op, body, "update");
  const policy: PolicyBody = {
    ...record.body,
    ...(body.name === undefined ? {} : { name: readPolicyName(body) }),
    ...(body.rules === undefined ? {} : { rules: withIds(op, readRules(body, record.body.chain_type)) }),
    ...(ownership.given ? { owner_id: ownership.ownerId } : {}),
  };
  return acceptPolicy(op, record, authorization, policy, ownership.given ? ownership.put : []);
}

export function deletePolicy(op: Operation): SignerAccepted {
  const { record, authorization } = openPolicy(op);
  const put = nextVersion(op, record, record.body, true);
  return accept(op, { changesState: true, put: [put], ...given(authorization), answer: { success: true } });
}

export function createPolicyRule(op: Operation): SignerAccepted {
  const { record, authorization } = openPolicy(op);
  const rule = readRule(op, record.body.chain_type);
  if (record.body.rules.length >= RULES_MAX) throw invalidData(`a policy has at most ${RULES_MAX} rules`);
  const [made] = withIds(op, [rule]);
  return acceptPolicy(op, record, authorization, { ...record.body, rules: [...record.body.rules, made!] }, [], made);
}

/** The rule keeps its id. */
export function updatePolicyRule(op: Operation): SignerAccepted {
  const { record, authorization } = openPolicy(op);
  const at = requireRule(op, record);
  const rule = {
    ...readRule(op, record.body.chain_type),
    id: record.body.rules[at]!.id,
  } as PolicyBody["rules"][number];
  return acceptPolicy(op, record, authorization, { ...record.body, rules: record.body.rules.with(at, rule) }, [], rule);
}

export function deletePolicyRule(op: Operation): SignerAccepted {
  const { record, authorization } = openPolicy(op);
  const at = requireRule(op, record);
  return acceptPolicy(op, record, authorization, { ...record.body, rules: record.body.rules.toSpliced(at, 1) }, [], {
    success: true,
  });
}

/** A policy is changed by its own owner; the owner of a wallet that uses it has no say (spec 03 §6). */
function openPolicy(op: Operation): { record: AuthorityRecord<PolicyBody>; authorization: Authorization | undefined } {
  authenticateApp(op);
  const record = op.records.get("policy", op.route.params.id!);
  if (record.deleted) throw new Refusal(404, "not_found", "Policy not found");
  op.records.markUsed(record);
  const { owner_id: ownerId } = record.body;
  return {
    record,
    authorization: ownerId === null ? undefined : authorize(op, [{ role: "owner", quorumId: ownerId }]),
  };
}

function requireRule(op: Operation, record: AuthorityRecord<PolicyBody>): number {
  const at = record.body.rules.findIndex((rule) => rule.id === op.route.params.rule);
  if (at < 0) throw new Refusal(404, "not_found", "Rule not found");
  return at;
}

function acceptPolicy(
  op: Operation,
  record: AuthorityRecord<PolicyBody>,
  authorization: Authorization | undefined,
  policy: PolicyBody,
  more: SignerAccepted["put"],
  answer?: JsonObject,
): SignerAccepted {
  return accept(op, {
    changesState: true,
    put: [...more, nextVersion(op, record, policy, false)],
    ...given(authorization),
    ...(answer === undefined ? {} : { answer }),
  });
}

function nextVersion(op: Operation, record: AuthorityRecord<PolicyBody>, body: PolicyBody, deleted: boolean) {
  const { id, version, createdAtMs } = record;
  return putRecord(op, { type: "policy", id, version: version + 1, createdAtMs, deleted, body });
}

function given(authorization: Authorization | undefined) {
  return authorization === undefined ? {} : { authorization };
}

function readPolicyName(body: JsonObject): string {
  const name = requireText(body.name, "name", 10_000);
  if (name.length > 50) throw new Refusal(400, "invalid_policy_format", "Policy name must be fewer than 50 characters");
  return name;
}

function readRules(body: JsonObject, chainType: string): RuleInput[] {
  const parsed = parsePolicyRules(body.rules ?? null, chainType);
  if (!parsed.ok) throw new Refusal(400, parsed.code, parsed.message);
  return parsed.rules;
}

function readRule(op: Operation, chainType: string): RuleInput {
  const parsed = parseRuleInput(requireBody(op, ["name", "method", "conditions", "action"]), chainType);
  if (!parsed.ok) throw new Refusal(400, parsed.code, parsed.message);
  return parsed.rule;
}

function withIds(op: Operation, rules: RuleInput[]): PolicyBody["rules"] {
  if (rules.length > RULES_MAX) throw invalidData(`a policy has at most ${RULES_MAX} rules`);
  return rules.map((rule) => ({ ...rule, id: makeId(op.ctx) }) as PolicyBody["rules"][number]);
}

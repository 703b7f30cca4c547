import type { JsonObject } from "@mandate/core/encoding/json-value";
import { type CompiledPolicy, compilePolicy, evaluateAll } from "@mandate/core/policy/evaluate";
import type { PolicyRequest } from "@mandate/core/policy/request";
import type { PutRecord } from "../protocol.ts";
import type { Authorization, SatisfiedPrincipal } from "./authorize.ts";
import { gatherFacts, recordAggregations } from "./facts.ts";
import type { Operation } from "./operation.ts";
import type { PolicyBody, WalletBody } from "./records.ts";
import type { AuthorityRecord } from "./seal.ts";

export type Verdict = { decision: "ALLOW" | "DENY"; explanation: JsonObject };

/**
 * The policy in force is the acting principal's and only that (I10): the owner's is the wallet's policy; a session
 * signer's is its override policy, or the wallet's where it has none. A request that several signers satisfied is
 * allowed when one of them may make it. No policy anywhere means unrestricted.
 */
export function decide(
  op: Operation,
  wallet: AuthorityRecord<WalletBody>,
  authorization: Authorization | undefined,
  operations: readonly PolicyRequest[],
): Verdict {
  const owner = authorization?.satisfied.find(({ role }) => role === "owner");
  const principals = owner !== undefined ? [owner] : (authorization?.satisfied ?? []);
  if (principals.length === 0) return decideFor(op, undefined, wallet.body.policy_ids, operations);
  let denied: Verdict | undefined;
  for (const principal of principals) {
    const verdict = decideFor(op, principal, policyIdsOf(wallet.body, principal), operations);
    if (verdict.decision === "ALLOW") return verdict;
    denied ??= verdict;
  }
  return denied!;
}

/** What the release of the request adds to the sums that any policy of the wallet limits. */
export function countRelease(
  op: Operation,
  { body }: AuthorityRecord<WalletBody>,
  operations: readonly PolicyRequest[],
): PutRecord[] {
  const overrides = body.additional_signers.flatMap((signer) => signer.override_policy_ids ?? []);
  const policies = [...new Set([...body.policy_ids, ...overrides])].map((id) => op.records.get("policy", id));
  const live = policies.filter(({ deleted }) => !deleted).map(compiledPolicy);
  return recordAggregations(op, live, operations);
}

function policyIdsOf(wallet: WalletBody, principal: SatisfiedPrincipal): readonly string[] {
  if (principal.role === "owner") return wallet.policy_ids;
  const signer = wallet.additional_signers.find(({ signer_id }) => signer_id === principal.quorumId);
  const override = signer?.override_policy_ids ?? [];
  return override.length > 0 ? override : wallet.policy_ids;
}

function decideFor(
  op: Operation,
  principal: SatisfiedPrincipal | undefined,
  policyIds: readonly string[],
  operations: readonly PolicyRequest[],
): Verdict {
  const who: JsonObject =
    principal === undefined
      ? { principal: { role: "app" } }
      : {
          principal: {
            role: principal.role,
            key_quorum_id: principal.quorumId,
            approved_by: principal.approvedBy as unknown as JsonObject[],
          },
        };
  if (policyIds.length === 0)
    return { decision: "ALLOW", explanation: { ...who, policy_id: null, reason: "no_policy_applies" } };

  // INVARIANT: every attached policy must allow; the wire admits one, and a second one could only narrow.
  let explanation: JsonObject = who;
  for (const id of policyIds) {
    const record = op.records.get("policy", id);
    op.records.markUsed(record);
    explanation = { ...who, policy_id: id, policy_version: record.version };
    if (record.deleted) return { decision: "DENY", explanation: { ...explanation, reason: "policy_deleted" } };
    const policy = compiledPolicy(record);
    const decision = evaluateAll(policy, operations, gatherFacts(op, policy, operations));
    explanation = {
      ...explanation,
      reason: decision.reason,
      ...(decision.ruleId === undefined ? {} : { rule_id: decision.ruleId }),
      ...(decision.operation === undefined ? {} : { operation: decision.operation }),
      // Such as the user operation that a message of 32 bytes may be the hash of.
      ...(decision.part === undefined ? {} : { part: decision.part }),
    };
    if (decision.decision !== "ALLOW") {
      return { decision: "DENY", explanation: { ...explanation, rules: decision.trace as unknown as JsonObject[] } };
    }
  }
  return { decision: "ALLOW", explanation };
}

const compiled = new WeakMap<object, CompiledPolicy>();

/** Opened records are frozen and shared, so what was compiled from one stays true of it. */
export function compiledPolicy(record: AuthorityRecord<PolicyBody>): CompiledPolicy {
  let policy = compiled.get(record.body);
  if (policy === undefined) {
    policy = compilePolicy({ id: record.id, ...record.body });
    compiled.set(record.body, policy);
  }
  return policy;
}

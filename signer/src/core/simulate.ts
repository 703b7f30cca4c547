import { parseRawSignRequest } from "@mandate/core/chains/raw-sign";
import { parseWalletRequest } from "@mandate/core/chains/wallet-request";
import type { JsonObject, JsonValue } from "@mandate/core/encoding/json-value";
import { type CompiledPolicy, compilePolicy, evaluateAll } from "@mandate/core/policy/evaluate";
import { type Policy, parsePolicyInput } from "@mandate/core/policy/policy";
import type { PolicyRequest } from "@mandate/core/policy/request";
import type { SignerAnswered } from "../protocol.ts";
import { compiledPolicy } from "./decide.ts";
import { gatherFacts } from "./facts.ts";
import { authenticateApp, type Operation, requireBody, requireObject, requireText } from "./operation.ts";
import type { WalletBody } from "./records.ts";
import { invalidData, Refusal } from "./refusal.ts";
import type { AuthorityRecord } from "./seal.ts";
import { requireChainType, signingContextOf } from "./wallet-key.ts";

const MEMBERS = ["policy_id", "policy", "wallet_id", "request"];
const EXPORTS = ["exportPrivateKey", "exportSeedPhrase"] as const;

/** Stand in for what a send's caller leaves to the chain; no field of the grammar reads them. */
const FILL = { nonce: 0n, gasLimit: 0n, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n };

/**
 * What a policy would say about a request of a wallet, with everything that was observed: decoded and evaluated by the
 * same functions, on the same facts, as when it is signed. Nothing is signed, recorded or counted.
 */
export function simulatePolicy(op: Operation): SignerAnswered {
  authenticateApp(op);
  const body = requireBody(op, MEMBERS);
  const wallet = openWallet(op, requireText(body.wallet_id, "wallet_id", 64));
  const policy = readPolicy(op, body);
  const operations = readRequest(body.request, wallet);
  const decision = evaluateAll(policy, operations, gatherFacts(op, policy, operations), { explain: true });
  const { policyId, ruleId, trace, ...rest } = decision;
  return {
    outcome: "answered",
    result: {
      ...rest,
      policy_id: body.policy_id === undefined ? null : policyId,
      rule_id: ruleId ?? null,
      rules: trace,
    },
  };
}

function openWallet(op: Operation, id: string): AuthorityRecord<WalletBody> {
  const wallet = op.records.get("wallet", id);
  if (wallet.deleted) throw invalidData("wallet_id: there is no such wallet in this app");
  return wallet;
}

function readPolicy(op: Operation, body: JsonObject): CompiledPolicy {
  if ((body.policy_id === undefined) === (body.policy === undefined)) {
    throw invalidData("exactly one of policy_id and policy must be provided");
  }
  if (body.policy_id !== undefined) {
    const record = op.records.get("policy", requireText(body.policy_id, "policy_id", 64));
    if (record.deleted) throw invalidData("policy_id: there is no such policy in this app");
    return compiledPolicy(record);
  }
  const parsed = parsePolicyInput(body.policy ?? null);
  if (!parsed.ok) throw new Refusal(400, parsed.code, parsed.message);
  const { chainType, rules } = parsed.policy;
  // A rule that was never stored is named by its place.
  const numbered = rules.map((rule, index) => ({ ...rule, id: `rules[${index}]` }));
  return compilePolicy({ id: "", chain_type: chainType, rules: numbered } satisfies Pick<
    Policy,
    "id" | "chain_type" | "rules"
  >);
}

function readRequest(request: JsonValue | undefined, wallet: AuthorityRecord<WalletBody>): readonly PolicyRequest[] {
  if (typeof request !== "object" || request === null || Array.isArray(request)) {
    throw invalidData("request must be the body of an rpc or raw_sign request, the method included");
  }
  const { method } = request;
  const exported = EXPORTS.find((one) => one === method);
  if (exported !== undefined) {
    requireObject(request, "request", ["method"]);
    return [{ method: exported }];
  }
  const chainType = requireChainType(wallet.body.chain_type);
  const context = { ...signingContextOf(wallet.body, wallet.id), ethereumFill: FILL };
  const { method: _, ...rest } = request;
  const parsed =
    method === "raw_sign"
      ? parseRawSignRequest(rest, chainType, context)
      : parseWalletRequest(request, chainType, context);
  if (!parsed.ok) throw new Refusal(400, parsed.code, parsed.message);
  return parsed.value.operations;
}

import type { JsonObject } from "@mandate/core/encoding/json-value";
import type { SignerRefused } from "../protocol.ts";
import type { Authorization } from "./authorize.ts";
import type { Operation } from "./operation.ts";
import { makeReceipt } from "./receipt.ts";

/** The refusal that a policy gives, with a receipt that says which rule it was. */
export function refuseByPolicy(
  op: Operation,
  facts: { walletId: string; authorization?: Authorization; policy: JsonObject },
): SignerRefused {
  return {
    outcome: "refused",
    status: 400,
    code: "policy_violation",
    error: "RPC request denied due to policy violation",
    details: facts.policy,
    used: op.records.used(),
    receipt: makeReceipt(op, { ...facts, decision: "DENY" }),
  };
}

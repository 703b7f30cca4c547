import type { SignerAccepted } from "../protocol.ts";
import { type Authorization, payloadDigest } from "./authorize.ts";
import type { Operation } from "./operation.ts";
import { makeReceipt, type ReceiptFacts } from "./receipt.ts";

/** Payloads without an expiry are remembered this long. */
const RETENTION_MS = 24 * 3600 * 1000;

export type Acceptance = Omit<ReceiptFacts, "decision" | "refusal"> & {
  walletSecrets?: SignerAccepted["walletSecrets"];
  answer?: SignerAccepted["result"];
  transaction?: SignerAccepted["transaction"];
  /** A send or a change, of which a second execution would do harm. Repeating a plain signature does none. */
  changesState: boolean;
  /** What is used up besides the request itself. */
  consume?: SignerAccepted["consume"];
};

export function accept(op: Operation, acceptance: Acceptance): SignerAccepted {
  const { put = [], walletSecrets = [], answer = null, transaction, changesState, consume = [], ...facts } = acceptance;
  return {
    outcome: "accepted",
    used: op.records.used(),
    put,
    walletSecrets,
    receipt: makeReceipt(op, { ...facts, put, decision: "ALLOW" }),
    consume: [...consumed(op, facts.authorization, changesState), ...consume],
    result: answer,
    ...(transaction === undefined ? {} : { transaction }),
    ...(op.requestExpiryMs === undefined ? {} : { requestExpiryMs: op.requestExpiryMs }),
  };
}

/**
 * A signed payload with an expiry is executed once. Without one, a send or a change is executed once per signature:
 * a fresh signature shows that the key's holder acted again, a replayed one shows nothing (docs/decisions/0005).
 */
function consumed(
  op: Operation,
  authorization: Authorization | undefined,
  changesState: boolean,
): SignerAccepted["consume"] {
  if (authorization === undefined) return [];
  const digest = payloadDigest(op);
  if (op.requestExpiryMs !== undefined) return [{ digest, expiresAtMs: op.requestExpiryMs + 1 }];
  if (!changesState) return [];
  return authorization.signatureRs.map((r) => ({ digest: `${digest}:${r}`, expiresAtMs: op.nowMs + RETENTION_MS }));
}

import { sha256 } from "@mandate/core/crypto/primitives";
import { encodeHex } from "@mandate/core/encoding/hex";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import type { Receipt } from "../protocol.ts";
import { type Authorization, payloadDigest } from "./authorize.ts";
import { makeId } from "./id.ts";
import type { Operation } from "./operation.ts";

export type ReceiptFacts = {
  decision: "ALLOW" | "DENY";
  walletId?: string;
  /** Absent where the app's secret alone was the authority. */
  authorization?: Authorization;
  policy?: JsonObject;
  /** SHA-256 of what is released, so that the receipt names it without holding it. */
  result?: Uint8Array;
  more?: JsonObject;
};

/** The signer's statement of what it decided, on what, for whom: sealed like a record, stored before anything leaves. */
export function makeReceipt(op: Operation, facts: ReceiptFacts): Receipt {
  const used = op.records.used().map(({ type, id, version }) => ({ type, id, version }));
  const principals = (facts.authorization?.satisfied ?? []).map(({ role, quorumId, approvedBy, threshold }) => ({
    role,
    key_quorum_id: quorumId,
    threshold,
    approved_by: approvedBy as unknown as JsonObject[],
  }));
  const body: JsonObject = {
    operation: op.route.operation,
    method: op.method,
    path: op.target.split("?", 1)[0]!,
    request_sha256: payloadDigest(op),
    decision: facts.decision,
    principals,
    unowned: facts.authorization === undefined,
    policy: facts.policy ?? null,
    records: used,
    result_sha256: facts.result === undefined ? null : encodeHex(sha256(facts.result)),
    ...(facts.walletId === undefined ? {} : { wallet_id: facts.walletId }),
    ...facts.more,
  };
  const id = makeId(op.ctx);
  const receipt = op.ctx.sealer.sealRecord({
    type: "receipt",
    appId: op.appId,
    id,
    version: 1,
    deleted: false,
    createdAtMs: op.nowMs,
    body,
  });
  return {
    id,
    receipt,
    decision: facts.decision,
    ...(facts.walletId === undefined ? {} : { walletId: facts.walletId }),
  };
}

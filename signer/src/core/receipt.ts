import { sha256 } from "@mandate/core/crypto/primitives";
import { encodeBase64Url } from "@mandate/core/encoding/base64url";
import { canonicalize } from "@mandate/core/encoding/canonical-json";
import { encodeHex } from "@mandate/core/encoding/hex";
import type { JsonObject, JsonValue } from "@mandate/core/encoding/json-value";
import { encodeUtf8 } from "@mandate/core/encoding/utf8";
import { receiptMessage } from "@mandate/core/log/receipt-token";
import type { PutRecord, Receipt } from "../protocol.ts";
import { type Authorization, payloadDigest } from "./authorize.ts";
import { makeId } from "./id.ts";
import { kindOf } from "./identities.ts";
import type { Operation } from "./operation.ts";

export type ReceiptFacts = {
  decision: "ALLOW" | "DENY";
  walletId?: string;
  /** Absent where the app's secret alone was the authority. */
  authorization?: Authorization;
  policy?: JsonObject;
  /** Why it was refused, where no policy did. */
  refusal?: { status: number; code: string };
  /** SHA-256 of what is released, so that the receipt names it without holding it. */
  result?: Uint8Array;
  /** The next versions of records: with them a later reader has every version that a decision was made under. */
  put?: PutRecord[];
  more?: JsonObject;
};

/** An entry of the log is stored in C2SP bundles, whose lengths have 16 bits; the rest is room for the envelope. */
const BODY_BYTES_MAX = 64_000;
/** Larger than any transaction a person would read. */
const REQUEST_BYTES_MAX = 16_384;

/**
 * The signer's statement of what it decided, on what, for whom: sealed like a record, stored before anything leaves.
 * Its members are documented in docs/records.md.
 */
export function makeReceipt(op: Operation, facts: ReceiptFacts): Receipt {
  const body = fitBody({
    operation: op.route.operation,
    method: op.method,
    path: op.target.split("?", 1)[0]!,
    request_sha256: payloadDigest(op),
    request_body: recordedBody(op),
    fill: op.request.fill === undefined ? null : { ...op.request.fill },
    decision: facts.decision,
    refusal: facts.refusal ?? null,
    principals: (facts.authorization?.satisfied ?? []).map(({ role, quorumId, approvedBy, threshold }) => ({
      role,
      key_quorum_id: quorumId,
      threshold,
      approved_by: approvedBy as unknown as JsonObject[],
    })),
    unowned: facts.authorization === undefined,
    policy: facts.policy ?? null,
    records: op.records.used().map(({ type, id, version }) => ({ type, id, version })),
    changes: (facts.put ?? []).map((put) => describeChange(op, put)),
    result_sha256: facts.result === undefined ? null : encodeHex(sha256(facts.result)),
    ...(facts.walletId === undefined ? {} : { wallet_id: facts.walletId }),
    ...(op.team === undefined ? {} : { team_member_id: op.team.memberId }),
    ...facts.more,
  });
  const id = makeId(op.ctx);
  const createdAtMs = op.nowMs;
  const receipt = op.ctx.sealer.sealRecord({
    ...{ type: "receipt", appId: op.appId, id, version: 1, deleted: false, createdAtMs, body },
  });
  return {
    id,
    receipt,
    decision: facts.decision,
    ...(facts.walletId === undefined ? {} : { walletId: facts.walletId }),
    ...(facts.decision === "DENY" || op.request.decideOnly === true ? {} : { signature: signEntry(op, receipt) }),
  };
}

/** The caller of what was allowed gets the signer's word that this entry will be in the log. */
function signEntry(op: Operation, sealed: string): string {
  const entry = encodeUtf8(sealed.slice(sealed.indexOf("{")));
  return encodeBase64Url(op.ctx.logKey.sign(receiptMessage(entry)));
}

/**
 * Wallet requests only: what policies decide on. Bodies of other operations are in `changes`, or hold what must not be
 * kept (tokens, keys to be imported).
 */
function recordedBody(op: Operation): JsonValue {
  if (op.route.operation !== "walletRpc" || op.ctx.recordBodies !== "full") return null;
  return op.rawBody.length > REQUEST_BYTES_MAX ? null : (op.body ?? null);
}

function describeChange(op: Operation, { type, id, version, deleted, sealed }: PutRecord): JsonObject {
  const opened = op.ctx.sealer.openRecord(sealed);
  if (opened === undefined) throw new Error("a record that was just sealed does not open");
  const body: JsonObject = { ...opened.body };
  // Hashes of secrets and sealed secrets decide nothing that a reader could decide again.
  if (type === "app") for (const name of ["secrets", "test_accounts", "token_key"]) delete body[name];
  if (type === "user_key") delete body.token_sha256;
  // Addresses of people do not belong in a log that cannot forget; that there is such an account does.
  if (type === "user") {
    body.identities = (body.identities as string[]).map(kindOf);
    delete body.passkeys;
  }
  return { type, id, version, deleted, body };
}

/** Replaces what is too large by its hash, the least needed first. */
function fitBody(body: JsonObject): JsonObject {
  const fitted = { ...body };
  for (const name of ["policy", "request_body", "before", "after", "changes"]) {
    if (encodeUtf8(canonicalize(fitted)).length <= BODY_BYTES_MAX) return fitted;
    const value = fitted[name];
    if (value !== undefined) fitted[name] = { sha256: encodeHex(sha256(encodeUtf8(canonicalize(value)))) };
  }
  return fitted;
}

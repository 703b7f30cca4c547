import { parseRawSignRequest } from "@mandate/core/chains/raw-sign";
import type { SignableRequest } from "@mandate/core/chains/signable-request";
import { parseWalletRequest } from "@mandate/core/chains/wallet-request";
import { sha256 } from "@mandate/core/crypto/primitives";
import { canonicalize } from "@mandate/core/encoding/canonical-json";
import { encodeHex0x } from "@mandate/core/encoding/hex";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import { encodeUtf8 } from "@mandate/core/encoding/utf8";
import type { PutRecord, SignerAnswer, TransactionFill } from "../protocol.ts";
import { accept } from "./accept.ts";
import { type Authorization, authorize, type Principal } from "./authorize.ts";
import { assertMayUse, authenticateCaller } from "./caller.ts";
import { countRelease, decide } from "./decide.ts";
import type { Operation } from "./operation.ts";
import type { WalletBody } from "./records.ts";
import { Refusal } from "./refusal.ts";
import { refuseByPolicy } from "./refuse-by-policy.ts";
import { requireWallet } from "./require-wallet.ts";
import type { AuthorityRecord } from "./seal.ts";
import { requireChainType, signingContextOf } from "./wallet-key.ts";
import { withWalletSecret } from "./wallet-secret.ts";

/**
 * One wallet request, of `rpc` or `raw_sign`: authorize, decide, sign. All three work on the same parsed body of the same
 * bytes, in this one function, and there is no other way to a signature of a wallet's key.
 */
export function signWalletRequest(op: Operation): SignerAnswer {
  const caller = authenticateCaller(op);
  const wallet = requireWallet(op);
  assertMayUse(op, caller, wallet.body);
  const authorization = authorizeWalletAction(op, wallet.body);
  const request = decodeRequest(op, wallet.body);
  const verdict = decide(op, wallet, authorization, request.operations);
  const facts = { ...receiptFacts(wallet, authorization), policy: verdict.explanation };
  if (verdict.decision !== "ALLOW") return refuseByPolicy(op, facts);
  assertFeeBudget(op, request);
  if (op.request.decideOnly === true)
    return accept(op, { ...receiptFacts(wallet, authorization), changesState: false });
  return sign(op, wallet, request, { ...facts, put: countRelease(op, wallet, request.operations) });
}

/** The owner, or any one of the wallet's session signers; for a wallet without an owner the app's secret suffices. */
function authorizeWalletAction(op: Operation, wallet: WalletBody): Authorization | undefined {
  const signers = wallet.additional_signers.map(
    ({ signer_id }): Principal => ({ role: "signer", quorumId: signer_id }),
  );
  if (wallet.owner_id !== null) return authorize(op, [{ role: "owner", quorumId: wallet.owner_id }, ...signers]);
  if (op.signatureHeader === undefined || signers.length === 0) return undefined;
  try {
    return authorize(op, signers);
  } catch (error) {
    // Stray signatures on an ownerless wallet are ignored (spec 01 §7); the app's secret was checked before.
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

function decodeRequest(op: Operation, wallet: WalletBody): SignableRequest {
  const chainType = requireChainType(wallet.chain_type);
  const context = { ...signingContextOf(wallet, op.route.params.id!), ethereumFill: readFill(op.request.fill) };
  const body = op.body ?? null;
  const parsed =
    op.route.operation === "rawSign"
      ? parseRawSignRequest(body, chainType, context)
      : parseWalletRequest(body, chainType, context);
  if (!parsed.ok) throw new Refusal(400, parsed.code, parsed.message);
  return parsed.value;
}

type Facts = ReturnType<typeof receiptFacts> & { policy: JsonObject; put: PutRecord[] };

function sign(op: Operation, wallet: AuthorityRecord<WalletBody>, request: SignableRequest, facts: Facts) {
  const { data, broadcast } = withWalletSecret(op, wallet, "wallet_key", request.sign);
  const more = { digest: encodeHex0x(digestForReceipt(request)) };
  if (broadcast === undefined) {
    const result = encodeUtf8(canonicalize(data));
    return accept(op, { ...facts, result, changesState: false, answer: data, more });
  }
  const { bytes, hash, nonce, caip2 } = broadcast;
  return accept(op, {
    ...facts,
    result: bytes,
    changesState: true,
    answer: data,
    transaction: { signed: encodeHex0x(bytes), hash, nonce },
    more: { ...more, transaction_hash: hash, caip2 },
  });
}

/** What was signed, if it has 32 bytes, as every ECDSA digest has; else its SHA-256. */
function digestForReceipt({ digest }: SignableRequest): Uint8Array {
  return digest.length === 32 ? digest : sha256(digest);
}

function receiptFacts(wallet: AuthorityRecord<WalletBody>, authorization: Authorization | undefined) {
  return { walletId: wallet.id, ...(authorization === undefined ? {} : { authorization }) };
}

/** What the API filled in by itself may not cost more than the operator allows; what the caller signed is the caller's. */
function assertFeeBudget(op: Operation, request: SignableRequest): void {
  if (request.filledFeeMaxWei === undefined || request.filledFeeMaxWei <= op.ctx.feeBudgetWei) return;
  throw new Refusal(
    400,
    "transaction_broadcast_failure",
    "the gas price of the chain exceeds the fee budget of this server; give gas_limit and fees in the request, or raise MANDATE_FEE_BUDGET_WEI",
  );
}

/** The protocol admits only 0x quantities here. */
function readFill(fill: TransactionFill = {}) {
  const filled = {
    nonce: fill.nonce,
    gasLimit: fill.gas_limit,
    gasPrice: fill.gas_price,
    maxFeePerGas: fill.max_fee_per_gas,
    maxPriorityFeePerGas: fill.max_priority_fee_per_gas,
  };
  return Object.fromEntries(
    Object.entries(filled).flatMap(([name, value]) => (value === undefined ? [] : [[name, BigInt(value)]])),
  ) as { [name: string]: bigint };
}

import { signRecoverable } from "@mandate/core/crypto/secp256k1";
import { canonicalize } from "@mandate/core/encoding/canonical-json";
import { decodeHex, encodeHex0x } from "@mandate/core/encoding/hex";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import { encodeUtf8 } from "@mandate/core/encoding/utf8";
import { parseEthereumAddress } from "@mandate/core/ethereum/address";
import {
  describeResult,
  parseEthereumRequest,
  requestDigest,
  transactionRequestEcho,
} from "@mandate/core/ethereum/request";
import { encodeSignedTransaction, transactionHash } from "@mandate/core/ethereum/transaction";
import type { EthereumRequest, EthereumTransaction } from "@mandate/core/ethereum/types";
import type { SignerAccepted, SignerAnswer, TransactionFill } from "../protocol.ts";
import { accept } from "./accept.ts";
import { type Authorization, authorize, type Principal } from "./authorize.ts";
import { decide } from "./decide.ts";
import { authenticateApp, type Operation } from "./operation.ts";
import { makeReceipt } from "./receipt.ts";
import type { WalletBody } from "./records.ts";
import { Refusal } from "./refusal.ts";
import type { AuthorityRecord } from "./seal.ts";
import { withWalletSecret } from "./wallet-secret.ts";

/**
 * One wallet request: authorize, decide, sign. All three work on the same parsed body of the same bytes, in this one
 * function, and there is no other way to a wallet's key.
 */
export function signWalletRequest(op: Operation): SignerAnswer {
  authenticateApp(op);
  const wallet = op.records.get("wallet", op.route.params.id!);
  if (wallet.deleted || wallet.body.archived_at !== null) throw new Refusal(404, "not_found", "Wallet not found");
  op.records.markUsed(wallet);

  const authorization = authorizeWalletAction(op, wallet.body);
  const { request, filled } = decodeRequest(op, wallet.body);
  const verdict = decide(op, wallet, authorization, request);
  if (verdict.decision !== "ALLOW") {
    return {
      outcome: "refused",
      status: 400,
      code: "policy_violation",
      error: "RPC request denied due to policy violation",
      details: verdict.explanation,
      used: op.records.used(),
      receipt: makeReceipt(op, {
        ...receiptFacts(wallet, authorization),
        decision: "DENY",
        policy: verdict.explanation,
      }),
    };
  }
  assertFeeBudget(op, request, filled);
  if (op.request.decideOnly === true)
    return accept(op, { ...receiptFacts(wallet, authorization), changesState: false });
  return sign(op, wallet, authorization, request, verdict.explanation);
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

function decodeRequest(op: Operation, wallet: WalletBody): { request: EthereumRequest; filled: string[] } {
  const walletAddress = parseEthereumAddress(wallet.address);
  if (walletAddress === undefined) throw new Error("a wallet record without an address");
  const parsed = parseEthereumRequest(op.body ?? null, {
    walletAddress,
    walletId: op.route.params.id!,
    fill: readFill(op.request.fill),
  });
  if (!parsed.ok) throw new Refusal(400, parsed.code, parsed.message);
  return { request: parsed.request, filled: parsed.filled };
}

function sign(
  op: Operation,
  wallet: AuthorityRecord<WalletBody>,
  authorization: Authorization | undefined,
  request: EthereumRequest,
  policy: JsonObject,
): SignerAccepted {
  const digest = requestDigest(request);
  const signature = withWalletSecret(op, wallet, "wallet_key", (privateKey) =>
    signRecoverable(digest, privateKey, decodeHex(wallet.body.verifying_key)),
  );
  const facts = { ...receiptFacts(wallet, authorization), policy };
  if (request.method === "eth_sendTransaction") {
    const signed = encodeSignedTransaction(request.transaction, signature);
    const transaction = {
      signed: encodeHex0x(signed),
      hash: encodeHex0x(transactionHash(signed)),
      nonce: `0x${request.transaction.nonce.toString(16)}`,
      request: transactionRequestEcho(request.transaction),
    };
    const more = { digest: encodeHex0x(digest), transaction_hash: transaction.hash, caip2: request.caip2 };
    return accept(op, { ...facts, result: signed, changesState: true, transaction, more });
  }
  const data = describeResult(request, signature);
  return accept(op, {
    ...facts,
    result: encodeUtf8(canonicalize(data)),
    changesState: false,
    answer: data,
    more: { digest: encodeHex0x(digest) },
  });
}

function receiptFacts(wallet: AuthorityRecord<WalletBody>, authorization: Authorization | undefined) {
  return { walletId: wallet.id, ...(authorization === undefined ? {} : { authorization }) };
}

/** What the API filled in by itself may not cost more than the operator allows; what the caller signed is the caller's. */
function assertFeeBudget(op: Operation, request: EthereumRequest, filled: string[]): void {
  if (request.method !== "eth_sendTransaction" || filled.length === 0) return;
  const callerChoseFees = !filled.some((name) => name === "gas_limit" || name.endsWith("gas") || name === "gas_price");
  if (callerChoseFees) return;
  if (feeMax(request.transaction) > op.ctx.feeBudgetWei) {
    throw new Refusal(
      400,
      "transaction_broadcast_failure",
      "the gas price of the chain exceeds the fee budget of this server; give gas_limit and fees in the request, or raise MANDATE_FEE_BUDGET_WEI",
    );
  }
}

function feeMax(transaction: EthereumTransaction): bigint {
  return transaction.gasLimit * ("maxFeePerGas" in transaction ? transaction.maxFeePerGas : transaction.gasPrice);
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

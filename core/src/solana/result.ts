import { encodeBase64 } from "../encoding/base64.ts";
import type { JsonObject } from "../encoding/json-value.ts";
import { encodeSolanaSignature } from "./address.ts";
import { encodeMessage } from "./message.ts";
import { encodeTransaction, withSignature } from "./transaction.ts";
import type { SolanaRequest, SolanaTransaction } from "./types.ts";

/**
 * The bytes to sign for a decoded request; Ed25519 signs them as they are.
 *
 * INVARIANT (I8): for transactions they are computed here from what the policy was shown.
 */
export function requestBytes(request: SolanaRequest): Uint8Array {
  return request.method === "signMessage" ? request.message : encodeMessage(request.transaction.message);
}

/** The request's transaction with the wallet's 64-byte signature in its place. */
export function signedTransaction(
  request: Extract<SolanaRequest, { transaction: SolanaTransaction }>,
  signature: Uint8Array,
): SolanaTransaction {
  return withSignature(request.transaction, request.signerIndex, signature);
}

/**
 * The wire's `data` for a signed request (spec 04 §4.2). For `signAndSendTransaction` it is what the caller gets once
 * the transaction is broadcast; the bytes to broadcast are `encodeTransaction` of `signedTransaction`.
 */
export function describeResult(request: SolanaRequest, signature: Uint8Array): JsonObject {
  if (request.method === "signMessage") return { signature: encodeBase64(signature), encoding: "base64" };
  const signed = signedTransaction(request, signature);
  const signedBase64 = encodeBase64(encodeTransaction(signed));
  if (request.method === "signTransaction") return { signed_transaction: signedBase64, encoding: "base64" };
  return {
    // The network names a transaction by the fee payer's signature, which need not be the wallet's.
    hash: encodeSolanaSignature(signed.signatures[0]!),
    caip2: request.caip2,
    signed_transaction: signedBase64,
    ...(request.referenceId === undefined ? {} : { reference_id: request.referenceId }),
  };
}

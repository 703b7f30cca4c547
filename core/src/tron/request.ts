import { concatBytes } from "../chains/concat-bytes.ts";
import { uncompressPublicKey } from "../chains/secp256k1-chain.ts";
import {
  invalid,
  type ParsedSignable,
  type Refused,
  readMethod,
  readRpcParams,
  type Signed,
  type SigningContext,
} from "../chains/signable-request.ts";
import { signRecoverable } from "../crypto/secp256k1.ts";
import { encodeHex } from "../encoding/hex.ts";
import type { JsonObject, JsonValue } from "../encoding/json-value.ts";
import { memberOf } from "../ethereum/parsed.ts";
import { parseTronRawData } from "./raw-data.ts";
import { encodeTronTransaction, tronTransactionId } from "./transaction.ts";
import type { TronTransaction } from "./types.ts";

/** Where a transaction goes when `caip2` is left out. */
const MAINNET_CAIP2 = "tron:mainnet";
const METHODS = ["tron_signTransaction", "tron_sendTransaction"] as const;

/** Decodes a TRON wallet's rpc body (spec 04 §4.3). */
export function parseTronRequest(body: JsonValue, context: SigningContext): ParsedSignable {
  const method = readMethod(body, "tron", METHODS);
  if (!method.ok) return method;
  const isSend = method.method === "tron_sendTransaction";
  const read = readRpcParams(body, "tron", context, {
    params: isSend ? ["raw_data", "reference_id"] : ["raw_data"],
    extra: isSend ? ["caip2"] : [],
  });
  if (!read.ok) return read;
  const sending = isSend ? readSending(read.body, read.params) : undefined;
  if (sending !== undefined && !sending.ok) return sending;
  const parsed = parseTronRawData(memberOf(read.params, "raw_data"), context, isSend);
  if (!parsed.ok) return parsed;
  const { transaction, filled } = parsed;
  return {
    ok: true,
    value: {
      method: method.method,
      operations: [{ method: method.method, transaction }],
      digest: tronTransactionId(transaction),
      filled,
      sign: (privateKey) => describeSigned(transaction, context.publicKey, privateKey, sending?.echo),
    },
  };
}

/** raw_data ‖ r ‖ s ‖ v with v 27 or 28: what the wire calls the signed transaction. */
export function signTronTransaction(
  transaction: TronTransaction,
  publicKey: Uint8Array,
  privateKey: Uint8Array,
): { rawData: Uint8Array; signature: Uint8Array } {
  const digest = tronTransactionId(transaction);
  const { r, s, yParity } = signRecoverable(digest, privateKey, uncompressPublicKey(publicKey));
  return { rawData: encodeTronTransaction(transaction), signature: concatBytes(r, s, Uint8Array.of(27 + yParity)) };
}

function describeSigned(
  transaction: TronTransaction,
  publicKey: Uint8Array,
  privateKey: Uint8Array,
  echo: JsonObject | undefined,
): Signed {
  const { rawData, signature } = signTronTransaction(transaction, publicKey, privateKey);
  const signed = concatBytes(rawData, signature);
  if (echo === undefined) return { data: { signed_transaction: encodeHex(signed), encoding: "hex" } };
  const hash = encodeHex(tronTransactionId(transaction));
  const caip2 = echo.caip2 as string;
  return { data: { hash, ...echo }, broadcast: { bytes: signed, hash, caip2, nonce: hash } };
}

function readSending(body: JsonObject, params: JsonObject): { ok: true; echo: JsonObject } | Refused {
  const caip2 = memberOf(body, "caip2") ?? MAINNET_CAIP2;
  if (typeof caip2 !== "string" || !/^tron:[-_a-zA-Z0-9]{1,32}$/.test(caip2)) {
    return invalid("`caip2` must name a TRON network, such as `tron:mainnet`");
  }
  const reference = memberOf(params, "reference_id");
  if (reference === undefined) return { ok: true, echo: { caip2 } };
  if (typeof reference !== "string" || reference.length < 1 || reference.length > 64) {
    return invalid("`params.reference_id` must have 1 to 64 characters");
  }
  return { ok: true, echo: { caip2, reference_id: reference } };
}

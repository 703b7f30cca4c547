import { uncompressPublicKey } from "../chains/secp256k1-chain.ts";
import {
  invalid,
  type ParsedSignable,
  readMethod,
  readRpcParams,
  type Signed,
  type SigningContext,
} from "../chains/signable-request.ts";
import { equalBytes } from "../crypto/equal-bytes.ts";
import { signRecoverable } from "../crypto/secp256k1.ts";
import { encodeEcdsaSignatureDer } from "../encoding/der.ts";
import { decodeHex, encodeHex, encodeHex0x } from "../encoding/hex.ts";
import type { JsonValue } from "../encoding/json-value.ts";
import { memberOf } from "../ethereum/parsed.ts";
import { xrplAccountId } from "./address.ts";
import { decodeXrplTransaction, insertXrplSignature, SIGNING_PREFIX, xrplSigningDigest } from "./transaction.ts";
import type { XrplTransaction } from "./types.ts";

/** Bound of the wire on hex strings, in characters (spec 00 §11). */
const HEX_CHARACTERS_MAX = 300_002;

/**
 * Decodes an XRP Ledger wallet's rpc body (spec 04 §4.3). `transaction` is hex of the unsigned transaction, with or without
 * the four bytes of the signing prefix, as `encodeForSigning` and `encode` of the ledger's libraries give it.
 */
export function parseXrplRequest(body: JsonValue, context: SigningContext): ParsedSignable {
  const method = readMethod(body, "xrpl", ["xrpl_signTransaction"]);
  if (!method.ok) return method;
  const read = readRpcParams(body, "xrpl", context, { params: ["transaction", "encoding"] });
  if (!read.ok) return read;
  if (memberOf(read.params, "encoding") !== "hex") return invalid("`params.encoding` must be `hex`");
  const text = memberOf(read.params, "transaction");
  const bytes = typeof text === "string" && text.length <= HEX_CHARACTERS_MAX ? decodeAnyHex(text) : undefined;
  if (bytes === undefined) return invalid("`params.transaction` must be an even number of hex digits");
  const hasPrefix = bytes.length > 4 && equalBytes(bytes.subarray(0, 4), SIGNING_PREFIX);
  const transaction = decodeXrplTransaction(hasPrefix ? bytes.subarray(4) : bytes);
  if (transaction === undefined) {
    return invalid("`params.transaction` must be an unsigned XRP Ledger transaction in canonical binary form");
  }
  if (!equalBytes(transaction.signingPublicKey, context.publicKey)) {
    return invalid("the transaction's SigningPubKey is not the wallet's");
  }
  if (!equalBytes(transaction.account, xrplAccountId(context.publicKey))) {
    return invalid("the transaction's Account is not the wallet's");
  }
  return {
    ok: true,
    value: {
      method: method.method,
      operations: [{ method: method.method, transaction }],
      digest: xrplSigningDigest(transaction),
      filled: [],
      sign: (privateKey) => signXrplTransaction(transaction, context.publicKey, privateKey),
    },
  };
}

/** Hex in upper case, as the ledger's tools write it. */
function signXrplTransaction(transaction: XrplTransaction, publicKey: Uint8Array, privateKey: Uint8Array): Signed {
  const { r, s } = signRecoverable(xrplSigningDigest(transaction), privateKey, uncompressPublicKey(publicKey));
  const signature = encodeEcdsaSignatureDer({ r: BigInt(encodeHex0x(r)), s: BigInt(encodeHex0x(s)) });
  return {
    data: {
      signed_transaction: encodeHex(insertXrplSignature(transaction, signature)).toUpperCase(),
      txn_signature: encodeHex(signature).toUpperCase(),
      encoding: "hex",
    },
  };
}

function decodeAnyHex(text: string): Uint8Array | undefined {
  return decodeHex(text.startsWith("0x") ? text.slice(2) : text);
}

import { concatBytes } from "../chains/concat-bytes.ts";
import {
  invalid,
  type ParsedSignable,
  readMethod,
  readRpcParams,
  type SigningContext,
} from "../chains/signable-request.ts";
import { signEd25519Checked } from "../crypto/ed25519.ts";
import { equalBytes } from "../crypto/equal-bytes.ts";
import { sha256 } from "../crypto/primitives.ts";
import { decodeBase64, encodeBase64 } from "../encoding/base64.ts";
import type { JsonValue } from "../encoding/json-value.ts";
import { memberOf } from "../ethereum/parsed.ts";
import { decodeNearTransaction } from "./transaction.ts";

/** Bound of the wire on encoded bytes, in characters (spec 00 §11). */
const CHARACTERS_MAX = 300_002;
/** The tag of an Ed25519 signature in borsh (NEAR Protocol Specification, "Signed Transaction"). */
const ED25519_TAG = 0;

/**
 * Decodes a NEAR wallet's rpc body (spec 04 §4.3). The transaction must name the wallet's key; its signer may be the
 * implicit account or a named one that the key has access to.
 */
export function parseNearRequest(body: JsonValue, context: SigningContext): ParsedSignable {
  const method = readMethod(body, "near", ["near_signTransaction"]);
  if (!method.ok) return method;
  const read = readRpcParams(body, "near", context, { params: ["transaction"] });
  if (!read.ok) return read;
  const text = memberOf(read.params, "transaction");
  const bytes = typeof text === "string" && text.length <= CHARACTERS_MAX ? decodeBase64(text) : undefined;
  if (bytes === undefined) return invalid("`params.transaction` must be padded base64");
  const transaction = decodeNearTransaction(bytes);
  if (transaction === undefined) {
    return invalid("`params.transaction` must be the borsh encoding of an unsigned NEAR transaction of version 0");
  }
  if (!equalBytes(transaction.publicKey, context.publicKey)) {
    return invalid("the transaction's public key is not the wallet's");
  }
  const digest = sha256(bytes);
  return {
    ok: true,
    value: {
      method: method.method,
      operations: [{ method: method.method }],
      digest,
      filled: [],
      sign: (privateKey) => ({
        data: {
          signed_transaction: encodeBase64(
            concatBytes(bytes, Uint8Array.of(ED25519_TAG), signEd25519Checked(digest, privateKey, context.publicKey)),
          ),
          encoding: "base64",
        },
      }),
    },
  };
}

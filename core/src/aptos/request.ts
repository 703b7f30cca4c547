import { concatBytes } from "../chains/concat-bytes.ts";
import {
  invalid,
  type ParsedSignable,
  readMethod,
  readRpcParams,
  type SigningContext,
} from "../chains/signable-request.ts";
import { signEd25519Checked } from "../crypto/ed25519.ts";
import { decodeHex0x, encodeHex0x } from "../encoding/hex.ts";
import type { JsonValue } from "../encoding/json-value.ts";
import { memberOf } from "../ethereum/parsed.ts";
import { aptosAddress } from "./address.ts";
import { aptosSigningMessage, decodeAptosTransaction } from "./transaction.ts";

/** Bound of the wire on hex strings, in characters (spec 00 §11). */
const HEX_CHARACTERS_MAX = 300_002;
/** The authenticator of a single Ed25519 key, and the lengths of its two byte strings (aptos-core, `TransactionAuthenticator`). */
const ED25519_AUTHENTICATOR = 0;
const PUBLIC_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** Decodes an Aptos wallet's rpc body (spec 04 §4.3): a legacy raw transaction that the wallet's account sends. */
export function parseAptosRequest(body: JsonValue, context: SigningContext): ParsedSignable {
  const method = readMethod(body, "aptos", ["aptos_signTransaction"]);
  if (!method.ok) return method;
  const read = readRpcParams(body, "aptos", context, { params: ["transaction"] });
  if (!read.ok) return read;
  const text = memberOf(read.params, "transaction");
  const bcs = typeof text === "string" && text.length <= HEX_CHARACTERS_MAX ? decodeHex0x(text) : undefined;
  if (bcs === undefined || bcs.length === 0) {
    return invalid("`params.transaction` must be 0x-prefixed hex with an even number of digits");
  }
  const transaction = decodeAptosTransaction(bcs);
  if (transaction === undefined) {
    return invalid("`params.transaction` must be the BCS encoding of a single-signer RawTransaction");
  }
  if (encodeHex0x(transaction.sender) !== aptosAddress(context.publicKey)) {
    return invalid("the transaction's sender is not the wallet's address");
  }
  const message = aptosSigningMessage(bcs);
  return {
    ok: true,
    value: {
      method: method.method,
      operations: [{ method: method.method }],
      digest: message,
      filled: [],
      sign: (privateKey) => ({
        data: {
          signed_transaction: encodeHex0x(
            concatBytes(
              bcs,
              Uint8Array.of(ED25519_AUTHENTICATOR, PUBLIC_KEY_BYTES),
              context.publicKey,
              Uint8Array.of(SIGNATURE_BYTES),
              signEd25519Checked(message, privateKey, context.publicKey),
            ),
          ),
          encoding: "hex",
        },
      }),
    },
  };
}

import { ripemd160 } from "@noble/hashes/legacy.js";
import { base58xrp } from "@scure/base";
import { concatBytes } from "../chains/concat-bytes.ts";
import { decodeText } from "../chains/decode-text.ts";
import { equalBytes } from "../crypto/equal-bytes.ts";
import { sha256 } from "../crypto/primitives.ts";

/** The type prefix of an account (XRPL, "base58 Encodings"). */
const ACCOUNT_PREFIX = 0x00;

/** The 20 bytes of an account: RIPEMD-160 of the SHA-256 of its 33-byte public key (XRPL, "Address Encoding"). */
export function xrplAccountId(publicKey: Uint8Array): Uint8Array {
  if (publicKey.length !== 33) throw new TypeError("public key must have 33 bytes");
  return ripemd160(sha256(publicKey));
}

/** The classic address `r…` of a 20-byte account. */
export function encodeXrplAddress(accountId: Uint8Array): string {
  if (accountId.length !== 20) throw new TypeError("account id must have 20 bytes");
  const body = concatBytes(Uint8Array.of(ACCOUNT_PREFIX), accountId);
  return base58xrp.encode(concatBytes(body, checksum(body)));
}

/** The 20 bytes of a classic address; undefined for any other text, X-addresses included. */
export function parseXrplAddress(text: string): Uint8Array | undefined {
  if (text.length > 35) return undefined;
  const bytes = decodeText(base58xrp, text);
  if (bytes?.length !== 25 || bytes[0] !== ACCOUNT_PREFIX) return undefined;
  return equalBytes(checksum(bytes.subarray(0, 21)), bytes.subarray(21)) ? bytes.slice(1, 21) : undefined;
}

function checksum(body: Uint8Array): Uint8Array {
  return sha256(sha256(body)).slice(0, 4);
}

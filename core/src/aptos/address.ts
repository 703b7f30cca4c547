import { sha3_256 } from "@noble/hashes/sha3.js";
import { concatBytes } from "../chains/concat-bytes.ts";
import { encodeHex0x } from "../encoding/hex.ts";

/** The single-signer Ed25519 scheme (Aptos, "Accounts", "Authentication key"). */
const ED25519_SCHEME = 0x00;

/** 0x and the SHA3-256 of public key ‖ scheme: the address of an account whose key was never rotated. */
export function aptosAddress(publicKey: Uint8Array): string {
  if (publicKey.length !== 32) throw new TypeError("public key must have 32 bytes");
  return encodeHex0x(sha3_256(concatBytes(publicKey, Uint8Array.of(ED25519_SCHEME))));
}

/** 0x and 64 hex digits; undefined unless the text is 0x and 1 to 64 of them, as older tools drop leading zeros (AIP-40). */
export function canonicalAptosAddress(text: string): string | undefined {
  return /^0x[0-9a-fA-F]{1,64}$/.test(text) ? `0x${text.slice(2).toLowerCase().padStart(64, "0")}` : undefined;
}

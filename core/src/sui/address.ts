import { blake2b } from "@noble/hashes/blake2.js";
import { concatBytes } from "../chains/concat-bytes.ts";
import { decodeHex, encodeHex0x } from "../encoding/hex.ts";

/** The signature scheme flag of Ed25519 (Sui, "Signatures", "User signature"). */
export const SUI_ED25519_FLAG = 0x00;

/** 0x and the BLAKE2b-256 of flag ‖ public key (Sui, "Address format"). */
export function suiAddress(publicKey: Uint8Array): string {
  if (publicKey.length !== 32) throw new TypeError("public key must have 32 bytes");
  return encodeHex0x(blake2b(concatBytes(Uint8Array.of(SUI_ED25519_FLAG), publicKey), { dkLen: 32 }));
}

/** The 32 bytes of an address of 0x and 1 to 64 hex digits, as Sui prints framework addresses short; undefined otherwise. */
export function parseSuiAddress(text: string): Uint8Array | undefined {
  return /^0x[0-9a-fA-F]{1,64}$/.test(text) ? decodeHex(text.slice(2).padStart(64, "0")) : undefined;
}

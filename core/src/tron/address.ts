import { createBase58check } from "@scure/base";
import { concatBytes } from "../chains/concat-bytes.ts";
import { decodeText } from "../chains/decode-text.ts";
import { uncompressPublicKey } from "../chains/secp256k1-chain.ts";
import { sha256 } from "../crypto/primitives.ts";
import { ethereumAddressBytes } from "../crypto/secp256k1.ts";
import { decodeHex } from "../encoding/hex.ts";

/** The first byte of a mainnet address (TRON, "Accounts", "Account address format"). */
const PREFIX = 0x41;

const base58check = createBase58check(sha256);

/** 0x41 ‖ the last 20 bytes of the Keccak-256 of the key, 21 bytes. `publicKey` is compressed. */
export function tronAddressBytes(publicKey: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(PREFIX), ethereumAddressBytes(uncompressPublicKey(publicKey)));
}

/** The base58check form `T…` of 21 bytes. */
export function encodeTronAddress(address: Uint8Array): string {
  if (address.length !== 21 || address[0] !== PREFIX)
    throw new TypeError("address must be 21 bytes that begin with 41");
  return base58check.encode(address);
}

/** The 21 bytes of a `T…` address; undefined for any other text. */
export function parseTronBase58(text: string): Uint8Array | undefined {
  if (text.length !== 34) return undefined;
  const bytes = decodeText(base58check, text);
  return bytes?.length === 21 && bytes[0] === PREFIX ? bytes : undefined;
}

/** The 21 bytes of 42 hex digits that begin with 41; undefined for any other text. */
export function parseTronHex(text: string): Uint8Array | undefined {
  const bytes = text.length === 42 ? decodeHex(text) : undefined;
  return bytes?.[0] === PREFIX ? bytes : undefined;
}

/**
 * The 21 bytes of an address in a policy: `T…`, hex with 41 in front, with or without 0x, or the 20-byte form that the
 * virtual machine uses, 0x and 40 digits. No two of them overlap.
 */
export function parseAnyTronAddress(text: string): Uint8Array | undefined {
  if (!text.startsWith("0x")) return parseTronBase58(text) ?? parseTronHex(text);
  if (text.length === 44) return parseTronHex(text.slice(2));
  const bytes = text.length === 42 ? decodeHex(text.slice(2)) : undefined;
  return bytes === undefined ? undefined : concatBytes(Uint8Array.of(PREFIX), bytes);
}

import { keccak256 } from "../crypto/primitives.ts";
import { decodeHex, encodeHex } from "../encoding/hex.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";

const ADDRESS = /^0x[0-9a-fA-F]{40}$/;

/**
 * The 20 bytes of an address in a request parameter: surrounding white space and any letter case are accepted, as on
 * the wire (spec 04 §4.1). Undefined for anything else.
 */
export function parseEthereumAddress(text: string): Uint8Array | undefined {
  // Bounded first: trimming must not cost more than the answer is worth.
  if (text.length > 1000) return undefined;
  const trimmed = text.trim();
  return ADDRESS.test(trimmed) ? decodeHex(trimmed.slice(2)) : undefined;
}

/**
 * The 20 bytes of an address inside typed data: all lower case, or the exact EIP-55 spelling; nothing is trimmed.
 * Undefined for anything else.
 */
export function parseChecksummedAddress(text: string): Uint8Array | undefined {
  if (!ADDRESS.test(text)) return undefined;
  const address = decodeHex(text.slice(2))!;
  if (text === text.toLowerCase()) return address;
  return toChecksumAddress(address) === text ? address : undefined;
}

/** The EIP-55 spelling of 20 bytes: a hex letter is upper case where the hash of the lower-case digits has a digit ≥ 8. */
export function toChecksumAddress(address: Uint8Array): string {
  if (address.length !== 20) throw new RangeError("an Ethereum address has 20 bytes");
  const digits = encodeHex(address);
  const hash = keccak256(encodeUtf8(digits));
  let text = "0x";
  for (let i = 0; i < 40; i++) {
    const nibble = i % 2 === 0 ? hash[i >> 1]! >> 4 : hash[i >> 1]! & 15;
    text += nibble >= 8 ? digits[i]!.toUpperCase() : digits[i]!;
  }
  return text;
}

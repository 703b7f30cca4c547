import { decodeRadix64, encodeRadix64, makeRadix64 } from "./radix64.ts";

const STANDARD = makeRadix64("+/", true);

/** Standard base64 with padding (RFC 4648 §4). */
export function encodeBase64(bytes: Uint8Array): string {
  return encodeRadix64(bytes, STANDARD);
}

/**
 * The bytes of canonical, padded standard base64; undefined for every other spelling: missing padding, the URL
 * alphabet, whitespace, non-zero unused bits. `encodeBase64(decodeBase64(text)) === text` whenever it is defined.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  return decodeRadix64(text, STANDARD);
}

import { decodeRadix64, encodeRadix64, makeRadix64 } from "./radix64.ts";

const URL_SAFE = makeRadix64("-_", false);

/** Base64url without padding (RFC 4648 §5, RFC 7515 §2). */
export function encodeBase64Url(bytes: Uint8Array): string {
  return encodeRadix64(bytes, URL_SAFE);
}

/**
 * The bytes of canonical, unpadded base64url; undefined for every other spelling: padding, the standard alphabet,
 * whitespace, non-zero unused bits. `encodeBase64Url(decodeBase64Url(text)) === text` whenever it is defined.
 */
export function decodeBase64Url(text: string): Uint8Array | undefined {
  return decodeRadix64(text, URL_SAFE);
}

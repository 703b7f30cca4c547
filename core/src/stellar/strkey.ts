import { base32nopad } from "@scure/base";
import { concatBytes } from "../chains/concat-bytes.ts";
import { crc16Xmodem } from "../chains/crc16.ts";
import { decodeText } from "../chains/decode-text.ts";

/** Version bytes of SEP-23: an Ed25519 public key begins with G, a secret seed with S. */
export const STRKEY_PUBLIC_KEY = 6 << 3;
export const STRKEY_SECRET_SEED = 18 << 3;

/** The 56 characters of 32 bytes: base32 of version ‖ payload ‖ CRC-16 in little-endian order (SEP-23). */
export function encodeStrkey(version: number, payload: Uint8Array): string {
  if (payload.length !== 32) throw new TypeError("payload must have 32 bytes");
  const body = concatBytes(Uint8Array.of(version), payload);
  const crc = crc16Xmodem(body);
  return base32nopad.encode(concatBytes(body, Uint8Array.of(crc & 0xff, crc >> 8)));
}

/** The 32 bytes of a StrKey of that version; undefined for any other text, lower case included. */
export function decodeStrkey(version: number, text: string): Uint8Array | undefined {
  if (text.length !== 56) return undefined;
  const bytes = decodeText(base32nopad, text);
  if (bytes?.length !== 35 || bytes[0] !== version) return undefined;
  const payload = bytes.slice(1, 33);
  return encodeStrkey(version, payload) === text ? payload : undefined;
}

/**
 * The bit shuffling that RFC 4648 base64 (§4) and base64url (§5) share; they differ in alphabet and padding only.
 * Decoding is strict: one byte string has exactly one accepted spelling, so text and bytes can stand for each other
 * in comparisons, replay records and quorum counts.
 */
export type Radix64 = { alphabet: string; sextets: Int8Array; padded: boolean };

const LETTERS_AND_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** `lastTwo` are the characters for 62 and 63. */
export function makeRadix64(lastTwo: string, padded: boolean): Radix64 {
  const alphabet = LETTERS_AND_DIGITS + lastTwo;
  const sextets = new Int8Array(128).fill(-1);
  for (let i = 0; i < 64; i++) sextets[alphabet.charCodeAt(i)] = i;
  return { alphabet, sextets, padded };
}

export function encodeRadix64(bytes: Uint8Array, { alphabet, padded }: Radix64): string {
  let text = "";
  let i = 0;
  for (; i + 2 < bytes.length; i += 3) {
    const group = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!;
    text +=
      alphabet[group >> 18]! + alphabet[(group >> 12) & 63]! + alphabet[(group >> 6) & 63]! + alphabet[group & 63]!;
  }
  if (i + 1 === bytes.length) {
    text += alphabet[bytes[i]! >> 2]! + alphabet[(bytes[i]! & 3) << 4]! + (padded ? "==" : "");
  } else if (i + 2 === bytes.length) {
    const group = (bytes[i]! << 8) | bytes[i + 1]!;
    text += alphabet[group >> 10]! + alphabet[(group >> 4) & 63]! + alphabet[(group & 15) << 2]! + (padded ? "=" : "");
  }
  return text;
}

/** Undefined for a foreign character, whitespace, wrong padding, or non-zero unused bits (RFC 4648 §3.5). */
export function decodeRadix64(text: string, { sextets, padded }: Radix64): Uint8Array | undefined {
  let length = text.length;
  if (padded) {
    if (length % 4 !== 0) return undefined;
    if (text.endsWith("==")) length -= 2;
    else if (text.endsWith("=")) length -= 1;
  }
  const rest = length % 4;
  if (rest === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((length * 3) / 4));
  let at = 0;
  let bits = 0;
  let bitCount = 0;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    const sextet = code < 128 ? sextets[code]! : -1;
    if (sextet < 0) return undefined;
    bits = ((bits << 6) | sextet) & 0xffff;
    bitCount += 6;
    if (bitCount >= 8) {
      bitCount -= 8;
      bytes[at++] = (bits >> bitCount) & 0xff;
    }
  }
  return (bits & ((1 << bitCount) - 1)) === 0 ? bytes : undefined;
}

const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Lower-case hex without a prefix. */
export function encodeHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += PAIRS[byte]!;
  return text;
}

/** Lower-case hex as ASCII bytes: for keys, since a string could not be overwritten. */
export function encodeHexAscii(bytes: Uint8Array): Uint8Array {
  const digit = (nibble: number) => nibble + (nibble < 10 ? 0x30 : 0x57);
  const digits = new Uint8Array(bytes.length * 2);
  for (const [at, byte] of bytes.entries()) digits.set([digit(byte >> 4), digit(byte & 15)], at * 2);
  return digits;
}

/** The bytes of hex in either letter case; undefined for an odd length, a `0x` prefix or any other character. */
export function decodeHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    const high = nibble(text.charCodeAt(2 * i));
    const low = nibble(text.charCodeAt(2 * i + 1));
    if (high < 0 || low < 0) return undefined;
    bytes[i] = (high << 4) | low;
  }
  return bytes;
}

/** Lower-case hex behind `0x`, as Ethereum's JSON-RPC spells byte strings. No bytes give `0x`. */
export function encodeHex0x(bytes: Uint8Array): string {
  return `0x${encodeHex(bytes)}`;
}

/** The bytes of `0x`-prefixed hex in either letter case; undefined without the prefix (`0X` is not one). */
export function decodeHex0x(text: string): Uint8Array | undefined {
  return text.startsWith("0x") ? decodeHex(text.slice(2)) : undefined;
}

function nibble(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

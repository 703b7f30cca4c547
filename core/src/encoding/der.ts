import { decodeHex, encodeHex0x } from "./hex.ts";

/** The order of the P-256 base point (NIST SP 800-186 §3.2.1.3). */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const TAG_SEQUENCE = 0x30;
const TAG_INTEGER = 0x02;
// Two integers of at most 33 bytes: every length fits the short form (X.690 §8.1.3.4).
const LENGTH_MAX = 2 * (2 + 33);

export type EcdsaSignature = { r: bigint; s: bigint };

/**
 * Reads `ECDSA-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }` (RFC 3279 §2.2.3) in DER (X.690 §10). Undefined for
 * BER liberties (long lengths, padded integers), trailing bytes, and r or s outside 1 … order - 1. High s is accepted:
 * Go, Ruby, Rust and WebCrypto emit it. `order` is that of the curve, at most 256 bits; P-256's when left out.
 */
export function parseEcdsaSignatureDer(bytes: Uint8Array, order = P256_ORDER): EcdsaSignature | undefined {
  if (bytes.length < 8 || bytes.length > 2 + LENGTH_MAX) return undefined;
  if (bytes[0] !== TAG_SEQUENCE || bytes[1] !== bytes.length - 2) return undefined;
  const sAt = endOfInteger(bytes, 2);
  if (sAt === undefined || endOfInteger(bytes, sAt) !== bytes.length) return undefined;
  const r = readUnsigned(bytes, 4, sAt);
  const s = readUnsigned(bytes, sAt + 2, bytes.length);
  return r > 0n && r < order && s > 0n && s < order ? { r, s } : undefined;
}

/** The DER of a signature. Throws a RangeError, as a bug, unless 0 < r, s < 2^256. */
export function encodeEcdsaSignatureDer({ r, s }: EcdsaSignature): Uint8Array {
  const body = [...encodeUnsigned(r), ...encodeUnsigned(s)];
  return Uint8Array.of(TAG_SEQUENCE, body.length, ...body);
}

/** Where the INTEGER at `at` ends; undefined unless it is positive, minimal (X.690 §8.3.2) and inside the bytes. */
function endOfInteger(bytes: Uint8Array, at: number): number | undefined {
  const length = bytes[at + 1];
  if (bytes[at] !== TAG_INTEGER || length === undefined || length < 1 || length > 33) return undefined;
  const end = at + 2 + length;
  if (end > bytes.length) return undefined;
  const first = bytes[at + 2]!;
  if (first >= 0x80) return undefined;
  if (first === 0 && length > 1 && bytes[at + 3]! < 0x80) return undefined;
  return end;
}

function readUnsigned(bytes: Uint8Array, start: number, end: number): bigint {
  return BigInt(encodeHex0x(bytes.subarray(start, end)));
}

function encodeUnsigned(value: bigint): number[] {
  if (value <= 0n || value >= 1n << 256n) throw new RangeError("signature integers are 1 to 2^256 - 1");
  const hex = value.toString(16);
  const bytes = [...decodeHex(hex.length % 2 === 0 ? hex : `0${hex}`)!];
  // A leading one bit would read as a minus sign (X.690 §8.3.3).
  if (bytes[0]! >= 0x80) bytes.unshift(0);
  return [TAG_INTEGER, bytes.length, ...bytes];
}

import { decodeBase64, encodeBase64 } from "../encoding/base64.ts";

// SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING (no unused bits) { point } }  (RFC 5480 §2)
const UNCOMPRESSED_PREFIX = Uint8Array.of(
  ...[0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01],
  ...[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00],
);
const COMPRESSED_PREFIX = Uint8Array.of(0x30, 0x39, ...UNCOMPRESSED_PREFIX.subarray(2, 24), 0x22, 0x00);

/** Writes a 65-byte uncompressed P-256 point as base64 of its 91-byte SubjectPublicKeyInfo. */
export function encodeP256Spki(point: Uint8Array): string {
  if (point.length !== 65 || point[0] !== 4) throw new TypeError("point must be 65 bytes and uncompressed");
  return encodeBase64(Uint8Array.of(...UNCOMPRESSED_PREFIX, ...point));
}

/**
 * The 65-byte point inside what `encodeP256Spki` wrote. Throws for every other text; does not check that the point is on
 * the curve, which each use of it does.
 */
export function decodeP256Spki(spkiBase64: string): Uint8Array {
  const der = decodeBase64(spkiBase64);
  const point = der && findP256SpkiPoint(der);
  if (point?.length !== 65) throw new TypeError("not a P-256 key in the form that parseP256PublicKey gives");
  return point;
}

/**
 * The encoded point (33 or 65 bytes, not checked to be on the curve) of a P-256 SubjectPublicKeyInfo; undefined for any
 * other key. DER has one encoding per key and form, so comparing with the only two prefixes is a whole strict parser.
 */
export function findP256SpkiPoint(der: Uint8Array): Uint8Array | undefined {
  if (der.length === 91 && startsWith(der, UNCOMPRESSED_PREFIX) && der[26] === 4) return der.slice(26);
  if (der.length === 59 && startsWith(der, COMPRESSED_PREFIX) && (der[26] === 2 || der[26] === 3)) return der.slice(26);
  return undefined;
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.every((byte, i) => bytes[i] === byte);
}

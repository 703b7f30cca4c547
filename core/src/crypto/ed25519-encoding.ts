import { decodeHex } from "../encoding/hex.ts";

/**
 * Whether 32 bytes may stand for a point of Ed25519 that means what it should: its y-coordinate is below 2^255 − 19, so
 * that the point has this one encoding only, and it is none of the eight points of small order, with which one signature
 * verifies for many messages. Whether there is such a point on the curve is not looked at.
 *
 * These are the checks beyond RFC 8032 that Solana's runtime makes too (`verify_strict` of ed25519-dalek).
 */
export function isProperEd25519Encoding(encoded: Uint8Array): boolean {
  if (encoded.length !== 32 || !isBelowPrime(encoded)) return false;
  return !SMALL_ORDER_Y.some((y) => isSameY(y, encoded));
}

// The y-coordinates of the points of order 1, 2, 4 and 8, little-endian; each stands for both signs of x.
const SMALL_ORDER_Y: readonly Uint8Array[] = [
  new Uint8Array(32).with(0, 1),
  Uint8Array.of(0xec, ...new Uint8Array(30).fill(0xff), 0x7f),
  new Uint8Array(32),
  decodeHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")!,
  decodeHex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")!,
];

/** y < 2^255 − 19; the top bit is the sign of x and no part of it (RFC 8032 §5.1.2). */
function isBelowPrime(encoded: Uint8Array): boolean {
  if ((encoded[31]! & 0x7f) !== 0x7f) return true;
  for (let i = 30; i > 0; i--) if (encoded[i] !== 0xff) return true;
  return encoded[0]! < 0xed;
}

function isSameY(y: Uint8Array, encoded: Uint8Array): boolean {
  for (let i = 0; i < 31; i++) if (y[i] !== encoded[i]) return false;
  return y[31] === (encoded[31]! & 0x7f);
}

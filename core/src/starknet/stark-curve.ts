import { weierstrass } from "@noble/curves/abstract/weierstrass.js";
import { createHmacDrbg } from "@noble/curves/utils.js";
import { concatBytes } from "../chains/concat-bytes.ts";
import { hmacSha256 } from "../crypto/primitives.ts";

/** The STARK-friendly curve (docs.starknet.io, "Cryptography", "The STARK curve"). */
export const StarkPoint = weierstrass({
  p: 0x800000000000011000000000000000000000000000000000000000000000001n,
  n: 0x800000000000010ffffffffffffffffb781126dcae7b2321e66a241adc64d2fn,
  h: 1n,
  a: 1n,
  b: 0x6f21413efbe40de150e596d72f7a8c5609ad26c15c915c1f4cdfcb99cee9e89n,
  Gx: 0x1ef15c18599971b7beced415a40f0c7deacfd9b0d1819e03d723d8bc943cfcan,
  Gy: 0x5668060aa49730b7be4801df46ec62de53ecd11abe43a32873000c36e8dc1fn,
});

const { Fn, BASE } = StarkPoint;

/**
 * Message hashes, and r and the inverse of s, lie below 2^251 (cairo-lang, `starkware/crypto/signature/signature.py`): the
 * verifier's field elements hold no more.
 */
const ELEMENT_LIMIT = 1n << 251n;

/** Whether 32 bytes are a scalar in [1, n). */
export function isValidStarkPrivateKey(privateKey: Uint8Array): boolean {
  const scalar = toInteger(privateKey);
  return privateKey.length === 32 && scalar > 0n && scalar < Fn.ORDER;
}

/** The x-coordinate of the public point, 32 bytes: what Starknet calls the public key. */
export function starkPublicKey(privateKey: Uint8Array): Uint8Array {
  return toBytes(BASE.multiply(toScalar(privateKey)).x);
}

/** Whether 32 bytes are a message hash that the curve's verifier accepts. */
export function isSignableStarkHash(hash: Uint8Array): boolean {
  return hash.length === 32 && toInteger(hash) < ELEMENT_LIMIT;
}

/**
 * r ‖ s, 32 bytes each, over a message hash below 2^251. The nonce is that of RFC 6979 §3.2 with HMAC-SHA-256 and the 252
 * bits of the order; the hash enters as the integer it is, not truncated to them. Verified before it is returned (I19).
 */
export function signStark(hash: Uint8Array, privateKey: Uint8Array): Uint8Array {
  if (!isSignableStarkHash(hash)) throw new TypeError("hash must be 32 bytes below 2^251");
  const message = toInteger(hash);
  const scalar = toScalar(privateKey);
  const drbg = createHmacDrbg<Uint8Array>(32, 32, hmacSha256);
  const seed = concatBytes(toBytes(scalar), toBytes(Fn.create(message)));
  const signature = drbg(seed, (candidate) => signWithNonce(toInteger(candidate) >> 4n, message, scalar));
  if (!verifyStark(signature, hash, starkPublicKey(privateKey))) {
    throw new Error("the signature does not verify against the wallet's public key; it was thrown away");
  }
  return signature;
}

function signWithNonce(nonce: bigint, message: bigint, scalar: bigint): Uint8Array | undefined {
  if (nonce <= 0n || nonce >= Fn.ORDER) return undefined;
  const r = BASE.multiply(nonce).x;
  if (r === 0n || r >= ELEMENT_LIMIT) return undefined;
  const sum = Fn.create(message + r * scalar);
  if (sum === 0n) return undefined;
  // The verifier multiplies with w, the inverse of s, so w has the bound and not s.
  const w = Fn.mul(nonce, Fn.inv(sum));
  return w < ELEMENT_LIMIT ? concatBytes(toBytes(r), toBytes(Fn.inv(w))) : undefined;
}

/**
 * Whether r ‖ s signs the hash for the key with this x-coordinate. Both points with that x are tried: which of them is the
 * key is not part of it. False for anything malformed.
 */
export function verifyStark(signature: Uint8Array, hash: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== 64 || publicKey.length !== 32 || !isSignableStarkHash(hash)) return false;
  const r = toInteger(signature.subarray(0, 32));
  const s = toInteger(signature.subarray(32));
  if (r === 0n || r >= ELEMENT_LIMIT || s === 0n || s >= Fn.ORDER) return false;
  const w = Fn.inv(s);
  if (w >= ELEMENT_LIMIT) return false;
  const point = pointAt(publicKey);
  if (point === undefined) return false;
  const left = multiply(BASE, Fn.mul(toInteger(hash), w));
  const right = multiply(point, Fn.mul(r, w));
  return [left.add(right), left.subtract(right)].some((sum) => !sum.is0() && sum.x === r);
}

function pointAt(x: Uint8Array): InstanceType<typeof StarkPoint> | undefined {
  try {
    return StarkPoint.fromBytes(concatBytes(Uint8Array.of(2), x));
  } catch {
    return undefined; // noble throws where x is not the coordinate of a point
  }
}

/** Public scalars only; zero gives the point at infinity, which `multiply` refuses. */
function multiply(point: InstanceType<typeof StarkPoint>, scalar: bigint): InstanceType<typeof StarkPoint> {
  return scalar === 0n ? StarkPoint.ZERO : point.multiplyUnsafe(scalar);
}

function toScalar(privateKey: Uint8Array): bigint {
  if (!isValidStarkPrivateKey(privateKey)) throw new TypeError("private key must be 32 bytes in [1, n)");
  return toInteger(privateKey);
}

export function toInteger(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

/** 32 bytes, big-endian. */
export function toBytes(value: bigint): Uint8Array {
  const bytes = new Uint8Array(32);
  for (let i = 31, rest = value; i >= 0; i--, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}

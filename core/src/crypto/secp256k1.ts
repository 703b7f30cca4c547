import { secp256k1 } from "@noble/curves/secp256k1.js";
import { numberToBytesBE } from "@noble/curves/utils.js";
import { equalBytes } from "./equal-bytes.ts";
import { keccak256, recoverSecp256k1, secp256k1PublicKey, signSecp256k1 } from "./primitives.ts";

/** `r` and `s` are 32 bytes each, `s` is low (EIP-2); `yParity` is that of EIP-2718 transactions, 27 + yParity is `v`. */
export type EthereumSignature = { r: Uint8Array; s: Uint8Array; yParity: 0 | 1 };

const HALF_ORDER = secp256k1.Point.Fn.ORDER >> 1n;
const ORDER = numberToBytesBE(secp256k1.Point.Fn.ORDER, 32);

/**
 * Signs a 32-byte digest and gives the signature only if it recovers to `publicKey` (65 bytes, uncompressed).
 *
 * INVARIANT I19: one (key, digest) has one nonce (RFC 6979); `s` is low; a signature that a fault spoiled throws and is
 * never released. Pass the public key that is stored with the wallet: it also proves that the right key was opened, and
 * saves computing it again. Left out, it is derived from the private key.
 */
export function signRecoverable(
  digest: Uint8Array,
  privateKey: Uint8Array,
  publicKey: Uint8Array = secp256k1PublicKey(privateKey, false),
): EthereumSignature {
  const { r, s, recovery } = signSecp256k1(digest, privateKey);
  const recovered = recoverSecp256k1(digest, { r, s, recovery });
  if (recovered === undefined || !equalBytes(recovered, publicKey) || !isLowS(s)) {
    throw new Error("the signature does not verify against the wallet's public key; it was thrown away");
  }
  return { r, s, yParity: recovery };
}

/** The 20 bytes that name an account: the end of the Keccak-256 of its public key without the prefix 04. */
export function ethereumAddressBytes(publicKey: Uint8Array): Uint8Array {
  if (publicKey.length !== 65 || publicKey[0] !== 4) throw new TypeError("public key must be 65 bytes, uncompressed");
  return keccak256(publicKey.subarray(1)).slice(12);
}

/** Whether the bytes are 32 and a scalar in [1, n) (SEC 2 §2.4.1). */
export function isValidSecp256k1PrivateKey(privateKey: Uint8Array): boolean {
  return privateKey.length === 32 && secp256k1.utils.isValidSecretKey(privateKey);
}

/**
 * Adds `key` to `sum` modulo the order, in place: 32 bytes each, big-endian, both below the order. Takes the same steps
 * whatever they are, and leaves no copy. False where the sum is zero, which is no key.
 */
export function addSecp256k1Scalars(sum: Uint8Array, key: Uint8Array): boolean {
  const reduced = new Uint8Array(32);
  let carry = 0;
  let borrow = 0;
  for (let at = 31; at >= 0; at--) {
    carry += sum[at]! + key[at]!;
    sum[at] = carry & 0xff;
    const difference = sum[at]! - ORDER[at]! - borrow;
    reduced[at] = difference & 0xff;
    borrow = (difference >> 8) & 1;
    carry >>= 8;
  }
  // All ones where the sum is not below the order: it overflowed, or the order could be taken from it.
  const mask = -(carry | (borrow ^ 1)) & 0xff;
  let bits = 0;
  for (let at = 0; at < 32; at++) {
    sum[at] = (reduced[at]! & mask) | (sum[at]! & ~mask);
    bits |= sum[at]!;
  }
  reduced.fill(0);
  return bits !== 0;
}

function isLowS(s: Uint8Array): boolean {
  // Half the order begins with 7f: only such an s needs the exact comparison.
  if (s[0]! < 0x7f) return true;
  let value = 0n;
  for (const byte of s) value = (value << 8n) | BigInt(byte);
  return value <= HALF_ORDER;
}

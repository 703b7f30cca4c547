import { gcm } from "@noble/ciphers/aes.js";
import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { pbkdf2 } from "@noble/hashes/pbkdf2.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { concatBytes } from "@noble/hashes/utils.js";
import { equalBytes } from "./equal-bytes.ts";
import { decodeP256Spki } from "./p256-spki.ts";
import type { Primitives } from "./primitives.ts";

/**
 * The reference implementations, on noble: what every other set is tested against, and what runs where there is none.
 *
 * noble blinds secret scalars with the platform's random generator; the results do not depend on it.
 */
export const referencePrimitives: Readonly<Primitives> = Object.freeze({
  sha256: (data) => sha256(data),
  keccak256: (data) => keccak_256(data),
  hmacSha256: (key, data) => hmac(sha256, key, data),
  hkdfSha256: (ikm, salt, info, lengthBytes) => hkdf(sha256, ikm, salt, info, lengthBytes),
  pbkdf2HmacSha512: (password, salt, iterations, lengthBytes) =>
    pbkdf2(sha512, password, salt, { c: iterations, dkLen: lengthBytes }),

  verifyP256(spkiBase64, message, derSignature) {
    const point = decodeP256Spki(spkiBase64);
    if (!p256.utils.isValidPublicKey(point, false)) throw new TypeError("the key is not a point of P-256");
    return p256.verify(derSignature, message, point, { format: "der", prehash: true, lowS: false });
  },

  signSecp256k1(digest, privateKey) {
    const signature = secp256k1.sign(digest, privateKey, {
      format: "recovered",
      prehash: false,
      lowS: true,
      extraEntropy: false,
    });
    const recovery = signature[0];
    // 2 and 3 mean that R.x ≥ n, which no one has ever seen; EIP-155 and EIP-2718 have no form for them.
    if (recovery !== 0 && recovery !== 1) throw new Error("the signature has no y-parity");
    return { r: signature.slice(1, 33), s: signature.slice(33, 65), recovery };
  },
  verifySecp256k1: (digest, { r, s }, publicKey) =>
    secp256k1.verify(concatBytes(r, s), digest, publicKey, { format: "compact", prehash: false, lowS: false }),
  recoverSecp256k1(digest, { r, s, recovery }) {
    try {
      const compressed = secp256k1.recoverPublicKey(concatBytes(Uint8Array.of(recovery), r, s), digest, {
        prehash: false,
      });
      return secp256k1.Point.fromBytes(compressed).toBytes(false);
    } catch {
      return undefined; // noble throws for r, s out of range, for an r that is no x-coordinate and for infinity
    }
  },
  secp256k1PublicKey: (privateKey, compressed) => secp256k1.getPublicKey(privateKey, compressed),

  ed25519PublicKey: (seed) => ed25519.getPublicKey(seed),
  signEd25519: (seed, message) => ed25519.sign(message, seed),
  verifyEd25519,

  encryptAes256Gcm: (key, nonce, aad, plaintext) => gcm(key, nonce, aad).encrypt(plaintext),
  decryptAes256Gcm(key, nonce, aad, ciphertext) {
    const cipher = gcm(key, nonce, aad);
    try {
      return cipher.decrypt(ciphertext);
    } catch {
      return undefined; // the only way to fail for a key, nonce and length that were checked: the tag does not match
    }
  },
} satisfies Primitives);

/**
 * RFC 8032 §5.1.7 with R computed and compared by its bytes. noble's own verification multiplies by the cofactor, so it
 * takes more signatures than OpenSSL and than Solana's runtime do.
 */
function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const { Point } = ed25519;
  const [r, s] = [signature.subarray(0, 32), integerLittleEndian(signature.subarray(32))];
  if (s >= Point.Fn.ORDER) return false;
  let key: InstanceType<typeof Point>;
  try {
    key = Point.fromBytes(publicKey);
  } catch {
    return false; // not a point of the curve
  }
  const k = Point.Fn.create(integerLittleEndian(sha512(concatBytes(r, publicKey, message))));
  return equalBytes(Point.BASE.multiplyUnsafe(s).subtract(key.multiplyUnsafe(k)).toBytes(), r);
}

function integerLittleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  return value;
}

import { isProperEd25519Encoding } from "./ed25519-encoding.ts";
import { referencePrimitives } from "./reference-primitives.ts";

/** A signature over secp256k1: `r` and `s` are 32 bytes each, big-endian. */
export type Secp256k1Signature = { r: Uint8Array; s: Uint8Array };

/** `recovery` is the parity of the y-coordinate of R, after `s` was made low. */
export type RecoverableSignature = Secp256k1Signature & { recovery: 0 | 1 };

/**
 * The primitives that have more than one implementation: noble everywhere, faster ones where the platform has them.
 *
 * Each is a deterministic function of its arguments, so which implementation is installed can be measured but not
 * observed. Call them through the functions of this module: these check the shape of the arguments once, for all
 * implementations.
 */
export type Primitives = {
  sha256(data: Uint8Array): Uint8Array;
  keccak256(data: Uint8Array): Uint8Array;
  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array;
  hkdfSha256(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, lengthBytes: number): Uint8Array;
  pbkdf2HmacSha512(password: Uint8Array, salt: Uint8Array, iterations: number, lengthBytes: number): Uint8Array;
  verifyP256(spkiBase64: string, message: Uint8Array, derSignature: Uint8Array): boolean;
  signSecp256k1(digest: Uint8Array, privateKey: Uint8Array): RecoverableSignature;
  verifySecp256k1(digest: Uint8Array, signature: Secp256k1Signature, publicKey: Uint8Array): boolean;
  recoverSecp256k1(digest: Uint8Array, signature: RecoverableSignature): Uint8Array | undefined;
  secp256k1PublicKey(privateKey: Uint8Array, compressed: boolean): Uint8Array;
  ed25519PublicKey(seed: Uint8Array): Uint8Array;
  signEd25519(seed: Uint8Array, message: Uint8Array): Uint8Array;
  verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  encryptAes256Gcm(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array;
  decryptAes256Gcm(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined;
};

let active: Readonly<Primitives> = referencePrimitives;

/**
 * Replaces the reference implementations for the life of the process. Called once, at start, with a set that was tested
 * against the reference; a second call throws, so nothing that runs later can swap them.
 */
export function installPrimitives(primitives: Primitives): void {
  if (active !== referencePrimitives) throw new Error("primitives are installed already");
  active = Object.freeze({ ...primitives });
}

/** SHA-256 (FIPS 180-4), 32 bytes. */
export function sha256(data: Uint8Array): Uint8Array {
  assertBytes("data", data);
  return active.sha256(data);
}

/** Keccak-256 as Ethereum uses it (the padding before FIPS 202), 32 bytes. */
export function keccak256(data: Uint8Array): Uint8Array {
  assertBytes("data", data);
  return active.keccak256(data);
}

/** HMAC-SHA-256 (RFC 2104), 32 bytes. */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
  assertBytes("key", key);
  assertBytes("data", data);
  return active.hmacSha256(key, data);
}

/** HKDF-SHA-256, extract then expand (RFC 5869 §2). `lengthBytes` is 1 to 8160. */
export function hkdfSha256(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, lengthBytes: number): Uint8Array {
  assertBytes("ikm", ikm);
  assertBytes("salt", salt);
  assertBytes("info", info);
  assertInteger("lengthBytes", lengthBytes, 1, 255 * 32);
  return active.hkdfSha256(ikm, salt, info, lengthBytes);
}

/** PBKDF2 with HMAC-SHA-512 (RFC 8018 §5.2), as BIP-39 uses it. `lengthBytes` is 1 to 1024. */
export function pbkdf2HmacSha512(
  password: Uint8Array,
  salt: Uint8Array,
  iterations: number,
  lengthBytes: number,
): Uint8Array {
  assertBytes("password", password);
  assertBytes("salt", salt);
  assertInteger("iterations", iterations, 1, 10_000_000);
  assertInteger("lengthBytes", lengthBytes, 1, 1024);
  return active.pbkdf2HmacSha512(password, salt, iterations, lengthBytes);
}

/**
 * Whether `derSignature` is an ECDSA P-256 signature of the SHA-256 of `message` (FIPS 186-5 §6.4.2).
 *
 * `spkiBase64` is what `parseP256PublicKey` gave; any other text or a point off the curve throws. High `s` is accepted, as the wire protocol
 * requires; the caller checks strict DER first and never counts signatures by their bytes (I4).
 */
export function verifyP256(spkiBase64: string, message: Uint8Array, derSignature: Uint8Array): boolean {
  assertBytes("message", message);
  assertBytes("derSignature", derSignature);
  return active.verifyP256(spkiBase64, message, derSignature);
}

/**
 * ECDSA over secp256k1 with the deterministic nonce of RFC 6979 (SHA-256) and low `s` (EIP-2). `digest` and
 * `privateKey` are 32 bytes; a private key outside [1, n) throws. To release a signature use `signRecoverable`, which
 * checks it.
 */
export function signSecp256k1(digest: Uint8Array, privateKey: Uint8Array): RecoverableSignature {
  assertBytes("digest", digest, 32);
  assertBytes("private key", privateKey, 32);
  return active.signSecp256k1(digest, privateKey);
}

/**
 * Whether `signature` is one over the 32-byte `digest` by `publicKey` (33 or 65 bytes, SEC 1 §2.3.3). High `s` verifies:
 * ECDSA says so; who needs unique signatures refuses it before. An invalid key or an `r` or `s` out of range is false.
 */
export function verifySecp256k1(digest: Uint8Array, signature: Secp256k1Signature, publicKey: Uint8Array): boolean {
  assertBytes("digest", digest, 32);
  assertBytes("r", signature.r, 32);
  assertBytes("s", signature.s, 32);
  assertBytes("public key", publicKey);
  // SEC 1 encodings only: libsecp256k1 would also read the hybrid forms 06 and 07.
  const prefix = publicKey[0];
  const compressed = publicKey.length === 33 && (prefix === 2 || prefix === 3);
  if (!compressed && !(publicKey.length === 65 && prefix === 4)) return false;
  return active.verifySecp256k1(digest, signature, publicKey);
}

/** The 65-byte public key whose signature this is (SEC 1 §4.1.6); undefined when there is none. */
export function recoverSecp256k1(digest: Uint8Array, signature: RecoverableSignature): Uint8Array | undefined {
  assertBytes("digest", digest, 32);
  assertBytes("r", signature.r, 32);
  assertBytes("s", signature.s, 32);
  assertInteger("recovery", signature.recovery, 0, 1);
  return active.recoverSecp256k1(digest, signature);
}

/** The public key of a 32-byte private key: 33 bytes compressed, else 65. A private key outside [1, n) throws. */
export function secp256k1PublicKey(privateKey: Uint8Array, compressed: boolean): Uint8Array {
  assertBytes("private key", privateKey, 32);
  return active.secp256k1PublicKey(privateKey, compressed);
}

/** The 32-byte public key of a 32-byte Ed25519 seed, which RFC 8032 §5.1.5 calls the private key. */
export function ed25519PublicKey(seed: Uint8Array): Uint8Array {
  assertBytes("seed", seed, 32);
  return active.ed25519PublicKey(seed);
}

/**
 * The 64-byte Ed25519 signature of the message (RFC 8032 §5.1.6, without prehash or context). The public key that goes
 * into it is derived from the seed: signing with a foreign one would give the key away. To release a signature use
 * `signEd25519Checked`, which checks it.
 */
export function signEd25519(seed: Uint8Array, message: Uint8Array): Uint8Array {
  assertBytes("seed", seed, 32);
  assertBytes("message", message);
  return active.signEd25519(seed, message);
}

/**
 * Whether `signature` is an Ed25519 signature of the message by `publicKey`: RFC 8032 §5.1.7 without the cofactor, and
 * neither the key nor R of small order or in a second encoding, which is what Solana's runtime accepts. A key or
 * signature of another length is false.
 */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  assertBytes("public key", publicKey);
  assertBytes("message", message);
  assertBytes("signature", signature);
  if (signature.length !== 64 || !isProperEd25519Encoding(publicKey)) return false;
  return isProperEd25519Encoding(signature.subarray(0, 32)) && active.verifyEd25519(publicKey, message, signature);
}

/**
 * AES-256-GCM (NIST SP 800-38D) with a 32-byte key and a 12-byte nonce; gives ciphertext ‖ 16-byte tag. A nonce must
 * never be used twice under one key.
 */
export function encryptAes256Gcm(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  assertBytes("key", key, 32);
  assertBytes("nonce", nonce, 12);
  assertBytes("aad", aad);
  assertBytes("plaintext", plaintext);
  return active.encryptAes256Gcm(key, nonce, aad, plaintext);
}

/** Opens what `encryptAes256Gcm` made; undefined when key, nonce, aad or ciphertext ‖ tag do not belong together. */
export function decryptAes256Gcm(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array | undefined {
  assertBytes("key", key, 32);
  assertBytes("nonce", nonce, 12);
  assertBytes("aad", aad);
  assertBytes("ciphertext", ciphertext);
  if (ciphertext.length < 16) return undefined;
  return active.decryptAes256Gcm(key, nonce, aad, ciphertext);
}

// Strings, arrays and array-likes must never reach a primitive: some implementations would convert them, and a nonce
// that is derived from converted input can repeat (I19).
function assertBytes(name: string, value: Uint8Array, length?: number): void {
  if (!(value instanceof Uint8Array)) throw new TypeError(`${name} must be a Uint8Array`);
  if (length !== undefined && value.length !== length) throw new TypeError(`${name} must have ${length} bytes`);
}

function assertInteger(name: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new TypeError(`${name} must be an integer from ${min} to ${max}`);
  }
}

import { gcm } from "@noble/ciphers/aes.js";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { concatBytes } from "@noble/hashes/utils.js";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { isValidP256Scalar, p256PublicKey, sharedSecretP256 } from "./p256.ts";
import { hmacSha256 } from "./primitives.ts";

/**
 * The AEADs of RFC 9180 §7.3. The API offers the first two; AES-128-GCM is here because RFC 9180 has vectors for it with
 * P-256, and none for AES-256-GCM, which differs by the key length only.
 */
export type HpkeAead = keyof typeof AEADS;

/** One direction of an HPKE exchange. Message `sequence` is sealed under `baseNonce` XOR `sequence`. */
export type HpkeContext = { aead: HpkeAead; key: Uint8Array; baseNonce: Uint8Array };

const AEADS = {
  "chacha20-poly1305": { id: 3, keyBytes: 32, cipher: chacha20poly1305 },
  "aes-256-gcm": { id: 2, keyBytes: 32, cipher: gcm },
  "aes-128-gcm": { id: 1, keyBytes: 16, cipher: gcm },
} as const;

const NONE = new Uint8Array(0);
const VERSION = encodeUtf8("HPKE-v1");
// DHKEM(P-256, HKDF-SHA256) = 0x0010, HKDF-SHA256 = 0x0001  (RFC 9180 §7.1, §7.2)
const KEM_SUITE = Uint8Array.of(...encodeUtf8("KEM"), 0x00, 0x10);
const MODE_BASE = 0x00;
const TAG_BYTES = 16;

/**
 * Encrypts one message to a P-256 key: RFC 9180 base mode, single-shot (§6.1), DHKEM(P-256, HKDF-SHA256), HKDF-SHA256
 * and `aead`, ChaCha20-Poly1305 when left out. `recipientPoint` is 65 bytes; `ephemeralScalar` must be fresh for every
 * message (`deriveP256Scalar` of 48 random bytes). Gives the 65-byte encapsulated key and ciphertext ‖ 16-byte tag.
 * Throws for a point off the curve or a scalar outside [1, n): both were parsed before.
 */
export function hpkeSeal(options: {
  recipientPoint: Uint8Array;
  ephemeralScalar: Uint8Array;
  plaintext: Uint8Array;
  info?: Uint8Array;
  aad?: Uint8Array;
  aead?: HpkeAead;
}): { encapsulatedKey: Uint8Array; ciphertext: Uint8Array } {
  const { recipientPoint, ephemeralScalar, plaintext, info = NONE, aad = NONE, aead = "chacha20-poly1305" } = options;
  const encapsulatedKey = p256PublicKey(ephemeralScalar).point;
  const dh = sharedSecretP256(ephemeralScalar, recipientPoint);
  if (dh === undefined) throw new TypeError("recipientPoint is not a 65-byte point of P-256");
  const context = scheduleHpkeKeys(expandSharedSecret(dh, encapsulatedKey, recipientPoint), info, aead);
  const ciphertext = sealHpkeMessage(context, 0, aad, plaintext);
  context.key.fill(0);
  return { encapsulatedKey, ciphertext };
}

/**
 * Opens what `hpkeSeal` made. Undefined when the encapsulated key is no point of the curve or when anything (key, info,
 * aad, aead, ciphertext) does not belong together. Throws for a `recipientScalar` outside [1, n).
 */
export function hpkeOpen(options: {
  recipientScalar: Uint8Array;
  encapsulatedKey: Uint8Array;
  ciphertext: Uint8Array;
  info?: Uint8Array;
  aad?: Uint8Array;
  aead?: HpkeAead;
}): Uint8Array | undefined {
  const { recipientScalar, encapsulatedKey, ciphertext, info = NONE, aad = NONE, aead = "chacha20-poly1305" } = options;
  const recipientPoint = p256PublicKey(recipientScalar).point;
  const dh = sharedSecretP256(recipientScalar, encapsulatedKey);
  if (dh === undefined) return undefined;
  const context = scheduleHpkeKeys(expandSharedSecret(dh, encapsulatedKey, recipientPoint), info, aead);
  const plaintext = openHpkeMessage(context, 0, aad, ciphertext);
  context.key.fill(0);
  return plaintext;
}

/** DeriveKeyPair of DHKEM(P-256) (RFC 9180 §7.1.3): the scalar in [1, n) that `ikm` (32 bytes or more) stands for. */
export function deriveHpkeScalar(ikm: Uint8Array): Uint8Array {
  if (ikm.length < 32) throw new TypeError("ikm must have at least 32 bytes");
  const prk = labeledExtract(KEM_SUITE, NONE, "dkp_prk", ikm);
  for (let counter = 0; counter <= 255; counter++) {
    const candidate = labeledExpand(KEM_SUITE, prk, "candidate", Uint8Array.of(counter), 32);
    if (isValidP256Scalar(candidate)) return candidate;
  }
  throw new Error("no scalar found"); // DeriveKeyPairError, probability 2^-8192
}

/** The shared secret of the KEM (RFC 9180 §4.1, ExtractAndExpand), 32 bytes. Overwrites `dh`. */
export function expandSharedSecret(
  dh: Uint8Array,
  encapsulatedKey: Uint8Array,
  recipientPoint: Uint8Array,
): Uint8Array {
  const prk = labeledExtract(KEM_SUITE, NONE, "eae_prk", dh);
  dh.fill(0);
  return labeledExpand(KEM_SUITE, prk, "shared_secret", concatBytes(encapsulatedKey, recipientPoint), 32);
}

/** KeySchedule in base mode (RFC 9180 §5.1). Overwrites `sharedSecret`. */
export function scheduleHpkeKeys(sharedSecret: Uint8Array, info: Uint8Array, aead: HpkeAead): HpkeContext {
  const { id, keyBytes } = AEADS[aead];
  const suite = Uint8Array.of(...encodeUtf8("HPKE"), 0x00, 0x10, 0x00, 0x01, 0x00, id);
  const context = concatBytes(
    Uint8Array.of(MODE_BASE),
    labeledExtract(suite, NONE, "psk_id_hash", NONE),
    labeledExtract(suite, NONE, "info_hash", info),
  );
  const secret = labeledExtract(suite, sharedSecret, "secret", NONE);
  sharedSecret.fill(0);
  const key = labeledExpand(suite, secret, "key", context, keyBytes);
  const baseNonce = labeledExpand(suite, secret, "base_nonce", context, 12);
  secret.fill(0);
  return { aead, key, baseNonce };
}

/** ContextS.Seal (RFC 9180 §5.2) at an explicit sequence number, which must not repeat in one context. */
export function sealHpkeMessage(
  context: HpkeContext,
  sequence: number,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  return AEADS[context.aead].cipher(context.key, messageNonce(context.baseNonce, sequence), aad).encrypt(plaintext);
}

/** ContextR.Open (RFC 9180 §5.2) at an explicit sequence number; undefined when the message is not authentic. */
export function openHpkeMessage(
  context: HpkeContext,
  sequence: number,
  aad: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array | undefined {
  if (ciphertext.length < TAG_BYTES) return undefined;
  const cipher = AEADS[context.aead].cipher(context.key, messageNonce(context.baseNonce, sequence), aad);
  try {
    return cipher.decrypt(ciphertext);
  } catch {
    return undefined; // key, nonce and length are right by construction: the tag does not match
  }
}

function messageNonce(baseNonce: Uint8Array, sequence: number): Uint8Array {
  if (!Number.isInteger(sequence) || sequence < 0 || sequence > 0xffffffff) throw new TypeError("sequence is 32 bits");
  const nonce = baseNonce.slice();
  const view = new DataView(nonce.buffer);
  view.setUint32(8, view.getUint32(8) ^ sequence);
  return nonce;
}

// RFC 9180 §4, LabeledExtract
function labeledExtract(suite: Uint8Array, salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array {
  const labeled = concatBytes(VERSION, suite, encodeUtf8(label), ikm);
  const prk = hmacSha256(salt, labeled); // HKDF-Extract (RFC 5869 §2.2); HMAC pads an empty salt to the 32 zeros it asks for
  labeled.fill(0);
  return prk;
}

// RFC 9180 §4, LabeledExpand. Nothing here is longer than one hash, so HKDF-Expand (RFC 5869 §2.3) is its first block.
function labeledExpand(
  suite: Uint8Array,
  prk: Uint8Array,
  label: string,
  info: Uint8Array,
  lengthBytes: number,
): Uint8Array {
  if (lengthBytes > 32) throw new TypeError("lengthBytes is at most 32");
  const labeled = concatBytes(Uint8Array.of(0, lengthBytes), VERSION, suite, encodeUtf8(label), info, Uint8Array.of(1));
  return hmacSha256(prk, labeled).slice(0, lengthBytes);
}

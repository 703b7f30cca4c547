import { p256PublicKey, signP256 } from "@mandate/core/crypto/p256";
import { referencePrimitives as reference } from "@mandate/core/crypto/reference-primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadPrimitives } from "./native.ts";

const { primitives: native } = await loadPrimitives();
const numRuns = (count: number) => ({ numRuns: count * Number(process.env.MANDATE_FUZZ ?? 1) });

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const data = fc.uint8Array({ maxLength: 700 });
const ORDER = Uint8Array.from(Buffer.from("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", "hex"));
/** Mostly random, often an edge: zero, one, around the order and 2^256 − 1. */
const scalar = fc.oneof(
  { weight: 8, arbitrary: bytes(32) },
  fc.constantFrom(
    new Uint8Array(32),
    new Uint8Array(32).with(31, 1),
    ORDER.with(31, 0x40),
    ORDER,
    ORDER.with(31, 0x42),
    new Uint8Array(32).fill(255),
  ),
);

/** The answer, or that there was none: implementations may word their exceptions as they like. */
function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch {
    return "throws";
  }
}

describe("native and reference agree", () => {
  it("on hashes, HMAC and key derivation", () => {
    fc.assert(
      fc.property(data, data, data, fc.integer({ min: 1, max: 400 }), (a, b, c, length) => {
        expect(native.sha256(a)).toEqual(reference.sha256(a));
        expect(native.keccak256(a)).toEqual(reference.keccak256(a));
        expect(native.hmacSha256(a, b)).toEqual(reference.hmacSha256(a, b));
        expect(native.hkdfSha256(a, b, c, length)).toEqual(reference.hkdfSha256(a, b, c, length));
      }),
      numRuns(200),
    );
    fc.assert(
      fc.property(data, data, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 200 }), (a, b, n, length) => {
        expect(native.pbkdf2HmacSha512(a, b, n, length)).toEqual(reference.pbkdf2HmacSha512(a, b, n, length));
      }),
      numRuns(50),
    );
  });

  it("on AES-256-GCM, sealed and tampered with", () => {
    fc.assert(
      fc.property(bytes(32), bytes(12), data, data, fc.nat(), (key, nonce, aad, plaintext, at) => {
        const sealed = native.encryptAes256Gcm(key, nonce, aad, plaintext);
        expect(sealed).toEqual(reference.encryptAes256Gcm(key, nonce, aad, plaintext));
        const tampered = sealed.with(at % sealed.length, sealed[at % sealed.length]! ^ 1);
        for (const { decryptAes256Gcm } of [native, reference]) {
          expect(decryptAes256Gcm(key, nonce, aad, tampered)).toBeUndefined();
          expect(decryptAes256Gcm(key, nonce, aad, sealed)).toEqual(plaintext);
        }
      }),
      numRuns(200),
    );
  });

  it("I19: on secp256k1 signatures, byte for byte", () => {
    fc.assert(
      fc.property(scalar, scalar, (digest, key) => {
        const signature = outcome(() => native.signSecp256k1(digest, key));
        expect(signature).toEqual(outcome(() => reference.signSecp256k1(digest, key)));
        for (const compressed of [true, false]) {
          const publicKey = outcome(() => native.secp256k1PublicKey(key, compressed));
          expect(publicKey).toEqual(outcome(() => reference.secp256k1PublicKey(key, compressed)));
        }
      }),
      numRuns(250),
    );
  });

  it("I2: on verifying and recovering signatures that are right, changed or made up", () => {
    const recovery = fc.constantFrom<0 | 1>(0, 1);
    const publicKey = scalar.map((key) => (key.every((byte) => byte === 0) ? key.with(31, 1) : key));
    fc.assert(
      fc.property(
        scalar,
        publicKey,
        scalar,
        scalar,
        recovery,
        fc.nat({ max: 3 }),
        (digest, key, r, s, recovery, change) => {
          if (outcome(() => native.secp256k1PublicKey(key, false)) === "throws") return;
          const signed = native.signSecp256k1(digest, key);
          const signature = { ...signed, ...[{}, { r }, { s }, { r, s, recovery }][change]! };
          const publicKey = native.secp256k1PublicKey(key, change % 2 === 0);
          const verdict = native.verifySecp256k1(digest, signature, publicKey);
          expect(verdict).toBe(reference.verifySecp256k1(digest, signature, publicKey));
          if (change === 0) expect(verdict).toBe(true);
          expect(native.recoverSecp256k1(digest, signature)).toEqual(reference.recoverSecp256k1(digest, signature));
        },
      ),
      numRuns(200),
    );
  });

  it("I2: on P-256 signatures that are right, changed or made up", () => {
    const keys = [1, 2, 3].map((n) => new Uint8Array(32).fill(n));
    fc.assert(
      fc.property(
        fc.constantFrom(...keys),
        data,
        fc.nat(),
        fc.nat({ max: 2 }),
        data,
        (key, message, at, change, other) => {
          const { spkiBase64 } = p256PublicKey(key);
          const signed = signP256(message, key);
          const flipped = signed.with(at % signed.length, signed[at % signed.length]! ^ (1 << (at % 8)));
          const signature = [signed, flipped, other][change]!;
          const verdict = native.verifyP256(spkiBase64, message, signature);
          expect(verdict).toBe(reference.verifyP256(spkiBase64, message, signature));
          expect(verdict).toBe(change === 0);
        },
      ),
      numRuns(200),
    );
  });

  it("I2, I19: on Ed25519 keys and signatures, right, changed or made up", () => {
    fc.assert(
      fc.property(bytes(32), data, fc.nat(), fc.nat({ max: 2 }), bytes(64), (seed, message, at, change, other) => {
        const publicKey = native.ed25519PublicKey(seed);
        expect(publicKey).toEqual(reference.ed25519PublicKey(seed));
        const signed = native.signEd25519(seed, message);
        expect(signed).toEqual(reference.signEd25519(seed, message));
        const flipped = signed.with(at % 64, signed[at % 64]! ^ (1 << (at % 8)));
        const signature = [signed, flipped, other][change]!;
        const verdict = native.verifyEd25519(publicKey, message, signature);
        expect(verdict).toBe(reference.verifyEd25519(publicKey, message, signature));
        expect(verdict).toBe(change === 0);
        const otherKey = other.subarray(0, 32);
        expect(native.verifyEd25519(otherKey, message, signature)).toBe(
          reference.verifyEd25519(otherKey, message, signature),
        );
      }),
      numRuns(100),
    );
  });
});

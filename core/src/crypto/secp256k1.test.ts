import { computeAddress, SigningKey } from "ethers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeHex } from "../encoding/hex.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { fromHex } from "../testing/wycheproof.ts";
import { secp256k1PublicKey, sha256, verifySecp256k1 } from "./primitives.ts";
import { addSecp256k1Scalars, ethereumAddressBytes, isValidSecp256k1PrivateKey, signRecoverable } from "./secp256k1.ts";

const ORDER = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
const HALF_ORDER = BigInt(`0x${ORDER}`) >> 1n;
const digest = sha256(encodeUtf8("digest"));
const privateKey = sha256(encodeUtf8("mandate secp256k1 test key"));

describe("signRecoverable", () => {
  it("throws for digests that are not exactly 32 bytes", () => {
    for (const wrong of [digest.slice(1), new Uint8Array(33), encodeHex(digest), Array.from(digest), undefined]) {
      expect(() => signRecoverable(wrong as Uint8Array, privateKey)).toThrow(TypeError);
    }
  });

  it("throws for a public key that is not the private key's", () => {
    const other = secp256k1PublicKey(sha256(privateKey), false);
    expect(() => signRecoverable(digest, privateKey, other)).toThrow("thrown away");
    expect(() => signRecoverable(digest, privateKey, secp256k1PublicKey(privateKey, true))).toThrow("thrown away");
    expect(() => signRecoverable(digest, privateKey, new Uint8Array(0))).toThrow("thrown away");
  });

  it("I19: signs as ethers does, low s, the same with and without the public key", () => {
    const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const edge = fc.constantFrom(new Uint8Array(32), new Uint8Array(32).fill(255), fromHex(ORDER));
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: bytes32 }, edge), bytes32, (digest, key) => {
        fc.pre(isValidSecp256k1PrivateKey(key));
        const publicKey = secp256k1PublicKey(key, false);
        const { r, s, yParity } = signRecoverable(digest, key, publicKey);
        const theirs = new SigningKey(`0x${encodeHex(key)}`).sign(digest);
        expect(`0x${encodeHex(r)}${encodeHex(s)}${yParity}`).toBe(`${theirs.r}${theirs.s.slice(2)}${theirs.yParity}`);
        expect(BigInt(`0x${encodeHex(s)}`) <= HALF_ORDER).toBe(true);
        expect(verifySecp256k1(digest, { r, s }, publicKey)).toBe(true);
        expect(signRecoverable(digest, key)).toEqual({ r, s, yParity });
      }),
      { numRuns: 30 * Number(process.env.MANDATE_FUZZ ?? 1) },
    );
  });
});

describe("ethereumAddressBytes", () => {
  it("throws for compressed keys and other lengths", () => {
    for (const wrong of [secp256k1PublicKey(privateKey, true), new Uint8Array(65), new Uint8Array(64), digest]) {
      expect(() => ethereumAddressBytes(wrong)).toThrow(TypeError);
    }
  });

  it("gives the addresses that ethers gives", () => {
    for (let i = 0, key = privateKey; i < 10; i++, key = sha256(key)) {
      const address = `0x${encodeHex(ethereumAddressBytes(secp256k1PublicKey(key, false)))}`;
      expect(address).toBe(computeAddress(`0x${encodeHex(key)}`).toLowerCase());
    }
  });
});

describe("isValidSecp256k1PrivateKey", () => {
  it("refuses zero, the order, more, and other lengths", () => {
    for (const wrong of [
      new Uint8Array(32),
      fromHex(ORDER),
      new Uint8Array(32).fill(255),
      digest.slice(1),
      new Uint8Array(33).fill(1),
    ]) {
      expect(isValidSecp256k1PrivateKey(wrong)).toBe(false);
    }
    expect(isValidSecp256k1PrivateKey(new Uint8Array(32).fill(0).with(31, 1))).toBe(true);
    expect(isValidSecp256k1PrivateKey(fromHex(ORDER.replace(/41$/, "40")))).toBe(true);
  });
});

it("addSecp256k1Scalars adds modulo the order", () => {
  const order = BigInt(`0x${ORDER}`);
  const toBytes = (value: bigint) => fromHex(value.toString(16).padStart(64, "0"));
  const edge = fc.constantFrom(0n, 1n, 255n, 256n, order >> 1n, (order >> 1n) + 1n, order - 2n, order - 1n);
  const scalar = fc.oneof(edge, fc.bigInt({ min: 0n, max: order - 1n }));
  const near = fc.tuple(scalar, fc.bigInt({ min: -3n, max: 3n }));
  const pair = fc.oneof(
    fc.tuple(scalar, scalar),
    // Sums about the order.
    near.map(([a, off]): [bigint, bigint] => [a, (2n * order - a + off) % order]),
  );
  fc.assert(
    fc.property(pair, ([a, b]) => {
      const sum = toBytes(a);
      const key = toBytes(b);
      const expected = (a + b) % order;
      expect(addSecp256k1Scalars(sum, key)).toBe(expected !== 0n);
      expect(encodeHex(sum)).toBe(encodeHex(toBytes(expected)));
      expect(encodeHex(key)).toBe(encodeHex(toBytes(b)));
    }),
    { numRuns: 2000 },
  );
});

import { ed25519 } from "@noble/curves/ed25519.js";
import { describe, expect, it } from "vitest";
import { signEd25519Checked } from "./ed25519.ts";
import { isProperEd25519Encoding } from "./ed25519-encoding.ts";
import { ed25519PublicKey, signEd25519 } from "./primitives.ts";

const seed = new Uint8Array(32).fill(7);
const message = new Uint8Array(100).fill(1);

describe("signEd25519Checked", () => {
  it("throws when the stored public key is not the seed's", () => {
    const other = ed25519PublicKey(new Uint8Array(32).fill(8));
    expect(() => signEd25519Checked(message, seed, other)).toThrow("thrown away");
    expect(() => signEd25519Checked(message, seed, new Uint8Array(31))).toThrow("thrown away");
  });

  it("releases the signature of the message", () => {
    const signature = signEd25519(seed, message);
    expect(signEd25519Checked(message, seed)).toEqual(signature);
    expect(signEd25519Checked(message, seed, ed25519PublicKey(seed))).toEqual(signature);
  });
});

describe("isProperEd25519Encoding", () => {
  it("refuses the eight points of small order, in every encoding", () => {
    // A point of order 8, found by taking the prime-order part off some point of the curve.
    const torsion = smallOrderPoint();
    const seen = new Set<string>();
    for (let point = torsion, i = 0; i < 8; i++, point = point.add(torsion)) {
      const encoded = point.toBytes();
      seen.add(point.toHex());
      for (const last of [encoded[31]!, encoded[31]! ^ 0x80]) {
        expect(isProperEd25519Encoding(encoded.with(31, last)), point.toHex()).toBe(false);
      }
    }
    expect(seen.size).toBe(8);
  });

  it("refuses every y from 2^255 - 19 on, and other lengths", () => {
    for (let low = 0xed; low <= 0xff; low++) {
      for (const high of [0x7f, 0xff]) {
        expect(isProperEd25519Encoding(Uint8Array.of(low, ...new Uint8Array(30).fill(0xff), high))).toBe(false);
      }
    }
    for (const length of [0, 31, 33]) expect(isProperEd25519Encoding(new Uint8Array(length).fill(9))).toBe(false);
  });

  it("accepts y below it, and public keys", () => {
    expect(isProperEd25519Encoding(Uint8Array.of(0xeb, ...new Uint8Array(30).fill(0xff), 0x7f))).toBe(true);
    expect(isProperEd25519Encoding(Uint8Array.of(0xff, 0xfe, ...new Uint8Array(29).fill(0xff), 0xff))).toBe(true);
    for (let i = 0; i < 20; i++) {
      expect(isProperEd25519Encoding(ed25519PublicKey(new Uint8Array(32).fill(i)))).toBe(true);
    }
  });
});

function smallOrderPoint(): InstanceType<typeof ed25519.Point> {
  const { Point } = ed25519;
  for (let y = 2; ; y++) {
    try {
      const part = Point.fromBytes(new Uint8Array(32).with(0, y)).multiplyUnsafe(Point.Fn.ORDER - 1n);
      const torsion = part.add(Point.fromBytes(new Uint8Array(32).with(0, y)));
      if (!torsion.double().double().is0()) return torsion;
    } catch {
      // no point has this y
    }
  }
}

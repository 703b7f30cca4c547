import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HDKey } from "@scure/bip32";
import { HDNodeWallet } from "ethers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeHex } from "../encoding/hex.ts";
import { vectorsPath } from "../testing/vectors.ts";
import { fromHex } from "../testing/wycheproof.ts";
import { deriveSecp256k1 } from "./bip32.ts";

const folder = vectorsPath("hd-keys");
const read = (file: string) => JSON.parse(readFileSync(join(folder!, file), "utf8"));

describe("deriveSecp256k1", () => {
  it("throws for seeds of other lengths and for what is no path", () => {
    for (const length of [0, 15, 65]) expect(() => deriveSecp256k1(new Uint8Array(length), "m")).toThrow();
    for (const path of ["", "m/", "m/44h", "m/2147483648"])
      expect(() => deriveSecp256k1(new Uint8Array(32), path)).toThrow();
  });

  it.skipIf(folder === undefined)("derives the keys of BIP-32, test vectors 1 and 2", () => {
    let derived = 0;
    for (const { seed, chains } of read("bip32-tv1-2.json")) {
      for (const { path, prv } of chains) {
        const expected = HDKey.fromExtendedKey(prv).privateKey!;
        expect(encodeHex(deriveSecp256k1(fromHex(seed), path)), path).toBe(encodeHex(expected));
        derived++;
      }
    }
    expect(derived).toBe(12);
  });

  it.skipIf(folder === undefined)("derives the secp256k1 keys of SLIP-10, test vector 1", () => {
    const vector = read("slip10-tv1.json").find(({ name }: { name: string }) => name.endsWith("secp256k1"));
    for (const { path, private: key } of vector.chains) {
      expect(encodeHex(deriveSecp256k1(fromHex(vector.seed), path)), path).toBe(key);
    }
    expect(vector.chains).toHaveLength(6);
  });

  it("derives what ethers derives", () => {
    const index = fc.tuple(fc.nat({ max: 0x7fffffff }), fc.boolean());
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 64 }),
        fc.array(index, { minLength: 1, maxLength: 6 }),
        (seed, levels) => {
          const path = `m/${levels.map(([n, hardened]) => `${n}${hardened ? "'" : ""}`).join("/")}`;
          const before = encodeHex(seed);
          expect(`0x${encodeHex(deriveSecp256k1(seed, path))}`).toBe(
            HDNodeWallet.fromSeed(seed).derivePath(path).privateKey,
          );
          expect(encodeHex(seed)).toBe(before);
        },
      ),
      { numRuns: 15 * Number(process.env.MANDATE_FUZZ ?? 1) },
    );
  });
});

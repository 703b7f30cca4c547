import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeHex } from "../encoding/hex.ts";
import { vectorsPath } from "../testing/vectors.ts";
import { fromHex } from "../testing/wycheproof.ts";
import { deriveEd25519 } from "./slip10.ts";

const folder = vectorsPath("hd-keys");

describe("deriveEd25519", () => {
  it("throws for levels that are not hardened, and for seeds of other lengths", () => {
    for (const path of ["m/0", "m/44'/501'/0'/0", "m/44/501'/0'/0'", "", "x"]) {
      expect(() => deriveEd25519(new Uint8Array(32), path), path).toThrow(TypeError);
    }
    for (const length of [0, 15, 65]) expect(() => deriveEd25519(new Uint8Array(length), "m")).toThrow(TypeError);
  });

  it.skipIf(folder === undefined)("derives the Ed25519 keys of SLIP-10, test vector 1", () => {
    const vectors = JSON.parse(readFileSync(join(folder!, "slip10-tv1.json"), "utf8"));
    const vector = vectors.find(({ name }: { name: string }) => name.endsWith("ed25519"));
    for (const { path, private: key } of vector.chains) {
      expect(encodeHex(deriveEd25519(fromHex(vector.seed), path)), path).toBe(key);
    }
    expect(vector.chains).toHaveLength(6);
  });

  it("agrees with the formula of SLIP-10, and leaves the seed alone", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 64 }),
        fc.array(fc.nat({ max: 0x7fffffff }), { maxLength: 5 }),
        (seed, indexes) => {
          let node = createHmac("sha512", "ed25519 seed").update(seed).digest();
          for (const index of indexes) {
            const data = Buffer.alloc(37);
            node.copy(data, 1, 0, 32);
            data.writeUInt32BE(index + 0x80000000, 33);
            node = createHmac("sha512", node.subarray(32)).update(data).digest();
          }
          const before = encodeHex(seed);
          const path = ["m", ...indexes.map((index) => `${index}'`)].join("/");
          expect(encodeHex(deriveEd25519(seed, path))).toBe(node.toString("hex", 0, 32));
          expect(encodeHex(seed)).toBe(before);
        },
      ),
      { numRuns: 50 * Number(process.env.MANDATE_FUZZ ?? 1) },
    );
  });
});

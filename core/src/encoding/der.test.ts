import { createSign, generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeEcdsaSignatureDer, parseEcdsaSignatureDer } from "./der.ts";
import { decodeHex } from "./hex.ts";

const numRuns = 300 * Number(process.env.MANDATE_FUZZ ?? 1);
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const scalar = fc.bigInt({ min: 1n, max: order - 1n });

describe("parseEcdsaSignatureDer", () => {
  it.each([
    ["nothing", ""],
    ["no sequence", "3106020101020101"],
    ["a long-form length", "308106020101020101"],
    ["an indefinite length", "308002010102010100"],
    ["a trailing byte", "300602010102010100"],
    ["a trailing byte inside the sequence", "300702010102010100"],
    ["a third integer", "3009020101020101020101"],
    ["a missing s", "3003020101"],
    ["a truncated s", "300602010102017f".slice(0, 14)],
    ["a padded r", "30070202000102010100".slice(0, 18)],
    ["a negative r", "3006020181020101"],
    ["an empty r", "30050200020101"],
    ["r = 0", "3006020100020101"],
    ["s = 0", "3006020101020100"],
    ["another tag for r", "3006030101020101"],
    ["a length beyond the end", "3006020501020101"],
    ["an integer of 34 bytes", `3027022201${"00".repeat(33)}020101`],
  ])("refuses %s", (_name, hex) => {
    expect(parseEcdsaSignatureDer(decodeHex(hex)!)).toBeUndefined();
  });

  it.each([order, order + 1n, (1n << 256n) - 1n])("refuses r or s = %d, not below the order", (value) => {
    expect(parseEcdsaSignatureDer(encodeEcdsaSignatureDer({ r: value, s: 1n }))).toBeUndefined();
    expect(parseEcdsaSignatureDer(encodeEcdsaSignatureDer({ r: 1n, s: value }))).toBeUndefined();
  });

  it("takes another order", () => {
    const der = encodeEcdsaSignatureDer({ r: 7n, s: 6n });
    expect(parseEcdsaSignatureDer(der, 7n)).toBeUndefined();
    expect(parseEcdsaSignatureDer(der, 8n)).toEqual({ r: 7n, s: 6n });
  });

  it("goes round", () => {
    fc.assert(
      fc.property(scalar, scalar, (r, s) => {
        expect(parseEcdsaSignatureDer(encodeEcdsaSignatureDer({ r, s }))).toEqual({ r, s });
      }),
      { numRuns },
    );
  });

  it("accepts no second spelling of a signature", () => {
    const mutation = fc.record({
      at: fc.nat(80),
      byte: fc.nat(255),
      cut: fc.nat(2),
      append: fc.uint8Array({ maxLength: 2 }),
    });
    fc.assert(
      fc.property(scalar, scalar, mutation, (r, s, { at, byte, cut, append }) => {
        const der = encodeEcdsaSignatureDer({ r, s });
        if (at < der.length) der[at] = byte;
        const mutated = Uint8Array.of(...der.slice(0, der.length - cut), ...append);
        const parsed = parseEcdsaSignatureDer(mutated);
        if (parsed !== undefined) expect(encodeEcdsaSignatureDer(parsed)).toEqual(mutated);
      }),
      { numRuns: numRuns * 4 },
    );
  });

  it("reads and rewrites what node signs", () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    for (let i = 0; i < 50; i++) {
      const der = new Uint8Array(createSign("sha256").update(`${i}`).sign(privateKey));
      expect(encodeEcdsaSignatureDer(parseEcdsaSignatureDer(der)!)).toEqual(der);
    }
  });
});

it("encodeEcdsaSignatureDer throws on what is no signature", () => {
  expect(() => encodeEcdsaSignatureDer({ r: 0n, s: 1n })).toThrow(RangeError);
  expect(() => encodeEcdsaSignatureDer({ r: 1n, s: 1n << 256n })).toThrow(RangeError);
});

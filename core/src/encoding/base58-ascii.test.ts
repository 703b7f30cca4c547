import { base58 } from "@scure/base";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeBase58Ascii } from "./base58-ascii.ts";
import { encodeHex, encodeHexAscii } from "./hex.ts";
import { decodeUtf8 } from "./utf8.ts";

describe("keys as ASCII bytes", () => {
  it.each([[""], ["00"], ["0000"], ["00ff"], ["39"], ["3a"], ["ff".repeat(64)], [`00${"ff".repeat(63)}`]])(
    "spells %s as the reference does",
    (hex) => {
      const bytes = Uint8Array.from(Buffer.from(hex, "hex"));
      expect(decodeUtf8(encodeBase58Ascii(bytes))).toBe(base58.encode(bytes));
    },
  );

  it("agrees with the reference on random bytes, base58 and hex", () => {
    const property = fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      expect(decodeUtf8(encodeBase58Ascii(bytes))).toBe(base58.encode(bytes));
      expect(decodeUtf8(encodeHexAscii(bytes))).toBe(encodeHex(bytes));
    });
    fc.assert(property, { numRuns: 500 * Number(process.env.MANDATE_FUZZ ?? 1) });
  });
});

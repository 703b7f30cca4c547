import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeSolanaAddress, encodeSolanaSignature, parseSolanaAddress } from "./address.ts";

describe("parseSolanaAddress", () => {
  it("refuses what is not base58 of 32 bytes", () => {
    const address = encodeSolanaAddress(new Uint8Array(32).fill(7));
    const refused = [
      "",
      ` ${address}`,
      `${address}\n`,
      `1${address}`,
      address.slice(1),
      address.replace(/.$/, "0"),
      address.replace(/.$/, "l"),
      "1".repeat(31),
      "1".repeat(33),
      "z".repeat(44),
      `0x${"11".repeat(20)}`,
      "1".repeat(1_000_000),
      "constructor",
    ];
    for (const text of refused) expect(parseSolanaAddress(text), text.slice(0, 50)).toBeUndefined();
  });

  it("reads the System Program as 32 zero bytes", () => {
    expect(parseSolanaAddress("1".repeat(32))).toEqual(new Uint8Array(32));
  });

  it("has one spelling per address", () => {
    const edges = fc.constantFrom(new Uint8Array(32), new Uint8Array(32).fill(255), new Uint8Array(32).with(31, 1));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ minLength: 32, maxLength: 32 }), edges), fc.nat(), (bytes, at) => {
        const text = encodeSolanaAddress(bytes);
        expect(parseSolanaAddress(text)).toEqual(bytes);
        // The letter case is part of the digit.
        const swapped = [...text].with(at % text.length, swapCase(text[at % text.length]!)).join("");
        if (swapped !== text) expect(parseSolanaAddress(swapped)).not.toEqual(bytes);
      }),
      { numRuns: 300 * Number(process.env.MANDATE_FUZZ ?? 1) },
    );
  });
});

it("encodes only addresses and signatures of the right length", () => {
  expect(() => encodeSolanaAddress(new Uint8Array(31))).toThrow(RangeError);
  expect(() => encodeSolanaSignature(new Uint8Array(32))).toThrow(RangeError);
  expect(encodeSolanaSignature(new Uint8Array(64))).toBe("1".repeat(64));
});

function swapCase(character: string): string {
  return character === character.toLowerCase() ? character.toUpperCase() : character.toLowerCase();
}

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { equalBytes } from "./equal-bytes.ts";

describe("equalBytes", () => {
  it("tells any flipped bit and any other length", () => {
    const bytes = Uint8Array.from({ length: 40 }, (_, i) => i);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(equalBytes(bytes, flipped)).toBe(false);
    }
    expect(equalBytes(bytes, bytes.subarray(1))).toBe(false);
    expect(equalBytes(bytes, new Uint8Array(0))).toBe(false);
  });

  it("agrees with comparing texts", () => {
    const bytes = fc.uint8Array({ maxLength: 3, max: 2 });
    fc.assert(
      fc.property(bytes, bytes, (a, b) => equalBytes(a, b) === (a.join() === b.join())),
      {
        numRuns: 500 * Number(process.env.MANDATE_FUZZ ?? 1),
      },
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DECIMAL_PLACES, formatDecimal, parseDecimal, scaleDecimal } from "./decimal.ts";

const ONE = 10n ** BigInt(DECIMAL_PLACES);

describe("decimals", () => {
  it.each([
    "",
    "-",
    ".",
    "1.",
    ".5",
    "1e",
    "0x1",
    " 1",
    "1 ",
    "+1",
    "1_0",
    "1,0",
    "NaN",
    "Infinity",
    "1e1000",
    "1e101",
    "9".repeat(101),
    "1e-97",
    "1.5e-96",
    `0.${"0".repeat(96)}1`,
  ])("refuses %s", (text) => {
    expect(parseDecimal(text)).toBeUndefined();
  });

  it.each([
    ["0", 0n],
    ["-0", 0n],
    ["1", ONE],
    ["-1.50", (ONE * -3n) / 2n],
    ["1e-96", 1n],
    ["15e-1", (ONE * 3n) / 2n],
    ["1E+3", ONE * 1000n],
    ["0010", ONE * 10n],
  ])("reads %s exactly", (text, value) => {
    expect(parseDecimal(text)).toBe(value);
  });

  it("compares equal numbers in different spellings as equal", () => {
    const property = fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat(20), (digits, zeros) => {
      const plain = parseDecimal(`${digits}`)!;
      expect(parseDecimal(`${digits}.${"0".repeat(zeros + 1)}`)).toBe(plain);
      expect(parseDecimal(`${digits}${"0".repeat(zeros)}e-${zeros}`)).toBe(plain);
      expect(scaleDecimal(digits, 0)).toBe(plain);
    });
    fc.assert(property);
  });

  it("writes what it reads", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 190n), max: 10n ** 190n }), (scaled) => {
        expect(parseDecimal(formatDecimal(scaled))).toBe(scaled);
      }),
    );
    expect(formatDecimal(ONE / 4n)).toBe("0.25");
    expect(formatDecimal(-ONE)).toBe("-1");
  });
});

import { formatUnits } from "viem";
import { expect, it } from "vitest";
import { toDecimal } from "./decimal-amount.ts";

it.each([
  [0n, 18, "0"],
  [1n, 0, "1"],
  [10n, 0, "10"],
  [1n, 6, "0.000001"],
  [1_500_000n, 6, "1.5"],
  [10n ** 18n, 18, "1"],
  [2n ** 256n - 1n, 18, formatUnits(2n ** 256n - 1n, 18)],
  [7n, 255, `0.${"0".repeat(254)}7`],
])("%s with %s decimals", (value, decimals, text) => {
  expect(toDecimal(value, decimals)).toBe(text);
});

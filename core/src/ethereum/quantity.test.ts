import { describe, expect, it } from "vitest";
import type { JsonValue } from "../encoding/json-value.ts";
import { parseChainReference, parseQuantity, QUANTITY_MESSAGES, UINT256_MAX } from "./quantity.ts";

describe("parseQuantity", () => {
  it.each<[JsonValue, string]>([
    [-1, QUANTITY_MESSAGES.quantity],
    [1.5, QUANTITY_MESSAGES.quantity],
    [Number.NaN, QUANTITY_MESSAGES.quantity],
    [Number.POSITIVE_INFINITY, QUANTITY_MESSAGES.quantity],
    [null, QUANTITY_MESSAGES.quantity],
    [true, QUANTITY_MESSAGES.quantity],
    [["0x1"], QUANTITY_MESSAGES.quantity],
    [{ valueOf: 1 }, QUANTITY_MESSAGES.quantity],
    [2 ** 53, QUANTITY_MESSAGES.large],
    ["9", QUANTITY_MESSAGES.large],
    ["", QUANTITY_MESSAGES.hex],
    ["0x", QUANTITY_MESSAGES.hex],
    ["0X1", QUANTITY_MESSAGES.hex],
    ["0x1.5", QUANTITY_MESSAGES.hex],
    ["1.5", QUANTITY_MESSAGES.hex],
    ["-0x1", QUANTITY_MESSAGES.hex],
    [" 0x1", QUANTITY_MESSAGES.hex],
    ["0x1n", QUANTITY_MESSAGES.hex],
    ["1e3", QUANTITY_MESSAGES.hex],
    [`0x1${"0".repeat(64)}`, QUANTITY_MESSAGES.range],
  ])("refuses %j", (value, message) => {
    expect(parseQuantity(value)).toEqual({ ok: false, message });
  });

  it("is exact at every boundary, in every spelling (I11)", () => {
    const boundaries = [0n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n, 2n ** 255n];
    for (let bits = 8n; bits <= 256n; bits += 8n) boundaries.push(2n ** bits - 1n, 2n ** bits, 2n ** bits + 1n);
    for (const n of boundaries) {
      const expected = n <= UINT256_MAX ? { ok: true, value: n } : { ok: false, message: QUANTITY_MESSAGES.range };
      expect(parseQuantity(`0x${n.toString(16)}`)).toEqual(expected);
      expect(parseQuantity(`0x${n.toString(16).toUpperCase()}`)).toEqual(expected);
      expect(parseQuantity(n.toString(), { decimalStrings: true })).toEqual(expected);
      if (n < 2n ** 53n) expect(parseQuantity(Number(n))).toEqual(expected);
    }
  });

  it("allows decimal strings only in one spelling, and only when asked", () => {
    expect(parseQuantity("007", { decimalStrings: true }).ok).toBe(false);
    expect(parseQuantity("9".repeat(79), { decimalStrings: true }).ok).toBe(false);
    expect(parseQuantity("9", { decimalStrings: true })).toEqual({ ok: true, value: 9n });
    expect(parseQuantity("0x00ff")).toEqual({ ok: true, value: 255n });
  });
});

describe("parseChainReference", () => {
  it.each<JsonValue>([
    "eip155:0",
    "eip155:01",
    "eip155:",
    "eip155:0x1",
    "solana:1",
    "EIP155:1",
    "1",
    1,
    null,
    "eip155:1 ",
  ])("refuses %j", (value) => {
    expect(parseChainReference(value)).toEqual({ ok: false, message: QUANTITY_MESSAGES.chain });
  });

  it("reads the decimal chain ID", () => {
    expect(parseChainReference("eip155:8453")).toEqual({ ok: true, value: 8453n });
  });
});

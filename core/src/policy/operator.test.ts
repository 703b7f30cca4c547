import { describe, expect, it } from "vitest";
import { applyOperator, type Operator } from "./operator.ts";
import { parseValue, typedTexts, type ValueType } from "./value.ts";

const apply = (operator: Operator, type: ValueType, observed: bigint | string, ...texts: string[]) =>
  applyOperator(operator, type, observed, typedTexts(texts), undefined);

describe("parseValue", () => {
  it.each(["", " ", "0x", "0X1", "x", "1.0", "1e3", "+1", "1_000", " 1", "1 ", "1n", "0b1", "-1", "٣", "--1", "0x1g"])(
    "reads no unsigned integer from %j",
    (text) => {
      expect(parseValue("uint", text)).toBeUndefined();
    },
  );

  it("reads no integer beyond 256 bits, however it is spelt", () => {
    for (const text of [2n ** 256n, 2n ** 256n + 1n, 10n ** 78n]) {
      expect(parseValue("uint", String(text))).toBeUndefined();
      expect(parseValue("uint", `0x${text.toString(16)}`)).toBeUndefined();
    }
    expect(parseValue("uint", "0".repeat(79))).toBeUndefined();
    expect(parseValue("int", String(-(2n ** 255n) - 1n))).toBeUndefined();
    expect(parseValue("int", "-0x1")).toBeUndefined();
  });

  it("reads no address that is not 20 bytes of hex behind 0x", () => {
    for (const text of [
      "",
      "0x",
      "1".repeat(40),
      `0x${"1".repeat(39)}`,
      `0x${"1".repeat(41)}`,
      `0x${"g".repeat(40)}`,
    ]) {
      expect(parseValue("address", text)).toBeUndefined();
    }
  });

  it("reads no bytes from half of one, and no truth value from anything else", () => {
    for (const text of ["", "0", "0x1", "00", "0xzz"]) expect(parseValue("bytes", text)).toBeUndefined();
    for (const text of ["", "1", "True", "TRUE", "yes"]) expect(parseValue("bool", text)).toBeUndefined();
  });

  it("reads negative numbers as signed integers only", () => {
    expect(parseValue("int", String(-(2n ** 255n)))).toBe(-(2n ** 255n));
    expect(parseValue("int", "-7")).toBe(-7n);
    expect(parseValue("uint", "-7")).toBeUndefined();
  });

  it("brings hex to one letter case", () => {
    expect(parseValue("address", `0x${"aB".repeat(20)}`)).toBe(`0x${"ab".repeat(20)}`);
    expect(parseValue("bytes", "0xDEadBEef")).toBe("0xdeadbeef");
  });
});

describe("applyOperator on integers (I11)", () => {
  const boundaries = [
    ...Array.from({ length: 32 }, (_, i) => 2n ** BigInt(8 * (i + 1))).flatMap((power) => [
      power - 1n,
      power,
      power + 1n,
    ]),
    ...[53n, 63n, 64n, 128n, 255n].flatMap((bits) => [2n ** bits - 1n, 2n ** bits, 2n ** bits + 1n]),
    0n,
    1n,
    9n,
    10n,
    99n,
    100n,
  ].filter((value) => value < 2n ** 256n);
  const grid = [...new Set(boundaries)].sort((a, b) => (a < b ? -1 : 1));

  const spellings = (value: bigint): string[] => [
    String(value),
    `0${value}`.slice(-78).padStart(String(value).length, "0"),
    `0x${value.toString(16)}`,
    `0x${value.toString(16).toUpperCase()}`,
    `0x${value.toString(16).padStart(64, "0")}`,
  ];

  it("compares every pair of boundary values exactly, in every spelling", () => {
    let compared = 0;
    for (const [i, left] of grid.entries()) {
      for (const [j, right] of grid.entries()) {
        const order = Math.sign(i - j);
        const expected: Record<string, boolean> = {
          eq: order === 0,
          neq: order !== 0,
          gt: order > 0,
          gte: order >= 0,
          lt: order < 0,
          lte: order <= 0,
          in: order === 0,
        };
        for (const text of spellings(right)) {
          for (const [operator, holds] of Object.entries(expected)) {
            const result = apply(operator as Operator, "uint", left, text);
            if (result !== (holds ? "TRUE" : "FALSE")) expect([left, operator, text, result]).toBe(holds);
            compared++;
          }
        }
      }
    }
    expect(compared).toBe(grid.length ** 2 * 5 * 7);
  });

  it("finds a value among many spellings and is unsure among unreadable ones", () => {
    expect(apply("in", "uint", 16n, "1", "0x10")).toBe("TRUE");
    expect(apply("in", "uint", 16n, "1", "2")).toBe("FALSE");
    expect(apply("in", "uint", 16n, "1", "two", "0x10")).toBe("TRUE");
    expect(apply("in", "uint", 17n, "1", "two", "0x10")).toBe("UNKNOWN");
  });

  it.each(["eq", "neq", "gt", "gte", "lt", "lte", "in"] as const)(
    "%s of an unreadable number is not known",
    (operator) => {
      for (const text of ["1.5", "", "0x", "ten", "-1", String(2n ** 256n)]) {
        expect(apply(operator, "uint", 1n, text)).toBe("UNKNOWN");
      }
    },
  );
});

describe("applyOperator on texts", () => {
  it("orders nothing but integers", () => {
    for (const operator of ["gt", "gte", "lt", "lte"] as const)
      expect(apply(operator, "string", "b", "a")).toBe("UNKNOWN");
  });

  it("looks for parts in strings only", () => {
    for (const operator of ["contains", "starts_with", "ends_with"] as const) {
      expect(apply(operator, "address", `0x${"ab".repeat(20)}`, "0x")).toBe("UNKNOWN");
      expect(apply(operator, "uint", 12n, "1")).toBe("UNKNOWN");
    }
  });

  it("does not know an operator outside the grammar", () => {
    for (const operator of ["", "EQ", "constructor", "__proto__"]) {
      expect(apply(operator as Operator, "string", "a", "a")).toBe("UNKNOWN");
    }
  });

  it("compares strings by letter case, and without normalising them", () => {
    expect(apply("eq", "string", "Hello", "hello")).toBe("FALSE");
    expect(apply("eq", "string", "é", "e\u0301")).toBe("FALSE");
    expect(apply("starts_with", "string", "hello", "he")).toBe("TRUE");
    expect(apply("ends_with", "string", "hello", "he")).toBe("FALSE");
    expect(apply("contains", "string", "hello", "ell")).toBe("TRUE");
  });
});

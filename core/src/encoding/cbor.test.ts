import { describe, expect, it } from "vitest";
import { readCbor } from "./cbor.ts";
import { decodeHex } from "./hex.ts";

const read = (hex: string) => readCbor(decodeHex(hex)!);

describe("what is refused", () => {
  it.each([
    ["nothing", ""],
    ["a length that is missing", "18"],
    ["bytes that are missing", "44010203"],
    ["a text that is cut", "6261"],
    ["an array that is cut", "8201"],
    ["a map without the last value", "a101"],
    ["an integer longer than need be", "1817"],
    ["an integer longer than need be, two bytes", "1900ff"],
    ["an integer longer than need be, four bytes", "1a0000ffff"],
    ["an integer longer than need be, eight bytes", "1b00000000ffffffff"],
    ["a length longer than need be", "580100"],
    ["an integer above 2^53", "1b0020000000000000"],
    ["reserved information", "1c"],
    ["bytes of no length", "5f4100ff"],
    ["an array of no length", "9fff"],
    ["a map of no length", "bfff"],
    ["a tag", "c001"],
    ["undefined", "f7"],
    ["half a float", "f93c00"],
    ["a double", "fb3ff199999999999a"],
    ["an unassigned simple value", "e0"],
    ["a simple value in two bytes", "f8ff"],
    ["a key twice", "a201000100"],
    ["a key that is an array", "a18000"],
    ["a key that is bytes", "a1410000"],
    ["a text that is no UTF-8", "61ff"],
    ["arrays ten deep", `${"81".repeat(10)}00`],
    ["more than a thousand items", `9903e9${"00".repeat(1001)}`],
    ["an array of more items than bytes", "9b0000001fffffffff00"],
    ["a text of more characters than bytes", "7b001fffffffffffff61"],
  ])("%s", (_name, hex) => {
    expect(read(hex)).toBeUndefined();
  });
});

/** RFC 8949, Appendix A. */
describe("what is read", () => {
  it.each<[string, unknown]>([
    ["00", 0],
    ["17", 23],
    ["1818", 24],
    ["1903e8", 1000],
    ["1a000f4240", 1000000],
    ["1b000000e8d4a51000", 1000000000000],
    ["20", -1],
    ["3863", -100],
    ["3903e7", -1000],
    ["f4", false],
    ["f5", true],
    ["f6", null],
    ["40", new Uint8Array(0)],
    ["4401020304", Uint8Array.of(1, 2, 3, 4)],
    ["60", ""],
    ["6449455446", "IETF"],
    ["62c3bc", "ü"],
    ["80", []],
    ["8301820203820405", [1, [2, 3], [4, 5]]],
    ["a0", new Map()],
    [
      "a201020304",
      new Map([
        [1, 2],
        [3, 4],
      ]),
    ],
    [
      "a26161016162820203",
      new Map<string, unknown>([
        ["a", 1],
        ["b", [2, 3]],
      ]),
    ],
  ])("%s", (hex, value) => {
    expect(read(hex)).toEqual({ value, end: hex.length / 2 });
  });

  it("says where the item ends, and takes nothing after it", () => {
    expect(readCbor(decodeHex("ff4101ff")!, 1)).toEqual({ value: Uint8Array.of(1), end: 3 });
  });

  it("gives bytes of its own", () => {
    const bytes = decodeHex("4101")!;
    const value = readCbor(bytes)!.value as Uint8Array;
    bytes[1] = 9;
    expect(value).toEqual(Uint8Array.of(1));
  });
});

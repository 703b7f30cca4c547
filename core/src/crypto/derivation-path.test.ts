import { describe, expect, it } from "vitest";
import { parseDerivationPath } from "./derivation-path.ts";

describe("parseDerivationPath", () => {
  it.each([
    "",
    "M",
    "m/",
    "/0",
    "44'/60'",
    "m//0",
    "m/0/",
    "m/-1",
    "m/+1",
    "m/1.5",
    "m/1e3",
    "m/0x1",
    "m/ 1",
    "m/1 ",
    "m/01",
    "m/0''",
    "m/0h",
    "m/'",
    "m/2147483648",
    "m/4294967296'",
    "m/99999999999",
    "m'/0",
    "m/١",
    `m${"/0".repeat(17)}`,
  ])("refuses `%s`", (path) => {
    expect(() => parseDerivationPath(path)).toThrow(TypeError);
  });

  it("reads indexes and hardened indexes", () => {
    expect(parseDerivationPath("m")).toEqual([]);
    expect(parseDerivationPath("m/44'/60'/0'/0/7")).toEqual([0x8000002c, 0x8000003c, 0x80000000, 0, 7]);
    expect(parseDerivationPath("m/2147483647'/2147483647")).toEqual([0xffffffff, 0x7fffffff]);
  });
});

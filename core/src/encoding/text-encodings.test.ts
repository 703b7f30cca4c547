import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { decodeBase64Url, encodeBase64Url } from "./base64url.ts";
import { decodeHex, decodeHex0x, encodeHex, encodeHex0x } from "./hex.ts";
import { decodeUtf8, encodeUtf8, isWellFormedText } from "./utf8.ts";

const numRuns = 200 * Number(process.env.MANDATE_FUZZ ?? 1);
const bytesArbitrary = fc.uint8Array({ maxLength: 200 });

describe("hex", () => {
  it.each(["0", "0x00", "0g", " 00", "00 ", "0\u0130", "٠٠", "00\n", "--", "0G", "@@", "``"])("refuses %j", (text) => {
    expect(decodeHex(text)).toBeUndefined();
  });
  it.each(["", "00", "0X00", "0x0", "0xzz", " 0x00"])("refuses %j as prefixed hex", (text) => {
    expect(decodeHex0x(text)).toBeUndefined();
  });
  it("reads both letter cases and writes the lower one", () => {
    expect(decodeHex("00fFAb")).toEqual(Uint8Array.of(0, 255, 0xab));
    expect(encodeHex(Uint8Array.of(0, 255, 0xab))).toBe("00ffab");
    expect(decodeHex0x("0x")).toEqual(new Uint8Array());
    expect(encodeHex0x(new Uint8Array())).toBe("0x");
  });
  it("agrees with node and goes round", () => {
    fc.assert(
      fc.property(bytesArbitrary, (bytes) => {
        expect(encodeHex(bytes)).toBe(Buffer.from(bytes).toString("hex"));
        expect(decodeHex(encodeHex(bytes).toUpperCase())).toEqual(bytes);
        expect(decodeHex0x(encodeHex0x(bytes))).toEqual(bytes);
      }),
      { numRuns },
    );
  });
});

describe("base64", () => {
  it.each([
    "A",
    "AA",
    "AA=",
    "AAA",
    "AB==",
    "AAB=",
    "=",
    "====",
    "A===",
    "AA==AA==",
    " AAAA",
    "AAAA ",
    "AAAA\n",
    "-_-_",
    "AAA\u0100",
    "AA=A",
  ])("refuses %j", (text) => {
    expect(decodeBase64(text)).toBeUndefined();
  });
  it("agrees with node and goes round", () => {
    fc.assert(
      fc.property(bytesArbitrary, (bytes) => {
        const text = Buffer.from(bytes).toString("base64");
        expect(encodeBase64(bytes)).toBe(text);
        expect(decodeBase64(text)).toEqual(bytes);
      }),
      { numRuns },
    );
  });
  it("accepts only what it would write", () => {
    const nearlyBase64 = fc.string({ unit: fc.constantFrom(..."ABCwxyz019+/-_= \n\u00e9"), maxLength: 12 });
    fc.assert(
      fc.property(nearlyBase64, (text) => {
        const standard = decodeBase64(text);
        if (standard !== undefined) expect(encodeBase64(standard)).toBe(text);
        const urlSafe = decodeBase64Url(text);
        if (urlSafe !== undefined) expect(encodeBase64Url(urlSafe)).toBe(text);
      }),
      { numRuns: numRuns * 10 },
    );
  });
});

describe("base64url", () => {
  it.each(["A", "AA==", "AB", "AAB", "+/+/", "AAAA=", "AA AA", "A\u0000AA"])("refuses %j", (text) => {
    expect(decodeBase64Url(text)).toBeUndefined();
  });
  it("agrees with node and goes round", () => {
    fc.assert(
      fc.property(bytesArbitrary, (bytes) => {
        const text = Buffer.from(bytes).toString("base64url");
        expect(encodeBase64Url(bytes)).toBe(text);
        expect(decodeBase64Url(text)).toEqual(bytes);
      }),
      { numRuns },
    );
  });
});

describe("utf8", () => {
  it.each([
    ["a surrogate", "eda080"],
    ["CESU-8", "eda0bdedb880"],
    ["an overlong form", "c080"],
    ["a cut sequence", "e282"],
    ["a stray continuation", "80"],
    ["beyond U+10FFFF", "f4908080"],
  ])("refuses %s", (_name, hex) => {
    expect(decodeUtf8(decodeHex(hex)!)).toBeUndefined();
  });
  it("keeps a byte-order mark", () => {
    expect(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x41))).toBe("\ufeffA");
  });
  it("throws on a lone surrogate rather than sign a replacement character", () => {
    expect(() => encodeUtf8("a\ud800")).toThrow(RangeError);
    expect(isWellFormedText("\udc00")).toBe(false);
    expect(isWellFormedText("😀")).toBe(true);
  });
  it("goes round for all well-formed text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(decodeUtf8(encodeUtf8(text))).toBe(text);
      }),
      { numRuns },
    );
  });
});

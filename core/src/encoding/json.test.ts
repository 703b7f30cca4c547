import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { vectorsPath } from "../testing/vectors.ts";
import { parseJson } from "./json.ts";
import { encodeUtf8 } from "./utf8.ts";

const parse = (text: string) => parseJson(encodeUtf8(text));
const codeOf = (text: string) => {
  const result = parse(text);
  return result.ok ? "parsed" : result.code;
};

describe("I5: parseJson refuses", () => {
  it.each([
    ["json_syntax", ""],
    ["json_syntax", " "],
    ["json_syntax", "{"],
    ["json_syntax", '{"a'],
    ["json_syntax", '{"a":1,}'],
    ["json_syntax", "[1,]"],
    ["json_syntax", "{}{}"],
    ["json_syntax", "{'a':1}"],
    ["json_syntax", "/**/{}"],
    ["json_syntax", "[01]"],
    ["json_syntax", "[+1]"],
    ["json_syntax", "[.5]"],
    ["json_syntax", "[1.]"],
    ["json_syntax", "[1e]"],
    ["json_syntax", "[-]"],
    ["json_syntax", "[NaN]"],
    ["json_syntax", "[0x1]"],
    ["json_syntax", "[truee]"],
    ["json_syntax", '["\n"]'],
    ["json_syntax", '["\\x41"]'],
    ["json_syntax", '["\\u12g4"]'],
    ["json_syntax", '["\\'],
    ["json_syntax", "\u00a0{}"],
    ["json_byte_order_mark", "\ufeff{}"],
    ["json_duplicate_member", '{"a":1,"b":{},"a":1}'],
    ["json_duplicate_member", '{"a":1,"\\u0061":1}'],
    ["json_duplicate_member", '{"__proto__":1,"__proto__":1}'],
    ["json_duplicate_member", '[[{"1":1,"1":2}]]'],
    ["json_lone_surrogate", '"\\ud800"'],
    ["json_lone_surrogate", '"\\udc00\\ud800"'],
    ["json_lone_surrogate", '"\\ud800\\ud800\\udc00"'],
    ["json_lone_surrogate", '"\\ud83d😀"'],
    ["json_lone_surrogate", '"\\ud83d\\u0041"'],
    ["json_lone_surrogate", '"\\ud83d\\ue000"'],
    ["json_lone_surrogate", '{"\\udfff":1}'],
    ["json_lossy_number", "9007199254740993"],
    ["json_lossy_number", "-9007199254740993"],
    ["json_lossy_number", "9007199254740993.0"],
    ["json_lossy_number", "9007199254740992.5"],
    ["json_lossy_number", "12345678901234567891234567890"],
    ["json_lossy_number", "1e400"],
    ["json_lossy_number", "-1e400"],
    ["json_lossy_number", "1e-400"],
    ["json_lossy_number", "1.00000000000000000001"],
    ["json_lossy_number", "1.0000000000000001"],
    ["json_lossy_number", "0.1000000000000000055511151231257827"],
  ])("%s: %s", (code, text) => {
    expect(codeOf(text)).toBe(code);
  });

  it("invalid UTF-8", () => {
    expect(parseJson(Uint8Array.of(0x22, 0xff, 0x22))).toMatchObject({ ok: false, code: "json_invalid_utf8" });
  });

  it("what is above a limit, and nothing at the limit", () => {
    const limits = { bytesMax: 12, depthMax: 2, membersMax: 3 };
    expect(parseJson(encodeUtf8("[1,2,3,4]"), limits)).toMatchObject({ code: "json_too_many_members" });
    expect(parseJson(encodeUtf8("[[[]]]"), limits)).toMatchObject({ code: "json_too_deep", offset: 2 });
    expect(parseJson(encodeUtf8("[1,        2]"), limits)).toMatchObject({ code: "json_too_large" });
    expect(parseJson(encodeUtf8("[1,       2]"), limits).ok).toBe(true);
    expect(parseJson(encodeUtf8("[[1],2]"), limits).ok).toBe(true);
    expect(parseJson(encodeUtf8("[[],[],[]]"), limits).ok).toBe(true);
  });

  it("says where", () => {
    expect(parse('{"é":1,"é":2}')).toMatchObject({ code: "json_duplicate_member", offset: 7 });
    expect(parse("[1,x]")).toMatchObject({ code: "json_syntax", offset: 3 });
  });
});

describe("I5, I25: hostile texts are refused in bounded time", () => {
  const members = (count: number) => Array.from({ length: count }, (_, i) => `"m${i}":${i}`).join(",");
  it.each([
    ["200,000 nested arrays", "[".repeat(200_000), "json_too_deep"],
    ["200,000 closed nested arrays", "[".repeat(200_000) + "]".repeat(200_000), "json_too_deep"],
    ["100,000 nested objects", '{"a":'.repeat(100_000), "json_too_deep"],
    ["300,000 members", `{${members(300_000)}}`, "json_too_large"],
    ["60,000 members", `{${members(60_000)}}`, "json_too_many_members"],
    ["a name of 2 MB", `{"${"k".repeat(2_000_000)}":1}`, "json_too_large"],
    ["a duplicate 2,000 members apart", `{"x":1,${members(2_000)},"x":2}`, "json_duplicate_member"],
    ["a number of 900,000 digits", "9".repeat(900_000), "json_lossy_number"],
    ["a fraction of 900,000 digits", `0.${"1".repeat(900_000)}`, "json_lossy_number"],
    ["an exponent of 900,000 digits", `1e${"9".repeat(900_000)}`, "json_lossy_number"],
    ["900,000 zeros, then a one", `0.${"0".repeat(900_000)}1`, "json_lossy_number"],
    ["150,000 escapes without an end", `"${"\\u0041".repeat(150_000)}`, "json_syntax"],
    ["900,000 spaces", " ".repeat(900_000), "json_syntax"],
  ])("%s", (_name, text, code) => {
    const bytes = encodeUtf8(text);
    const startMs = performance.now();
    const result = parseJson(bytes);
    const elapsedMs = performance.now() - startMs;
    expect(result).toMatchObject({ ok: false, code });
    // The promise is 50 ms per 100 kB (I25); the margin is for a busy test machine.
    expect(elapsedMs).toBeLessThan(1000);
  });
});

describe("parseJson reads", () => {
  it.each(["0", "-1", "0.1", "1e-7", "1E+2", "4.50", "333333333.33333329", "1E30", "9007199254740992", "5e-324"])(
    "the number %s as JSON.parse does",
    (text) => {
      expect(parse(text)).toEqual({ ok: true, value: JSON.parse(text) });
    },
  );

  it("integers that a double holds, and the integers that ECMAScript prints", () => {
    expect(parse("1180591620717411303424")).toEqual({ ok: true, value: 2 ** 70 });
    expect(parse("123456789012345680000")).toEqual({ ok: true, value: 123456789012345680000 });
  });

  it("-0 as 0, because both have the same canonical text", () => {
    for (const text of ["-0", "-0.0", "-0e9"]) expect(parse(text)).toEqual({ ok: true, value: 0 });
  });

  it("names of Object.prototype as plain members", () => {
    const result = parse('{"__proto__":{"admin":true},"constructor":1,"toString":2}');
    if (!result.ok) throw new Error(result.message);
    const object = result.value as object;
    expect(Object.getPrototypeOf(object)).toBeNull();
    expect(Object.keys(object)).toEqual(["__proto__", "constructor", "toString"]);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});

const suite = vectorsPath("json-parsing");
describe.skipIf(suite === undefined)("JSONTestSuite", () => {
  const files = suite === undefined ? [] : readdirSync(join(suite, "test_parsing"));
  const read = (file: string) => new Uint8Array(readFileSync(join(suite!, "test_parsing", file)));

  it("is complete", () => {
    expect(files.filter((file) => file.startsWith("n_"))).toHaveLength(188);
    expect(files.filter((file) => file.startsWith("y_"))).toHaveLength(95);
  });

  it.each(files.filter((file) => file.startsWith("n_")))("refuses %s", (file) => {
    const result = parseJson(read(file));
    expect(result.ok).toBe(false);
    // A duplicate or a lossy number would hide that the grammar is not checked.
    const codes = ["json_syntax", "json_invalid_utf8", "json_byte_order_mark", "json_too_deep", "json_lone_surrogate"];
    expect(codes).toContain(!result.ok && result.code);
  });

  it.each(files.filter((file) => file.startsWith("y_")))("parses %s, or names the stricter rule", (file) => {
    const bytes = read(file);
    const result = parseJson(bytes);
    if (file.startsWith("y_object_duplicated_key")) expect(result).toMatchObject({ code: "json_duplicate_member" });
    else
      expect(JSON.stringify(result.ok && result.value)).toBe(
        JSON.stringify(JSON.parse(new TextDecoder().decode(bytes)), noMinusZero),
      );
  });
});

function noMinusZero(_name: string, value: unknown) {
  return Object.is(value, -0) ? 0 : value;
}

const jcs = vectorsPath("jcs");
describe.skipIf(jcs === undefined)("bodies that must be refused", () => {
  type Case = { name: string; base64: string; why: string };
  const cases: Case[] = jcs === undefined ? [] : JSON.parse(readFileSync(join(jcs, "own-must-refuse.json"), "utf8"));
  const codes: [RegExp, string][] = [
    [/^duplicate/, "json_duplicate_member"],
    [/^lone/, "json_lone_surrogate"],
    [/UTF-8/, "json_invalid_utf8"],
    [/^byte-order/, "json_byte_order_mark"],
    [/^the literal/, "json_lossy_number"],
    [/^not JSON/, "json_syntax"],
  ];
  it.each(cases)("$name", ({ base64, why }) => {
    const code = codes.find(([pattern]) => pattern.test(why))?.[1];
    expect(parseJson(new Uint8Array(Buffer.from(base64, "base64")))).toMatchObject({ ok: false, code });
  });
});

const naughty = vectorsPath("naughty-strings");
describe.skipIf(naughty === undefined)("naughty strings", () => {
  it("are values and names like any other", () => {
    const strings: string[] = JSON.parse(readFileSync(join(naughty!, "blns.json"), "utf8"));
    expect(strings.length).toBe(515);
    for (const string of strings) {
      expect(parse(JSON.stringify(string))).toEqual({ ok: true, value: string });
      const object = parse(`{${JSON.stringify(string)}:1}`);
      expect(object.ok && Object.entries(object.value as object)).toEqual([[string, 1]]);
    }
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { vectorsPath } from "../testing/vectors.ts";
import { canonicalize } from "./canonical-json.ts";
import { parseJson } from "./json.ts";
import type { JsonValue } from "./json-value.ts";
import { encodeUtf8 } from "./utf8.ts";

function parsed(bytes: Uint8Array): JsonValue {
  const result = parseJson(bytes);
  if (!result.ok) throw new Error(`${result.code} at ${result.offset}`);
  return result.value;
}

describe("canonicalize throws, as a bug, on", () => {
  it.each([
    ["NaN", Number.NaN],
    ["infinity", Number.POSITIVE_INFINITY],
    ["undefined", undefined],
    ["an undefined member", { a: undefined }],
    ["a hole", [1, undefined]],
    ["a bigint", 1n],
    ["a function", () => 1],
    ["a lone surrogate", "\ud800"],
    ["a lone surrogate in a name", { "\udc00": 1 }],
  ])("%s", (_name, value) => {
    expect(() => canonicalize(value as JsonValue)).toThrow(TypeError);
  });
});

describe("canonicalize", () => {
  it("orders by UTF-16 code units, where an emoji comes before U+FB33", () => {
    expect(canonicalize({ "\ufb33": 1, "😀": 2, é: 3, "1": 4, "\r": 5, "10": 6, "2": 7 })).toBe(
      '{"\\r":5,"1":4,"10":6,"2":7,"é":3,"😀":2,"\ufb33":1}',
    );
  });
  it("writes every escape in its shortest form and leaves U+2028 and U+007F alone", () => {
    const all = String.fromCharCode(...Array.from({ length: 0x20 }, (_, i) => i));
    expect(canonicalize(`${all}"\\/\u007f\u2028`)).toBe(
      '"\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e\\u000f\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u0019\\u001a\\u001b\\u001c\\u001d\\u001e\\u001f\\"\\\\/\u007f\u2028"',
    );
  });
  it("writes -0 as 0", () => {
    expect(canonicalize([-0])).toBe("[0]");
  });
});

const folder = vectorsPath("jcs");
describe.skipIf(folder === undefined)("RFC 8785 vectors", () => {
  const path = folder ?? "";
  const files = folder === undefined ? [] : readdirSync(join(path, "cyberphone", "input"));

  it.each(files)("cyberphone %s", (file) => {
    const canonical = canonicalize(parsed(new Uint8Array(readFileSync(join(path, "cyberphone", "input", file)))));
    expect(canonical).toBe(readFileSync(join(path, "cyberphone", "output", file), "utf8"));
    const hex = readFileSync(join(path, "cyberphone", "outhex", file.replace(".json", ".txt")), "utf8");
    expect(Buffer.from(encodeUtf8(canonical)).toString("hex")).toBe(hex.replace(/\s/g, ""));
  });

  it("has all six files", () => {
    expect(files).toHaveLength(6);
  });

  it("own-valid.json, 300 cases, and each output is its own canonical form", () => {
    const cases: { in: string; out: string }[] = JSON.parse(readFileSync(join(path, "own-valid.json"), "utf8"));
    expect(cases).toHaveLength(300);
    for (const { in: text, out } of cases) {
      expect(canonicalize(parsed(encodeUtf8(text)))).toBe(out);
      expect(canonicalize(parsed(encodeUtf8(out)))).toBe(out);
    }
  });

  it("10,000 numbers, written from the double and read back from the text", () => {
    const lines = readFileSync(join(path, "es6-numbers-10k.csv"), "utf8").trim().split("\n");
    expect(lines).toHaveLength(10_000);
    const view = new DataView(new ArrayBuffer(8));
    for (const line of lines) {
      const [bits, text] = line.split(",") as [string, string];
      view.setBigUint64(0, BigInt(`0x${bits}`));
      const number = view.getFloat64(0);
      expect(canonicalize(number)).toBe(text);
      expect(canonicalize(parsed(encodeUtf8(text)))).toBe(text);
    }
  });
});

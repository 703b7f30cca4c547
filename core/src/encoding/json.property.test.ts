import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalize } from "./canonical-json.ts";
import { parseJson } from "./json.ts";
import type { JsonValue } from "./json-value.ts";
import { encodeUtf8 } from "./utf8.ts";

const numRuns = 500 * Number(process.env.MANDATE_FUZZ ?? 1);

const scalar = fc.oneof(
  fc.constantFrom(null, true, false),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
  fc.maxSafeInteger(),
  fc.string({ unit: "binary" }),
);
const name = fc.oneof(
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.constantFrom("__proto__", "constructor", "a", "0"),
);
const { json } = fc.letrec<{ json: JsonValue }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar,
    fc.array(tie("json"), { maxLength: 5 }),
    fc.dictionary(name, tie("json"), { maxKeys: 5, noNullPrototype: false }),
  ),
}));

/** Escapes and spaces a JSON text differently without changing its meaning. */
function respell(text: string, seed: number): string {
  let state = seed;
  const next = () => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
  let inString = false;
  let out = "";
  for (let i = 0; i < text.length; i++) {
    const unit = text[i]!;
    if (inString && unit === "\\") {
      const sequence = text.slice(i, i + (text[i + 1] === "u" ? 6 : 2));
      out += sequence;
      i += sequence.length - 1;
    } else if (unit === '"') {
      inString = !inString;
      out += unit;
    } else if (inString) {
      // Half of a pair stays raw beside its raw other half.
      const respelled = next() < 0.2 && !/[\ud800-\udfff]/.test(unit);
      out += respelled ? `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}` : unit;
    } else {
      out += ",:{}[]".includes(unit) && next() < 0.3 ? `${unit}\n\t ` : unit;
    }
  }
  return out;
}

/** An independent writer of RFC 8785: sorts pairs of a plain copy and lets JSON.stringify print the leaves. */
function canonicalOracle(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalOracle).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const pairs = Object.entries(value).map(([key, member]) => [key, canonicalOracle(member)] as const);
  pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${pairs.map(([key, member]) => `${JSON.stringify(key)}:${member}`).join(",")}}`;
}

describe("parseJson and canonicalize", () => {
  it("agree with JSON.parse, however the text is spelled", () => {
    fc.assert(
      fc.property(json, fc.nat(), (value, seed) => {
        const text = respell(JSON.stringify(value), seed);
        const result = parseJson(encodeUtf8(text));
        expect(result.ok).toBe(true);
        if (!result.ok) return;
        expect(canonicalize(result.value)).toBe(canonicalOracle(JSON.parse(text)));
        expect(canonicalize(result.value)).toBe(canonicalOracle(value));
      }),
      { numRuns },
    );
  });

  it("form a fixed point: the canonical text parses to a value with that canonical text", () => {
    fc.assert(
      fc.property(json, (value) => {
        const canonical = canonicalize(value);
        const result = parseJson(encodeUtf8(canonical));
        expect(result.ok && canonicalize(result.value)).toBe(canonical);
      }),
      { numRuns },
    );
  });

  it("accept nothing that JSON.parse refuses, and refuse by listed codes only", () => {
    const token = fc.constantFrom(
      ...'{}[],:"\\ \n\t-+.eE0123456789'.split(""),
      ...[
        "true",
        "false",
        "null",
        '"a"',
        '"a":',
        "\\u0041",
        "\\ud800",
        "\\udc00",
        "é",
        "😀",
        "1e400",
        "\u0000",
        "\ufeff",
      ],
    );
    const hostile = fc.oneof(
      fc.array(token, { maxLength: 30 }).map((tokens) => new TextEncoder().encode(tokens.join(""))),
      fc.uint8Array({ maxLength: 40 }),
      fc.tuple(json, fc.nat(), fc.nat(255)).map(([value, at, byte]) => {
        const bytes = encodeUtf8(canonicalize(value));
        bytes[at % bytes.length] = byte;
        return bytes;
      }),
    );
    fc.assert(
      fc.property(hostile, (bytes) => {
        const result = parseJson(bytes);
        if (result.ok) {
          const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
          expect(canonicalize(result.value)).toBe(canonicalOracle(JSON.parse(text)));
        } else {
          expect([
            "json_too_deep",
            "json_invalid_utf8",
            "json_byte_order_mark",
            "json_syntax",
            "json_duplicate_member",
            "json_lone_surrogate",
            "json_lossy_number",
          ]).toContain(result.code);
          expect(result.offset).toBeLessThanOrEqual(bytes.length);
        }
      }),
      { numRuns: numRuns * 10 },
    );
  });

  it("never change a number that JSON.stringify wrote", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        expect(parseJson(encodeUtf8(JSON.stringify(number)))).toEqual({ ok: true, value: number === 0 ? 0 : number });
      }),
      { numRuns: numRuns * 4 },
    );
  });
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeBase64 } from "../encoding/base64.ts";
import { encodeEcdsaSignatureDer } from "../encoding/der.ts";
import { vectorsPath } from "../testing/vectors.ts";
import { parseAuthorizationSignatures } from "./authorization-signature.ts";

const numRuns = 300 * Number(process.env.MANDATE_FUZZ ?? 1);
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const der = (r: bigint, s: bigint) => encodeEcdsaSignatureDer({ r, s });
const text = (r: bigint, s: bigint) => encodeBase64(der(r, s));
const parse = (header: string | undefined) => {
  const parsed = parseAuthorizationSignatures(header);
  return parsed.ok ? parsed.signatures.map(({ base64 }) => base64) : parsed.code;
};
const one = text(order >> 1n, order >> 2n);
const two = text(7n, 9n);
const withSpecials = Array.from({ length: 200 }, (_, i) => text(order - BigInt(i + 1), 1n)).find((it) =>
  /[+/]/.test(it),
)!;

describe("I4: parseAuthorizationSignatures counts for nothing", () => {
  it.each([
    ["an absent header", undefined],
    ["an empty one", ""],
    ["commas", ",,, ,\t,"],
    ["text", "none"],
    ["white space before the first", ` ${one}`],
    ["white space after the last", `${one}\t`],
    ["white space inside", `${one.slice(0, 8)} ${one.slice(8)}`],
    ["another separator", `${one};${two}`],
    ["missing padding", two.replace("=", "")],
    ["the URL alphabet", withSpecials.replaceAll("+", "-").replaceAll("/", "_")],
    ["a prefix", `0x${one}`],
    ["r || s without DER", encodeBase64(new Uint8Array(64).fill(1))],
    ["a trailing byte", encodeBase64(Uint8Array.of(...der(1n, 1n), 0))],
    ["s = 0", "MAYCAQECAQA="],
    ["r = n", text(order, 1n)],
  ])("%s", (_name, header) => {
    expect(parse(header)).toEqual([]);
  });

  it("repeats, and (r, n - s) beside (r, s)", () => {
    expect(parse(`${one},${one}`)).toEqual([one]);
    expect(parse(`${two},${text(7n, order - 9n)},${text(7n, 10n)}`)).toEqual([two]);
  });

  it("entries after the hundredth", () => {
    const many = Array.from({ length: 150 }, (_, i) => text(BigInt(i + 1), 1n));
    expect(parse(many.join(","))).toEqual(many.slice(0, 100));
    expect(parse(`${"x,".repeat(100)}${one}`)).toEqual([]);
  });

  it("a header that is far too long", () => {
    expect(parse(`${`${one},`.repeat(10_000)}${two}`)).toBe("authorization_header_too_long");
  });
});

describe("parseAuthorizationSignatures", () => {
  it("reads signatures around commas, spaces, tabs and rubbish", () => {
    for (const signature of [one, two, withSpecials]) expect(parse(signature)).toEqual([signature]);
    expect(parse(`${one},${two}`)).toEqual([one, two]);
    expect(parse(`,${one} \t,\t x ,, ${two},`)).toEqual([one, two]);
  });

  it("gives the DER bytes and r in 64 hex digits", () => {
    expect(parseAuthorizationSignatures(two)).toEqual({
      ok: true,
      signatures: [{ der: der(7n, 9n), rHex: "7".padStart(64, "0"), base64: two }],
    });
  });

  it("answers anything with distinct r or the listed code", () => {
    const piece = fc.constantFrom(one, two, ",", " ", "\t", "=", "A", "\u0000", "é", text(7n, 10n));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const parsed = parseAuthorizationSignatures(pieces.join(""));
        expect(parsed.ok).toBe(true);
        if (!parsed.ok) return;
        expect(new Set(parsed.signatures.map(({ rHex }) => rHex)).size).toBe(parsed.signatures.length);
      }),
      { numRuns },
    );
  });
});

const naughty = vectorsPath("naughty-strings");
it.skipIf(naughty === undefined)("no naughty string is a signature", () => {
  const strings: string[] = JSON.parse(readFileSync(join(naughty!, "blns.json"), "utf8"));
  for (const string of strings) expect(parse(string)).toEqual([]);
});

import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBase64Url, encodeBase64Url } from "../encoding/base64url.ts";
import type { JsonObject, JsonValue } from "../encoding/json-value.ts";
import { parseJwks } from "./jwks.ts";

const numRuns = 200 * Number(process.env.MANDATE_FUZZ ?? 1);
const jwkOf = (pair: { publicKey: { export(options: { format: "jwk" }): unknown } }) =>
  pair.publicKey.export({ format: "jwk" }) as { [member: string]: string };
const ecPair = generateKeyPairSync("ec", { namedCurve: "P-256" });
const ec = jwkOf(ecPair);
const rsa = jwkOf(generateKeyPairSync("rsa", { modulusLength: 2048 }));
const keysOf = (...keys: JsonValue[]) => {
  const parsed = parseJwks({ keys });
  return parsed.ok ? parsed.keys : parsed.code;
};

describe("parseJwks refuses", () => {
  it.each([null, [], "keys", 1, {}, { keys: {} }, { keys: null }, { keys: Array(101).fill({}) }])("%j", (value) => {
    expect(parseJwks(value as JsonValue)).toMatchObject({ ok: false, code: "jwks_malformed" });
  });
});

describe("I21: parseJwks leaves out", () => {
  const bytes = (length: number, fill = 0xff) => encodeBase64Url(new Uint8Array(length).fill(fill));
  it.each<[string, JsonValue]>([
    ["what is no object", [ec, null, "key", 1]],
    ["an empty object", {}],
    ["a symmetric key", { kty: "oct", k: "AAAA" }],
    ["a key type in other letters", { ...ec, kty: "ec" }],
    ["an Edwards key", { kty: "OKP", crv: "Ed25519", x: bytes(32) }],
    ["another curve", { ...ec, crv: "P-384" }],
    ["a curve that is not said", { kty: "EC", x: ec.x!, y: ec.y! }],
    ["a private EC key", { ...(ecPair.privateKey.export({ format: "jwk" }) as JsonObject) }],
    ["a private RSA key", { ...rsa, d: rsa.n! }],
    ["a key with a symmetric part", { ...ec, k: "AAAA" }],
    ["an encryption key", { ...ec, use: "enc" }],
    ["a key with a strange use", { ...ec, use: null }],
    ["a key that may not verify", { ...ec, key_ops: ["sign"] }],
    ["operations that are no list", { ...ec, key_ops: "verify" }],
    ["another algorithm for the curve", { ...ec, alg: "ES384" }],
    ["an algorithm of another key type", { ...ec, alg: "RS256" }],
    ["an RSA key for encryption", { ...rsa, alg: "RSA-OAEP" }],
    ["an RSA key for PSS", { ...rsa, alg: "PS256" }],
    ["an algorithm that is no string", { ...rsa, alg: ["RS256"] }],
    ["a short coordinate", { ...ec, x: bytes(31) }],
    ["a padded coordinate", { ...ec, x: `${ec.x}=` }],
    ["a missing coordinate", { ...ec, y: null }],
    ["RSA below 2048 bits", { ...rsa, n: bytes(255) }],
    ["RSA with 2047 bits", { ...rsa, n: encodeBase64Url(new Uint8Array(256).fill(0x7f)) }],
    [
      "RSA with zeros in front of a short modulus",
      { ...rsa, n: encodeBase64Url(Uint8Array.of(...new Uint8Array(200), ...new Uint8Array(100).fill(0xff))) },
    ],
    ["RSA above 8192 bits", { ...rsa, n: bytes(1025) }],
    ["an even modulus", { ...rsa, n: bytes(256, 0xfe) }],
    ["a zero modulus", { ...rsa, n: bytes(256, 0) }],
    ["the exponent 1", { ...rsa, e: "AQ" }],
    ["the exponent 0", { ...rsa, e: "AA" }],
    ["an even exponent", { ...rsa, e: "AQAA" }],
    ["an exponent of five bytes", { ...rsa, e: "AQAAAAE" }],
    ["an empty exponent", { ...rsa, e: "" }],
    ["a kid that is no string", { ...ec, kid: 1 }],
    ["a kid that is too long", { ...ec, kid: "k".repeat(257) }],
  ])("%s", (_name, key) => {
    expect(keysOf(key)).toEqual([]);
  });
});

describe("parseJwks keeps", () => {
  it("the usable keys, reduced to their public parts", () => {
    const extra = { ...ec, kid: "e", use: "sig", alg: "ES256", key_ops: ["verify"], x5t: "x", admin: true };
    expect(keysOf({ kty: "oct" }, extra, { ...rsa, kid: "r" }, rsa)).toEqual([
      { kid: "e", kty: "EC", crv: "P-256", alg: "ES256", x: decodeBase64Url(ec.x!), y: decodeBase64Url(ec.y!) },
      { kid: "r", kty: "RSA", alg: "RS256", n: decodeBase64Url(rsa.n!), e: Uint8Array.of(1, 0, 1) },
      { kty: "RSA", alg: "RS256", n: decodeBase64Url(rsa.n!), e: Uint8Array.of(1, 0, 1) },
    ]);
  });
  it("a modulus behind a zero byte, without it", () => {
    const padded = encodeBase64Url(Uint8Array.of(0, ...decodeBase64Url(rsa.n!)!));
    expect(keysOf({ ...rsa, n: padded })).toEqual(keysOf(rsa));
  });
  it("nothing else, whatever the set holds", () => {
    const key = fc.oneof(
      fc.jsonValue(),
      fc
        .tuple(
          fc.constantFrom(ec, rsa),
          fc.dictionary(fc.constantFrom("kty", "kid", "n", "e", "x", "alg", "__proto__"), fc.jsonValue()),
        )
        .map(([base, change]) => ({ ...base, ...change })),
    );
    fc.assert(
      fc.property(fc.array(key, { maxLength: 5 }), (keys) => {
        const parsed = keysOf(...(keys as JsonValue[]));
        for (const { kty, kid } of parsed as { kty: string; kid?: unknown }[]) {
          expect(["EC", "RSA"]).toContain(kty);
          expect(["string", "undefined"]).toContain(typeof kid);
        }
      }),
      { numRuns },
    );
  });
});

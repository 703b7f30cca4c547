import { createECDH, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBase64, encodeBase64 } from "../encoding/base64.ts";
import { parseEcdsaSignatureDer } from "../encoding/der.ts";
import { encodeHex } from "../encoding/hex.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { fromHex, listCases, readWycheproof } from "../testing/wycheproof.ts";
import {
  deriveP256Scalar,
  isValidP256Scalar,
  p256PublicKey,
  parseHpkeRecipientKey,
  parseP256PublicKey,
  sharedSecretP256,
  signP256,
} from "./p256.ts";
import { encodeP256Spki } from "./p256-spki.ts";
import { sha256, verifyP256 } from "./primitives.ts";

const scalar = sha256(encodeUtf8("mandate p256 test key"));
const { spkiBase64, point } = p256PublicKey(scalar);
const body = spkiBase64.replace(/(.{64})/g, "$1\n");
const pem = `-----BEGIN PUBLIC KEY-----\n${body}\n-----END PUBLIC KEY-----\n`;
const compressedSpki = encodeBase64(
  Uint8Array.of(
    ...fromHex("3039301306072a8648ce3d020106082a8648ce3d030107032200"),
    2 + (point[64]! & 1),
    ...point.slice(1, 33),
  ),
);
const base64 = (text: string) => encodeBase64(encodeUtf8(text));

describe("parseP256PublicKey", () => {
  const key = decodeBase64(spkiBase64)!;
  const changed = (at: number, byte: number) => encodeBase64(key.with(at, byte));
  const infinity = fromHex("3019301306072a8648ce3d020106082a8648ce3d03010703020000");
  const otherKeys = (["P-384", "P-521", "secp256k1"] as const).map((namedCurve): [string, string] => [
    namedCurve,
    generateKeyPairSync("ec", { namedCurve }).publicKey.export({ type: "spki", format: "der" }).toString("base64"),
  ]);
  const refused: [string, string][] = [
    ...otherKeys,
    [
      "RSA",
      generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({ type: "spki", format: "pem" }) as string,
    ],
    ["Ed25519", generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "der" }).toString("base64")],
    ["nothing", ""],
    ["words", "not a key"],
    ["spaces in base64", ` ${spkiBase64}`],
    ["a trailing space", `${spkiBase64} `],
    ["no padding", spkiBase64.replace("==", "")],
    ["base64url", spkiBase64.replaceAll("+", "-").replaceAll("/", "_").replace("==", "")],
    ["a raw point", encodeBase64(point)],
    ["base64 of a PEM", base64(pem)],
    ["hex", encodeHex(key)],
    ["a trailing byte", encodeBase64(Uint8Array.of(...key, 0))],
    ["a missing byte", encodeBase64(key.slice(0, -1))],
    ["unused bits", changed(25, 1)],
    ["hybrid point 06", changed(26, 6)],
    ["hybrid point 07", changed(26, 7)],
    ["a compressed prefix on an uncompressed point", changed(26, 2)],
    ["id-ecDH", changed(12, 0x02)],
    ["another curve's OID", changed(22, 0x06)],
    ["a point off the curve", changed(90, key[90]! ^ 1)],
    [
      "x = p",
      encodeBase64(
        Uint8Array.of(
          ...key.slice(0, 27),
          ...fromHex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"),
          ...key.slice(59),
        ),
      ),
    ],
    ["all zero", encodeBase64(Uint8Array.of(...key.slice(0, 27), ...new Uint8Array(64)))],
    ["infinity", encodeBase64(infinity)],
    ["infinity padded", encodeBase64(Uint8Array.of(...key.slice(0, 26), ...new Uint8Array(65)))],
    [
      "a compressed x without a y",
      encodeBase64(
        Uint8Array.of(...fromHex("3039301306072a8648ce3d020106082a8648ce3d030107032200"), 2, ...new Uint8Array(31), 1),
      ),
    ],
    ["a PEM with another label", pem.replaceAll("PUBLIC KEY", "EC PUBLIC KEY")],
    ["a PEM with a private label", pem.replaceAll("PUBLIC KEY", "PRIVATE KEY")],
    ["a PEM with text before it", `x\n${pem}`],
    ["a PEM with text behind it", `${pem}x`],
    ["two PEMs", pem + pem],
    ["a PEM with two line breaks at the end", `${pem}\n`],
    ["a PEM on one line", pem.replaceAll("\n", "")],
    ["a PEM without an end", pem.split("-----END")[0]!],
    ["a PEM with spaces in it", pem.replace(body, ` ${body}`)],
    ["a PEM of nothing", "-----BEGIN PUBLIC KEY-----\n\n-----END PUBLIC KEY-----\n"],
    ["a long text", "A".repeat(1_000_000)],
    ["a long PEM", `-----BEGIN PUBLIC KEY-----\n${"\n".repeat(100_000)}\n-----END PUBLIC KEY-----`],
  ];
  it.each(refused)("refuses %s", (_, text) => {
    const parsed = parseP256PublicKey(text);
    expect(parsed.ok).toBe(false);
    expect(parsed).not.toHaveProperty("spkiBase64");
  });

  it("refuses what is no string", () => {
    for (const value of [undefined, null, 1, {}, [spkiBase64]])
      expect(parseP256PublicKey(value as string).ok).toBe(false);
  });

  it.each([
    ["base64", spkiBase64],
    ["base64 with line breaks", body],
    ["base64 with CRLF and one at the end", `${body.replaceAll("\n", "\r\n")}\r\n`],
    ["PEM", pem],
    ["PEM without the last line break", pem.trimEnd()],
    ["PEM with CRLF", pem.replaceAll("\n", "\r\n")],
    ["PEM with its body on one line", pem.replace(body, spkiBase64)],
    ["a compressed point", compressedSpki],
    ["a compressed point in a PEM", `-----BEGIN PUBLIC KEY-----\n${compressedSpki}\n-----END PUBLIC KEY-----`],
  ])("reads %s as the same key", (_, text) => {
    expect(parseP256PublicKey(text)).toEqual({ ok: true, spkiBase64, point });
    expect(parseHpkeRecipientKey(text)).toEqual({ ok: true, spkiBase64, point });
  });

  it("reads what OpenSSL writes, and OpenSSL what we write", () => {
    for (let i = 0; i < 5; i++) {
      const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const spki = publicKey.export({ type: "spki", format: "der" }).toString("base64");
      expect(parseP256PublicKey(publicKey.export({ type: "spki", format: "pem" }) as string)).toMatchObject({
        spkiBase64: spki,
      });
    }
    const imported = createPublicKey(pem);
    expect(imported.export({ type: "spki", format: "der" }).toString("base64")).toBe(spkiBase64);
  });

  const ecdh = listCases(readWycheproof("ecdh_secp256r1_test.json"));
  it.skipIf(ecdh.length === 0)("I2: parsing and ECDH agree with Wycheproof (612)", () => {
    const accepted = { valid: 0, acceptable: 0, invalid: 0 };
    for (const [, test] of ecdh) {
      const name = `${test.tcId} ${test.comment}`;
      const parsed = parseP256PublicKey(encodeBase64(fromHex(test.public)));
      // Private keys are integers there: without leading zeros, or with more than 32 bytes need.
      const privateKey = fromHex(test.private.replace(/^(00)+/, "").padStart(64, "0"));
      if (parsed.ok) {
        accepted[test.result]++;
        expect(encodeHex(sharedSecretP256(privateKey, parsed.point)!), name).toBe(test.shared);
      }
      if (test.result !== "acceptable") expect(parsed.ok, name).toBe(test.result === "valid");
    }
    // Of the acceptable ones we take the compressed point and none of the 229 other encodings.
    expect(accepted).toEqual({ valid: 330, acceptable: 1, invalid: 0 });
  });
});

describe("parseHpkeRecipientKey", () => {
  it.each([
    ["a raw point off the curve", encodeBase64(point.with(64, point[64]! ^ 1))],
    ["a raw compressed point", encodeBase64(Uint8Array.of(2 + (point[64]! & 1), ...point.slice(1, 33)))],
    ["a raw hybrid point", encodeBase64(point.with(0, 6 + (point[64]! & 1)))],
    ["base64 of base64", base64(spkiBase64)],
    ["base64 of base64 of a PEM", base64(base64(pem))],
    ["base64 of a PEM with another label", base64(pem.replaceAll("PUBLIC", "PRIVATE"))],
    ["nothing", ""],
    ["a long text", "A".repeat(1_000_000)],
  ])("refuses %s", (_, text) => {
    expect(parseHpkeRecipientKey(text).ok).toBe(false);
  });

  it.each([
    ["base64 of a PEM", base64(pem)],
    ["base64 of a PEM without the last line break", base64(pem.trimEnd())],
    ["base64 of the raw point", encodeBase64(point)],
  ])("reads %s", (_, text) => {
    expect(parseHpkeRecipientKey(text)).toEqual({ ok: true, spkiBase64, point });
  });
});

describe("scalars", () => {
  it("are never zero, never over the order, and need exactly 48 bytes", () => {
    const order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    for (const length of [0, 32, 47, 49]) expect(() => deriveP256Scalar(new Uint8Array(length))).toThrow(TypeError);
    // 0 and n − 1 are both 0 modulo n − 1
    for (const random of ["", order.replace(/51$/, "50"), order.replace(/51$/, "4f"), order, "ff".repeat(48)]) {
      expect(isValidP256Scalar(deriveP256Scalar(fromHex(random.padStart(96, "0"))))).toBe(true);
    }
    expect(encodeHex(deriveP256Scalar(new Uint8Array(48)))).toBe("01".padStart(64, "0"));
    for (const wrong of [new Uint8Array(32), fromHex(order), new Uint8Array(31).fill(1), new Uint8Array(33)]) {
      expect(isValidP256Scalar(wrong)).toBe(false);
      expect(() => p256PublicKey(wrong)).toThrow();
      expect(() => signP256(encodeUtf8("message"), wrong)).toThrow();
    }
  });

  it("derive as FIPS 186-5 §A.2.1 says", () => {
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 48, maxLength: 48 }), (random) => {
        const expected = (BigInt(`0x${encodeHex(random)}`) % (order - 1n)) + 1n;
        expect(BigInt(`0x${encodeHex(deriveP256Scalar(random))}`)).toBe(expected);
      }),
      { numRuns: 100 * Number(process.env.MANDATE_FUZZ ?? 1) },
    );
  });
});

describe("signP256", () => {
  it("signs as RFC 6979 §A.2.5 does, with either s", () => {
    const key = fromHex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");
    expect(parseEcdsaSignatureDer(signP256(encodeUtf8("sample"), key))).toEqual({
      r: 0xefd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716n,
      s: 0xf7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8n,
    });
    expect(parseEcdsaSignatureDer(signP256(encodeUtf8("test"), key))).toEqual({
      r: 0xf1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367n,
      s: 0x019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083n,
    });
  });

  it("is verified by OpenSSL and by us, and only for its message and key", () => {
    const other = p256PublicKey(sha256(scalar)).spkiBase64;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (message) => {
        const signature = signP256(message, scalar);
        expect(verifyP256(spkiBase64, Uint8Array.of(...message, 0), signature)).toBe(false);
        expect(verifyP256(other, message, signature)).toBe(false);
        expect(verifyP256(spkiBase64, message, signature)).toBe(true);
        expect(verify("sha256", message, pem, signature)).toBe(true);
      }),
      { numRuns: 20 * Number(process.env.MANDATE_FUZZ ?? 1) },
    );
  });
});

describe("sharedSecretP256", () => {
  it("is undefined for what is no uncompressed point, and OpenSSL's for what is", () => {
    const compressed = Uint8Array.of(2 + (point[64]! & 1), ...point.slice(1, 33));
    for (const wrong of [compressed, point.with(0, 6), new Uint8Array(65), Uint8Array.of(0), new Uint8Array(0)]) {
      expect(sharedSecretP256(scalar, wrong)).toBeUndefined();
    }
    const peer = createECDH("prime256v1");
    peer.generateKeys();
    const expected = Uint8Array.from(peer.computeSecret(point));
    expect(sharedSecretP256(scalar, Uint8Array.from(peer.getPublicKey()))).toEqual(expected);
  });
});

describe("encodeP256Spki", () => {
  it("throws for what is no uncompressed point", () => {
    for (const wrong of [point.slice(1), point.with(0, 2), new Uint8Array(0)]) {
      expect(() => encodeP256Spki(wrong)).toThrow(TypeError);
    }
  });
});

import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { decodeBase64, encodeBase64 } from "../encoding/base64.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { p256PublicKey } from "./p256.ts";
import { p256KeyPairFromScalar, parseP256PrivateKey } from "./p256-pkcs8.ts";
import { sha256 } from "./primitives.ts";

const scalar = sha256(encodeUtf8("mandate pkcs8 test key"));
const pair = p256KeyPairFromScalar(scalar);
const der = decodeBase64(pair.pkcs8Base64)!;
const scalarOnly = Uint8Array.of(
  ...Buffer.from("3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420", "hex"),
  ...scalar,
);

describe("parseP256PrivateKey", () => {
  const zero = new Uint8Array(32);
  const order = Buffer.from("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", "hex");
  const exportDer = (namedCurve: string) =>
    generateKeyPairSync("ec", { namedCurve }).privateKey.export({ type: "pkcs8", format: "der" }).toString("base64");
  it.each([
    ["nothing", ""],
    ["a prefix alone", "wallet-auth:"],
    ["an unknown prefix", `wallet-key:${pair.pkcs8Base64}`],
    ["two prefixes", `wallet-auth:wallet-auth:${pair.pkcs8Base64}`],
    ["a space", `wallet-auth: ${pair.pkcs8Base64}`],
    ["a line break", `${pair.pkcs8Base64}\n`],
    ["a public key", pair.spkiBase64],
    ["P-384", exportDer("P-384")],
    ["secp256k1", exportDer("secp256k1")],
    ["a raw scalar", encodeBase64(scalar)],
    ["a trailing byte", encodeBase64(Uint8Array.of(...der, 0))],
    ["another version", encodeBase64(der.with(5, 1))],
    ["a scalar of zero", encodeBase64(Uint8Array.of(...scalarOnly.slice(0, 35), ...zero))],
    ["a scalar of the order", encodeBase64(Uint8Array.of(...scalarOnly.slice(0, 35), ...order))],
    [
      "the public key of another scalar",
      encodeBase64(Uint8Array.of(...der.slice(0, 73), ...p256PublicKey(sha256(scalar)).point)),
    ],
  ])("refuses %s", (_, text) => {
    const parsed = parseP256PrivateKey(text);
    expect(parsed.ok).toBe(false);
    // I26: no part of the key in what may be logged
    if (!parsed.ok && text.length > 20) expect(parsed.message).not.toContain(text.slice(-20, -4));
  });

  it.each([
    ["138 bytes", pair.pkcs8Base64],
    ["the prefix wallet-auth", `wallet-auth:${pair.pkcs8Base64}`],
    ["the prefix wallet-api", `wallet-api:${pair.pkcs8Base64}`],
    ["67 bytes, without the public key", encodeBase64(scalarOnly)],
  ])("reads %s", (_, text) => {
    expect(parseP256PrivateKey(text)).toEqual({ ok: true, scalar, spkiBase64: pair.spkiBase64, point: pair.point });
  });

  it("reads what OpenSSL writes", () => {
    for (let i = 0; i < 10; i++) {
      const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      expect(parseP256PrivateKey(privateKey.export({ type: "pkcs8", format: "der" }).toString("base64"))).toMatchObject(
        {
          ok: true,
          spkiBase64: publicKey.export({ type: "spki", format: "der" }).toString("base64"),
        },
      );
    }
  });
});

describe("p256KeyPairFromScalar", () => {
  it("refuses a scalar out of range or of another length", () => {
    for (const wrong of [new Uint8Array(32), new Uint8Array(32).fill(255), scalar.slice(1), new Uint8Array(0)]) {
      expect(() => p256KeyPairFromScalar(wrong)).toThrow();
    }
  });

  it("writes the bytes that OpenSSL writes, the scalar behind the first 04 20", () => {
    for (const key of [scalar, new Uint8Array(32).with(31, 1), sha256(scalar)]) {
      const { pkcs8Base64 } = p256KeyPairFromScalar(key);
      const bytes = Buffer.from(pkcs8Base64, "base64");
      const imported = createPrivateKey({ key: bytes, format: "der", type: "pkcs8" });
      expect(imported.export({ type: "pkcs8", format: "der" }).toString("base64")).toBe(pkcs8Base64);
      expect(bytes).toHaveLength(138);
      const at = bytes.indexOf(Buffer.from("0420", "hex")) + 2;
      expect(Uint8Array.from(bytes.subarray(at, at + 32))).toEqual(key);
    }
  });

  it("makes the keys of the wire protocol's published vectors", () => {
    expect(p256KeyPairFromScalar(sha256(encodeUtf8("session-signer-spec key A")))).toMatchObject({
      pkcs8Base64:
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgBW1XGNImDrkT1R4cdsQsvMcqvc6lSIpMU1xXSPkPs9ChRANCAATEp/klgPo9Pk5HjgXpktGelEw3KS1iIIxB2ebIWrUixOYz+MUngKQB2QT/h2PCYHlTyb6frHIB0lEVFcUdaHZh",
      spkiBase64:
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAExKf5JYD6PT5OR44F6ZLRnpRMNyktYiCMQdnmyFq1IsTmM/jFJ4CkAdkE/4djwmB5U8m+n6xyAdJRFRXFHWh2YQ==",
    });
  });
});

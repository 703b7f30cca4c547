import { createHash, createPrivateKey, type KeyObject, sign } from "node:crypto";
import { deriveP256Scalar } from "@mandate/core/crypto/p256";
import { p256KeyPairFromScalar } from "@mandate/core/crypto/p256-pkcs8";

/** A P-256 key as a client holds it. Tests only: the private half is in plain sight. */
export type TestKey = { spkiBase64: string; pkcs8Base64: string; scalar: Uint8Array; privateKey: KeyObject };

/** The same bytes for the same seed, so that a failed run can be repeated. */
export function seededRandom(seed: string): (length: number) => Uint8Array {
  let counter = 0;
  return (length) => {
    const output = new Uint8Array(length);
    for (let at = 0; at < length; at += 32) {
      const block = createHash("sha256").update(`${seed}/${counter++}`).digest();
      output.set(block.subarray(0, Math.min(32, length - at)), at);
    }
    return output;
  };
}

export function testKey(name: string): TestKey {
  return testKeyFromScalar(deriveP256Scalar(seededRandom(`test key ${name}`)(48)));
}

export function testKeyFromScalar(scalar: Uint8Array): TestKey {
  const { spkiBase64, pkcs8Base64 } = p256KeyPairFromScalar(scalar);
  return { spkiBase64, pkcs8Base64, scalar, privateKey: importPkcs8(pkcs8Base64) };
}

export function importPkcs8(pkcs8Base64: string): KeyObject {
  return createPrivateKey({ key: Buffer.from(pkcs8Base64, "base64"), format: "der", type: "pkcs8" });
}

/** Base64 DER, as clients send it. OpenSSL leaves `s` high in half of the cases. */
export function signText(key: TestKey, text: string): string {
  return sign("sha256", Buffer.from(text, "utf8"), key.privateKey).toString("base64");
}

/**
 * RFC 8785 text, written for the tests from the RFC and not from core: the tests' values hold no number that
 * JSON.stringify would print in another way.
 */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalText((value as { [name: string]: unknown })[name])}`);
  return `{${members.join(",")}}`;
}

/** A compact JWS (RFC 7515) by ES256 or RS256, whichever the key is for. */
export function signJwt(
  privateKey: KeyObject,
  claims: { [name: string]: unknown },
  header: { [name: string]: unknown } = {},
): string {
  const isEc = privateKey.asymmetricKeyType === "ec";
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const input = `${encode({ alg: isEc ? "ES256" : "RS256", typ: "JWT", ...header })}.${encode(claims)}`;
  const options = isEc ? { key: privateKey, dsaEncoding: "ieee-p1363" as const } : { key: privateKey };
  return `${input}.${sign("sha256", Buffer.from(input), options).toString("base64url")}`;
}

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The other signature over the same message by the same key: (r, n − s). */
export function malleate(signatureBase64: string): string {
  const der = Buffer.from(signatureBase64, "base64");
  const rLength = der[3]!;
  const r = der.subarray(4, 4 + rLength);
  const s = BigInt(`0x${der.subarray(6 + rLength).toString("hex")}`);
  const integer = (bytes: Buffer) => Buffer.concat([Buffer.from([0x02, bytes.length]), bytes]);
  const other = Buffer.from((P256_ORDER - s).toString(16).padStart(64, "0"), "hex");
  let start = 0;
  while (other[start] === 0) start++;
  const minimal =
    other[start]! >= 0x80 ? Buffer.concat([Buffer.from([0]), other.subarray(start)]) : other.subarray(start);
  const body = Buffer.concat([integer(r), integer(minimal)]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]).toString("base64");
}

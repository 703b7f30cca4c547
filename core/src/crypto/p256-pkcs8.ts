import { decodeBase64, encodeBase64 } from "../encoding/base64.ts";
import { equalBytes } from "./equal-bytes.ts";
import { isValidP256Scalar, type P256PublicKey, p256PublicKey } from "./p256.ts";

export type P256KeyPair = P256PublicKey & { pkcs8Base64: string };

export type ParsedP256PrivateKey = ({ ok: true; scalar: Uint8Array } & P256PublicKey) | { ok: false; message: string };

// PrivateKeyInfo { 0, { id-ecPublicKey, prime256v1 }, OCTET STRING { ECPrivateKey } }  (RFC 5208 §5)
// ECPrivateKey { 1, OCTET STRING scalar, [1] BIT STRING point }                         (RFC 5915 §3)
// Clients find the scalar behind the first `04 20`; nothing before it may contain that pair.
const ALGORITHM = [0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01].concat([
  0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07,
]);
const VERSION_1_SCALAR = [0x02, 0x01, 0x01, 0x04, 0x20];
const WITH_PUBLIC_KEY = [0x30, 0x81, 0x87, 0x02, 0x01, 0x00, ...ALGORITHM, 0x04, 0x6d, 0x30, 0x6b, ...VERSION_1_SCALAR];
const PUBLIC_KEY = [0xa1, 0x44, 0x03, 0x42, 0x00];
const SCALAR_ONLY = [0x30, 0x41, 0x02, 0x01, 0x00, ...ALGORITHM, 0x04, 0x27, 0x30, 0x25, ...VERSION_1_SCALAR];

/**
 * The key pair of a 32-byte scalar in the encodings that clients exchange: base64 of the 91-byte SPKI and of the 138-byte
 * PKCS#8 with the public key inside. Throws unless the scalar is in [1, n).
 */
export function p256KeyPairFromScalar(scalar: Uint8Array): P256KeyPair {
  const publicKey = p256PublicKey(scalar);
  const der = Uint8Array.of(...WITH_PUBLIC_KEY, ...scalar, ...PUBLIC_KEY, ...publicKey.point);
  const pkcs8Base64 = encodeBase64(der);
  der.fill(0);
  return { ...publicKey, pkcs8Base64 };
}

/**
 * Reads base64 of a P-256 PKCS#8 key, with or without the public key inside and optionally behind the prefix
 * `wallet-auth:` or `wallet-api:`. A public key that is not that of the scalar is refused. Messages never quote the key.
 */
export function parseP256PrivateKey(text: string): ParsedP256PrivateKey {
  const der = decodeBase64(text.replace(/^wallet-(?:auth|api):/, ""));
  if (der === undefined) return refuse("private key must be base64 of a PKCS#8 key, optionally after `wallet-auth:`");
  const withPublicKey = der.length === 138 && hasBytes(der, WITH_PUBLIC_KEY, 0) && hasBytes(der, PUBLIC_KEY, 68);
  const scalarOnly = der.length === 67 && hasBytes(der, SCALAR_ONLY, 0);
  if (!withPublicKey && !scalarOnly) {
    der.fill(0);
    return refuse("private key must be a PKCS#8 key on P-256 in the standard encoding of 138 bytes");
  }
  const scalar = withPublicKey ? der.slice(36, 68) : der.slice(35, 67);
  const publicPoint = withPublicKey ? der.slice(73) : undefined;
  der.fill(0);
  if (!isValidP256Scalar(scalar)) return refuse("private key is zero or not less than the order of P-256");
  const publicKey = p256PublicKey(scalar);
  if (publicPoint && !equalBytes(publicPoint, publicKey.point)) {
    scalar.fill(0);
    return refuse("private key holds a public key that is not its own");
  }
  return { ok: true, scalar, ...publicKey };
}

function hasBytes(bytes: Uint8Array, expected: readonly number[], at: number): boolean {
  return expected.every((byte, i) => bytes[at + i] === byte);
}

function refuse(message: string): { ok: false; message: string } {
  return { ok: false, message };
}

import { mapHashToField } from "@noble/curves/abstract/modular.js";
import { p256 } from "@noble/curves/nist.js";
import { decodeBase64 } from "../encoding/base64.ts";
import { decodeUtf8 } from "../encoding/utf8.ts";
import { encodeP256Spki, findP256SpkiPoint } from "./p256-spki.ts";

/** `spkiBase64` is canonical (91 bytes of DER, one line) and identifies the key; `point` is its 65-byte encoding. */
export type P256PublicKey = { spkiBase64: string; point: Uint8Array };

export type ParsedP256PublicKey = ({ ok: true } & P256PublicKey) | { ok: false; message: string };

// A PEM of a P-256 key has 178 characters; room for CRLF and odd line lengths, none for work on foreign input.
const KEY_TEXT_LENGTH_MAX = 1024;
const PEM = /^-----BEGIN PUBLIC KEY-----\r?\n([A-Za-z0-9+/=\r\n]+?)\r?\n-----END PUBLIC KEY-----(?:\r?\n)?$/;

/**
 * Reads a P-256 public key as clients spell it: base64 of a SubjectPublicKeyInfo (RFC 5480) on one line or with line
 * breaks, or a PEM with or without the last line break. Compressed points are accepted. The point is checked to be on
 * the curve; the point at infinity has no encoding of an accepted length.
 *
 * All spellings of one key give the same `spkiBase64`, so keys are compared by it and never by what was submitted.
 */
export function parseP256PublicKey(text: string): ParsedP256PublicKey {
  if (typeof text !== "string" || text.length > KEY_TEXT_LENGTH_MAX) return refuse("public key is not a P-256 key");
  const isPem = text.startsWith("-----BEGIN ");
  const body = isPem ? PEM.exec(text)?.[1] : text;
  if (body === undefined) return refuse("PEM must have the label PUBLIC KEY and nothing around it");
  const der = decodeBase64(body.replace(/\r?\n/g, ""));
  if (der === undefined) return refuse("public key must be standard base64 with padding, or PEM");
  const point = findP256SpkiPoint(der);
  if (point === undefined) {
    return refuse("public key must be a SubjectPublicKeyInfo (SPKI, DER) of a key on P-256 (prime256v1)");
  }
  return readPoint(point);
}

/**
 * Reads the recipient key of an HPKE exchange: every form of `parseP256PublicKey`, and also base64 of a PEM and base64
 * of the raw 65-byte uncompressed point.
 */
export function parseHpkeRecipientKey(text: string): ParsedP256PublicKey {
  if (typeof text !== "string" || text.length > KEY_TEXT_LENGTH_MAX) return refuse("public key is not a P-256 key");
  const bytes = decodeBase64(text.replace(/\r?\n/g, ""));
  if (bytes?.length === 65 && bytes[0] === 4) return readPoint(bytes);
  const inner = bytes && decodeUtf8(bytes);
  return parseP256PublicKey(inner?.startsWith("-----BEGIN ") ? inner : text);
}

/** The public key of a 32-byte scalar. Throws unless it is in [1, n). */
export function p256PublicKey(scalar: Uint8Array): P256PublicKey {
  const point = p256.getPublicKey(scalar, false);
  return { spkiBase64: encodeP256Spki(point), point };
}

/**
 * Maps 48 uniformly random bytes to a private scalar in [1, n) by reduction modulo n − 1 (FIPS 186-5 §A.2.1); 16 bytes
 * more than the order has make the bias at most 2^-128.
 */
export function deriveP256Scalar(random: Uint8Array): Uint8Array {
  if (random.length !== 48) throw new TypeError("random must have 48 bytes");
  return mapHashToField(random, p256.Point.Fn.ORDER);
}

/** ECDSA with SHA-256 and the nonce of RFC 6979, in DER; `s` as computed, low or high. For the client's side. */
export function signP256(message: Uint8Array, scalar: Uint8Array): Uint8Array {
  return p256.sign(message, scalar, { format: "der", prehash: true, lowS: false, extraEntropy: false });
}

/** The same as r ‖ s, 64 bytes, which JWS wants (RFC 7518 §3.4). */
export function signP256Compact(message: Uint8Array, scalar: Uint8Array): Uint8Array {
  return p256.sign(message, scalar, { format: "compact", prehash: true, lowS: false, extraEntropy: false });
}

/**
 * ECDH (SEC 1 §3.3.1): the 32-byte x-coordinate; undefined when `point` is not a 65-byte point of the curve. Throws for
 * a scalar outside [1, n).
 */
export function sharedSecretP256(scalar: Uint8Array, point: Uint8Array): Uint8Array | undefined {
  if (point.length !== 65 || !p256.utils.isValidPublicKey(point, false)) return undefined;
  return p256.getSharedSecret(scalar, point, true).slice(1);
}

/** Whether the bytes are 32 and a scalar in [1, n). */
export function isValidP256Scalar(scalar: Uint8Array): boolean {
  return scalar.length === 32 && p256.utils.isValidSecretKey(scalar);
}

function readPoint(encoded: Uint8Array): ParsedP256PublicKey {
  if (!p256.utils.isValidPublicKey(encoded)) return refuse("public key is not a point of P-256");
  const point = p256.Point.fromBytes(encoded).toBytes(false);
  return { ok: true, spkiBase64: encodeP256Spki(point), point };
}

function refuse(message: string): { ok: false; message: string } {
  return { ok: false, message };
}

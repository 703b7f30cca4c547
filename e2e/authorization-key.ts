import { randomBytes } from "node:crypto";
import { canonicalHeaders, canonicalPayload } from "@mandate/core/authorization/authorization-payload";
import { deriveP256Scalar, signP256 } from "@mandate/core/crypto/p256";
import { p256KeyPairFromScalar } from "@mandate/core/crypto/p256-pkcs8";
import { canonicalize } from "@mandate/core/encoding/canonical-json";
import type { JsonValue } from "@mandate/core/encoding/json-value";
import { encodeUtf8 } from "@mandate/core/encoding/utf8";

/** `publicKey` is base64 SPKI, `privateKey` base64 PKCS#8, as clients hold them. */
export type AuthorizationKey = { publicKey: string; privateKey: string; sign(payload: SignedParts): string };

export type SignedParts = {
  method: string;
  url: string;
  body?: JsonValue | undefined;
  appId: string;
  idempotencyKey?: string;
  requestExpiry?: string;
};

export function makeAuthorizationKey(): AuthorizationKey {
  return keyOf(deriveP256Scalar(new Uint8Array(randomBytes(48))));
}

/** From base64 PKCS#8 as this server writes it: the scalar has a fixed place. */
export function importAuthorizationKey(pkcs8Base64: string): AuthorizationKey {
  return keyOf(new Uint8Array(Buffer.from(pkcs8Base64, "base64").subarray(36, 68)));
}

function keyOf(scalar: Uint8Array): AuthorizationKey {
  const pair = p256KeyPairFromScalar(scalar);
  return {
    publicKey: pair.spkiBase64,
    privateKey: pair.pkcs8Base64,
    sign: (parts) => Buffer.from(signP256(encodeUtf8(payloadOf(parts)), scalar)).toString("base64"),
  };
}

function payloadOf({ method, url, body, ...headers }: SignedParts): string {
  return canonicalPayload({
    method,
    url,
    body: body === undefined ? undefined : canonicalize(body),
    headers: canonicalHeaders(headers),
  });
}

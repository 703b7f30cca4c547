import { constants, createPublicKey, type KeyObject, verify } from "node:crypto";
import { decodeBase64Url, encodeBase64Url } from "@mandate/core/encoding/base64url";
import { parseJson } from "@mandate/core/encoding/json";
import type { JsonValue } from "@mandate/core/encoding/json-value";
import { type PublicJwk, parseJwks } from "@mandate/core/jwt/jwks";
import { type JwtAlgorithm, type JwtKey, verifyJwt } from "@mandate/core/jwt/verify-jwt";
import type { SignerContext, TokenVerdict } from "./core/context.ts";

const PINNED_MAX = 1000;
const pinned = new Map<string, JwtKey<KeyObject>[]>();

/**
 * Verifies a token of an app's own identity provider. The key is the one pinned in the app's sealed record; only where
 * the record names a JWKS URL instead is the key set consulted that the API fetched (docs/threat-model.md, G6).
 */
export const verifyUserToken: SignerContext["verifyUserToken"] = (token, pin, jwks, nowMs): TokenVerdict => {
  const keys = pin.public_key_pem === null ? keysOf(jwks) : pinnedKeys(pin.public_key_pem);
  if (keys.length === 0) {
    return refuse(
      pin.public_key_pem === null
        ? "the app's identity provider has no usable keys at its JWKS URL"
        : "the public key pinned for the app's identity provider is neither P-256 nor RSA of 2048 bits or more",
    );
  }
  const verdict = verifyJwt(
    token,
    {
      keys,
      algorithms: ["ES256", "RS256"],
      nowS: Math.floor(nowMs / 1000),
      subjectClaim: pin.subject_claim,
      ...(pin.issuer === null ? {} : { issuer: pin.issuer }),
      ...(pin.audience === null ? {} : { audience: pin.audience }),
    },
    verifyJwsSignature,
  );
  if (!verdict.ok) return refuse(`the token was refused: ${verdict.message}`);
  return {
    ok: true,
    subject: verdict.subject,
    expiresAtMs: Math.floor(Number(verdict.claims.exp) * 1000),
    claims: verdict.claims,
  };
};

export const readUnverified: SignerContext["readUnverified"] = (token, part) => {
  const bytes = decodeBase64Url(token.split(".", 3)[part] ?? "");
  const parsed = bytes === undefined ? undefined : parseJson(bytes);
  if (parsed?.ok !== true || typeof parsed.value !== "object" || Array.isArray(parsed.value)) return undefined;
  return parsed.value ?? undefined;
};

/** Whether a pin of this key could vouch for anybody. */
export function isTokenKey(pem: string): boolean {
  return importPem(pem) !== undefined;
}

function refuse(message: string): TokenVerdict {
  return { ok: false, code: "missing_or_invalid_token", message };
}

/** None for a key that can sign neither ES256 nor RS256: a pin that vouches for nobody. */
function pinnedKeys(pem: string): JwtKey<KeyObject>[] {
  let keys = pinned.get(pem);
  if (keys === undefined) {
    const key = importPem(pem);
    keys = key === undefined ? [] : [key];
    if (pinned.size >= PINNED_MAX) pinned.clear();
    pinned.set(pem, keys);
  }
  return keys;
}

/** RFC 7518 §3.4 binds ES256 to P-256; §3.3 asks 2048 bits or more of an RSA key. */
function importPem(pem: string): JwtKey<KeyObject> | undefined {
  let handle: KeyObject;
  try {
    handle = createPublicKey(pem);
  } catch {
    return undefined;
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = handle;
  if (type === "ec" && details?.namedCurve === "prime256v1") return { alg: "ES256", handle };
  return type === "rsa" && (details?.modulusLength ?? 0) >= 2048 ? { alg: "RS256", handle } : undefined;
}

function keysOf(jwks: JsonValue | undefined): JwtKey<KeyObject>[] {
  const parsed = jwks === undefined ? undefined : parseJwks(jwks);
  if (parsed?.ok !== true) return [];
  return parsed.keys.flatMap((key): JwtKey<KeyObject>[] => {
    const handle = importKey(key);
    return handle === undefined ? [] : [{ alg: key.alg, handle, ...(key.kid === undefined ? {} : { kid: key.kid }) }];
  });
}

/** Undefined for a point that is not on the curve. */
function importKey(key: PublicJwk): KeyObject | undefined {
  const text = encodeBase64Url;
  const jwk =
    key.kty === "EC"
      ? { kty: key.kty, crv: key.crv, x: text(key.x), y: text(key.y) }
      : { kty: key.kty, n: text(key.n), e: text(key.e) };
  try {
    return createPublicKey({ key: jwk, format: "jwk" });
  } catch {
    return undefined;
  }
}

/** RFC 7518 §3.3 and §3.4: PKCS#1 v1.5 for RS256, 64 bytes r‖s for ES256. */
export function verifyJwsSignature(
  handle: KeyObject,
  alg: JwtAlgorithm,
  input: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (alg === "ES256") {
    return signature.length === 64 && verify("sha256", input, { key: handle, dsaEncoding: "ieee-p1363" }, signature);
  }
  return alg === "RS256" && verify("sha256", input, { key: handle, padding: constants.RSA_PKCS1_PADDING }, signature);
}

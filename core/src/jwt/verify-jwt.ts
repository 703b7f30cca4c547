import { decodeBase64Url } from "../encoding/base64url.ts";
import { type JsonLimits, parseJson } from "../encoding/json.ts";
import type { JsonObject } from "../encoding/json-value.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { type ClaimsConfig, type ClaimsErrorCode, checkClaims } from "./check-claims.ts";

/** Asymmetric only: with no HMAC, no public key can be mistaken for a secret. EdDSA is Ed25519. */
export type JwtAlgorithm = "ES256" | "RS256" | "EdDSA";

/** A public key for one algorithm. `handle` is whatever `verifySignature` understands. */
export type JwtKey<Handle> = { kid?: string; alg: JwtAlgorithm; handle: Handle };

export type JwtConfig<Handle> = ClaimsConfig & {
  keys: readonly JwtKey<Handle>[];
  algorithms: readonly JwtAlgorithm[];
  /** The media type that `typ` must name; when left out, `JWT`, `at+jwt` or no `typ` at all. */
  typ?: string;
};

export type JwtErrorCode =
  | "jwt_malformed"
  | "jwt_header_unsupported"
  | "jwt_algorithm_not_allowed"
  | "jwt_key_unknown"
  | "jwt_signature_invalid"
  | ClaimsErrorCode;

export type VerifiedJwt =
  | { ok: true; subject: string; claims: JsonObject; header: JsonObject }
  | { ok: false; code: JwtErrorCode; message: string };

/** Far above real tokens; 16 KiB is also what common HTTP servers take as headers. */
const TOKEN_LENGTH_MAX = 16_384;
const KID_LENGTH_MAX = 256;
/** Keys tried for a token that does not say which one signed it. */
const KEYS_TRIED_MAX = 10;
const JSON_LIMITS: Partial<JsonLimits> = { depthMax: 16, membersMax: 1_000 };
/** Parameters by which a token would bring its own key, or change how it is to be read. */
const REFUSED_PARAMETERS = ["crit", "b64", "jwk", "jku", "x5u", "x5c", "enc", "zip"];

/**
 * Verifies a signed token in compact form (RFC 7515 §7.1, RFC 7519, RFC 8725): the form, the header, the signature by
 * one of the configured keys with the algorithm that key is for, then the claims (see `checkClaims`). The token never
 * chooses more than one among the configured keys. JSON is parsed strictly: duplicate claims are refused.
 */
export function verifyJwt<Handle>(
  token: string,
  config: JwtConfig<Handle>,
  verifySignature: (handle: Handle, alg: JwtAlgorithm, signingInput: Uint8Array, signature: Uint8Array) => boolean,
): VerifiedJwt {
  if (token.length > TOKEN_LENGTH_MAX) return refuse("jwt_malformed", "the token is too long");
  const parts = token.split(".");
  const [headerPart, claimsPart, signaturePart] = parts;
  if (parts.length !== 3 || !headerPart || !claimsPart || !signaturePart) {
    return refuse("jwt_malformed", "the token is not three base64url parts with dots between them");
  }
  const header = parsePart(headerPart);
  const claims = parsePart(claimsPart);
  const signature = decodeBase64Url(signaturePart);
  if (header === undefined || claims === undefined || signature === undefined) {
    return refuse("jwt_malformed", "a part of the token is not canonical base64url, or not a strict JSON object");
  }

  const refused = REFUSED_PARAMETERS.find((name) => Object.hasOwn(header, name));
  if (refused !== undefined) {
    return refuse("jwt_header_unsupported", `the token's header has \`${refused}\`, which is not supported`);
  }
  if (!isTypeAllowed(header.typ, config.typ)) {
    return refuse("jwt_header_unsupported", "the token's `typ` is not the expected one");
  }
  // Compared with our own list: whatever else `alg` holds, none, HS256 or not even a string, is not in it.
  const alg = config.algorithms.find((allowed) => allowed === header.alg);
  if (alg === undefined) return refuse("jwt_algorithm_not_allowed", "the token's algorithm is not allowed");

  const { kid } = header;
  if (kid !== undefined && (typeof kid !== "string" || kid.length > KID_LENGTH_MAX)) {
    return refuse("jwt_header_unsupported", "the token's `kid` is not a short string");
  }
  const keys = config.keys.filter((key) => key.alg === alg && isKeyMeant(key.kid, kid)).slice(0, KEYS_TRIED_MAX);
  if (keys.length === 0) return refuse("jwt_key_unknown", "no configured key has the token's `kid` and algorithm");

  const signingInput = encodeUtf8(`${headerPart}.${claimsPart}`);
  if (
    !hasSignatureForm(alg, signature) ||
    !keys.some((key) => verifySignature(key.handle, alg, signingInput, signature))
  ) {
    return refuse("jwt_signature_invalid", "the token's signature does not verify");
  }
  const checked = checkClaims(claims, config);
  return checked.ok ? { ok: true, subject: checked.subject, claims, header } : checked;
}

function refuse(code: JwtErrorCode, message: string): VerifiedJwt {
  return { ok: false, code, message };
}

function parsePart(part: string): JsonObject | undefined {
  const bytes = decodeBase64Url(part);
  const parsed = bytes && parseJson(bytes, JSON_LIMITS);
  if (!parsed?.ok) return undefined;
  const { value } = parsed;
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
}

/** A key without a `kid`, pinned by hand, serves any token; a key with one only the tokens that name it or none. */
function isKeyMeant(ofKey: string | undefined, ofToken: string | undefined): boolean {
  return ofKey === undefined || ofToken === undefined || ofKey === ofToken;
}

/** RFC 7515 §4.1.9: media types, in any letter case, with `application/` left out. */
function isTypeAllowed(typ: unknown, expected: string | undefined): boolean {
  if (typ === undefined) return expected === undefined;
  if (typeof typ !== "string") return false;
  const name = shortType(typ);
  return expected === undefined ? name === "jwt" || name === "at+jwt" : name === shortType(expected);
}

function shortType(typ: string): string {
  return typ.toLowerCase().replace(/^application\//, "");
}

/** Fixed lengths (RFC 7518 §3.4, RFC 8037 §3.1); an ES256 r or s of zero never reaches the verifier. */
function hasSignatureForm(alg: JwtAlgorithm, signature: Uint8Array): boolean {
  if (alg === "RS256") return signature.length >= 256;
  if (signature.length !== 64) return false;
  return alg === "EdDSA" || (signature.subarray(0, 32).some(Boolean) && signature.subarray(32).some(Boolean));
}

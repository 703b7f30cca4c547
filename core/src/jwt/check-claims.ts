import type { JsonObject, JsonValue } from "../encoding/json-value.ts";

export type ClaimsConfig = {
  /** Exact; any issuer when left out. */
  issuer?: string;
  /** Must be the audience or among the audiences; any audience when left out. */
  audience?: string;
  /** The claim that names the user; `sub` when left out. */
  subjectClaim?: string;
  /** Unix seconds. */
  nowS: number;
  /** How far the issuer's clock may be from ours; 60 when left out. */
  clockSkewS?: number;
};

export type ClaimsErrorCode =
  | "jwt_claim_invalid"
  | "jwt_expired"
  | "jwt_not_yet_valid"
  | "jwt_issuer_mismatch"
  | "jwt_audience_mismatch"
  | "jwt_subject_invalid";

export type CheckedClaims = { ok: true; subject: string } | { ok: false; code: ClaimsErrorCode; message: string };

const CLOCK_SKEW_S = 60;
/** The end of the year 9999; a later `exp` is an attempt at a token that never expires. */
const TIME_MAX_S = 253_402_300_799;
const SUBJECT_LENGTH_MAX = 256;

/**
 * Checks the registered claims (RFC 7519 §4.1) of a token whose signature verified. `exp` and the subject are
 * required; times are numbers within the years 1970 to 9999, fractions allowed; what is present must be well-formed
 * even where it is not asked for. A claim of `Object.prototype` is never read.
 */
export function checkClaims(claims: JsonObject, config: ClaimsConfig): CheckedClaims {
  const { issuer, audience, subjectClaim = "sub", nowS, clockSkewS = CLOCK_SKEW_S } = config;
  for (const name of ["exp", "nbf", "iat"]) {
    const time = read(claims, name);
    if (time === undefined ? name === "exp" : !isTime(time)) {
      return refuse("jwt_claim_invalid", `the claim \`${name}\` must be a time in seconds`);
    }
  }
  // Negated comparisons, so that a NaN among the configured times refuses.
  if (!(nowS - clockSkewS < Number(read(claims, "exp")))) return refuse("jwt_expired", "the token has expired");
  for (const name of ["nbf", "iat"]) {
    const time = read(claims, name);
    if (time !== undefined && !(Number(time) <= nowS + clockSkewS)) {
      return refuse("jwt_not_yet_valid", `the claim \`${name}\` lies in the future; check the issuer's clock`);
    }
  }

  const iss = read(claims, "iss");
  if (iss !== undefined && typeof iss !== "string")
    return refuse("jwt_claim_invalid", "the claim `iss` must be a string");
  if (issuer !== undefined && iss !== issuer) return refuse("jwt_issuer_mismatch", "the token is by another issuer");

  const aud = read(claims, "aud");
  const audiences = Array.isArray(aud) ? aud : aud === undefined ? [] : [aud];
  if (!audiences.every((one) => typeof one === "string")) {
    return refuse("jwt_claim_invalid", "the claim `aud` must be a string or strings");
  }
  if (audience !== undefined && !audiences.includes(audience)) {
    return refuse("jwt_audience_mismatch", "the token is for another audience");
  }

  const sub = read(claims, "sub");
  if (sub !== undefined && typeof sub !== "string")
    return refuse("jwt_subject_invalid", "the claim `sub` must be a string");
  const subject = read(claims, subjectClaim);
  if (typeof subject !== "string" || subject === "" || subject.length > SUBJECT_LENGTH_MAX) {
    const message = `the claim \`${subjectClaim}\` must be a string of 1 to ${SUBJECT_LENGTH_MAX} characters`;
    return refuse("jwt_subject_invalid", message);
  }
  return { ok: true, subject };
}

function refuse(code: ClaimsErrorCode, message: string): CheckedClaims {
  return { ok: false, code, message };
}

function read(claims: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

function isTime(value: JsonValue): boolean {
  return typeof value === "number" && value >= 0 && value <= TIME_MAX_S;
}

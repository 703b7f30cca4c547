import { decodeBase64Url } from "../encoding/base64url.ts";
import type { JsonObject, JsonValue } from "../encoding/json-value.ts";

/** A public key of a key set, reduced to what verification needs. All integers are big-endian bytes. */
export type PublicJwk =
  | { kid?: string; alg: "ES256"; kty: "EC"; crv: "P-256"; x: Uint8Array; y: Uint8Array }
  | { kid?: string; alg: "RS256"; kty: "RSA"; n: Uint8Array; e: Uint8Array };

export type ParsedJwks = { ok: true; keys: PublicJwk[] } | { ok: false; code: "jwks_malformed"; message: string };

const KEYS_MAX = 100;
const KID_LENGTH_MAX = 256;
const RSA_BITS_MIN = 2048;
/** Larger moduli only make verification slow. */
const RSA_BITS_MAX = 8192;
/** Symmetric or private members (RFC 7518 §6); a set that leaks one no longer proves anything with that key. */
const SECRET_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/**
 * Reads a JWK set (RFC 7517 §5) and keeps the keys that can verify ES256 or RS256: EC P-256, and RSA of 2048 to 8192
 * bits. Every other key is left out, as §5 asks: other types and algorithms, keys for encryption, private and
 * symmetric ones, malformed ones. Whether a point lies on the curve is checked where the key is imported.
 */
export function parseJwks(value: JsonValue): ParsedJwks {
  const keys = isObject(value) && Object.hasOwn(value, "keys") ? value.keys : undefined;
  if (!Array.isArray(keys) || keys.length > KEYS_MAX) {
    const message = `a key set is an object whose \`keys\` is an array of at most ${KEYS_MAX} keys`;
    return { ok: false, code: "jwks_malformed", message };
  }
  return { ok: true, keys: keys.flatMap((key) => (isObject(key) ? (parsePublicJwk(key) ?? []) : [])) };
}

function parsePublicJwk(object: JsonObject): PublicJwk | undefined {
  // Members by name only, even of an object that was not made by our parser.
  const jwk = new Map(Object.entries(object));
  if (SECRET_MEMBERS.some((name) => jwk.has(name)) || !isForVerifying(jwk)) return undefined;
  const kid = jwk.get("kid");
  if (kid !== undefined && (typeof kid !== "string" || kid.length > KID_LENGTH_MAX)) return undefined;
  const key = jwk.get("kty") === "EC" ? readEcKey(jwk) : jwk.get("kty") === "RSA" ? readRsaKey(jwk) : undefined;
  if (key === undefined || (jwk.has("alg") && jwk.get("alg") !== key.alg)) return undefined;
  return kid === undefined ? key : { kid, ...key };
}

/** RFC 7517 §4.2, §4.3. */
function isForVerifying(jwk: Map<string, JsonValue>): boolean {
  if (jwk.has("use") && jwk.get("use") !== "sig") return false;
  const operations = jwk.get("key_ops");
  return operations === undefined || (Array.isArray(operations) && operations.includes("verify"));
}

/** RFC 7518 §6.2.1: coordinates have the full length of the field. */
function readEcKey(jwk: Map<string, JsonValue>): PublicJwk | undefined {
  const x = readBytes(jwk.get("x"));
  const y = readBytes(jwk.get("y"));
  if (jwk.get("crv") !== "P-256" || x?.length !== 32 || y?.length !== 32) return undefined;
  return { kty: "EC", crv: "P-256", alg: "ES256", x, y };
}

/** RFC 7518 §6.3.1; it warns that some writers put a zero byte before the modulus, which is dropped here. */
function readRsaKey(jwk: Map<string, JsonValue>): PublicJwk | undefined {
  const n = withoutLeadingZeros(readBytes(jwk.get("n")));
  const e = withoutLeadingZeros(readBytes(jwk.get("e")));
  if (n === undefined || e === undefined || n.length === 0 || e.length === 0 || e.length > 4) return undefined;
  const bits = n.length * 8 - (Math.clz32(n[0]!) - 24);
  if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX) return undefined;
  // An even modulus or exponent, or the exponent 1, is no RSA key.
  if (n.at(-1)! % 2 === 0 || e.at(-1)! % 2 === 0 || (e.length === 1 && e[0] === 1)) return undefined;
  return { kty: "RSA", alg: "RS256", n, e };
}

function readBytes(value: JsonValue | undefined): Uint8Array | undefined {
  return typeof value === "string" ? decodeBase64Url(value) : undefined;
}

function withoutLeadingZeros(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes?.subarray(
    Math.max(
      0,
      bytes.findIndex((byte) => byte !== 0),
    ),
  );
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

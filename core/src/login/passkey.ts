import { equalBytes } from "../crypto/equal-bytes.ts";
import { sha256, verifyP256 } from "../crypto/primitives.ts";
import { decodeBase64Url } from "../encoding/base64url.ts";
import { readCbor } from "../encoding/cbor.ts";
import { parseEcdsaSignatureDer } from "../encoding/der.ts";
import { parseJson } from "../encoding/json.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { type AuthenticatorData, parseAuthenticatorData } from "./authenticator-data.ts";

/** What a page signs for, as the browser says (WebAuthn Level 3 §5.8.1). */
export type ClientData = {
  ceremony: "registration" | "assertion";
  /** The bytes that were asked to be signed. */
  challenge: Uint8Array;
  /** Scheme, host and port of the page. */
  origin: string;
};

export type PasskeyError = { ok: false; message: string };

/** Larger than any: a browser's has a few hundred bytes. */
const CLIENT_DATA_LIMITS = { bytesMax: 4096, depthMax: 4, membersMax: 50 };
const AUTHENTICATOR_DATA_BYTES_MAX = 4096;
const ATTESTATION_BYTES_MAX = 16_384;

/** Undefined for what is not of this form. Members that this standard does not name are left alone, as it says. */
export function parseClientData(bytes: Uint8Array): ClientData | undefined {
  const parsed = parseJson(bytes, CLIENT_DATA_LIMITS);
  if (!parsed.ok || typeof parsed.value !== "object" || parsed.value === null || Array.isArray(parsed.value))
    return undefined;
  const { type, challenge, origin, crossOrigin, topOrigin } = parsed.value;
  const ceremony = type === "webauthn.create" ? "registration" : type === "webauthn.get" ? "assertion" : undefined;
  const decoded = typeof challenge === "string" ? decodeBase64Url(challenge) : undefined;
  if (ceremony === undefined || decoded === undefined || typeof origin !== "string") return undefined;
  // A page inside another one: what its user sees is not for it alone to say (§13.4.9).
  if ((crossOrigin !== undefined && crossOrigin !== false) || topOrigin !== undefined) return undefined;
  return { ceremony, challenge: decoded, origin };
}

/**
 * A new credential (§7.1). Whose it is, and by what authenticator it was made, the answer does not prove: attestation
 * is not asked for, and a statement that comes all the same is not read.
 */
export function readRegistration(
  attestationObject: Uint8Array,
  rpId: string,
): { ok: true; credentialId: Uint8Array; publicKey: string; signCount: number } | PasskeyError {
  if (attestationObject.length > ATTESTATION_BYTES_MAX) return refuse("the attestation object is too large");
  const read = readCbor(attestationObject);
  const object = read?.value;
  if (read?.end !== attestationObject.length || !(object instanceof Map) || object.size !== 3)
    return refuse("the attestation object is not one");
  const authData = object.get("authData");
  const isWhole = typeof object.get("fmt") === "string" && object.get("attStmt") instanceof Map;
  if (!isWhole || !(authData instanceof Uint8Array)) return refuse("the attestation object is not one");
  const data = parseAuthenticatorData(authData);
  if (data?.credential === undefined)
    return refuse("the authenticator data holds no credential with a key on P-256 (ES256)");
  const wrong = findFault(data, rpId);
  if (wrong !== undefined) return refuse(wrong);
  return {
    ok: true,
    credentialId: data.credential.id,
    publicKey: data.credential.publicKey,
    signCount: data.signCount,
  };
}

/** That the holder of the key signed this client data, just now and on purpose (§7.2). */
export function verifyAssertion(
  assertion: { authenticatorData: Uint8Array; clientDataJson: Uint8Array; signature: Uint8Array },
  rpId: string,
  credential: { publicKey: string; signCount: number },
): { ok: true; signCount: number } | PasskeyError {
  const { authenticatorData, clientDataJson, signature } = assertion;
  if (authenticatorData.length > AUTHENTICATOR_DATA_BYTES_MAX) return refuse("the authenticator data is too large");
  const data = parseAuthenticatorData(authenticatorData);
  if (data === undefined || data.credential !== undefined)
    return refuse("the authenticator data is not of an assertion");
  const wrong = findFault(data, rpId);
  if (wrong !== undefined) return refuse(wrong);
  const signed = Uint8Array.of(...authenticatorData, ...sha256(clientDataJson));
  if (parseEcdsaSignatureDer(signature) === undefined || !verifyP256(credential.publicKey, signed, signature))
    return refuse("the signature is not one of this passkey");
  // §6.1.1: one that counts never counts back, unless there are two of it. One that does not count says zero.
  if ((data.signCount !== 0 || credential.signCount !== 0) && data.signCount <= credential.signCount)
    return refuse("the passkey's counter went back: it was copied, or the answer was used before");
  return { ok: true, signCount: data.signCount };
}

/** The relying party that a page of this origin is, or asks for by naming a page of a domain above it (§5.1.2). */
export function relyingPartyOf(origin: string, asked: string | undefined): string | undefined {
  const host = hostOf(origin);
  if (asked === undefined || host === undefined) return host;
  const rpId = hostOf(asked);
  return rpId !== undefined && (host === rpId || host.endsWith(`.${rpId}`)) ? rpId : undefined;
}

/** Undefined for addresses, which cannot be relying parties; browsers take `localhost` for a name. */
function hostOf(origin: string): string | undefined {
  const host = /^https?:\/\/([a-z0-9.-]+)(?::\d{1,5})?$/.exec(origin)?.[1];
  return host === undefined || /(^|\.)[\d]+$/.test(host) ? undefined : host;
}

function findFault(data: AuthenticatorData, rpId: string): string | undefined {
  if (!equalBytes(data.rpIdHash, sha256(encodeUtf8(rpId)))) return "the passkey is one of another site";
  if (!data.userPresent) return "the authenticator does not say that somebody was there";
  return data.userVerified ? undefined : "the authenticator did not verify who was there (PIN, fingerprint or face)";
}

function refuse(message: string): PasskeyError {
  return { ok: false, message };
}

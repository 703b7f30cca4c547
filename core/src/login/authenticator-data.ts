import { parseP256PublicKey } from "../crypto/p256.ts";
import { encodeP256Spki } from "../crypto/p256-spki.ts";
import { type CborValue, readCbor } from "../encoding/cbor.ts";

/** WebAuthn Level 3 §6.1. `credential` is there in registrations only. */
export type AuthenticatorData = {
  rpIdHash: Uint8Array;
  userPresent: boolean;
  userVerified: boolean;
  /** Whether the credential may be on several devices (§6.1.3). */
  backupEligible: boolean;
  signCount: number;
  credential: { id: Uint8Array; publicKey: string } | undefined;
};

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const BACKUP_ELIGIBLE = 0x08;
const BACKUP_STATE = 0x10;
const CREDENTIAL = 0x40;
const EXTENSIONS = 0x80;

const HEADER_BYTES = 37;
const CREDENTIAL_ID_BYTES_MAX = 1023;

/** Undefined for bytes that are not exactly this, to the last one, and for keys that are not on P-256 (ES256). */
export function parseAuthenticatorData(bytes: Uint8Array): AuthenticatorData | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const flags = bytes[32]!;
  const has = (flag: number) => (flags & flag) !== 0;
  // A backup of what cannot be backed up: §7.1 step 17, §7.2 step 18.
  if (has(BACKUP_STATE) && !has(BACKUP_ELIGIBLE)) return undefined;
  let at = HEADER_BYTES;
  let credential: AuthenticatorData["credential"];
  if (has(CREDENTIAL)) {
    const read = readCredential(bytes, at);
    if (read === undefined) return undefined;
    ({ at, ...credential } = read);
  }
  if (has(EXTENSIONS)) {
    const read = readCbor(bytes, at);
    if (!(read?.value instanceof Map)) return undefined;
    at = read.end;
  }
  if (at !== bytes.length) return undefined;
  return {
    rpIdHash: bytes.slice(0, 32),
    userPresent: has(USER_PRESENT),
    userVerified: has(USER_VERIFIED),
    backupEligible: has(BACKUP_ELIGIBLE),
    signCount: readUint(bytes.subarray(33, HEADER_BYTES)),
    credential,
  };
}

/** §6.5.1: 16 bytes that name the model, which nothing here asks for; length and ID; the key. */
function readCredential(bytes: Uint8Array, start: number) {
  const idAt = start + 18;
  const length = readUint(bytes.subarray(start + 16, idAt));
  const keyAt = idAt + length;
  if (idAt > bytes.length || length === 0 || length > CREDENTIAL_ID_BYTES_MAX || keyAt > bytes.length) return undefined;
  const key = readCbor(bytes, keyAt);
  const publicKey = key === undefined ? undefined : readCoseKey(key.value);
  return publicKey === undefined ? undefined : { at: key!.end, id: bytes.slice(idAt, keyAt), publicKey };
}

/** RFC 9053 §7.1.1: kty EC2 (2), alg ES256 (-7), crv P-256 (1), x, y; and nothing else (WebAuthn §6.5.1.1). */
function readCoseKey(key: CborValue): string | undefined {
  if (!(key instanceof Map) || key.size !== 5) return undefined;
  if (key.get(1) !== 2 || key.get(3) !== -7 || key.get(-1) !== 1) return undefined;
  const [x, y] = [key.get(-2), key.get(-3)];
  if (!(x instanceof Uint8Array) || !(y instanceof Uint8Array) || x.length !== 32 || y.length !== 32) return undefined;
  const parsed = parseP256PublicKey(encodeP256Spki(Uint8Array.of(4, ...x, ...y)));
  return parsed.ok ? parsed.spkiBase64 : undefined;
}

function readUint(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

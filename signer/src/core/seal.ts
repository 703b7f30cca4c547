import { equalBytes } from "@mandate/core/crypto/equal-bytes";
import { decryptAes256Gcm, encryptAes256Gcm, hkdfSha256, hmacSha256 } from "@mandate/core/crypto/primitives";
import { decodeBase64Url, encodeBase64Url } from "@mandate/core/encoding/base64url";
import { canonicalize, canonicalizeString } from "@mandate/core/encoding/canonical-json";
import { encodeHex } from "@mandate/core/encoding/hex";
import { parseJson } from "@mandate/core/encoding/json";
import type { JsonObject, JsonValue } from "@mandate/core/encoding/json-value";
import { decodeUtf8, encodeUtf8 } from "@mandate/core/encoding/utf8";
import type { RecordType } from "../protocol.ts";
import { createOpenedRecords } from "./opened-records.ts";

/**
 * Seals. An authority record is canonical JSON under HMAC-SHA256 with a key derived for its type, so it opens only as
 * itself (I17): `1.<root key id>.<base64url MAC>.<canonical JSON>`. Secrets (wallet keys, seeds) are AES-256-GCM with
 * one HKDF key per seal and a key commitment, the header as associated data:
 * `2.<root key id>.<base64url header>.<base64url commitment>.<base64url ciphertext>`.
 * Layout, key derivation and reasons: docs/decisions/0004.
 */
export type AuthorityRecord<Body extends JsonObject = JsonObject> = {
  type: RecordType | "receipt";
  appId: string;
  id: string;
  version: number;
  deleted: boolean;
  createdAtMs: number;
  body: Body;
};

export type OpenedRecord = AuthorityRecord & { mac: string };

export type Sealer = {
  /** First 16 hex digits of the commitment to the root key; names the key without telling it. */
  rootKeyId: string;
  sealRecord(record: AuthorityRecord): string;
  openRecord(sealed: string): OpenedRecord | undefined;
  /** The bytes of a receipt of this app, as they stand in its log. Not remembered: each is wanted once. */
  openReceipt(sealed: string, appId: string): Uint8Array | undefined;
  /** For the API's own use; tells nothing of any other key. */
  deriveServerKey(): Uint8Array;
  /** By which the signer knows the challenges that it made itself. */
  macChallenge(bytes: Uint8Array): Uint8Array;
  sealSecret(header: SecretHeader, secret: Uint8Array, salt: Uint8Array): string;
  /** Undefined unless the seal opens as exactly this. The caller overwrites the bytes after use. */
  openSecret(header: SecretHeader, sealed: string): Uint8Array | undefined;
};

export type SecretHeader = {
  type: "wallet_key" | "wallet_seed" | "import_key" | "test_account_otp" | "app_token_key";
  appId: string;
  id: string;
  version: number;
};

const RECORD_TYPES: ReadonlySet<string> = new Set([
  "app",
  "user",
  "user_key",
  "key_quorum",
  "policy",
  "wallet",
  "condition_set",
  "aggregation",
  "aggregation_window",
  "receipt",
]);
const SALT_BYTES = 32;
/** A zero nonce is safe: every seal has a key of its own from a fresh 256-bit salt. */
const ZERO_NONCE = new Uint8Array(12);
/** Enough for some 15,000 wallets. */
const OPENED_BYTES_MAX = 64 * 1024 * 1024;
const SEALED_LIMITS = { bytesMax: 4 * 1024 * 1024, membersMax: 200_000, depthMax: 80 };

export function rootKeyCommitment(rootKey: Uint8Array): string {
  return encodeHex(hmacSha256(rootKey, encodeUtf8("mandate root key commitment v1")));
}

export function createSealer(rootKey: Uint8Array): Sealer {
  if (rootKey.length !== 32) throw new Error("the root key has 32 bytes");
  const rootKeyId = rootKeyCommitment(rootKey).slice(0, 16);
  const macKeys = new Map<string, Uint8Array>();
  // INVARIANT: only seals whose MAC was verified are in this cache; the key is the whole seal.
  const opened = createOpenedRecords(OPENED_BYTES_MAX);

  function macKey(type: string): Uint8Array {
    let key = macKeys.get(type);
    if (key === undefined) {
      key = hkdfSha256(rootKey, new Uint8Array(32), encodeUtf8(`mandate/record/v1/${type}`), 32);
      macKeys.set(type, key);
    }
    return key;
  }

  function secretKeys(type: string, salt: Uint8Array): { key: Uint8Array; commitment: Uint8Array } {
    const bytes = hkdfSha256(rootKey, salt, encodeUtf8(`mandate/secret/v1/${type}`), 64);
    return { key: bytes.subarray(0, 32), commitment: bytes.subarray(32) };
  }

  return {
    rootKeyId,

    sealRecord(record) {
      const text = canonicalize({
        v: 1,
        type: record.type,
        app_id: record.appId,
        id: record.id,
        version: record.version,
        deleted: record.deleted,
        created_at: record.createdAtMs,
        body: record.body,
      });
      const mac = encodeBase64Url(hmacSha256(macKey(record.type), encodeUtf8(text)));
      return `1.${rootKeyId}.${mac}.${text}`;
    },

    openRecord(sealed) {
      const remembered = opened.find(sealed);
      if (remembered !== undefined) return remembered;
      const match = /^1\.([0-9a-f]{16})\.([A-Za-z0-9_-]{43})\.(\{.*\})$/s.exec(sealed);
      if (match === null || match[1] !== rootKeyId) return undefined;
      const [, , macText, text] = match as unknown as [string, string, string, string];
      const mac = decodeBase64Url(macText);
      const bytes = encodeUtf8(text);
      const parsed = parseJson(bytes, SEALED_LIMITS);
      if (mac === undefined || !parsed.ok) return undefined;
      const record = readRecord(parsed.value);
      if (record === undefined) return undefined;
      // INVARIANT: the type inside chooses the key that the MAC must hold under, so a record cannot change its type.
      if (!equalBytes(mac, hmacSha256(macKey(record.type), bytes))) return undefined;
      if (canonicalize(parsed.value) !== text) return undefined;
      const known = deepFreeze({ ...record, mac: macText });
      opened.keep(sealed, known);
      return known;
    },

    openReceipt(sealed, appId) {
      const match = /^1\.([0-9a-f]{16})\.([A-Za-z0-9_-]{43})\.(\{.*\})$/s.exec(sealed);
      if (match === null || match[1] !== rootKeyId) return undefined;
      const [, , macText, text] = match as unknown as [string, string, string, string];
      const mac = decodeBase64Url(macText);
      const bytes = encodeUtf8(text);
      // Under this key only receipts were ever sealed, and canonical JSON puts the app first.
      if (mac === undefined || !equalBytes(mac, hmacSha256(macKey("receipt"), bytes))) return undefined;
      return text.startsWith(`{"app_id":${canonicalizeString(appId)},`) ? bytes : undefined;
    },

    deriveServerKey() {
      return hkdfSha256(rootKey, new Uint8Array(32), encodeUtf8("mandate/server/v1"), 32);
    },

    macChallenge(bytes) {
      return hmacSha256(hkdfSha256(rootKey, new Uint8Array(32), encodeUtf8("mandate/challenge/v1"), 32), bytes);
    },

    sealSecret(header, secret, salt) {
      if (salt.length !== SALT_BYTES) throw new Error("a seal's salt has 32 bytes");
      const headerText = canonicalize(secretHeader(header, rootKeyId, salt));
      const { key, commitment } = secretKeys(header.type, salt);
      const ciphertext = encryptAes256Gcm(key, ZERO_NONCE, encodeUtf8(headerText), secret);
      const sealed = `2.${rootKeyId}.${encodeBase64Url(encodeUtf8(headerText))}.${encodeBase64Url(commitment)}.${encodeBase64Url(ciphertext)}`;
      key.fill(0);
      return sealed;
    },

    openSecret(header, sealed) {
      const parts = sealed.split(".");
      if (parts.length !== 5 || parts[0] !== "2" || parts[1] !== rootKeyId) return undefined;
      const [headerBytes, commitment, ciphertext] = parts.slice(2).map((part) => decodeBase64Url(part));
      if (headerBytes === undefined || commitment === undefined || ciphertext === undefined) return undefined;
      const parsed = parseJson(headerBytes);
      if (!parsed.ok || !isObject(parsed.value) || typeof parsed.value.salt !== "string") return undefined;
      const salt = decodeBase64Url(parsed.value.salt);
      if (salt === undefined || salt.length !== SALT_BYTES) return undefined;
      const expected = canonicalize(secretHeader(header, rootKeyId, salt));
      if (decodeUtf8(headerBytes) !== expected) return undefined;
      const derived = secretKeys(header.type, salt);
      // GCM alone does not commit to its key; without this check one ciphertext could open under two keys.
      const secret = equalBytes(commitment, derived.commitment)
        ? decryptAes256Gcm(derived.key, ZERO_NONCE, headerBytes, ciphertext)
        : undefined;
      derived.key.fill(0);
      return secret;
    },
  };
}

function secretHeader(header: SecretHeader, rootKeyId: string, salt: Uint8Array): JsonObject {
  return {
    v: 1,
    type: header.type,
    app_id: header.appId,
    id: header.id,
    version: header.version,
    kek_id: rootKeyId,
    salt: encodeBase64Url(salt),
  };
}

function readRecord(value: JsonValue): AuthorityRecord | undefined {
  if (!isObject(value) || Object.keys(value).length !== 8) return undefined;
  const { v, type, app_id, id, version, deleted, created_at, body } = value;
  if (v !== 1 || typeof type !== "string" || !RECORD_TYPES.has(type)) return undefined;
  if (typeof app_id !== "string" || typeof id !== "string" || typeof deleted !== "boolean") return undefined;
  if (typeof version !== "number" || !Number.isSafeInteger(version) || version < 1) return undefined;
  if (typeof created_at !== "number" || body === undefined || !isObject(body)) return undefined;
  return { type: type as AuthorityRecord["type"], appId: app_id, id, version, deleted, createdAtMs: created_at, body };
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Opened records are shared by requests; nobody may write into one. */
function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}

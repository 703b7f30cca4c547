import { decodeBase64, encodeBase64 } from "@mandate/core/encoding/base64";
import { encodeEcdsaSignatureDer } from "@mandate/core/encoding/der";
import { decodeUtf8 } from "@mandate/core/encoding/utf8";
import { readAccessToken } from "./access-token.ts";
import type { Api } from "./api.ts";
import { createHpkeRecipient } from "./hpke-recipient.ts";
import { FrameError } from "./message.ts";

export type UserKeys = {
  /** base64 of the DER signature by the user's key over these bytes. */
  sign(accessToken: string, message: Uint8Array): Promise<string>;
  /** Forgets the keys of a user, or of everybody. */
  clear(userId?: string): void;
};

type Held = { userId: string; key: Promise<{ key: CryptoKey; expiresAtMs: number }> };

export type UserKeyOptions = { api: Api; subtle: SubtleCrypto; nowMs: () => number };

/** A key that is about to expire is not used any more: the request still has to travel. */
const MARGIN_MS = 60_000;

/**
 * The user's keys of the sessions that this frame has seen: exchanged for the access token (spec 02 §4), held by the
 * platform as keys that cannot be read out, in memory only, gone with the page.
 */
export function createUserKeys({ api, subtle, nowMs }: UserKeyOptions): UserKeys {
  const held = new Map<string, Held>();

  async function findKey(accessToken: string): Promise<CryptoKey> {
    const { userId, sessionId } = readAccessToken(accessToken);
    const name = `${userId} ${sessionId}`;
    const known = held.get(name);
    if (known !== undefined) {
      // Several signatures may be asked for at once; they share one exchange.
      const { key, expiresAtMs } = await known.key;
      if (expiresAtMs - MARGIN_MS > nowMs()) return key;
      if (held.get(name) === known) held.delete(name);
      return findKey(accessToken);
    }
    const key = exchangeKey({ api, subtle }, accessToken);
    const entry = { userId, key };
    held.set(name, entry);
    key.catch(() => {
      if (held.get(name) === entry) held.delete(name);
    });
    const fresh = await key;
    return fresh.key;
  }

  return {
    async sign(accessToken, message) {
      const key = await findKey(accessToken);
      const algorithm = { name: "ECDSA", hash: "SHA-256" };
      const signature = new Uint8Array(await subtle.sign(algorithm, key, Uint8Array.from(message)));
      return encodeBase64(encodeEcdsaSignatureDer({ r: toInteger(signature, 0), s: toInteger(signature, 32) }));
    },
    clear(userId) {
      for (const [name, { userId: owner }] of held) if (userId === undefined || owner === userId) held.delete(name);
    },
  };
}

async function exchangeKey({ api, subtle }: Pick<UserKeyOptions, "api" | "subtle">, accessToken: string) {
  const recipient = await createHpkeRecipient(subtle);
  const answer = await api({
    method: "POST",
    path: "/api/v1/wallets/authenticate",
    accessToken,
    body: { user_jwt: accessToken, encryption_type: "HPKE", recipient_public_key: recipient.publicKey },
  });
  const { expires_at: expiresAtMs, encrypted_authorization_key: sealed } = answer as {
    expires_at?: unknown;
    encrypted_authorization_key?: { encapsulated_key?: unknown; ciphertext?: unknown };
  };
  const { encapsulated_key: encapsulatedKey, ciphertext } = sealed ?? {};
  if (typeof expiresAtMs !== "number" || typeof encapsulatedKey !== "string" || typeof ciphertext !== "string") {
    throw new FrameError("error", "the wallet server's answer holds no key");
  }
  const plaintext = await recipient.open(encapsulatedKey, ciphertext);
  const pkcs8 = decodeBase64(decodeUtf8(plaintext) ?? "");
  plaintext.fill(0);
  if (pkcs8 === undefined) throw new FrameError("error", "the wallet server's answer holds no key");
  try {
    const curve = { name: "ECDSA", namedCurve: "P-256" };
    return { key: await subtle.importKey("pkcs8", Uint8Array.from(pkcs8), curve, false, ["sign"]), expiresAtMs };
  } finally {
    pkcs8.fill(0);
  }
}

function toInteger(bytes: Uint8Array, at: number): bigint {
  let value = 0n;
  for (let i = at; i < at + 32; i++) value = (value << 8n) | BigInt(bytes[i]!);
  return value;
}

import { randomBytes } from "node:crypto";
import type { Deps } from "../deps.ts";

/** Things that are issued once and used once: nonces of wallet messages, states of OAuth. */
export const NONCE_LIFETIME_MS = 10 * 60 * 1000;

export type NonceScope = { appId: string; purpose: "siwe" | "siws" | "oauth" | "oauth_code" };

/** `body` comes back when the nonce is used. */
export async function issueNonce(
  deps: Deps,
  { appId, purpose }: NonceScope,
  body: object,
  nonce = randomBytes(24).toString("hex"),
): Promise<{ nonce: string; expiresAtMs: number }> {
  const createdAtMs = deps.nowMs();
  const expiresAtMs = createdAtMs + NONCE_LIFETIME_MS;
  const result = await deps.documents.writeDocuments({
    put: [
      {
        ...{ collection: `nonces:${purpose}`, scope: appId, id: nonce, version: 1 },
        ...{ body: JSON.stringify(body), createdAtMs, expiresAtMs },
      },
    ],
  });
  if (!result.ok) throw new Error("a new nonce is taken");
  return { nonce, expiresAtMs };
}

/** Undefined for one that was never issued, was used before, or has expired. Of two users at the same moment one wins. */
export async function useNonce(
  deps: Deps,
  { appId, purpose }: NonceScope,
  nonce: string,
): Promise<{ [member: string]: unknown } | undefined> {
  const key = { collection: `nonces:${purpose}`, scope: appId, id: nonce };
  const document = await deps.documents.findDocument(key);
  if (document === undefined) return undefined;
  const result = await deps.documents.writeDocuments({ remove: [{ ...key, version: document.version }] });
  if (!result.ok || (document.expiresAtMs ?? 0) <= deps.nowMs()) return undefined;
  return JSON.parse(document.body) as { [member: string]: unknown };
}

import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { verifyJwt } from "@mandate/core/jwt/verify-jwt";
import { ApiError } from "../api-error.ts";
import type { AppSettings } from "../apps/app-settings.ts";
import type { Deps } from "../deps.ts";
import { findSession } from "../login/sessions.ts";

/** A signed-in user of the app. */
export type SignedInUser = { id: string; sessionId: string };

const ISSUER = "privy.io";
const KEYS_MAX = 1000;
const keys = new Map<string, KeyObject>();

/**
 * Whose access token it is: signed by this app's key, in time, of a session that has not ended. The signer verifies it
 * again where authority depends on it; that the session lives, only this side knows.
 */
export async function authenticateUser(
  deps: Deps,
  app: AppSettings,
  authorization: string | undefined,
): Promise<SignedInUser> {
  const token = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization ?? "")?.[1];
  const user = token === undefined ? undefined : await verifyAccessToken(deps, app, token);
  if (user === undefined) throw new ApiError("missing_or_invalid_token");
  return user;
}

export async function verifyAccessToken(
  deps: Deps,
  app: AppSettings,
  token: string,
): Promise<SignedInUser | undefined> {
  const verified = verifyJwt(
    token,
    {
      keys: [{ alg: "ES256", handle: publicKeyOf(app.tokenKey.publicKeyPem) }],
      algorithms: ["ES256"],
      issuer: ISSUER,
      audience: app.id,
      typ: "JWT",
      nowS: Math.floor(deps.nowMs() / 1000),
    },
    verifyEs256,
  );
  if (!verified.ok) return undefined;
  const { sid } = verified.claims;
  // An identity token is signed with the same key and is no access token.
  if (typeof sid !== "string" || Object.hasOwn(verified.claims, "linked_accounts")) return undefined;
  const session = await findSession(deps, app.id, sid);
  return session?.userId === verified.subject ? { id: session.userId, sessionId: sid } : undefined;
}

/** RFC 7518 §3.4: 64 bytes r‖s. */
function verifyEs256(key: KeyObject, _alg: unknown, input: Uint8Array, signature: Uint8Array): boolean {
  return verify("sha256", input, { key, dsaEncoding: "ieee-p1363" }, signature);
}

function publicKeyOf(pem: string): KeyObject {
  let key = keys.get(pem);
  if (key === undefined) {
    key = createPublicKey(pem);
    if (keys.size >= KEYS_MAX) keys.clear();
    keys.set(pem, key);
  }
  return key;
}

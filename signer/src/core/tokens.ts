import { signP256Compact } from "@mandate/core/crypto/p256";
import { encodeBase64Url } from "@mandate/core/encoding/base64url";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import { encodeUtf8 } from "@mandate/core/encoding/utf8";
import { ACCESS_TOKEN_SECONDS } from "@mandate/core/login/login-method";
import type { IdentityClaims } from "../protocol.ts";
import type { Operation } from "./operation.ts";
import type { AppBody } from "./records.ts";
import { Refusal } from "./refusal.ts";
import type { AuthorityRecord } from "./seal.ts";

/** Clients have this issuer built in (spec 05 §4.1). */
export const TOKEN_ISSUER = "privy.io";

/** What a user presents after signing in: who, in which session, until when. */
export type AccessToken = { userId: string; sessionId: string; expiresAtMs: number };

export type TokenSubject = { userId: string; sessionId: string };

/**
 * Verifies an access token of this app: ES256 by the app's own key, issuer, audience, time (I21). An identity token is
 * none: it is for showing, and travels where access tokens must not. `expired` lets a token that has run out still say
 * whose session it was.
 */
export function verifyAccessToken(
  op: Operation,
  app: AuthorityRecord<AppBody>,
  token: string,
  { expired = false }: { expired?: boolean } = {},
): ({ ok: true } & AccessToken) | { ok: false; message: string } {
  const pin = {
    public_key_pem: app.body.token_key.public_key_pem,
    jwks_url: null,
    issuer: TOKEN_ISSUER,
    audience: app.id,
    subject_claim: "sub",
  };
  // Judged at the moment it was issued, a token that has expired since is as good as it was.
  const nowMs = expired ? (readIssuedAtMs(op, token) ?? op.nowMs) : op.nowMs;
  const verdict = op.ctx.verifyUserToken(token, pin, undefined, nowMs);
  if (!verdict.ok) return { ok: false, message: verdict.message };
  const { sid } = verdict.claims;
  if (typeof sid !== "string" || Object.hasOwn(verdict.claims, "linked_accounts"))
    return { ok: false, message: "the token is not an access token" };
  return { ok: true, userId: verdict.subject, sessionId: sid, expiresAtMs: verdict.expiresAtMs };
}

/** Whether the token says that it is ours; says nothing about whether that is true. */
export function claimsToBeOurs(op: Operation, app: AuthorityRecord<AppBody>, token: string): boolean {
  const header = op.ctx.readUnverified(token, 0);
  if (header?.kid === app.body.token_key.kid) return true;
  return app.body.jwt === null && op.ctx.readUnverified(token, 1)?.iss === TOKEN_ISSUER;
}

export function mintAccessToken(op: Operation, app: AuthorityRecord<AppBody>, subject: TokenSubject): string {
  const token = mint(op, app, subject, {});
  // INVARIANT I19: what was signed is verified before it is released, as everybody else will.
  const verified = verifyAccessToken(op, app, token);
  if (!verified.ok || verified.userId !== subject.userId)
    throw new Error("a token that was just signed does not verify");
  return token;
}

/**
 * The token that tells the app's server about the user (spec 05 §4.3). What it says beyond the subject is the API's
 * word: profile data, on which no decision of this signer rests.
 */
export function mintIdentityToken(
  op: Operation,
  app: AuthorityRecord<AppBody>,
  subject: TokenSubject,
  claims: IdentityClaims,
): string {
  return mint(op, app, subject, claims);
}

function mint(op: Operation, app: AuthorityRecord<AppBody>, subject: TokenSubject, more: JsonObject): string {
  const nowS = Math.floor(op.nowMs / 1000);
  const header = { alg: "ES256", typ: "JWT", kid: app.body.token_key.kid };
  const claims = {
    ...more,
    sid: subject.sessionId,
    iss: TOKEN_ISSUER,
    iat: nowS,
    aud: app.id,
    sub: subject.userId,
    exp: nowS + (app.body.access_token_seconds ?? ACCESS_TOKEN_SECONDS),
  };
  const input = `${encodePart(header)}.${encodePart(claims)}`;
  const scalar = op.ctx.sealer.openSecret(
    { type: "app_token_key", appId: app.id, id: app.id, version: 1 },
    app.body.token_key.sealed,
  );
  if (scalar === undefined) throw new Refusal(500, "record_integrity", "the app's token key does not open");
  try {
    return `${input}.${encodeBase64Url(signP256Compact(encodeUtf8(input), scalar))}`;
  } finally {
    scalar.fill(0);
  }
}

function encodePart(part: object): string {
  return encodeBase64Url(encodeUtf8(JSON.stringify(part)));
}

function readIssuedAtMs(op: Operation, token: string): number | undefined {
  const iat = op.ctx.readUnverified(token, 1)?.iat;
  return typeof iat === "number" && iat * 1000 <= op.nowMs ? iat * 1000 : undefined;
}

import { z } from "zod";
import { named } from "./components.ts";
import { successResponse, text } from "./fields.ts";
import {
  passkeyAssertion,
  passkeyAssertionOptions,
  passkeyRegistration,
  passkeyRegistrationOptions,
} from "./passkeys.ts";
import { defineRoute } from "./route.ts";
import { unlinkErrors, user } from "./users.ts";

/**
 * Sign-in for browsers and native apps (spec 05 §4 and §5). Members that clients send and that mean nothing here, such
 * as captcha tokens, are accepted by name.
 */
export const ignored = z.string().max(10_000).nullable().optional();
const email = z.email().max(254);
const code = z.string().regex(/^[0-9]{6}$/, "Verification code must have 6 digits.");
export const mode = z.enum(["no-signup", "login-or-sign-up"]).nullable().optional();
const address = text(1, 64);

export const authenticatedUser = named(
  "AuthenticatedUser",
  z.object({
    user,
    token: z.string(),
    privy_access_token: z.string(),
    refresh_token: z.string(),
    identity_token: z.string().nullable(),
    is_new_user: z.boolean().optional(),
    oauth_tokens: z.record(z.string(), z.unknown()).optional(),
    session_update_action: z.enum(["set", "ignore", "clear"]),
  }),
  "`token` and `privy_access_token` are the same access token.",
);

export const base = { method: "POST", authorization: "none", idempotent: false } as const;

export const loginErrors = [
  "disallowed_login_method",
  "allowlist_rejected",
  "missing_or_invalid_token",
  "user_does_not_exist",
  "linked_to_another_user",
  "resource_conflict",
  "feature_not_enabled",
  "not_supported",
] as const;

export const linkErrors = [...loginErrors, "cannot_link_more_of_type", "linked_account_not_found"] as const;

const walletProof = {
  message: text(1, 10_000),
  signature: text(1, 1000),
  chainId: ignored,
  walletClientType: ignored,
  connectorType: ignored,
  message_type: z.enum(["plain", "transaction", "offchain-message"]).nullable().optional(),
};

function walletLogin<const Siwx extends "siwe" | "siws">(siwx: Siwx, words: string) {
  const id = siwx === "siwe" ? "Siwe" : "Siws";
  return {
    init: defineRoute({
      ...base,
      id: `init${id}`,
      path: `/v1/${siwx}/init`,
      summary: `Get a nonce for the message that ${words} wallet signs`,
      caller: "client",
      request: {
        body: named(`Init${id}Body`, z.strictObject({ address: address.nullable().optional(), token: ignored })),
      },
      responses: {
        200: named(
          "LoginNonce",
          z.object({ nonce: z.string(), address: z.string().nullable(), expires_at: z.string() }),
        ),
      },
      errors: ["disallowed_login_method"],
    }),
    authenticate: defineRoute({
      ...base,
      id: `authenticateWith${id}`,
      path: `/v1/${siwx}/authenticate`,
      summary: `Sign in with ${words} wallet`,
      caller: "client",
      request: { body: named(`AuthenticateWith${id}Body`, z.strictObject({ ...walletProof, mode })) },
      responses: { 200: authenticatedUser },
      errors: loginErrors,
    }),
    link: defineRoute({
      ...base,
      id: `link${id}`,
      path: `/v1/${siwx}/link`,
      summary: `Link ${words} wallet to the user`,
      caller: "user",
      request: { body: named(`Link${id}Body`, z.strictObject({ ...walletProof })) },
      responses: { 200: user },
      errors: linkErrors,
    }),
    unlink: defineRoute({
      ...base,
      id: `unlink${id}`,
      path: `/v1/${siwx}/unlink`,
      summary: `Unlink ${words} wallet`,
      caller: "user",
      request: { body: named("UnlinkWalletBody", z.strictObject({ address })) },
      responses: { 200: user },
      errors: unlinkErrors,
    }),
  };
}

/** A page of the app, whose host the passkey is for: the one that asks unless another is named. */
const relying_party = text(1, 300).nullable().optional();
const passkeyErrors = ["passkey_not_registered", "invalid_origin"] as const;
const initPasskeyBody = named("InitPasskeyBody", z.strictObject({ token: ignored, relying_party }));
const passkeyRegistrationBody = named(
  "PasskeyRegistrationBody",
  z.strictObject({ authenticator_response: passkeyRegistration, relying_party, mode }),
);

const siwe = walletLogin("siwe", "an Ethereum");
const siws = walletLogin("siws", "a Solana");

export const loginRoutes = {
  initEmail: defineRoute({
    ...base,
    id: "initEmail",
    path: "/v1/passwordless/init",
    summary: "Send a code by email; answers alike whether or not there is such a user",
    caller: "client",
    request: { body: named("InitEmailBody", z.strictObject({ email, token: ignored })) },
    responses: { 200: successResponse },
    errors: ["disallowed_login_method", "feature_not_enabled"],
  }),
  authenticateWithEmail: defineRoute({
    ...base,
    id: "authenticateWithEmail",
    path: "/v1/passwordless/authenticate",
    summary: "Sign in with the code",
    caller: "client",
    request: { body: named("AuthenticateWithEmailBody", z.strictObject({ email, code, mode })) },
    responses: { 200: authenticatedUser },
    errors: loginErrors,
  }),
  linkEmail: defineRoute({
    ...base,
    id: "linkEmail",
    path: "/v1/passwordless/link",
    summary: "Link an email address to the user",
    caller: "user",
    request: { body: named("LinkEmailBody", z.strictObject({ email, code })) },
    responses: { 200: user },
    errors: linkErrors,
  }),
  unlinkEmail: defineRoute({
    ...base,
    id: "unlinkEmail",
    path: "/v1/passwordless/unlink",
    summary: "Unlink the email address",
    caller: "user",
    request: { body: named("UnlinkEmailBody", z.strictObject({ address: email })) },
    responses: { 200: user },
    errors: unlinkErrors,
  }),
  updateEmail: defineRoute({
    ...base,
    id: "updateEmail",
    path: "/v1/passwordless/update",
    summary: "Replace the user's email address by the one that the code was sent to",
    caller: "user",
    request: {
      body: named("UpdateEmailBody", z.strictObject({ oldAddress: email, newAddress: email, code })),
    },
    responses: { 200: user },
    errors: linkErrors,
  }),
  initSiwe: siwe.init,
  authenticateWithSiwe: siwe.authenticate,
  linkSiwe: siwe.link,
  unlinkSiwe: siwe.unlink,
  initSiws: siws.init,
  authenticateWithSiws: siws.authenticate,
  linkSiws: siws.link,
  unlinkSiws: siws.unlink,
  initPasskeyRegistration: defineRoute({
    ...base,
    id: "initPasskeyRegistration",
    path: "/v1/passkeys/register/init",
    summary: "Begin signing up with a new passkey",
    caller: "client",
    request: { body: initPasskeyBody },
    responses: { 200: passkeyRegistrationOptions },
    errors: ["disallowed_login_method", "invalid_origin"],
  }),
  registerPasskey: defineRoute({
    ...base,
    id: "registerPasskey",
    path: "/v1/passkeys/register",
    summary: "Sign up with a new passkey",
    caller: "client",
    request: { body: passkeyRegistrationBody },
    responses: { 200: authenticatedUser },
    errors: [...loginErrors, ...passkeyErrors],
  }),
  initPasskey: defineRoute({
    ...base,
    id: "initPasskey",
    path: "/v1/passkeys/authenticate/init",
    summary: "Begin signing in with a passkey",
    caller: "client",
    request: { body: initPasskeyBody },
    responses: { 200: passkeyAssertionOptions },
    errors: ["disallowed_login_method", "invalid_origin"],
  }),
  authenticateWithPasskey: defineRoute({
    ...base,
    id: "authenticateWithPasskey",
    path: "/v1/passkeys/authenticate",
    summary: "Sign in with a passkey",
    caller: "client",
    request: {
      body: named(
        "AuthenticateWithPasskeyBody",
        z.strictObject({ challenge: ignored, authenticator_response: passkeyAssertion, relying_party, mode }),
        "The challenge that counts is the one in `client_data_json`, which the passkey signed.",
      ),
    },
    responses: { 200: authenticatedUser },
    errors: [...loginErrors, ...passkeyErrors],
  }),
  initPasskeyLink: defineRoute({
    ...base,
    id: "initPasskeyLink",
    path: "/v1/passkeys/link/init",
    summary: "Begin linking a new passkey to the user",
    caller: "user",
    request: { body: initPasskeyBody },
    responses: { 200: passkeyRegistrationOptions },
    errors: ["disallowed_login_method", "invalid_origin", "user_does_not_exist"],
  }),
  linkPasskey: defineRoute({
    ...base,
    id: "linkPasskey",
    path: "/v1/passkeys/link",
    summary: "Link a new passkey to the user",
    caller: "user",
    request: { body: passkeyRegistrationBody },
    responses: { 200: user },
    errors: [...linkErrors, ...passkeyErrors],
  }),
  unlinkPasskey: defineRoute({
    ...base,
    id: "unlinkPasskey",
    path: "/v1/passkeys/unlink",
    summary: "Unlink a passkey",
    caller: "user",
    request: {
      body: named(
        "UnlinkPasskeyBody",
        z.strictObject({ credential_id: text(1, 1364), remove_as_mfa: z.boolean().optional() }),
      ),
    },
    responses: { 200: user },
    errors: unlinkErrors,
  }),
  authenticateWithCustomJwt: defineRoute({
    ...base,
    id: "authenticateWithCustomJwt",
    path: "/v1/custom_jwt_account/authenticate",
    summary: "Sign in with a JWT of the app's own identity provider",
    caller: "client",
    request: { body: named("AuthenticateWithCustomJwtBody", z.strictObject({ token: text(1, 16_384), mode })) },
    responses: { 200: authenticatedUser },
    errors: loginErrors,
  }),
  linkCustomJwt: defineRoute({
    ...base,
    id: "linkCustomJwt",
    path: "/v1/custom_jwt_account/link",
    summary: "Link the subject of a JWT of the app's own identity provider",
    caller: "user",
    request: { body: named("LinkCustomJwtBody", z.strictObject({ token: text(1, 16_384) })) },
    responses: { 200: user },
    errors: linkErrors,
  }),
  authenticateAsGuest: defineRoute({
    ...base,
    id: "authenticateAsGuest",
    path: "/v1/guest/authenticate",
    summary: "Sign in as a guest, whom only the secret that the client keeps can sign in again",
    caller: "client",
    request: {
      body: named("AuthenticateAsGuestBody", z.strictObject({ guest_credential: text(16, 512), token: ignored, mode })),
    },
    responses: { 200: authenticatedUser },
    errors: loginErrors,
  }),
  refreshSession: defineRoute({
    ...base,
    id: "refreshSession",
    path: "/v1/sessions",
    summary: "Get a new access token for a session; the refresh token is replaced, too",
    caller: "client",
    request: {
      body: named("RefreshSessionBody", z.strictObject({ refresh_token: text(1, 512).nullable().optional() })),
    },
    responses: { 200: authenticatedUser },
    errors: ["missing_or_invalid_token", "resource_conflict"],
  }),
  logOut: defineRoute({
    ...base,
    id: "logOut",
    path: "/v1/sessions/logout",
    summary: "End a session and the user keys that were issued in it",
    caller: "client",
    request: { body: named("LogOutBody", z.strictObject({ refresh_token: text(1, 512).nullable().optional() })) },
    responses: { 200: successResponse },
    errors: ["resource_conflict"],
  }),
  getMe: defineRoute({
    ...base,
    method: "GET",
    id: "getMe",
    path: "/v1/users/me",
    summary: "Get the user who is signed in",
    caller: "user",
    request: {},
    responses: {
      200: named("Me", z.object({ user, identity_token: z.string().nullable() })),
    },
    errors: ["user_does_not_exist"],
  }),
  acceptTerms: defineRoute({
    ...base,
    id: "acceptTerms",
    path: "/v1/users/me/accept_terms",
    summary: "Note that the user accepted the app's terms",
    caller: "user",
    request: {},
    responses: { 200: user },
    errors: ["user_does_not_exist", "resource_conflict"],
  }),
};

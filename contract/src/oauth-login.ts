import { z } from "zod";
import { named } from "./components.ts";
import { text } from "./fields.ts";
import { authenticatedUser, base, ignored, linkErrors, loginErrors, mode } from "./login.ts";
import { defineRoute } from "./route.ts";
import { unlinkErrors, user } from "./users.ts";

/**
 * Sign-in with a provider (spec 05 §5). The front end proves that it is the one that began by `code_verifier` (RFC 7636),
 * which the wire lets it leave out and this server does not: without it, whoever sees the address of a redirect could
 * sign in.
 */
const provider = text(1, 64);
const stateCode = text(1, 512);

const proof = {
  authorization_code: text(1, 512),
  state_code: stateCode,
  code_verifier: text(43, 128),
  code_type: z.enum(["raw"]).nullable().optional(),
};

/** A code that a native app got from the provider itself. */
function findRawCode(body: unknown): string | undefined {
  const type = typeof body === "object" && body !== null ? (body as { code_type?: unknown }).code_type : undefined;
  return type === "raw" ? "codes that come from the provider itself (`code_type: raw`) are not supported" : undefined;
}

export const oauthRoutes = {
  initOAuth: defineRoute({
    ...base,
    id: "initOAuth",
    path: "/v1/oauth/init",
    summary: "Get the address at the provider to send the user to",
    caller: "client",
    request: {
      body: named(
        "InitOAuthBody",
        z.strictObject({
          provider,
          redirect_to: text(1, 4096),
          code_challenge: z.string().regex(/^[A-Za-z0-9_-]{43}$/, "code_challenge is a SHA-256 in base64url (S256)"),
          state_code: stateCode,
          token: ignored,
        }),
      ),
    },
    responses: { 200: named("OAuthUrl", z.object({ url: z.string() })) },
    errors: ["disallowed_login_method", "oauth_provider_error"],
  }),
  authenticateWithOAuth: defineRoute({
    ...base,
    id: "authenticateWithOAuth",
    path: "/v1/oauth/authenticate",
    summary: "Sign in with the code that the provider's redirect brought back",
    caller: "client",
    request: {
      body: named("AuthenticateWithOAuthBody", z.strictObject({ ...proof, mode })),
      findUnsupported: findRawCode,
    },
    responses: { 200: authenticatedUser },
    errors: [...loginErrors, "oauth_state_mismatch", "invalid_pkce_parameters", "oauth_provider_error"],
  }),
  linkOAuth: defineRoute({
    ...base,
    id: "linkOAuth",
    path: "/v1/oauth/link",
    summary: "Link the account at the provider to the user",
    caller: "user",
    request: { body: named("LinkOAuthBody", z.strictObject({ ...proof })), findUnsupported: findRawCode },
    responses: { 200: user },
    errors: [...linkErrors, "oauth_state_mismatch", "invalid_pkce_parameters", "oauth_provider_error"],
  }),
  unlinkOAuth: defineRoute({
    ...base,
    id: "unlinkOAuth",
    path: "/v1/oauth/unlink",
    summary: "Unlink an account at a provider",
    caller: "user",
    request: { body: named("UnlinkOAuthBody", z.strictObject({ provider, subject: text(1, 256) })) },
    responses: { 200: user },
    errors: unlinkErrors,
  }),
};

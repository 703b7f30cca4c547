import { sha256 } from "../crypto/primitives.ts";
import { encodeBase64Url } from "../encoding/base64url.ts";
import { canonicalize } from "../encoding/canonical-json.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";

/**
 * What a provider gives for a sign-in: an ID token, which anybody with its keys can verify, or only an answer to the
 * API's question, which nobody else can check.
 */
export type OAuthProof = "id_token" | "api";

/** What is known of a provider besides how the app is known to it. */
export type OAuthPreset = {
  proof: OAuthProof;
  issuer: string | null;
  authorizationEndpoint: string | null;
  tokenEndpoint: string | null;
  userinfoEndpoint: string | null;
  scopes: readonly string[];
};

const openId = { proof: "id_token", authorizationEndpoint: null, tokenEndpoint: null, userinfoEndpoint: null } as const;

const PRESETS: { readonly [provider: string]: OAuthPreset } = {
  google: { ...openId, issuer: "https://accounts.google.com", scopes: ["openid", "email", "profile"] },
  // Asked for any scope, Apple answers by a form that it posts; without one it answers like everybody else.
  apple: { ...openId, issuer: "https://appleid.apple.com", scopes: [] },
  github: {
    proof: "api",
    issuer: null,
    authorizationEndpoint: "https://github.com/login/oauth/authorize",
    tokenEndpoint: "https://github.com/login/oauth/access_token",
    userinfoEndpoint: "https://api.github.com/user",
    scopes: ["read:user"],
  },
  discord: {
    proof: "api",
    issuer: null,
    authorizationEndpoint: "https://discord.com/oauth2/authorize",
    tokenEndpoint: "https://discord.com/api/oauth2/token",
    userinfoEndpoint: "https://discord.com/api/users/@me",
    scopes: ["identify", "email"],
  },
};

export const OAUTH_PROVIDERS = ["google", "apple", "github", "discord"] as const;

/** A provider of the app's own choice has a name of its own, too: `custom:<name>`. */
export const OAUTH_PROVIDER_NAME = /^(google|apple|github|discord|custom:[a-z0-9_-]{1,50})$/;

/** Of a provider that is not listed nothing is known beforehand, but that OpenID Connect is likely. */
export function presetOf(provider: string): OAuthPreset {
  const preset = Object.hasOwn(PRESETS, provider) ? PRESETS[provider] : undefined;
  return preset ?? { ...openId, issuer: null, scopes: ["openid", "email", "profile"] };
}

/** The type of the linked account (spec 05 §3). */
export function oauthAccountType(provider: string): string {
  return provider.startsWith("custom:") ? provider : `${provider}_oauth`;
}

/**
 * The nonce of a sign-in (OpenID Connect Core §3.1.2.1), made of what only the front end that began it can name later.
 * So an ID token that was issued for one sign-in proves nothing in another, and whoever checks it needs no memory.
 * `codeChallenge` is the front end's (RFC 7636 §4.2), a hash of a secret that it has not shown yet.
 */
export function oidcNonce(login: {
  appId: string;
  provider: string;
  codeChallenge: string;
  stateCode: string;
}): string {
  const { appId, provider, codeChallenge, stateCode } = login;
  const text = canonicalize({ appId, codeChallenge, provider, purpose: "mandate oidc nonce", stateCode });
  return encodeBase64Url(sha256(encodeUtf8(text)));
}

/** RFC 7636 §4.2, method S256; undefined for what §4.1 does not allow as a verifier. */
export function codeChallengeOf(codeVerifier: string): string | undefined {
  return /^[A-Za-z0-9._~-]{43,128}$/.test(codeVerifier) ? encodeBase64Url(sha256(encodeUtf8(codeVerifier))) : undefined;
}

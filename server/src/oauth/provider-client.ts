import * as oauth from "oauth4webapi";
import { ApiError } from "../api-error.ts";
import type { OAuthProviderSettings } from "../apps/app-settings.ts";
import { createJwksCache, type JwksCache } from "../authenticate/jwks-cache.ts";
import { EgressError, type GuardedFetch } from "../egress/guarded-fetch.ts";
import type { ProviderProfile } from "./oauth-account.ts";

/** The other side of a sign-in with a provider: where users are sent, and what a code is exchanged for. */
export type ProviderClient = {
  /** The address at the provider to send the user to (RFC 6749 §4.1.1, RFC 7636 §4.3). */
  authorizationUrl(
    provider: OAuthProviderSettings,
    request: { state: string; redirectUri: string; codeVerifier: string; nonce: string },
  ): Promise<string>;
  /** Exchanges the code, and asks who signed in where no ID token says so. */
  exchange(provider: OAuthProviderSettings, answer: ProviderAnswer): Promise<SignedInAtProvider>;
};

export type ProviderAnswer = {
  code: string;
  state: string;
  iss: string | null;
  redirectUri: string;
  codeVerifier: string;
  nonce: string;
  clientSecret: string | undefined;
};

/** With the key set that verifies the ID token, where no key is pinned. */
export type SignedInAtProvider = { profile: ProviderProfile; idToken?: string; jwks?: unknown };

/** Of ID tokens: those that the signer verifies. */
const ALGORITHMS = ["RS256", "ES256"];
const DISCOVERY_FRESH_MS = 60 * 60 * 1000;
const SERVERS_MAX = 1000;

export function createProviderClient(fetchGuarded: GuardedFetch, nowMs: () => number): ProviderClient {
  const servers = new Map<string, { server: oauth.AuthorizationServer; atMs: number }>();
  const jwks: JwksCache = createJwksCache(nowMs, async (url) => {
    const answer = await fetchGuarded(url, { headers: { accept: "application/json" } });
    if (answer.status !== 200) throw new Error(`status ${answer.status}`);
    return answer.json();
  });
  const options = {
    [oauth.customFetch]: (url: string, init: { method?: string; headers?: object; body?: unknown }) =>
      fetchGuarded(url, {
        ...(init.method === undefined ? {} : { method: init.method }),
        headers: { ...(init.headers as { [name: string]: string }), "user-agent": "mandate" },
        ...(init.body === undefined || init.body === null ? {} : { body: String(init.body) }),
      }),
    // Whether an address in the clear is allowed, `fetchGuarded` decides.
    [oauth.allowInsecureRequests]: true,
  };

  async function findServer(provider: OAuthProviderSettings): Promise<oauth.AuthorizationServer> {
    const { issuer, authorization_endpoint, token_endpoint, userinfo_endpoint, jwks_url } = provider;
    if (authorization_endpoint !== null && token_endpoint !== null) {
      return {
        issuer: issuer ?? new URL(authorization_endpoint).origin,
        authorization_endpoint,
        token_endpoint,
        token_endpoint_auth_methods_supported: ["client_secret_post"],
        id_token_signing_alg_values_supported: ALGORITHMS,
        ...(userinfo_endpoint === null ? {} : { userinfo_endpoint }),
        ...(jwks_url === null ? {} : { jwks_uri: jwks_url }),
      };
    }
    if (issuer === null) throw new ApiError("feature_not_enabled", "the provider has no issuer");
    const known = servers.get(issuer);
    if (known !== undefined && nowMs() - known.atMs < DISCOVERY_FRESH_MS) return known.server;
    const url = new URL(issuer);
    const found = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, options));
    const server = { ...found, id_token_signing_alg_values_supported: ALGORITHMS };
    if (servers.size >= SERVERS_MAX) servers.clear();
    servers.set(issuer, { server, atMs: nowMs() });
    return server;
  }

  return {
    authorizationUrl: (provider, request) =>
      explain(async () => {
        const { authorization_endpoint: endpoint } = await findServer(provider);
        const url = readEndpoint(endpoint);
        const parameters = {
          client_id: provider.client_id,
          response_type: "code",
          redirect_uri: request.redirectUri,
          state: request.state,
          code_challenge: await oauth.calculatePKCECodeChallenge(request.codeVerifier),
          code_challenge_method: "S256",
          ...(provider.scopes.length === 0 ? {} : { scope: provider.scopes.join(" ") }),
          ...(provider.proof === "id_token" ? { nonce: request.nonce } : {}),
        };
        for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
        return url.href;
      }),

    exchange: (provider, answer) =>
      explain(async () => {
        const server = await findServer(provider);
        const client: oauth.Client = { client_id: provider.client_id };
        const { code, state, iss, redirectUri, codeVerifier, nonce } = answer;
        const callback = new URLSearchParams({ code, state, ...(iss === null ? {} : { iss }) });
        const checked = oauth.validateAuthResponse(server, client, callback, state);
        const response = await oauth.authorizationCodeGrantRequest(
          server,
          client,
          clientAuth(server, answer.clientSecret),
          checked,
          redirectUri,
          codeVerifier,
          options,
        );
        if (provider.proof === "api") {
          const tokens = await oauth.processAuthorizationCodeResponse(server, client, response);
          return { profile: await askWho(readEndpoint(server.userinfo_endpoint), tokens.access_token, options) };
        }
        const checks = { expectedNonce: nonce, requireIdToken: true };
        const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, checks);
        const idToken = tokens.id_token!;
        const claims = oauth.getValidatedIdTokenClaims(tokens)!;
        return {
          profile: { ...(await findMore(server, client, tokens.access_token, claims, options)), ...claims },
          idToken,
          ...(await findKeys(provider, server, idToken)),
        };
      }),
  };

  async function findKeys(provider: OAuthProviderSettings, server: oauth.AuthorizationServer, idToken: string) {
    if (provider.public_key_pem !== null) return {};
    const url = provider.jwks_url ?? server.jwks_uri;
    if (url === undefined) throw new ApiError("oauth_provider_error", "the provider names no key set");
    return { jwks: await jwks.get(url, readKid(idToken)) };
  }
}

type Options = oauth.UserInfoRequestOptions & oauth.ProtectedResourceRequestOptions;

/** Providers may keep what the scopes asked for out of the ID token, since there is an access token to ask with (§5.4). */
async function findMore(
  server: oauth.AuthorizationServer,
  client: oauth.Client,
  accessToken: string,
  claims: oauth.IDToken,
  options: Options,
): Promise<ProviderProfile> {
  if (server.userinfo_endpoint === undefined || claims.email !== undefined) return {};
  const response = await oauth.userInfoRequest(server, client, accessToken, options);
  return oauth.processUserInfoResponse(server, client, claims.sub, response);
}

async function askWho(url: URL, accessToken: string, options: Options): Promise<ProviderProfile> {
  const headers = new Headers({ accept: "application/json" });
  const response = await oauth.protectedResourceRequest(accessToken, "GET", url, headers, null, options);
  if (response.status !== 200) throw new ApiError("oauth_provider_error", `the provider answered ${response.status}`);
  const profile: unknown = await response.json();
  return typeof profile === "object" && profile !== null ? (profile as ProviderProfile) : {};
}

/** OpenID Connect Discovery §3: basic is what there is unless the provider says otherwise. */
function clientAuth(server: oauth.AuthorizationServer, secret: string | undefined): oauth.ClientAuth {
  if (secret === undefined) return oauth.None();
  const methods = server.token_endpoint_auth_methods_supported;
  return methods === undefined || methods.includes("client_secret_basic")
    ? oauth.ClientSecretBasic(secret)
    : oauth.ClientSecretPost(secret);
}

function readEndpoint(text: string | undefined): URL {
  if (text === undefined || !URL.canParse(text) || !/^https?:/.test(text))
    throw new ApiError("oauth_provider_error", "the provider does not name an endpoint that is needed");
  return new URL(text);
}

function readKid(token: string): string | undefined {
  const { kid } = JSON.parse(Buffer.from(token.split(".", 1)[0]!, "base64url").toString("utf8")) as { kid?: unknown };
  return typeof kid === "string" ? kid : undefined;
}

/** Failures in the words of this API. What the provider sent is not repeated, but for the code of its refusal. */
async function explain<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof EgressError)
      throw new ApiError("oauth_provider_error", `the provider could not be asked: ${error.message}`);
    const isOurs = error instanceof oauth.ResponseBodyError && /^(invalid|unauthorized)_client$/.test(error.error);
    if (isOurs || error instanceof oauth.WWWAuthenticateChallengeError)
      throw new ApiError("oauth_provider_error", "the provider does not accept the app's client ID and secret");
    if (error instanceof oauth.ResponseBodyError) {
      const code = /^[a-z_]{1,40}$/.test(error.error) ? ` (${error.error})` : "";
      throw new ApiError("invalid_credentials", `the provider did not accept the sign-in${code}`);
    }
    if (error instanceof ApiError) {
      // The key set could not be had.
      if (error.code !== "missing_or_invalid_token") throw error;
      throw new ApiError("oauth_provider_error", "the provider's key set could not be fetched");
    }
    if (error instanceof oauth.OperationProcessingError && error.code === oauth.JWT_CLAIM_COMPARISON)
      throw new ApiError("invalid_credentials", "the provider's ID token was issued for somebody or something else");
    if (error instanceof oauth.OperationProcessingError || error instanceof oauth.UnsupportedOperationError)
      throw new ApiError("oauth_provider_error", "the provider's answer is not as OAuth 2 and OpenID Connect ask");
    if (error instanceof SyntaxError) throw new ApiError("oauth_provider_error", "the provider's answer is no JSON");
    throw error;
  }
}

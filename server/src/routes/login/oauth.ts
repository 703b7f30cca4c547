import { randomBytes } from "node:crypto";
import type { oauthRoutes } from "@mandate/contract/oauth-login";
import { oauthAccountType, oidcNonce } from "@mandate/core/login/oauth-provider";
import { ApiError } from "../../api-error.ts";
import type { AppSettings, OAuthProviderSettings } from "../../apps/app-settings.ts";
import { readClientId } from "../../authenticate/browser-client.ts";
import type { Deps } from "../../deps.ts";
import { completeLogin, type ProvedLogin } from "../../login/complete-login.ts";
import { linkAccount, unlinkAccount } from "../../login/link-account.ts";
import { findClientSecret } from "../../oauth/client-secrets.ts";
import { toAccount } from "../../oauth/oauth-account.ts";
import { beginFlow, takeAnswer } from "../../oauth/oauth-flow.ts";
import { readRedirectTarget } from "../../oauth/redirect-target.ts";
import { accountHandle } from "../../views/linked-account.ts";
import type { RouteHandler } from "../handler.ts";

/** The address that apps register with their providers. */
const CALLBACK = "/api/v1/oauth/callback";

export const initOAuth: RouteHandler<typeof oauthRoutes.initOAuth> = async (deps, { request, app, body }) => {
  const provider = requireProvider(app, body.provider);
  const clientId = readClientId(request);
  const target = readRedirectTarget(deps, app, clientId, body.redirect_to);
  const { code_challenge: codeChallenge, state_code: stateCode } = body;
  const codeVerifier = randomBytes(32).toString("base64url");
  const redirectUri = `${publicOrigin(deps)}${CALLBACK}`;
  const flow = { provider: provider.provider, redirectTo: target.href, clientId: clientId ?? null };
  const secrets = { codeChallenge, stateCode, redirectUri, codeVerifier };
  const nonce = oidcNonce({ appId: app.id, provider: provider.provider, codeChallenge, stateCode });
  const state = await beginFlow(deps, app.id, { ...flow, ...secrets });
  const url = await deps.providers.authorizationUrl(provider, { state, redirectUri, codeVerifier, nonce });
  return { status: 200, body: { url } };
};

export const authenticateWithOAuth: RouteHandler<typeof oauthRoutes.authenticateWithOAuth> = async (
  deps,
  { request, app, body },
) => completeLogin(deps, request, app, await askProvider(deps, app, body));

export const linkOAuth: RouteHandler<typeof oauthRoutes.linkOAuth> = async (deps, { request, app, user, body }) =>
  linkAccount(deps, request, app, user!, await askProvider(deps, app, body));

export const unlinkOAuth: RouteHandler<typeof oauthRoutes.unlinkOAuth> = async (deps, { request, app, user, body }) =>
  unlinkAccount(deps, request, app, user!, `${oauthAccountType(body.provider)}:${body.subject}`);

/** Exchanges the provider's code. An ID token goes on to the signer, which verifies it and believes nothing else. */
async function askProvider(
  deps: Deps,
  app: AppSettings,
  shown: { authorization_code: string; state_code: string; code_verifier: string },
): Promise<ProvedLogin & { account: { type: string } }> {
  const answer = await takeAnswer(deps, app.id, shown);
  const provider = requireProvider(app, answer.provider);
  const { codeChallenge, stateCode, code, state, iss, redirectUri, codeVerifier } = answer;
  const nonce = oidcNonce({ appId: app.id, provider: provider.provider, codeChallenge, stateCode });
  const clientSecret = await findClientSecret(deps, app.id, provider.provider);
  const exchange = { code, state, iss, redirectUri, codeVerifier, nonce, clientSecret };
  const { profile, idToken, jwks } = await deps.providers.exchange(provider, exchange);
  const account = toAccount(provider.provider, profile);
  const identity = accountHandle({ ...account, verified_at: 0, first_verified_at: null, latest_verified_at: null });
  return {
    identity,
    account,
    facts: {
      oauth: { provider: provider.provider, ...(idToken === undefined ? {} : { idToken }) },
      ...(provider.proof === "api" ? { attested: identity } : {}),
    },
    ...(jwks === undefined ? {} : { jwks }),
  };
}

function requireProvider(app: AppSettings, name: string): OAuthProviderSettings {
  const provider = app.oauthProviders.find((one) => one.provider === name);
  if (!app.loginMethods.includes("oauth") || provider === undefined)
    throw new ApiError(
      "disallowed_login_method",
      "this app has no such provider, or sign-in with providers switched off",
    );
  return provider;
}

function publicOrigin({ config }: Deps): string {
  return config.publicOrigins[0] ?? `http://${config.host}:${config.port}`;
}

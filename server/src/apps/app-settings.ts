import {
  ACCESS_TOKEN_SECONDS,
  DEFAULT_LOGIN_METHODS,
  type LoginMethod,
  REFRESH_TOKEN_SECONDS,
} from "@mandate/core/login/login-method";
import { readSealedRecord } from "@mandate/signer/protocol";
import type { Deps } from "../deps.ts";

/** An app's sealed record as the server reads it, with the defaults of records that do not say. */
export type AppSettings = {
  id: string;
  name: string;
  createdAtMs: number;
  version: number;
  allowedOrigins: string[];
  clients: AppClientSettings[];
  loginMethods: LoginMethod[];
  /** How the app's own identity provider is recognised; null when it has none. */
  jwt: JwtPin | null;
  oauthProviders: OAuthProviderSettings[];
  serverSideAccess: boolean;
  testAccountEmails: string[];
  secrets: { id: string; createdAtMs: number }[];
  tokenKey: { kid: string; publicKeyPem: string };
  accessTokenSeconds: number;
  refreshTokenSeconds: number;
  identityTokens: boolean;
};

/** A front end of the app with an ID of its own. `allowedOrigins` null: those of the app. */
export type AppClientSettings = { id: string; name: string; allowedOrigins: string[] | null };

/** As it is sealed and shown. Exactly one of key and URL is set. */
export type JwtPin = {
  public_key_pem: string | null;
  jwks_url: string | null;
  issuer: string | null;
  audience: string | null;
  subject_claim: string;
};

/** As it is sealed and shown. `proof` says whether the signer verifies an ID token or takes this server's word. */
export type OAuthProviderSettings = {
  provider: string;
  client_id: string;
  proof: "id_token" | "api";
  issuer: string | null;
  public_key_pem: string | null;
  jwks_url: string | null;
  authorization_endpoint: string | null;
  token_endpoint: string | null;
  userinfo_endpoint: string | null;
  scopes: string[];
  display_name: string | null;
  icon_url: string | null;
};

type AppRecord = {
  name: string;
  secrets: { id: string; created_at: number }[];
  allowed_origins: string[];
  jwt: AppSettings["jwt"];
  oauth_providers?: OAuthProviderSettings[];
  server_side_access: boolean;
  test_accounts: { email: string }[];
  token_key: { kid: string; public_key_pem: string };
  clients?: { id: string; name: string; allowed_origins: string[] | null }[];
  login_methods?: LoginMethod[];
  access_token_seconds?: number;
  refresh_token_seconds?: number;
  identity_tokens?: boolean;
};

/** Undefined when there is no such app. */
export async function findApp(deps: Deps, appId: string): Promise<AppSettings | undefined> {
  const record = await deps.storage.findRecord(appId, { type: "app", id: appId });
  return record === undefined ? undefined : readAppSettings(record.sealed);
}

export function readAppSettings(sealed: string): AppSettings {
  const { id, created_at, version, body } = readSealedRecord(sealed);
  const app = body as unknown as AppRecord;
  return {
    id,
    name: app.name,
    createdAtMs: created_at,
    version,
    allowedOrigins: app.allowed_origins,
    clients: (app.clients ?? []).map((client) => ({
      id: client.id,
      name: client.name,
      allowedOrigins: client.allowed_origins,
    })),
    loginMethods: app.login_methods ?? [...DEFAULT_LOGIN_METHODS],
    jwt: app.jwt,
    oauthProviders: app.oauth_providers ?? [],
    serverSideAccess: app.server_side_access,
    testAccountEmails: app.test_accounts.map(({ email }) => email),
    secrets: app.secrets.map((secret) => ({ id: secret.id, createdAtMs: secret.created_at })),
    tokenKey: { kid: app.token_key.kid, publicKeyPem: app.token_key.public_key_pem },
    accessTokenSeconds: app.access_token_seconds ?? ACCESS_TOKEN_SECONDS,
    refreshTokenSeconds: app.refresh_token_seconds ?? REFRESH_TOKEN_SECONDS,
    identityTokens: app.identity_tokens ?? false,
  };
}

/** The origins whose pages may call as this app, or as that client of it. Undefined when it has no such client. */
export function originsOf(app: AppSettings, clientId: string | undefined): string[] | undefined {
  if (clientId === undefined) return app.allowedOrigins;
  const client = app.clients.find(({ id }) => id === clientId);
  return client === undefined ? undefined : (client.allowedOrigins ?? app.allowedOrigins);
}

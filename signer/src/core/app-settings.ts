import type { JsonObject, JsonValue } from "@mandate/core/encoding/json-value";
import { encodeUtf8 } from "@mandate/core/encoding/utf8";
import {
  ACCESS_TOKEN_SECONDS,
  DEFAULT_LOGIN_METHODS,
  LOGIN_METHODS,
  type LoginMethod,
  REFRESH_TOKEN_SECONDS,
} from "@mandate/core/login/login-method";
import { readOAuthProviders } from "./oauth-providers.ts";
import { type Operation, optionalText, requireList, requireObject, requireText } from "./operation.ts";
import { readPublicKeyPem } from "./public-key-pem.ts";
import type { AppBody, JwtPin } from "./records.ts";
import { invalidData } from "./refusal.ts";

/** What the operator may say about an app, when it is made and later. */
export const SETTINGS_MEMBERS = [
  "name",
  "allowed_origins",
  "clients",
  "jwt",
  "oauth_providers",
  "test_accounts",
  "server_side_access",
  "login_methods",
  "access_token_seconds",
  "refresh_token_seconds",
  "identity_tokens",
];

type Settings = Pick<
  AppBody,
  | "name"
  | "allowed_origins"
  | "clients"
  | "jwt"
  | "oauth_providers"
  | "test_accounts"
  | "server_side_access"
  | "login_methods"
  | "access_token_seconds"
  | "refresh_token_seconds"
  | "identity_tokens"
>;

const CLIENT_ID = /^[A-Za-z0-9_-]{1,64}$/;
const DAY_SECONDS = 24 * 3600;

/** The settings in `body`; what it leaves out stays as it is in `current`, or is the default of a new app. */
export function readSettings(op: Operation, appId: string, body: JsonObject, current: AppBody | undefined): Settings {
  const { name, allowed_origins, clients, jwt, oauth_providers, test_accounts, server_side_access, login_methods } =
    body;
  return {
    name: name === undefined && current !== undefined ? current.name : requireText(name, "name", 100),
    allowed_origins:
      allowed_origins === undefined
        ? [...(current?.allowed_origins ?? [])]
        : readOrigins(allowed_origins, "allowed_origins"),
    clients: clients === undefined ? [...(current?.clients ?? [])] : readClients(clients),
    jwt: jwt === undefined ? (current?.jwt ?? null) : jwt === null ? null : readJwtPin(op, jwt),
    oauth_providers:
      oauth_providers === undefined ? [...(current?.oauth_providers ?? [])] : readOAuthProviders(op, oauth_providers),
    server_side_access: readFlag(server_side_access, "server_side_access", current?.server_side_access ?? false),
    test_accounts:
      test_accounts === undefined
        ? [...(current?.test_accounts ?? [])]
        : readTestAccounts(op, appId, test_accounts, current?.test_accounts ?? []),
    login_methods: login_methods === undefined ? [...loginMethodsOf(current)] : readLoginMethods(login_methods),
    access_token_seconds: readSeconds(
      body.access_token_seconds,
      "access_token_seconds",
      [60, DAY_SECONDS],
      current?.access_token_seconds ?? ACCESS_TOKEN_SECONDS,
    ),
    refresh_token_seconds: readSeconds(
      body.refresh_token_seconds,
      "refresh_token_seconds",
      [3600, 365 * DAY_SECONDS],
      current?.refresh_token_seconds ?? REFRESH_TOKEN_SECONDS,
    ),
    identity_tokens: readFlag(body.identity_tokens, "identity_tokens", current?.identity_tokens ?? false),
  };
}

/** Records of before these settings name none. */
export function loginMethodsOf(app: AppBody | undefined): readonly LoginMethod[] {
  return app?.login_methods ?? DEFAULT_LOGIN_METHODS;
}

function readFlag(value: JsonValue | undefined, at: string, otherwise: boolean): boolean {
  if (value === undefined) return otherwise;
  if (typeof value !== "boolean") throw invalidData(`${at} must be true or false`);
  return value;
}

function readSeconds(
  value: JsonValue | undefined,
  at: string,
  [min, max]: [number, number],
  otherwise: number,
): number {
  if (value === undefined) return otherwise;
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < min || value > max)
    throw invalidData(`${at} must be a whole number of seconds from ${min} to ${max}`);
  return value;
}

function readLoginMethods(value: JsonValue): LoginMethod[] {
  const methods = requireList(value, "login_methods", LOGIN_METHODS.length).map((item) => {
    const method = LOGIN_METHODS.find((known) => known === item);
    if (method === undefined) throw invalidData(`login_methods may name ${LOGIN_METHODS.join(", ")}`);
    return method;
  });
  return [...new Set(methods)];
}

function readOrigins(value: JsonValue, name: string): string[] {
  return requireList(value, name, 100).map((item, at) => {
    const origin = requireText(item, `${name}.${at}`, 300);
    if (!/^https?:\/\/[^/?#@\s]+$/.test(origin))
      throw invalidData(`${name}.${at} must be an origin such as https://app.example, without a path`);
    return origin;
  });
}

function readClients(value: JsonValue): AppBody["clients"] {
  const clients = requireList(value, "clients", 50).map((item, at) => {
    const client = requireObject(item, `clients.${at}`, ["id", "name", "allowed_origins"]);
    const id = requireText(client.id, `clients.${at}.id`, 64);
    if (!CLIENT_ID.test(id)) throw invalidData(`clients.${at}.id may hold letters, digits, _ and - only`);
    const origins = client.allowed_origins ?? null;
    return {
      id,
      name: requireText(client.name, `clients.${at}.name`, 100),
      allowed_origins: origins === null ? null : readOrigins(origins, `clients.${at}.allowed_origins`),
    };
  });
  if (new Set(clients.map(({ id }) => id)).size !== clients.length) throw invalidData("clients names an id twice");
  return clients;
}

function readJwtPin(op: Operation, value: JsonValue): JwtPin {
  const jwt = requireObject(value, "jwt", ["public_key_pem", "jwks_url", "issuer", "audience", "subject_claim"]);
  const pem = optionalText(jwt.public_key_pem, "jwt.public_key_pem", 10_000);
  const url = optionalText(jwt.jwks_url, "jwt.jwks_url", 2000);
  if ((pem === null) === (url === null)) throw invalidData("jwt must have exactly one of public_key_pem and jwks_url");
  if (pem !== null) readPublicKeyPem(op, pem, "jwt.public_key_pem");
  if (url !== null && !/^https?:\/\/\S+$/.test(url)) throw invalidData("jwt.jwks_url must be an http or https URL");
  return {
    public_key_pem: pem,
    jwks_url: url,
    issuer: optionalText(jwt.issuer, "jwt.issuer", 500),
    audience: optionalText(jwt.audience, "jwt.audience", 500),
    subject_claim: optionalText(jwt.subject_claim, "jwt.subject_claim", 100) ?? "sub",
  };
}

/**
 * The fixed codes of test accounts are secrets like any other and are stored encrypted. An account that the app has
 * already may be named without its code, which it then keeps.
 */
function readTestAccounts(
  op: Operation,
  appId: string,
  value: JsonValue,
  current: AppBody["test_accounts"],
): AppBody["test_accounts"] {
  return requireList(value, "test_accounts", 100).map((item, at) => {
    const account = requireObject(item, `test_accounts.${at}`, ["email", "otp"]);
    const email = requireText(account.email, `test_accounts.${at}.email`, 320).toLowerCase();
    const kept = current.find((known) => known.email === email);
    if (account.otp === undefined && kept !== undefined) return kept;
    const otp = requireText(account.otp, `test_accounts.${at}.otp`, 6);
    if (!/^\d{6}$/.test(otp)) throw invalidData("Verification code must have 6 digits.");
    const header = { type: "test_account_otp" as const, appId, id: email, version: 1 };
    return { email, otp_sealed: op.ctx.sealer.sealSecret(header, encodeUtf8(otp), op.ctx.random(32)) };
  });
}

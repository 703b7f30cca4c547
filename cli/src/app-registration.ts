/** A new app as the operator describes it. Id and secret are made here; the server learns only the secret's hash. */
import { createHash, randomBytes, randomInt } from "node:crypto";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import { CliError } from "./cli-error.ts";
import { operatorPost, type ServerAddress } from "./operator-request.ts";

export type AppRegistration = {
  name: string;
  id?: string;
  secret?: string;
  allowedOrigins: string[];
  jwt: JwtSettings | undefined;
  testAccounts: { email: string; otp: string }[];
  serverSideAccess: boolean;
};

export type JwtSettings = {
  /** PEM SPKI. Exactly one of this and `jwksUrl`. */
  publicKeyPem?: string;
  jwksUrl?: string;
  issuer?: string;
  audience?: string;
  subjectClaim?: string;
};

export type NewApp = JsonObject & { id: string; secret: string; name: string };

const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";

/** 25 characters, as a browser SDK insists: "c" and 24 lower-case letters and digits. */
export function generateAppId(): string {
  return `c${Array.from({ length: 24 }, () => alphabet[randomInt(alphabet.length)]).join("")}`;
}

/** 32 random bytes, base64url, behind a prefix that secret scanners can look for. */
export function generateAppSecret(): string {
  return `mandate_app_secret_${randomBytes(32).toString("base64url")}`;
}

/** Registers the app; the secret in the answer is the only copy there is. */
export async function registerApp(server: ServerAddress, app: AppRegistration, nowMs: number): Promise<NewApp> {
  const id = app.id ?? generateAppId();
  const secret = app.secret ?? generateAppSecret();
  const answer = await operatorPost(server, "/operator/v1/apps", id, registrationBody(app, id, secret), nowMs);
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) {
    throw new CliError("server_error", "The server answered with something that is not an app.");
  }
  return { ...answer, id, secret, name: app.name };
}

export type NewAppSecret = { id: string; secret: string };

/** Gives the app one more secret; the one in the answer is the only copy there is. */
export async function registerAppSecret(
  server: ServerAddress,
  app: { id: string; secret?: string },
  nowMs: number,
): Promise<NewAppSecret> {
  const secret = app.secret ?? generateAppSecret();
  const body = { secret_sha256: sha256Hex(secret) };
  await operatorPost(server, `/operator/v1/apps/${app.id}/secrets`, app.id, body, nowMs);
  return { id: app.id, secret };
}

/** The body of `POST /operator/v1/apps`. */
export function registrationBody(app: AppRegistration, id: string, secret: string): JsonObject {
  return {
    id,
    name: app.name,
    secret_sha256: sha256Hex(secret),
    allowed_origins: app.allowedOrigins,
    jwt: app.jwt === undefined ? null : jwtBody(app.jwt),
    test_accounts: app.testAccounts,
    server_side_access: app.serverSideAccess,
  };
}

function sha256Hex(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

function jwtBody(jwt: JwtSettings): JsonObject {
  const members: [string, string | undefined][] = [
    ["public_key_pem", jwt.publicKeyPem],
    ["jwks_url", jwt.jwksUrl],
    ["issuer", jwt.issuer],
    ["audience", jwt.audience],
    ["subject_claim", jwt.subjectClaim],
  ];
  return Object.fromEntries(members.filter((member): member is [string, string] => member[1] !== undefined));
}

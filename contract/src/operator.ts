import { LOGIN_METHODS } from "@mandate/core/login/login-method";
import { z } from "zod";
import { named } from "./components.ts";
import { messages } from "./errors.ts";
import { hasSomeField, pathId, successResponse, text, timestamp } from "./fields.ts";
import { oauthProviderName } from "./oauth-secrets.ts";
import { defineRoute } from "./route.ts";

/** Members are spelt as `mandate status --json` prints them: scripts read one and the same object. */
export const operatorStatus = named(
  "OperatorStatus",
  z.object({
    url: z.string(),
    dataDir: z.string(),
    database: z.string(),
    signer: z.object({
      phase: z.string(),
      root_key_provider: z.string(),
      root_key_id: z.string(),
      primitives: z.record(z.string(), z.string()),
      notes: z.array(z.string()),
      origins: z.array(z.string()),
    }),
    chains: z.record(z.string(), z.string()).describe("RPC URL by CAIP-2 chain ID"),
    mail: z
      .enum(["smtp", "inbox", "none"])
      .describe("`inbox`: mails are kept in `GET /operator/v1/inbox`, and not sent"),
    version: z.string(),
  }),
);

const origin = text(1, 2048).regex(
  /^https?:\/\/[^/?#@\s]+$/,
  "An origin is scheme and host only, like https://example.com",
);

/** How the tokens of the app's own identity provider are recognised. */
const jwtPin = z
  .strictObject({
    public_key_pem: text(1, 8192).nullable().optional(),
    jwks_url: text(1, 2048).nullable().optional(),
    issuer: text(1, 500).nullable().optional(),
    audience: text(1, 500).nullable().optional(),
    subject_claim: text(1, 100).nullable().optional(),
  })
  .refine((jwt) => Boolean(jwt.public_key_pem) !== Boolean(jwt.jwks_url), {
    error: "jwt must have exactly one of public_key_pem and jwks_url",
  });

const providerUrl = text(1, 2000);

/** A provider that users may sign in with; `proof` says what such a sign-in rests on. */
const oauthProviderPin = z.strictObject({
  provider: oauthProviderName,
  client_id: text(1, 300),
  proof: z.enum(["id_token", "api"]).optional(),
  issuer: providerUrl.nullable().optional(),
  public_key_pem: text(1, 8192).nullable().optional(),
  jwks_url: providerUrl.nullable().optional(),
  authorization_endpoint: providerUrl.nullable().optional(),
  token_endpoint: providerUrl.nullable().optional(),
  userinfo_endpoint: providerUrl.nullable().optional(),
  scopes: z.array(text(1, 200)).max(20).optional(),
  display_name: text(1, 100).nullable().optional(),
  icon_url: providerUrl.nullable().optional(),
});

const secretSha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "secret_sha256 is the SHA-256 of the app secret in 64 hex digits");

const secondsOf = (min: number, max: number) => z.number().int().min(min).max(max);

/** What the operator may say about an app, when it is made and later. */
const settings = {
  allowed_origins: z.array(origin).max(100).optional(),
  clients: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "A client ID has letters, digits, _ and - only"),
        name: text(1, 100),
        allowed_origins: z.array(origin).max(100).nullable().optional(),
      }),
    )
    .max(50)
    .optional(),
  jwt: jwtPin.nullable().optional(),
  oauth_providers: z.array(oauthProviderPin).max(20).optional(),
  test_accounts: z
    .array(
      z.strictObject({
        email: z.email().max(254),
        otp: z
          .string()
          .regex(/^[0-9]{6}$/, "Verification code must have 6 digits.")
          .optional(),
      }),
    )
    .max(100)
    .optional(),
  server_side_access: z.boolean().optional(),
  login_methods: z.array(z.enum(LOGIN_METHODS)).max(LOGIN_METHODS.length).optional(),
  access_token_seconds: secondsOf(60, 24 * 3600).optional(),
  refresh_token_seconds: secondsOf(3600, 365 * 24 * 3600).optional(),
  identity_tokens: z.boolean().optional(),
};

const createAppBody = named(
  "CreateAppBody",
  z.strictObject({
    id: z.string().regex(/^[a-z][a-z0-9]{24}$/, "An app ID has 25 lower-case letters and digits, the first a letter"),
    name: text(1, 100),
    secret_sha256: secretSha256,
    ...settings,
  }),
  "The app secret is made by the caller and stays there; the server learns its hash. With the operator's token it is signed with the operator's key; a session names neither `jwt` nor `oauth_providers`, for only that key may say who vouches for users.",
);

const updateAppBody = named(
  "UpdateAppBody",
  z.strictObject({ name: text(1, 100).optional(), ...settings }).refine(hasSomeField, { error: messages.emptyUpdate }),
  "Lists replace those of before; a test account named without `otp` keeps its code. Signed with the operator's key.",
);

export const operatorApp = named(
  "OperatorApp",
  z.object({
    id: z.string(),
    name: z.string(),
    created_at: timestamp,
    allowed_origins: z.array(z.string()),
    clients: z.array(z.object({ id: z.string(), name: z.string(), allowed_origins: z.array(z.string()).nullable() })),
    custom_jwt_auth: z.boolean(),
    jwt: z
      .object({
        public_key_pem: z.string().nullable(),
        jwks_url: z.string().nullable(),
        issuer: z.string().nullable(),
        audience: z.string().nullable(),
        subject_claim: z.string(),
      })
      .nullable(),
    oauth_providers: z.array(
      z.object({
        provider: z.string(),
        client_id: z.string(),
        proof: z.enum(["id_token", "api"]),
        issuer: z.string().nullable(),
        public_key_pem: z.string().nullable(),
        jwks_url: z.string().nullable(),
        authorization_endpoint: z.string().nullable(),
        token_endpoint: z.string().nullable(),
        userinfo_endpoint: z.string().nullable(),
        scopes: z.array(z.string()),
        display_name: z.string().nullable(),
        icon_url: z.string().nullable(),
      }),
    ),
    server_side_access: z.boolean(),
    login_methods: z.array(z.enum(LOGIN_METHODS)),
    test_accounts: z.array(z.object({ email: z.string() })),
    access_token_seconds: z.number().int(),
    refresh_token_seconds: z.number().int(),
    identity_tokens: z.boolean(),
    secrets: z.array(z.object({ id: z.string(), created_at: timestamp })),
  }),
);

const appParams = z.strictObject({ app_id: pathId });

export const operatorRoutes = {
  getStatus: defineRoute({
    id: "getStatus",
    method: "GET",
    path: "/operator/v1/status",
    summary: "What is running, and where",
    caller: "team",
    role: "viewer",
    authorization: "none",
    request: {},
    responses: { 200: operatorStatus },
    errors: [],
    idempotent: false,
  }),
  listInbox: defineRoute({
    id: "listInbox",
    method: "GET",
    path: "/operator/v1/inbox",
    summary: "Mails that a server in development has kept instead of sending, newest first",
    caller: "team",
    role: "developer",
    authorization: "none",
    request: {},
    responses: {
      200: named(
        "Inbox",
        z.object({
          data: z
            .array(
              z.object({
                id: z.string(),
                app_id: z.string().nullable().describe("Null for mails to members of the team"),
                to: z.string(),
                subject: z.string(),
                text: z.string(),
                sent_at: timestamp,
              }),
            )
            .describe("At most 100"),
        }),
      ),
    },
    errors: ["feature_not_enabled"],
    idempotent: false,
  }),
  listApps: defineRoute({
    id: "listApps",
    method: "GET",
    path: "/operator/v1/apps",
    summary: "List the apps of this server, oldest first",
    caller: "team",
    role: "viewer",
    authorization: "none",
    request: {},
    responses: { 200: named("OperatorAppList", z.object({ data: z.array(operatorApp) })) },
    errors: [],
    idempotent: false,
  }),
  createApp: defineRoute({
    id: "createApp",
    method: "POST",
    path: "/operator/v1/apps",
    summary: "Create an app",
    caller: "team",
    role: "admin",
    authorization: "none",
    request: { body: createAppBody },
    responses: { 200: operatorApp },
    errors: ["resource_already_exists", "missing_or_invalid_token", "feature_not_enabled"],
    idempotent: false,
  }),
  getOperatorApp: defineRoute({
    id: "getOperatorApp",
    method: "GET",
    path: "/operator/v1/apps/{app_id}",
    summary: "Get an app with all of its settings",
    caller: "team",
    role: "viewer",
    authorization: "none",
    request: { params: appParams },
    responses: { 200: operatorApp },
    errors: ["not_found"],
    idempotent: false,
  }),
  updateApp: defineRoute({
    id: "updateApp",
    method: "PATCH",
    path: "/operator/v1/apps/{app_id}",
    summary: "Change an app's settings; lists replace those of before",
    caller: "team",
    role: "admin",
    recentSignIn: true,
    authorization: "none",
    request: { params: appParams, body: updateAppBody },
    responses: { 200: operatorApp },
    errors: ["not_found", "missing_or_invalid_token", "feature_not_enabled", "resource_conflict"],
    idempotent: false,
  }),
  deleteApp: defineRoute({
    id: "deleteApp",
    method: "DELETE",
    path: "/operator/v1/apps/{app_id}",
    summary: "Delete an app for good: nobody can use what it has any more",
    caller: "team",
    role: "admin",
    recentSignIn: true,
    authorization: "none",
    request: { params: appParams },
    responses: { 200: successResponse },
    errors: ["not_found", "missing_or_invalid_token", "feature_not_enabled", "resource_conflict"],
    idempotent: false,
  }),
  createAppSecret: defineRoute({
    id: "createAppSecret",
    method: "POST",
    path: "/operator/v1/apps/{app_id}/secrets",
    summary: "Give an app one more secret; those it has stay valid",
    caller: "team",
    role: "admin",
    recentSignIn: true,
    authorization: "none",
    request: {
      params: appParams,
      body: named("CreateAppSecretBody", z.strictObject({ secret_sha256: secretSha256 })),
    },
    responses: {
      200: named("OperatorAppSecret", z.object({ id: z.string(), app_id: z.string(), created_at: timestamp })),
    },
    errors: ["not_found", "missing_or_invalid_token", "feature_not_enabled"],
    idempotent: false,
  }),
  deleteAppSecret: defineRoute({
    id: "deleteAppSecret",
    method: "DELETE",
    path: "/operator/v1/apps/{app_id}/secrets/{secret_id}",
    summary: "Delete one of an app's secrets, but not the last",
    caller: "team",
    role: "admin",
    recentSignIn: true,
    authorization: "none",
    request: { params: z.strictObject({ app_id: pathId, secret_id: pathId }) },
    responses: { 200: successResponse },
    errors: ["not_found", "missing_or_invalid_token", "feature_not_enabled", "resource_conflict"],
    idempotent: false,
  }),
};

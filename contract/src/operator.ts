import { z } from "zod";
import { named } from "./components.ts";
import { pathId, text, timestamp } from "./fields.ts";
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

const secretSha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "secret_sha256 is the SHA-256 of the app secret in 64 hex digits");

const createAppBody = named(
  "CreateAppBody",
  z.strictObject({
    id: z.string().regex(/^[a-z][a-z0-9]{24}$/, "An app ID has 25 lower-case letters and digits, the first a letter"),
    name: text(1, 100),
    secret_sha256: secretSha256,
    allowed_origins: z.array(origin).max(100).optional(),
    jwt: jwtPin.nullable().optional(),
    test_accounts: z
      .array(
        z.strictObject({
          email: z.email().max(254),
          otp: z.string().regex(/^[0-9]{6}$/, "Verification code must have 6 digits."),
        }),
      )
      .max(100)
      .optional(),
    server_side_access: z.boolean().optional(),
  }),
  "The app secret is made by the caller and stays there; the server learns its hash. With the operator's token it is signed with the operator's key; a session names no `jwt`, for only that key may say who vouches for users.",
);

export const operatorApp = named(
  "OperatorApp",
  z.object({
    id: z.string(),
    name: z.string(),
    created_at: timestamp,
    allowed_origins: z.array(z.string()),
    custom_jwt_auth: z.boolean(),
    server_side_access: z.boolean(),
  }),
);

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
      params: z.strictObject({ app_id: pathId }),
      body: named("CreateAppSecretBody", z.strictObject({ secret_sha256: secretSha256 })),
    },
    responses: {
      200: named("OperatorAppSecret", z.object({ id: z.string(), app_id: z.string(), created_at: timestamp })),
    },
    errors: ["not_found", "missing_or_invalid_token", "feature_not_enabled"],
    idempotent: false,
  }),
};

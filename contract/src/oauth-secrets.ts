import { OAUTH_PROVIDER_NAME } from "@mandate/core/login/oauth-provider";
import { z } from "zod";
import { named } from "./components.ts";
import { pathId, successResponse, text, timestamp } from "./fields.ts";
import { defineRoute } from "./route.ts";

export const oauthProviderName = z
  .string()
  .regex(OAUTH_PROVIDER_NAME, "A provider is google, apple, github, discord, or custom: and a name in lower case");

const base = {
  path: "/operator/v1/apps/{app_id}/oauth_client_secrets",
  caller: "team",
  authorization: "none",
  idempotent: false,
} as const;
const params = z.strictObject({ app_id: pathId });

/** What apps are known by at their providers: written, never read. Who the providers are is part of the app. */
export const oauthSecretRoutes = {
  listOAuthClientSecrets: defineRoute({
    ...base,
    id: "listOAuthClientSecrets",
    method: "GET",
    summary: "List for which providers the app has a client secret; not the secrets",
    role: "viewer",
    request: { params },
    responses: {
      200: named(
        "OAuthClientSecretList",
        z.object({ data: z.array(z.object({ provider: z.string(), updated_at: timestamp })) }),
      ),
    },
    errors: ["not_found"],
  }),
  setOAuthClientSecret: defineRoute({
    ...base,
    id: "setOAuthClientSecret",
    method: "POST",
    summary: "Set, or with null remove, the app's client secret at a provider",
    role: "admin",
    recentSignIn: true,
    request: {
      params,
      body: named(
        "SetOAuthClientSecretBody",
        z.strictObject({ provider: oauthProviderName, client_secret: text(1, 8192).nullable() }),
      ),
    },
    responses: { 200: successResponse },
    errors: ["not_found", "resource_conflict"],
  }),
};

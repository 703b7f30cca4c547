import { z } from "zod";
import { named } from "./components.ts";
import { pathId, successResponse, text } from "./fields.ts";
import { defineRoute } from "./route.ts";

const createOnLogin = z.enum(["users-without-wallets", "all-users", "off"]);
const nullableText = z.string().nullable();

/** Clients read all of these members, so all of them are always there; most name features that this server lacks. */
export const app = named(
  "App",
  z.object({
    id: z.string(),
    name: z.string(),
    verification_key: z.string(),
    accent_color: nullableText,
    logo_url: nullableText,
    icon_url: nullableText,
    theme: z.string(),
    terms_and_conditions_url: nullableText,
    privacy_policy_url: nullableText,
    legal_name: nullableText,
    data_classification: z.literal("public"),
    allowed_domains: z.array(z.string()),
    allowed_native_app_ids: z.array(z.string()),
    allowed_native_app_url_schemes: z.array(z.string()),
    allowlist_enabled: z.boolean(),
    allowlist_config: z.object({
      cta_text: nullableText,
      cta_link: nullableText,
      error_title: nullableText,
      error_detail: nullableText,
    }),
    max_linked_wallets_per_user: z.number().int().nullable(),
    require_users_accept_terms: z.boolean().nullable(),
    disable_plus_emails: z.boolean(),
    captcha_enabled: z.boolean(),
    enabled_captcha_provider: z.enum(["turnstile", "hcaptcha"]).nullable(),
    custom_api_url: nullableText,
    custom_jwt_auth: z.boolean(),
    custom_oauth_providers: z.array(
      z.object({
        enabled: z.boolean(),
        provider: z.string(),
        provider_display_name: z.string(),
        provider_icon_url: z.string(),
      }),
    ),
    merge_accounts_by_email: z.boolean(),
    mfa_methods: z.array(z.enum(["sms", "totp", "passkey", "email"])),
    enforce_wallet_uis: z.boolean(),
    legacy_wallet_ui_config: z.boolean(),
    show_wallet_login_first: z.boolean(),
    external_wallets_for_signup_enabled: z.boolean(),
    passkeys_for_signup_enabled: z.boolean(),
    whatsapp_enabled: z.boolean(),
    fiat_on_ramp_enabled: z.boolean(),
    wallet_connect_cloud_project_id: nullableText,
    farcaster_link_wallets_enabled: z.boolean(),
    twitter_oauth_on_mobile_enabled: z.boolean(),
    email_auth: z.boolean(),
    sms_auth: z.boolean(),
    wallet_auth: z.boolean(),
    solana_wallet_auth: z.boolean(),
    guest_auth: z.boolean(),
    passkey_auth: z.boolean(),
    farcaster_auth: z.boolean(),
    telegram_auth: z.boolean(),
    telegram_oauth: z.boolean(),
    google_oauth: z.boolean(),
    twitter_oauth: z.boolean(),
    discord_oauth: z.boolean(),
    github_oauth: z.boolean(),
    spotify_oauth: z.boolean(),
    instagram_oauth: z.boolean(),
    tiktok_oauth: z.boolean(),
    line_oauth: z.boolean(),
    linkedin_oauth: z.boolean(),
    apple_oauth: z.boolean(),
    twitch_oauth: z.boolean(),
    smart_wallet_config: z.object({ enabled: z.literal(false) }),
    embedded_wallet_config: z.object({
      create_on_login: createOnLogin,
      ethereum: z.object({ create_on_login: createOnLogin }),
      solana: z.object({ create_on_login: createOnLogin }),
      user_owned_recovery_options: z.array(z.string()),
      mode: z.literal("user-controlled-server-wallets-only"),
    }),
    created_at: z.number().int().nonnegative().optional().describe("Unix seconds"),
  }),
);

const jwks = named(
  "JwkSet",
  z.object({
    keys: z.array(
      z.object({
        kty: z.literal("EC"),
        crv: z.literal("P-256"),
        x: z.string(),
        y: z.string(),
        kid: z.string(),
        use: z.literal("sig"),
        alg: z.literal("ES256"),
      }),
    ),
  }),
);

const testCredentials = named(
  "TestCredentials",
  z.object({
    data: z.array(
      z.object({
        id: z.string(),
        email: z.string(),
        phone_number: z.string(),
        otp_code: z.string(),
        created_at: z.iso.datetime(),
        updated_at: z.iso.datetime(),
      }),
    ),
  }),
  "Test accounts of this server have no phone number: `phone_number` is empty.",
);

const allowlistInput = named(
  "AllowlistInput",
  z.strictObject({ type: z.enum(["email", "emailDomain", "wallet", "phone"]), value: text(1, 320) }),
);

const allowlistEntry = named(
  "AllowlistEntry",
  z.object({
    id: z.string(),
    type: z.enum(["email", "emailDomain", "wallet", "phone"]),
    value: z.string(),
    appId: z.string(),
    acceptedAt: z.number().nullable(),
  }),
);

const allowlistBase = {
  path: "/v1/apps/{app_id}/allowlist",
  caller: "app",
  authorization: "none",
  idempotent: false,
} as const;
const appParams = z.strictObject({ app_id: pathId });

export const appRoutes = {
  getApp: defineRoute({
    id: "getApp",
    method: "GET",
    path: "/v1/apps/{app_id}",
    summary: "Get the app's public settings",
    caller: "client",
    authorization: "none",
    request: { params: z.strictObject({ app_id: pathId }) },
    responses: { 200: app },
    errors: ["not_found"],
    idempotent: false,
  }),
  getAppJwks: defineRoute({
    id: "getAppJwks",
    method: "GET",
    path: "/v1/apps/{app_id}/jwks.json",
    summary: "The keys that the app's access and identity tokens are verified with",
    caller: "public",
    authorization: "none",
    request: { params: z.strictObject({ app_id: pathId }) },
    responses: { 200: jwks },
    errors: ["not_found"],
    idempotent: false,
  }),
  getTestCredentials: defineRoute({
    id: "getTestCredentials",
    method: "GET",
    path: "/v1/apps/{app_id}/test_credentials",
    summary: "The app's test accounts with their fixed codes",
    caller: "app",
    authorization: "none",
    request: { params: appParams },
    responses: { 200: testCredentials },
    errors: ["not_found", "resource_conflict"],
    idempotent: false,
  }),
  listAllowlist: defineRoute({
    ...allowlistBase,
    id: "listAllowlist",
    method: "GET",
    summary: "List who may sign in; without an entry everybody may",
    request: { params: appParams },
    responses: { 200: z.array(allowlistEntry) },
    errors: ["not_found"],
  }),
  addToAllowlist: defineRoute({
    ...allowlistBase,
    id: "addToAllowlist",
    method: "POST",
    summary: "Let an address, a domain or a wallet sign in; the first entry shuts everybody else out",
    request: { params: appParams, body: allowlistInput },
    responses: { 200: allowlistEntry },
    errors: ["not_found", "resource_conflict"],
  }),
  removeFromAllowlist: defineRoute({
    ...allowlistBase,
    id: "removeFromAllowlist",
    method: "DELETE",
    summary: "Take an entry off the list",
    request: { params: appParams, body: allowlistInput },
    responses: { 200: named("AllowlistRemoval", z.object({ message: z.string() })) },
    errors: ["not_found"],
  }),
  reportAnalyticsEvent: defineRoute({
    id: "reportAnalyticsEvent",
    method: "POST",
    path: "/v1/analytics_events",
    summary: "Telemetry of browser SDKs: accepted and dropped",
    caller: "client",
    authorization: "none",
    request: { body: z.looseObject({}) },
    responses: { 200: successResponse },
    errors: [],
    idempotent: false,
  }),
};

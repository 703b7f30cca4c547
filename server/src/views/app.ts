import { OAUTH_PROVIDERS } from "@mandate/core/login/oauth-provider";
import type { AppSettings } from "../apps/app-settings.ts";

/**
 * The wire's app settings (spec 05 §6). Every member is always there, since clients read them all; most name features
 * that this server does not have, and say so.
 */
export function viewApp(app: AppSettings, allowlistEnabled: boolean) {
  const methods = new Set(app.loginMethods);
  const providers = methods.has("oauth") ? app.oauthProviders : [];
  const off = { create_on_login: "off" as const };
  return {
    id: app.id,
    name: app.name,
    verification_key: app.tokenKey.publicKeyPem,
    accent_color: null,
    logo_url: null,
    icon_url: null,
    theme: "light",
    terms_and_conditions_url: null,
    privacy_policy_url: null,
    legal_name: null,
    data_classification: "public",
    allowed_domains: app.allowedOrigins,
    allowed_native_app_ids: [],
    allowed_native_app_url_schemes: [],
    allowlist_enabled: allowlistEnabled,
    allowlist_config: { cta_text: null, cta_link: null, error_title: null, error_detail: null },
    max_linked_wallets_per_user: null,
    require_users_accept_terms: null,
    disable_plus_emails: false,
    captcha_enabled: false,
    enabled_captcha_provider: null,
    custom_api_url: null,
    custom_jwt_auth: app.jwt !== null,
    custom_oauth_providers: providers
      .filter(({ provider }) => provider.startsWith("custom:"))
      .map(({ provider, display_name, icon_url }) => ({
        enabled: true,
        provider,
        provider_display_name: display_name ?? provider.slice("custom:".length),
        provider_icon_url: icon_url ?? "",
      })),
    merge_accounts_by_email: false,
    mfa_methods: [],
    enforce_wallet_uis: false,
    legacy_wallet_ui_config: false,
    show_wallet_login_first: false,
    external_wallets_for_signup_enabled: methods.has("wallet") || methods.has("solana_wallet"),
    passkeys_for_signup_enabled: methods.has("passkey"),
    whatsapp_enabled: false,
    fiat_on_ramp_enabled: false,
    wallet_connect_cloud_project_id: null,
    farcaster_link_wallets_enabled: false,
    twitter_oauth_on_mobile_enabled: false,
    ...Object.fromEntries(NOT_BUILT.map((method) => [method, false])),
    ...Object.fromEntries(
      OAUTH_PROVIDERS.map((name) => [`${name}_oauth`, providers.some(({ provider }) => provider === name)]),
    ),
    email_auth: methods.has("email"),
    wallet_auth: methods.has("wallet"),
    solana_wallet_auth: methods.has("solana_wallet"),
    guest_auth: methods.has("guest"),
    passkey_auth: methods.has("passkey"),
    smart_wallet_config: { enabled: false },
    embedded_wallet_config: {
      ...off,
      ethereum: off,
      solana: off,
      user_owned_recovery_options: [],
      mode: "user-controlled-server-wallets-only",
    },
    created_at: Math.floor(app.createdAtMs / 1000),
  };
}

/** Ways to sign in of the hosted product that this server does not have. */
const NOT_BUILT = [
  "sms_auth",
  "farcaster_auth",
  "telegram_auth",
  "telegram_oauth",
  "twitter_oauth",
  "spotify_oauth",
  "instagram_oauth",
  "tiktok_oauth",
  "line_oauth",
  "linkedin_oauth",
  "twitch_oauth",
] as const;

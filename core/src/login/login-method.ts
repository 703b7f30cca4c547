/**
 * The ways to sign in that an app can switch on and off. Its own identity provider is not among them: that one is on
 * where it is pinned.
 */
export const LOGIN_METHODS = ["email", "wallet", "solana_wallet", "passkey", "oauth", "guest"] as const;

export type LoginMethod = (typeof LOGIN_METHODS)[number];

/** Everything but guests, who prove nothing to anybody. A social login also needs a provider that is configured. */
export const DEFAULT_LOGIN_METHODS: readonly LoginMethod[] = ["email", "wallet", "solana_wallet", "passkey", "oauth"];

/** Lifetimes of a user's session unless the app says otherwise (spec 05 §4). */
export const ACCESS_TOKEN_SECONDS = 3600;
export const REFRESH_TOKEN_SECONDS = 30 * 24 * 3600;

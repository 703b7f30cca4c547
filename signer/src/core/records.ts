import type { JsonObject } from "@mandate/core/encoding/json-value";
import type { LoginMethod } from "@mandate/core/login/login-method";
import type { AggregationInput } from "@mandate/core/policy/aggregation";
import type { Rule } from "@mandate/core/policy/policy";

/**
 * What stands in the body of each authority record. These are the wire's own spellings, since most of it is echoed.
 * Only the signer makes them; the types are what its parsers guarantee.
 */
export type AppBody = JsonObject & {
  name: string;
  secrets: { id: string; sha256: string; created_at: number }[];
  allowed_origins: string[];
  /** How the app's own identity provider is recognised; null when the app has none. */
  jwt: JwtPin | null;
  /** Providers whose accounts users may sign in with; absent in records of before there were any. */
  oauth_providers?: OAuthProviderPin[];
  /** Front ends of the app with an ID, and perhaps origins, of their own. */
  clients: { id: string; name: string; allowed_origins: string[] | null }[];
  /** Whether wallets of users may have session signers. */
  server_side_access: boolean;
  login_methods: LoginMethod[];
  access_token_seconds: number;
  refresh_token_seconds: number;
  identity_tokens: boolean;
  test_accounts: { email: string; otp_sealed: string }[];
  /** Signs the access tokens of this app's users (ES256). Clients read the public half as `verification_key`. */
  token_key: { kid: string; public_key_pem: string; sealed: string };
};

export type JwtPin = {
  /** PEM SPKI. Exactly one of this and `jwks_url` is set. */
  public_key_pem: string | null;
  jwks_url: string | null;
  issuer: string | null;
  audience: string | null;
  subject_claim: string;
};

/** A provider as the operator pinned it. `proof` says what a sign-in rests on (docs/threat-model.md, G7). */
export type OAuthProviderPin = {
  provider: string;
  client_id: string;
  proof: "id_token" | "api";
  /** Of `id_token`, with at most one of key and key set URL; without either the API finds the key set. */
  issuer: string | null;
  public_key_pem: string | null;
  jwks_url: string | null;
  /** Null where the API finds them by the issuer (OpenID Connect Discovery). */
  authorization_endpoint: string | null;
  token_endpoint: string | null;
  userinfo_endpoint: string | null;
  scopes: string[];
  display_name: string | null;
  icon_url: string | null;
};

/**
 * `identities` are `<account type>:<handle>`: who may sign in as this user, or obtain a key for the user. Of each that
 * is a passkey, `passkeys` has the key that its answers are verified with.
 */
export type UserBody = JsonObject & { identities: string[]; passkeys?: PinnedPasskey[] };

/** `public_key` is base64 SPKI; `sign_count` the highest that was seen, 0 of authenticators that do not count. */
export type PinnedPasskey = JsonObject & { credential_id: string; public_key: string; sign_count: number };

export type UserKeyBody = JsonObject & {
  user_id: string;
  /** base64 SPKI */
  public_key: string;
  /** Unix ms */
  expires_at: number;
  token_sha256: string;
  /** The session of this server that it was issued in, and ends with; null for tokens of the app's own provider. */
  session_id: string | null;
};

export type KeyQuorumBody = JsonObject & {
  display_name: string | null;
  authorization_threshold: number | null;
  authorization_keys: { public_key: string; display_name: string | null }[];
  user_ids: string[];
  key_quorum_ids: string[];
};

export type PolicyBody = JsonObject & {
  version: "1.0";
  name: string;
  chain_type: string;
  rules: (Rule & JsonObject)[];
  owner_id: string | null;
};

export type AdditionalSigner = { signer_id: string; override_policy_ids?: string[] };

export type WalletEntity = { id: string; type: "user" | "organization" };

export type WalletBody = JsonObject & {
  address: string;
  /**
   * Hex: what every signature is verified against before it is released. 65 bytes on secp256k1 (SEC 1 §2.3.3,
   * uncompressed), elsewhere 32 as `ChainType.publicKey` gives them.
   */
  verifying_key: string;
  chain_type: string;
  owner_id: string | null;
  policy_ids: string[];
  additional_signers: AdditionalSigner[];
  display_name: string | null;
  external_id: string | null;
  exported_at: number | null;
  imported_at: number | null;
  archived_at: number | null;
  /** Absent in wallets that are attributed to nobody. */
  entity?: WalletEntity;
};

/** `n` counts the items that the set ever had; it orders them and marks where a page ends. */
export type ConditionSetItem = JsonObject & { id: string; value: string; created_at: number; n: number };

export type ConditionSetBody = JsonObject & {
  name: string;
  owner_id: string | null;
  items: ConditionSetItem[];
  next_n: number;
};

export type AggregationBody = JsonObject & {
  definition: AggregationInput & JsonObject;
  owner_id: string | null;
};

/** What one group of an aggregation spent, by minute of Unix time: `[minute, decimal sum]`, in order. */
export type AggregationWindowBody = JsonObject & {
  aggregation_id: string;
  group: string;
  buckets: [number, string][];
};

import { createHash, randomBytes } from "node:crypto";
import type { activityRoutes } from "@mandate/contract/activity";
import type { appResourceRoutes } from "@mandate/contract/app-resources";
import type { RouteId, routes } from "@mandate/contract/routes";
import type { teamRoutes } from "@mandate/contract/team";
import { chainTypes } from "@mandate/core/chains/chain-types";
import { hpkeSeal } from "@mandate/core/crypto/hpke";
import { deriveP256Scalar } from "@mandate/core/crypto/p256";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import type { AppClient } from "./app-client.ts";
import type { AuthorizationKey } from "./authorization-key.ts";
import { type ChainWallet, chainRequests } from "./chain-requests.ts";

/** Things of one app that its requests can name. */
export type Fixture = {
  appId: string;
  key: AuthorizationKey;
  /** Owned by `key`. */
  walletId: string;
  /** About that wallet. */
  recordId: string;
  walletAddress: string;
  policyId: string;
  ruleId: string;
  conditionSetId: string;
  itemId: string;
  aggregationId: string;
  /** Of `key`; nothing refers to it. */
  quorumId: string;
  userId: string;
  userWalletAddress: string;
  subject: string;
  email: string;
  /** One of each chain whose wallets have rpc methods, Ethereum aside, owned by `key`. */
  chainWallets: { [chain: string]: ChainWallet };
  /** A begun import, encrypted and ready to be submitted. */
  importBody: { wallet: { [member: string]: string } };
};

export type ValidRequest = { target: string; body?: JsonObject };

const rule = {
  name: "r",
  method: "personal_sign",
  action: "ALLOW",
  conditions: [{ field_source: "message", field: "content", operator: "eq", value: "x" }],
};
const aggregationBody = {
  name: "a",
  method: "eth_signTransaction",
  metric: { field_source: "ethereum_transaction", field: "value", function: "sum" },
  window: { type: "rolling", seconds: 3600 },
  conditions: [{ field_source: "ethereum_transaction", field: "chain_id", operator: "eq", value: "1" }],
  group_by: [{ field_source: "ethereum_transaction", field: "to" }],
};
const address = "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826";

const devChain = "eip155:31337";

type Made = {
  id: string;
  address: string;
  public_key?: string;
  encryption_public_key: string;
  rules: { id: string }[];
  linked_accounts: { address: string }[];
};

/** Begins the import of a new key and encrypts it, as a client does. */
async function beginImport(init: (body: JsonObject) => Promise<Made>): Promise<Fixture["importBody"]> {
  const { ethereum } = chainTypes;
  const plaintext = randomBytes(32);
  const target = {
    address: ethereum.address(ethereum.publicKey(plaintext)),
    ...{ chain_type: "ethereum", encryption_type: "HPKE", entropy_type: "private-key" },
  };
  const { encryption_public_key } = await init(target);
  const recipientPoint = Buffer.from(encryption_public_key, "base64");
  const ephemeralScalar = deriveP256Scalar(randomBytes(48));
  const { encapsulatedKey, ciphertext } = hpkeSeal({ recipientPoint, ephemeralScalar, plaintext });
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
  return { wallet: { ...target, encapsulated_key: base64(encapsulatedKey), ciphertext: base64(ciphertext) } };
}

const aggregations = new Map<string, string>();

export async function makeFixture(client: AppClient, appId: string, key: AuthorizationKey): Promise<Fixture> {
  const make = async (target: string, body: JsonObject) => {
    const { status, text, json } = await client.request("POST", target, { body });
    if (status !== 200) throw new Error(text);
    return json as Made;
  };
  const [subject, email] = [`subject-${appId}`, `${appId}@example.com`];
  const set = await make("/v1/condition_sets", { name: "s", owner: { public_key: key.publicKey } });
  const added = await client.request("POST", `/v1/condition_sets/${set.id}/condition_set_items`, {
    body: [{ value: "x" }],
    keys: [key],
  });
  // An app has at most ten, so its fixtures share one.
  const aggregationId = aggregations.get(appId) ?? (await make("/v1/aggregations", aggregationBody)).id;
  aggregations.set(appId, aggregationId);
  const [wallet, policy, quorum, user] = await Promise.all([
    make("/v1/wallets", { chain_type: "ethereum", owner: { public_key: key.publicKey } }),
    make("/v1/policies", { version: "1.0", name: "p", chain_type: "ethereum", rules: [rule] }),
    make("/v1/key_quorums", { public_keys: [key.publicKey] }),
    make("/v1/users", {
      linked_accounts: [
        { type: "custom_auth", custom_user_id: subject },
        { type: "email", address: email },
      ],
      wallets: [{ chain_type: "ethereum" }],
    }),
  ]);
  const chains = await Promise.all(
    Object.keys(chainRequests).map(async (chain_type) => {
      const made = await make("/v1/wallets", { chain_type, owner: { public_key: key.publicKey } });
      return [chain_type, { id: made.id, address: made.address, publicKey: made.public_key! }] as const;
    }),
  );
  const records = await client.request("GET", `/v1/wallets/${wallet.id}/records`);
  const importBody = await beginImport((body) => make("/v1/wallets/import/init", body));
  return {
    recordId: (records.json as { data: { id: string }[] }).data[0]!.id,
    importBody,
    chainWallets: Object.fromEntries(chains),
    appId,
    key,
    walletId: wallet.id,
    walletAddress: wallet.address,
    policyId: policy.id,
    ruleId: policy.rules[0]!.id,
    conditionSetId: set.id,
    itemId: (added.json as { id: string }[])[0]!.id,
    aggregationId,
    quorumId: quorum.id,
    userId: user.id,
    userWalletAddress: user.linked_accounts.at(-1)!.address,
    subject,
    email,
  };
}

/** Requests that are well formed, at least one for every route. */
/**
 * Operations of the team have a test of their own, with every role: server/src/team/roles.test.ts. Those for browsers
 * need a user who signs in, and are tested in login/.
 */
export type TestedRouteId = Exclude<
  RouteId,
  keyof typeof appResourceRoutes | keyof typeof activityRoutes | keyof typeof teamRoutes | BrowserRouteId
>;

type BrowserRouteId = {
  [id in RouteId]: (typeof routes)[id]["caller"] extends "client" | "user" ? id : never;
}[RouteId];

export function isTested(id: string): id is TestedRouteId {
  return Object.hasOwn(validRequests, id);
}

export function listValidRequests(id: TestedRouteId, fixture: Fixture): ValidRequest[] {
  return validRequests[id](fixture) as ValidRequest[];
}

/** A route that is not here does not compile. */
const validRequests: {
  readonly [id in TestedRouteId]: (fixture: Fixture) => { target: string; body?: { [member: string]: unknown } }[];
} = {
  createWallet: ({ quorumId, policyId }) => [
    {
      target: "/v1/wallets",
      body: {
        chain_type: "ethereum",
        owner_id: quorumId,
        policy_ids: [policyId],
        additional_signers: [{ signer_id: quorumId, override_policy_ids: [policyId] }],
        display_name: "w",
      },
    },
    { target: "/v1/wallets", body: { chain_type: "ethereum", external_id: "wallet-1" } },
  ],
  listWallets: ({ userId }) => [{ target: "/v1/wallets" }, { target: `/v1/wallets?user_id=${userId}&limit=10` }],
  getWallet: ({ walletId }) => [{ target: `/v1/wallets/${walletId}` }],
  getWalletBalance: ({ walletId }) => [
    { target: `/v1/wallets/${walletId}/balance` },
    { target: `/v1/wallets/${walletId}/balance?asset=eth&chain=${devChain}` },
  ],
  listWalletTransactions: ({ walletId }) => [
    { target: `/v1/wallets/${walletId}/transactions?chain=${devChain}&asset=eth&limit=10` },
  ],
  updateWallet: ({ walletId, policyId, quorumId }) => [
    {
      target: `/v1/wallets/${walletId}`,
      body: {
        display_name: "w",
        policy_ids: [policyId],
        additional_signers: [{ signer_id: quorumId, override_policy_ids: [policyId] }],
      },
    },
  ],
  findWalletByAddress: ({ walletAddress }) => [{ target: "/v1/wallets/address", body: { address: walletAddress } }],
  authenticateUser: ({ key }) => [
    {
      target: "/v1/wallets/authenticate",
      body: { user_jwt: "a.b.c", encryption_type: "HPKE", recipient_public_key: key.publicKey },
    },
  ],
  walletRpc: ({ walletId, key, chainWallets }) => [
    ...[...rpcBodies, ...exportBodies(key.publicKey)].map((body) => ({ target: `/v1/wallets/${walletId}/rpc`, body })),
    ...Object.entries(chainWallets).flatMap(([chain, wallet]) =>
      chainRequests[chain]!(wallet).map((body) => ({ target: `/v1/wallets/${wallet.id}/rpc`, body })),
    ),
  ],
  rawSign: ({ walletId }) => [
    { target: `/v1/wallets/${walletId}/raw_sign`, body: { params: { hash: `0x${"11".repeat(32)}` } } },
    {
      target: `/v1/wallets/${walletId}/raw_sign`,
      body: { params: { bytes: "hello", encoding: "utf-8", hash_function: "sha256" } },
    },
  ],
  exportWallet: ({ walletId, key }) => [
    {
      target: `/v1/wallets/${walletId}/export`,
      body: { encryption_type: "HPKE", recipient_public_key: key.publicKey, export_seed_phrase: false },
    },
  ],
  assignEntity: ({ walletId }) => [
    { target: `/v1/wallets/${walletId}/entity`, body: { id: "team-1", type: "organization" } },
  ],
  createWallets: ({ quorumId }) => [
    { target: "/v1/wallets/batch", body: { wallets: [{ chain_type: "solana", owner_id: quorumId }] } },
  ],
  initImport: ({ importBody: { wallet } }) => {
    const { encapsulated_key: _, ciphertext: __, ...target } = wallet;
    const body = { ...target, entropy_type: "hd", index: 0 };
    return [
      { target: "/v1/wallets/import/init", body: target },
      { target: "/v1/wallets/import/init", body },
    ];
  },
  submitImport: ({ importBody, quorumId }) => [
    { target: "/v1/wallets/import/submit", body: { ...importBody, owner_id: quorumId, display_name: "imported" } },
  ],
  archiveWallet: ({ walletId }) => [{ target: `/v1/wallets/${walletId}/archive` }],
  createPolicy: ({ quorumId }) => [
    {
      target: "/v1/policies",
      body: { version: "1.0", name: "p", chain_type: "ethereum", rules: [rule], owner_id: quorumId },
    },
    { target: "/v1/policies", body: { version: "1.0", name: "p", chain_type: "ethereum", rules: structuredRules } },
  ],
  getPolicy: ({ policyId }) => [{ target: `/v1/policies/${policyId}` }],
  updatePolicy: ({ policyId }) => [{ target: `/v1/policies/${policyId}`, body: { name: "p" } }],
  deletePolicy: ({ policyId }) => [{ target: `/v1/policies/${policyId}` }],
  createPolicyRule: ({ policyId }) => [{ target: `/v1/policies/${policyId}/rules`, body: rule }],
  listPolicyRules: ({ policyId }) => [{ target: `/v1/policies/${policyId}/rules` }],
  getPolicyRule: ({ policyId, ruleId }) => [{ target: `/v1/policies/${policyId}/rules/${ruleId}` }],
  updatePolicyRule: ({ policyId, ruleId }) => [{ target: `/v1/policies/${policyId}/rules/${ruleId}`, body: rule }],
  deletePolicyRule: ({ policyId, ruleId }) => [{ target: `/v1/policies/${policyId}/rules/${ruleId}` }],
  simulatePolicy: ({ policyId, walletId }) => [
    {
      target: "/v1/policies/simulate",
      body: { policy_id: policyId, wallet_id: walletId, request: { method: "exportPrivateKey" } },
    },
    {
      target: "/v1/policies/simulate",
      body: {
        policy: { version: "1.0", name: "p", chain_type: "ethereum", rules: [rule] },
        wallet_id: walletId,
        request: { method: "personal_sign", params: { message: "x", encoding: "utf-8" } },
      },
    },
  ],
  createConditionSet: ({ quorumId }) => [{ target: "/v1/condition_sets", body: { name: "s", owner_id: quorumId } }],
  getConditionSet: ({ conditionSetId }) => [{ target: `/v1/condition_sets/${conditionSetId}` }],
  updateConditionSet: ({ conditionSetId }) => [
    { target: `/v1/condition_sets/${conditionSetId}`, body: { name: "other" } },
  ],
  deleteConditionSet: ({ conditionSetId }) => [{ target: `/v1/condition_sets/${conditionSetId}` }],
  addConditionSetItems: ({ conditionSetId }) => [
    { target: `/v1/condition_sets/${conditionSetId}/condition_set_items`, body: [{ value: "y" }] as never },
  ],
  replaceConditionSetItems: ({ conditionSetId }) => [
    { target: `/v1/condition_sets/${conditionSetId}/condition_set_items`, body: [{ value: "z" }] as never },
  ],
  listConditionSetItems: ({ conditionSetId }) => [
    { target: `/v1/condition_sets/${conditionSetId}/condition_set_items?limit=1&query=x` },
  ],
  getConditionSetItem: ({ conditionSetId, itemId }) => [
    { target: `/v1/condition_sets/${conditionSetId}/condition_set_items/${itemId}` },
  ],
  deleteConditionSetItem: ({ conditionSetId, itemId }) => [
    { target: `/v1/condition_sets/${conditionSetId}/condition_set_items/${itemId}` },
  ],
  createAggregation: () => [{ target: "/v1/aggregations", body: aggregationBody }],
  getAggregation: ({ aggregationId }) => [{ target: `/v1/aggregations/${aggregationId}` }],
  deleteAggregation: ({ aggregationId }) => [{ target: `/v1/aggregations/${aggregationId}` }],
  createKeyQuorum: ({ key, userId, quorumId }) => [
    {
      target: "/v1/key_quorums",
      body: {
        public_keys: [key.publicKey],
        user_ids: [userId],
        key_quorum_ids: [quorumId],
        authorization_threshold: 1,
        display_name: "q",
      },
    },
  ],
  getKeyQuorum: ({ quorumId }) => [{ target: `/v1/key_quorums/${quorumId}` }],
  updateKeyQuorum: ({ quorumId }) => [{ target: `/v1/key_quorums/${quorumId}`, body: { display_name: "q" } }],
  deleteKeyQuorum: ({ quorumId }) => [{ target: `/v1/key_quorums/${quorumId}` }],
  createUser: ({ policyId, quorumId }) => [
    {
      target: "/v1/users",
      body: {
        linked_accounts: [
          { type: "custom_auth", custom_user_id: "u-1" },
          { type: "email", address: "u1@example.com" },
          { type: "phone", number: "+15555555555" },
          { type: "wallet", address, chain_type: "ethereum" },
          { type: "google_oauth", subject: "s", email: "u1@example.com", name: "n" },
          { type: "telegram", telegram_user_id: "t", username: "n" },
          { type: "farcaster", fid: 1, owner_address: address },
        ],
        wallets: [
          {
            chain_type: "ethereum",
            policy_ids: [policyId],
            additional_signers: [{ signer_id: quorumId }],
          },
        ],
        custom_metadata: { text: "x", number: 1, truth: true },
      },
    },
  ],
  listUsers: () => [{ target: "/v1/users" }, { target: "/v1/users?limit=10" }],
  getUser: ({ userId }) => [{ target: `/v1/users/${userId}` }],
  deleteUser: ({ userId }) => [{ target: `/v1/users/${userId}` }],
  createUserWallets: ({ userId, policyId, quorumId }) => [
    {
      target: `/v1/users/${userId}/wallets`,
      body: {
        wallets: [{ chain_type: "ethereum", policy_ids: [policyId], additional_signers: [{ signer_id: quorumId }] }],
      },
    },
  ],
  createWalletsForUser: ({ appId, userId, policyId }) => [
    {
      target: `/v1/apps/${appId}/users/wallet`,
      body: {
        user_id: userId,
        create_ethereum_wallet: true,
        number_of_ethereum_wallets_to_create: 2,
        create_solana_wallet: true,
        create_ethereum_smart_wallet: false,
        wallets: [{ chain_type: "ethereum", policy_ids: [policyId] }],
      },
    },
  ],
  unlinkUserAccount: ({ userId }) => [
    {
      target: `/v1/users/${userId}/accounts/unlink`,
      body: { type: "email", handle: "other@example.com", provider: "email" },
    },
  ],
  setCustomMetadata: ({ userId }) => [
    { target: `/v1/users/${userId}/custom_metadata`, body: { custom_metadata: { text: "x" } } },
  ],
  findUserByCustomAuthId: ({ subject }) => [{ target: "/v1/users/custom_auth/id", body: { custom_user_id: subject } }],
  findUserByEmail: ({ email }) => [{ target: "/v1/users/email/address", body: { address: email } }],
  findUserByWalletAddress: ({ userWalletAddress }) => [
    { target: "/v1/users/wallet/address", body: { address: userWalletAddress } },
  ],
  findUserByPhone: () => [{ target: "/v1/users/phone/number", body: { number: "+1 555 555 5555" } }],
  findUserBySmartWalletAddress: () => [{ target: "/v1/users/smart_wallet/address", body: { address: "0x0" } }],
  findUserByFarcasterFid: () => [{ target: "/v1/users/farcaster/fid", body: { fid: 1 } }],
  findUserByDiscordUsername: () => [{ target: "/v1/users/discord/username", body: { username: "a" } }],
  findUserByGithubUsername: () => [{ target: "/v1/users/github/username", body: { username: "a" } }],
  findUserByTwitterUsername: () => [{ target: "/v1/users/twitter/username", body: { username: "a" } }],
  findUserByTwitterSubject: () => [{ target: "/v1/users/twitter/subject", body: { subject: "a" } }],
  findUserByTelegramUsername: () => [{ target: "/v1/users/telegram/username", body: { username: "a" } }],
  findUserByTelegramUserId: () => [{ target: "/v1/users/telegram/telegram_user_id", body: { telegram_user_id: "1" } }],
  findUserByInstagramUsername: () => [{ target: "/v1/users/instagram/username", body: { username: "a" } }],
  findUserByTwitchUsername: () => [{ target: "/v1/users/twitch/username", body: { username: "a" } }],
  findUserBySpotifySubject: () => [{ target: "/v1/users/spotify/subject", body: { subject: "a" } }],
  searchUsers: ({ email }) => [
    { target: "/v1/users/search", body: { searchTerm: email } },
    { target: "/api/v1/users/search", body: { emails: [email], phoneNumbers: [], walletAddresses: [] } },
  ],
  mergeCustomMetadata: ({ userId }) => [
    { target: `/v1/users/${userId}/custom_metadata`, body: { custom_metadata: { more: 1 } } },
  ],
  getTransaction: () => [{ target: "/v1/transactions/a23456789012345678901234" }],
  findTransactions: () => [{ target: "/v1/transactions?reference_id=x" }],
  getTestCredentials: ({ appId }) => [{ target: `/v1/apps/${appId}/test_credentials` }],
  listAllowlist: ({ appId }) => [{ target: `/v1/apps/${appId}/allowlist` }],
  addToAllowlist: ({ appId }) => [
    { target: `/v1/apps/${appId}/allowlist`, body: { type: "emailDomain", value: "example.com" } },
  ],
  removeFromAllowlist: ({ appId }) => [
    { target: `/v1/apps/${appId}/allowlist`, body: { type: "emailDomain", value: "example.com" } },
  ],
  getAppJwks: ({ appId }) => [{ target: `/v1/apps/${appId}/jwks.json` }],
  listWalletRecords: ({ walletId }) => [{ target: `/v1/wallets/${walletId}/records?limit=2` }],
  getRecordCheckpoint: () => [{ target: "/v1/records/checkpoint" }],
  getRecordConsistency: () => [{ target: "/v1/records/consistency?from=1" }],
  getRecordProof: ({ recordId }) => [{ target: `/v1/records/${recordId}/proof` }],
  exportCheckpoint: ({ appId }) => [{ target: `/operator/v1/apps/${appId}/records/checkpoint` }],
  exportRecords: ({ appId }) => [{ target: `/operator/v1/apps/${appId}/records?after=1&limit=2` }],
  getStatus: () => [{ target: "/operator/v1/status" }],
  listInbox: () => [{ target: "/operator/v1/inbox" }],
  listApps: () => [{ target: "/operator/v1/apps" }],
  createApp: () => [
    {
      target: "/operator/v1/apps",
      body: {
        id: "c23456789012345678901234z",
        name: "n",
        secret_sha256: createHash("sha256").update("secret").digest("hex"),
        allowed_origins: ["https://app.example"],
        jwt: { jwks_url: "https://login.example/keys", issuer: "i", audience: "a", subject_claim: "sub" },
        test_accounts: [{ email: "test-1234@example.com", otp: "123456" }],
        server_side_access: false,
      },
    },
  ],
  deleteApp: () => [{ target: "/operator/v1/apps/c23456789012345678901234z" }],
  createAppSecret: ({ appId }) => [
    {
      target: `/operator/v1/apps/${appId}/secrets`,
      body: { secret_sha256: createHash("sha256").update("another secret").digest("hex") },
    },
  ],
  getOperatorApp: ({ appId }) => [{ target: `/operator/v1/apps/${appId}` }],
  updateApp: ({ appId }) => [
    {
      target: `/operator/v1/apps/${appId}`,
      body: {
        name: "n",
        allowed_origins: ["https://app.example"],
        clients: [{ id: "client-1", name: "Site", allowed_origins: null }],
        jwt: { jwks_url: "https://login.example/keys", issuer: "i", audience: "a", subject_claim: "sub" },
        oauth_providers: [
          { provider: "google", client_id: "c" },
          { provider: "github", client_id: "c", proof: "api", scopes: ["read:user"] },
        ],
        test_accounts: [{ email: "test-1234@example.com", otp: "123456" }],
        server_side_access: true,
        login_methods: ["email", "guest"],
        access_token_seconds: 3600,
        refresh_token_seconds: 86400,
        identity_tokens: true,
      },
    },
  ],
  deleteAppSecret: ({ appId }) => [{ target: `/operator/v1/apps/${appId}/secrets/a23456789012345678901234` }],
  listOAuthClientSecrets: ({ appId }) => [{ target: `/operator/v1/apps/${appId}/oauth_client_secrets` }],
  setOAuthClientSecret: ({ appId }) => [
    {
      target: `/operator/v1/apps/${appId}/oauth_client_secrets`,
      body: { provider: "custom:own", client_secret: "client-secret-of-a-provider" },
    },
  ],
  getHealth: () => [{ target: "/healthz" }],
  getReadiness: () => [{ target: "/readyz" }],
  getOpenApiDocument: () => [{ target: "/openapi.json" }],
};

const transaction = { to: address, value: "0x1", chain_id: 31337, nonce: 0, gas_limit: "0x5208", data: "0x" };

const rpcBodies: JsonObject[] = [
  { method: "personal_sign", params: { message: "x", encoding: "utf-8" }, caip2: "eip155:1" },
  { method: "personal_sign", params: { message: "0xab", encoding: "hex" }, chain_type: "ethereum" },
  {
    method: "eth_signTypedData_v4",
    params: {
      typed_data: {
        domain: { name: "n", version: "1", chainId: 1, verifyingContract: address },
        types: {
          A: [
            { name: "to", type: "address" },
            { name: "text", type: "string" },
          ],
        },
        primary_type: "A",
        message: { to: address, text: "x" },
      },
    },
  },
  { method: "eth_signTransaction", params: { transaction: { ...transaction, gas_price: 1, type: 0 } } },
  {
    method: "eth_sendTransaction",
    caip2: "eip155:31337",
    params: { transaction },
    reference_id: "x",
  },
  { method: "wallet_sendCalls", caip2: "eip155:31337", params: { calls: [{ to: address, value: "0x1", data: "0x" }] } },
  {
    method: "eth_signUserOperation",
    params: {
      contract: "0x69007702764179f14F51cdce752f4f775d74E139",
      chain_id: 1,
      user_operation: {
        sender: address,
        nonce: "0x0",
        call_data: "0x",
        call_gas_limit: "0x1",
        verification_gas_limit: "0x1",
        pre_verification_gas: "0x1",
        max_fee_per_gas: "0x1",
        max_priority_fee_per_gas: "0x1",
      },
    },
  },
  { method: "secp256k1_sign", params: { hash: `0x${"11".repeat(32)}` } },
  { method: "eth_sign7702Authorization", params: { contract: address, chain_id: 1, nonce: 0 } },
];

const exportBodies = (recipient_public_key: string): JsonObject[] => [
  { method: "exportPrivateKey", params: { encryption_type: "HPKE", recipient_public_key, export_type: "client" } },
  { method: "exportSeedPhrase", params: { encryption_type: "HPKE", recipient_public_key, export_seed_phrase: true } },
];

const structuredRules: JsonObject[] = [
  {
    name: "calldata",
    method: "eth_sendTransaction",
    action: "ALLOW",
    conditions: [
      {
        field_source: "ethereum_calldata",
        field: "transfer.to",
        operator: "in",
        value: [address],
        abi: [
          {
            type: "function",
            name: "transfer",
            stateMutability: "nonpayable",
            inputs: [
              { name: "to", type: "address" },
              { name: "amount", type: "uint256" },
            ],
            outputs: [{ type: "bool" }],
          },
        ],
      },
      { field_source: "ethereum_transaction", field: "value", operator: "lte", value: "1" },
    ],
  },
  {
    name: "typed data",
    method: "eth_signTypedData_v4",
    action: "DENY",
    conditions: [
      {
        field_source: "ethereum_typed_data_message",
        field: "to",
        operator: "eq",
        value: address,
        typed_data: { primary_type: "A", types: { A: [{ name: "to", type: "address" }] } },
      },
    ],
  },
];

import { z } from "zod";
import { named } from "./components.ts";
import { messages } from "./errors.ts";
import {
  additionalSignersInput,
  anyObject,
  booleanQuery,
  chainType,
  hasOneOwnerOnCreate,
  hasOneOwnerOnUpdate,
  hasSomeField,
  ownerFields,
  p256PublicKey,
  pageOf,
  pageQuery,
  pathId,
  policyIds,
  text,
  timestamp,
} from "./fields.ts";
import { defineRoute, signatureErrors } from "./route.ts";
import { findUnsupportedMethod, rpcBody, rpcResponse } from "./rpc.ts";
import { encryptedExport, rawSignBody, rawSignResponse } from "./rpc-chains.ts";
import { importedWallet, initImportBody, initImportResponse } from "./wallet-import.ts";

const entity = z.strictObject({ id: text(1, 128), type: z.enum(["user", "organization"]) });

export const wallet = named(
  "Wallet",
  z.object({
    id: z.string(),
    address: z.string(),
    chain_type: chainType,
    policy_ids: z.array(z.string()),
    owner_id: z.string().nullable(),
    additional_signers: z.array(
      z.object({ signer_id: z.string(), override_policy_ids: z.array(z.string()).optional() }),
    ),
    created_at: timestamp,
    exported_at: timestamp.nullable(),
    imported_at: timestamp.nullable(),
    archived_at: timestamp.nullable().optional(),
    public_key: z.string().optional(),
    display_name: z.string().optional(),
    external_id: z.string().optional(),
    entity: entity.optional(),
  }),
);

const externalId = text(1, 64).regex(/^[a-zA-Z0-9_-]+$/, "Invalid external ID");

const createBody = named(
  "CreateWalletBody",
  z
    .strictObject({
      chain_type: chainType,
      policy_ids: policyIds.optional(),
      additional_signers: additionalSignersInput.optional(),
      display_name: text(0, 100).optional(),
      external_id: externalId.optional(),
      entity: entity.optional(),
      ...ownerFields,
    })
    .refine(hasOneOwnerOnCreate, messages.ownerAndOwnerId),
);

const submitImportBody = named(
  "SubmitImportBody",
  z
    .strictObject({
      wallet: importedWallet,
      policy_ids: policyIds.optional(),
      additional_signers: additionalSignersInput.optional(),
      display_name: text(0, 100).optional(),
      external_id: externalId.optional(),
      entity: entity.optional(),
      ...ownerFields,
    })
    .refine(hasOneOwnerOnCreate, messages.ownerAndOwnerId),
);

/** Items are judged one by one by the signer, so that one of them can be wrong without harm to the others. */
const batchBody = named(
  "CreateWalletsBody",
  z.strictObject({ wallets: z.array(anyObject).min(1).max(100) }),
  "Each item is a CreateWalletBody.",
);

const batchResponse = named(
  "CreateWalletsResponse",
  z.object({
    results: z.array(
      z.union([
        z.strictObject({ index: z.number().int(), success: z.literal(true), wallet }),
        z.strictObject({ index: z.number().int(), success: z.literal(false), code: z.string(), error: z.string() }),
      ]),
    ),
  }),
);

const entityAssignment = named(
  "WalletEntityAssignment",
  z.object({
    id: z.string(),
    wallet_id: z.string(),
    entity,
    created_at: timestamp,
    updated_at: timestamp,
  }),
);

const updateBody = named(
  "UpdateWalletBody",
  z
    .strictObject({
      policy_ids: policyIds.optional(),
      additional_signers: additionalSignersInput.optional(),
      display_name: text(0, 100).nullable().optional(),
      external_id: externalId.optional(),
      ...ownerFields,
    })
    .refine(hasSomeField, { error: messages.emptyUpdate, abort: true })
    .refine(hasOneOwnerOnUpdate, messages.ownerAndOwnerId),
);

const listQuery = z
  .strictObject({
    ...pageQuery,
    chain_type: chainType.optional(),
    user_id: text(1, 128).optional(),
    authorization_key: p256PublicKey.optional(),
    external_id: externalId.optional(),
    address: text(1, 256).optional(),
    entity_id: text(1, 128).optional(),
    include_archived: booleanQuery.optional(),
  })
  .refine((query) => query.user_id === undefined || query.authorization_key === undefined, {
    error: "Only one of user_id or authorization_key can be provided.",
  });

const getQuery = z.strictObject({ include_archived: booleanQuery.optional() });

const encryptedOnly =
  "A user key leaves this server encrypted only: send encryption_type HPKE and a recipient_public_key";

/** The wire also knows a form without encryption; a user key leaves this server encrypted only. */
const authenticateBody = named(
  "AuthenticateUserBody",
  z.strictObject({
    user_jwt: text(1, 16_384),
    encryption_type: z.literal("HPKE", { error: encryptedOnly }),
    recipient_public_key: p256PublicKey,
  }),
);

const authenticateResponse = named(
  "AuthenticateUserResponse",
  z.object({
    encrypted_authorization_key: z.object({
      encryption_type: z.literal("HPKE"),
      encapsulated_key: z.string(),
      ciphertext: z.string(),
    }),
    expires_at: timestamp,
    wallets: z.array(wallet),
  }),
);

const exportBody = named(
  "ExportWalletBody",
  z.strictObject({
    encryption_type: z.literal("HPKE"),
    recipient_public_key: p256PublicKey,
    export_seed_phrase: z.boolean().optional(),
  }),
);

const exportResponse = named(
  "ExportWalletResponse",
  z.object(encryptedExport),
  "RFC 9180 base mode. Inside: the words of the seed phrase with single spaces between, or the private key in 64 hex digits without 0x (Solana: base58 of seed and public key).",
);

const params = z.strictObject({ wallet_id: pathId });

export const walletRoutes = {
  createWallet: defineRoute({
    id: "createWallet",
    method: "POST",
    path: "/v1/wallets",
    summary: "Create a wallet",
    caller: "app-or-user",
    authorization: "none",
    request: { body: createBody },
    responses: { 200: wallet },
    errors: ["resource_already_exists", "resource_conflict", "not_supported", "feature_not_enabled"],
    idempotent: true,
  }),
  listWallets: defineRoute({
    id: "listWallets",
    method: "GET",
    path: "/v1/wallets",
    summary: "List wallets, oldest first",
    caller: "app-or-user",
    authorization: "none",
    request: { query: listQuery },
    responses: { 200: named("WalletPage", pageOf(wallet)) },
    errors: [],
    idempotent: false,
  }),
  getWallet: defineRoute({
    id: "getWallet",
    method: "GET",
    path: "/v1/wallets/{wallet_id}",
    summary: "Get a wallet",
    caller: "app-or-user",
    authorization: "none",
    request: { params, query: getQuery },
    responses: { 200: wallet },
    errors: ["not_found"],
    idempotent: false,
  }),
  updateWallet: defineRoute({
    id: "updateWallet",
    method: "PATCH",
    path: "/v1/wallets/{wallet_id}",
    summary: "Change owner, policy, session signers or names; lists replace those of before",
    caller: "app-or-user",
    authorization: "owner",
    request: { params, body: updateBody },
    responses: { 200: wallet },
    errors: ["not_found", "resource_already_exists", "feature_not_enabled", ...signatureErrors],
    idempotent: false,
  }),
  createWallets: defineRoute({
    id: "createWallets",
    method: "POST",
    path: "/v1/wallets/batch",
    summary: "Create up to 100 wallets; each comes out for itself",
    caller: "app",
    authorization: "none",
    request: { body: batchBody },
    responses: { 200: batchResponse },
    errors: ["resource_already_exists", "resource_conflict"],
    idempotent: true,
  }),
  initImport: defineRoute({
    id: "initImport",
    method: "POST",
    path: "/v1/wallets/import/init",
    summary: "Begin an import: get the key that the private key or seed phrase is encrypted to",
    caller: "app-or-user",
    authorization: "none",
    request: { body: initImportBody },
    responses: { 200: initImportResponse },
    errors: ["not_supported", "resource_conflict"],
    idempotent: false,
  }),
  submitImport: defineRoute({
    id: "submitImport",
    method: "POST",
    path: "/v1/wallets/import/submit",
    summary: "Import a wallet with the encrypted private key or seed phrase",
    caller: "app-or-user",
    authorization: "none",
    request: { body: submitImportBody },
    responses: { 200: wallet },
    errors: ["not_supported", "invalid_state", "resource_already_exists", "resource_conflict"],
    idempotent: false,
  }),
  findWalletByAddress: defineRoute({
    id: "findWalletByAddress",
    method: "POST",
    path: "/v1/wallets/address",
    summary: "Find a wallet by its address",
    caller: "app",
    authorization: "none",
    request: {
      body: named(
        "FindWalletByAddressBody",
        z.strictObject({ address: text(1, 256), include_archived: z.boolean().optional() }),
      ),
    },
    responses: { 200: wallet },
    errors: ["not_found"],
    idempotent: false,
  }),
  authenticateUser: defineRoute({
    id: "authenticateUser",
    method: "POST",
    path: "/v1/wallets/authenticate",
    aliases: ["/v1/user_signers/authenticate"],
    summary: "Exchange a user's JWT for a short-lived key that signs for the user",
    caller: "app-or-user",
    authorization: "none",
    request: { body: authenticateBody },
    responses: { 200: authenticateResponse },
    errors: ["missing_or_invalid_token", "user_does_not_exist", "feature_not_enabled", "resource_conflict"],
    // The user is whom the token names: nobody is looked up here, somebody fails to prove who they are.
    errorStatuses: { user_does_not_exist: 401 },
    idempotent: false,
  }),
  walletRpc: defineRoute({
    id: "walletRpc",
    method: "POST",
    path: "/v1/wallets/{wallet_id}/rpc",
    summary: "Sign, or sign and send, what owner or session signer and their policy allow",
    caller: "app-or-user",
    authorization: "owner-or-signer",
    request: { params, body: rpcBody, findUnsupported: findUnsupportedMethod },
    responses: { 200: rpcResponse },
    errors: [
      "not_found",
      "policy_violation",
      "not_supported",
      "insufficient_funds",
      "transaction_broadcast_failure",
      "invalid_solana_transaction",
      ...signatureErrors,
    ],
    idempotent: true,
  }),
  rawSign: defineRoute({
    id: "rawSign",
    method: "POST",
    path: "/v1/wallets/{wallet_id}/raw_sign",
    summary: "Sign a hash, or bytes that are hashed first, with a wallet of any chain",
    caller: "app-or-user",
    authorization: "owner-or-signer",
    request: { params, body: rawSignBody },
    responses: { 200: rawSignResponse },
    errors: ["not_found", "policy_violation", ...signatureErrors],
    idempotent: true,
  }),
  exportWallet: defineRoute({
    id: "exportWallet",
    method: "POST",
    path: "/v1/wallets/{wallet_id}/export",
    summary: "Export the private key or seed phrase to the owner, encrypted to a key of the owner's",
    caller: "app-or-user",
    authorization: "owner",
    request: { params, body: exportBody },
    responses: { 200: exportResponse },
    errors: ["not_found", "policy_violation", ...signatureErrors],
    idempotent: false,
  }),
  assignEntity: defineRoute({
    id: "assignEntity",
    method: "POST",
    path: "/v1/wallets/{wallet_id}/entity",
    summary: "Attribute a wallet to a user or an organization, once; no authority comes from it",
    caller: "app",
    authorization: "none",
    request: { params, body: named("WalletEntityBody", entity) },
    responses: { 200: entityAssignment },
    errors: ["not_found", "wallet_entity_already_set", "resource_conflict"],
    idempotent: false,
  }),
  archiveWallet: defineRoute({
    id: "archiveWallet",
    method: "POST",
    path: "/v1/wallets/{wallet_id}/archive",
    summary: "Archive a wallet for good: it signs nothing any more; its owner may still export it",
    caller: "app",
    authorization: "none",
    request: { params },
    responses: { 200: wallet },
    errors: ["not_found", "resource_conflict"],
    idempotent: false,
  }),
};

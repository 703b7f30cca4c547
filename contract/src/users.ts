import { z } from "zod";
import { annotated, named } from "./components.ts";
import { additionalSignersInput, chainType, pageOf, pageQuery, pathId, policyIds, text, userId } from "./fields.ts";
import { linkedAccount, linkedAccountsInput } from "./linked-accounts.ts";
import { defineRoute } from "./route.ts";

const metadataMembersMax = 100;
const walletCount = z.number().int().min(1).max(10);

function isCustomMetadata(value: unknown): value is { [member: string]: string | number | boolean } {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const members = Object.entries(value);
  return (
    members.length <= metadataMembersMax &&
    members.every(
      ([name, member]) =>
        name !== "__proto__" &&
        (typeof member === "boolean" || typeof member === "number" || typeof member === "string"),
    )
  );
}

/** Not `z.record`, which leaves `__proto__` out of what it checks. */
export const customMetadata = named(
  "CustomMetadata",
  annotated(
    {
      type: "object",
      maxProperties: metadataMembersMax,
      additionalProperties: { type: ["string", "number", "boolean"] },
    },
    z.custom<{ [member: string]: string | number | boolean }>(isCustomMetadata, {
      error: (issue) =>
        issue.input === undefined
          ? undefined
          : `custom_metadata must be a flat object of at most ${metadataMembersMax} strings, numbers and booleans`,
    }),
  ),
);

export const user = named(
  "User",
  z.object({
    id: z.string(),
    created_at: z.number().int().nonnegative().describe("Unix seconds"),
    linked_accounts: z.array(linkedAccount),
    mfa_methods: z.array(
      z.object({ type: z.enum(["sms", "totp", "passkey", "email"]), verified_at: z.number().int() }),
    ),
    has_accepted_terms: z.boolean(),
    is_guest: z.boolean(),
    custom_metadata: customMetadata.optional(),
  }),
);

const walletsInput = z
  .array(
    named(
      "UserWalletInput",
      z.strictObject({
        chain_type: chainType,
        policy_ids: policyIds.optional(),
        additional_signers: additionalSignersInput.optional(),
        external_id: text(1, 64)
          .regex(/^[a-zA-Z0-9_-]+$/, "Invalid external ID")
          .optional(),
        create_smart_wallet: z.literal(false).optional(),
      }),
      "A wallet of the user. It may be born with a session signer, without a signature of the user.",
    ),
  )
  .min(1)
  .max(10);

/** `wallets`, and the flags of older clients that stand for it (spec 05 §2). */
const walletsToMake = {
  wallets: z.array(walletsInput.element).max(10).optional(),
  create_ethereum_wallet: z.boolean().optional(),
  create_solana_wallet: z.boolean().optional(),
  create_ethereum_smart_wallet: z.boolean().optional(),
  create_embedded_wallet: z.boolean().optional(),
  create_n_ethereum_wallets: walletCount.optional(),
  create_n_embedded_wallets: walletCount.optional(),
  number_of_ethereum_wallets_to_create: walletCount.optional(),
};

/** Clients send these flags as false too, which asks for nothing. */
function findUnsupportedWallets(body: unknown): string | undefined {
  const asks = typeof body === "object" && body !== null && "create_ethereum_smart_wallet" in body;
  return asks && body.create_ethereum_smart_wallet === true
    ? "smart wallets are not supported by this server; leave create_ethereum_smart_wallet out"
    : undefined;
}

const createBody = named(
  "CreateUserBody",
  z.strictObject({
    linked_accounts: linkedAccountsInput,
    ...walletsToMake,
    custom_metadata: customMetadata.optional(),
  }),
);

export const unlinkErrors = [
  "linked_account_not_found",
  "cannot_unlink_sole_account",
  "cannot_unlink_embedded_wallet",
  "resource_conflict",
] as const;

export const userParams = z.strictObject({ user_id: userId });
const params = userParams;

const lookup = { method: "POST", caller: "app", authorization: "none", idempotent: false } as const;

export const userRoutes = {
  createUser: defineRoute({
    id: "createUser",
    method: "POST",
    path: "/v1/users",
    summary: "Create a user, with wallets if wanted",
    caller: "app",
    authorization: "none",
    request: { body: createBody, findUnsupported: findUnsupportedWallets },
    responses: { 200: user },
    errors: [
      "linked_to_another_user",
      "resource_conflict",
      "resource_already_exists",
      "not_supported",
      "feature_not_enabled",
    ],
    idempotent: false,
  }),
  listUsers: defineRoute({
    id: "listUsers",
    method: "GET",
    path: "/v1/users",
    summary: "List users, oldest first",
    caller: "app",
    authorization: "none",
    request: { query: z.strictObject(pageQuery) },
    responses: { 200: named("UserPage", pageOf(user)) },
    errors: [],
    idempotent: false,
  }),
  getUser: defineRoute({
    id: "getUser",
    method: "GET",
    path: "/v1/users/{user_id}",
    summary: "Get a user; the ID may leave `did:privy:` out",
    caller: "app",
    authorization: "none",
    request: { params },
    responses: { 200: user },
    errors: ["user_does_not_exist"],
    idempotent: false,
  }),
  deleteUser: defineRoute({
    id: "deleteUser",
    method: "DELETE",
    path: "/v1/users/{user_id}",
    summary: "Delete a user",
    caller: "app",
    authorization: "none",
    request: { params },
    responses: { 204: null },
    errors: ["user_does_not_exist", "resource_conflict"],
    idempotent: false,
  }),
  createUserWallets: defineRoute({
    id: "createUserWallets",
    method: "POST",
    path: "/v1/users/{user_id}/wallets",
    summary: "Create wallets that the user owns",
    caller: "app",
    authorization: "none",
    request: { params, body: named("CreateUserWalletsBody", z.strictObject({ wallets: walletsInput })) },
    responses: { 200: user },
    errors: [
      "user_does_not_exist",
      "resource_conflict",
      "resource_already_exists",
      "not_supported",
      "feature_not_enabled",
    ],
    idempotent: false,
  }),
  createWalletsForUser: defineRoute({
    id: "createWalletsForUser",
    method: "POST",
    path: "/v1/apps/{app_id}/users/wallet",
    summary: "Create wallets that a user owns, as an older server SDK asks for them",
    caller: "app",
    authorization: "none",
    request: {
      params: z.strictObject({ app_id: pathId }),
      body: named("CreateWalletsForUserBody", z.strictObject({ user_id: userId, ...walletsToMake })),
      findUnsupported: findUnsupportedWallets,
    },
    responses: { 200: user },
    errors: [
      "not_found",
      "user_does_not_exist",
      "resource_conflict",
      "resource_already_exists",
      "not_supported",
      "feature_not_enabled",
    ],
    idempotent: false,
  }),
  unlinkUserAccount: defineRoute({
    id: "unlinkUserAccount",
    method: "POST",
    path: "/v1/users/{user_id}/accounts/unlink",
    summary: "Take one way to sign in from the user",
    caller: "app",
    authorization: "none",
    request: {
      params,
      body: named(
        "UnlinkUserAccountBody",
        z.strictObject({ type: text(1, 64), handle: text(1, 512), provider: text(1, 64).optional() }),
        "`handle` is what tells accounts of that type apart: address, number, subject, ID.",
      ),
    },
    responses: { 200: user },
    errors: ["user_does_not_exist", ...unlinkErrors],
    idempotent: false,
  }),
  setCustomMetadata: defineRoute({
    id: "setCustomMetadata",
    method: "POST",
    path: "/v1/users/{user_id}/custom_metadata",
    summary: "Replace the user's metadata",
    caller: "app",
    authorization: "none",
    request: { params, body: named("SetCustomMetadataBody", z.strictObject({ custom_metadata: customMetadata })) },
    responses: { 200: user },
    errors: ["user_does_not_exist"],
    idempotent: false,
  }),
  findUserByCustomAuthId: defineRoute({
    ...lookup,
    id: "findUserByCustomAuthId",
    path: "/v1/users/custom_auth/id",
    summary: "Find a user by the subject of the app's own JWTs",
    request: { body: named("FindUserByCustomAuthIdBody", z.strictObject({ custom_user_id: text(1, 256) })) },
    responses: { 200: user },
    errors: ["user_does_not_exist"],
  }),
  findUserByEmail: defineRoute({
    ...lookup,
    id: "findUserByEmail",
    path: "/v1/users/email/address",
    summary: "Find a user by email address",
    request: { body: named("FindUserByEmailBody", z.strictObject({ address: text(1, 254) })) },
    responses: { 200: user },
    errors: ["user_does_not_exist"],
  }),
  findUserByWalletAddress: defineRoute({
    ...lookup,
    id: "findUserByWalletAddress",
    path: "/v1/users/wallet/address",
    summary: "Find a user by the address of one of the user's wallets",
    request: { body: named("FindUserByWalletAddressBody", z.strictObject({ address: text(1, 256) })) },
    responses: { 200: user },
    errors: ["user_does_not_exist"],
  }),
};

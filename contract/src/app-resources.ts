import { z } from "zod";
import { aggregation, aggregationRoutes } from "./aggregations.ts";
import { named } from "./components.ts";
import { conditionSet, conditionSetRoutes } from "./condition-sets.ts";
import {
  booleanQuery,
  pageOf,
  pageQuery,
  pathId,
  successResponse,
  text,
  timestamp,
  timestampQuery,
  userId,
} from "./fields.ts";
import { keyQuorum, keyQuorumRoutes } from "./key-quorums.ts";
import { policy, policyRoutes } from "./policies.ts";
import { defineRoute, type Route, type TeamRole } from "./route.ts";
import { transaction, transactionRoutes } from "./transactions.ts";
import { user, userRoutes } from "./users.ts";
import { wallet, walletRoutes } from "./wallets.ts";

/**
 * What an app has, for the team that runs it. Operations that the public API has too are these very operations, under
 * the app's path: the signer does the same with them and asks for the same signatures.
 */
const appPath = "/operator/v1/apps/{app_id}";
const appParam = { app_id: pathId };
const appParams = z.strictObject(appParam);

type PublicRoute = Route & { readonly caller: "app" | "app-or-user" };
type ForTeam<R extends PublicRoute, Id extends string> = Omit<R, "id" | "path" | "caller" | "aliases"> & {
  readonly id: Id;
  readonly path: string;
  readonly caller: "team";
  readonly role: TeamRole;
};

/** A route of the public API, called by a member of the team for an app instead of by the app. */
function forTeam<const R extends PublicRoute, const Id extends string>(
  id: Id,
  role: TeamRole,
  route: R,
): ForTeam<R, Id> {
  const { aliases: _, ...rest } = route;
  const forMember: Route = {
    ...rest,
    id,
    role,
    caller: "team",
    path: `${appPath}${route.path.slice("/v1".length)}`,
    request: { ...route.request, params: z.strictObject({ ...appParam, ...route.request.params?.shape }) },
    errors: [...new Set([...route.errors, "not_found" as const])],
  };
  return defineRoute(forMember) as unknown as ForTeam<R, Id>;
}

const list = { caller: "team", role: "viewer", authorization: "none", idempotent: false, method: "GET" } as const;
const change = { caller: "team", role: "developer", authorization: "none", idempotent: false } as const;
const search = text(1, 320)
  .describe("The beginning of an ID, an address or a name; letter case does not matter")
  .optional();

const attachments = z
  .array(z.object({ type: z.enum(["wallet", "policy", "key_quorum"]), id: z.string() }))
  .describe("At most 100");
const attachedCount = z.number().int().nonnegative().describe("1,000 means 1,000 or more");

const userDetail = named(
  "UserDetail",
  z.object({
    user,
    wallets: z.array(wallet),
    key_quorum_ids: z.array(z.string()).describe("Key quorums that the user is a member of; at most 100"),
  }),
);

const userSession = named(
  "UserSession",
  z.object({
    id: z.string(),
    created_at: timestamp,
    refreshed_at: timestamp.nullable(),
    expires_at: timestamp.describe("Each refresh moves it on"),
  }),
);

const walletDetail = named(
  "WalletDetail",
  z.object({
    wallet,
    owner: keyQuorum.nullable(),
    signers: z.array(z.object({ signer_id: z.string(), key_quorum: keyQuorum.nullable(), policies: z.array(policy) })),
    policies: z.array(policy),
  }),
);

const keyQuorumEntry = named(
  "KeyQuorumEntry",
  z.object({ key_quorum: keyQuorum, created_at: timestamp, attached_to: attachedCount }),
);

const policyUse = z.object({ id: z.string(), name: z.string() });
const usedBy = z.array(policyUse).describe("Policies with a condition that refers to it, among the newest 1,000");

const conditionSetEntry = named(
  "ConditionSetEntry",
  z.object({ condition_set: conditionSet, item_count: z.number().int().nonnegative(), attached_to: usedBy }),
);

const aggregationEntry = named("AggregationEntry", z.object({ aggregation, attached_to: usedBy }));

const policyEntry = named("PolicyEntry", z.object({ policy, attached_to: attachedCount }));

export const appResourceRoutes = {
  listAppUsers: defineRoute({
    ...list,
    id: "listAppUsers",
    path: `${appPath}/users`,
    summary: "List an app's users, newest first, or find them",
    request: {
      params: appParams,
      query: z.strictObject({
        ...pageQuery,
        search,
        account_type: z
          .string()
          .regex(/^[a-z0-9_]{1,40}$/, "An account type is a word like email or google_oauth")
          .describe("Only users with such a linked account")
          .optional(),
        has_wallet: booleanQuery.describe("Whether a wallet kept here is the user's, alone or with others").optional(),
        created_from: timestampQuery.optional(),
        created_before: timestampQuery.optional(),
      }),
    },
    responses: {
      200: named("UserSearchPage", z.strictObject({ ...pageOf(user).shape, total: z.number().int().nonnegative() })),
    },
    errors: ["not_found"],
  }),
  getAppUser: defineRoute({
    ...list,
    id: "getAppUser",
    path: `${appPath}/users/{user_id}`,
    summary: "Get a user with wallets",
    request: { params: z.strictObject({ ...appParam, user_id: userId }) },
    responses: { 200: userDetail },
    errors: ["not_found", "user_does_not_exist"],
  }),
  listAppUserSessions: defineRoute({
    ...list,
    id: "listAppUserSessions",
    path: `${appPath}/users/{user_id}/sessions`,
    summary: "List a user's live sessions, newest first",
    request: { params: z.strictObject({ ...appParam, user_id: userId }) },
    responses: { 200: named("UserSessionList", z.object({ data: z.array(userSession).describe("At most 100") })) },
    errors: ["not_found", "user_does_not_exist"],
  }),
  endAppUserSession: defineRoute({
    ...change,
    id: "endAppUserSession",
    method: "DELETE",
    path: `${appPath}/users/{user_id}/sessions/{session_id}`,
    summary: "End a user's session and the user keys that were issued in it",
    request: { params: z.strictObject({ ...appParam, user_id: userId, session_id: pathId }) },
    responses: { 200: successResponse },
    errors: ["not_found", "user_does_not_exist"],
  }),
  endAppUserSessions: defineRoute({
    ...change,
    id: "endAppUserSessions",
    method: "DELETE",
    path: `${appPath}/users/{user_id}/sessions`,
    summary: "End all sessions of a user and the user keys that were issued in them",
    request: { params: z.strictObject({ ...appParam, user_id: userId }) },
    responses: { 200: named("EndedSessions", z.object({ ended: z.number().int().nonnegative() })) },
    errors: ["not_found", "user_does_not_exist"],
  }),
  createAppUser: forTeam("createAppUser", "developer", userRoutes.createUser),
  deleteAppUser: { ...forTeam("deleteAppUser", "developer", userRoutes.deleteUser), recentSignIn: true as const },
  createAppUserWallets: forTeam("createAppUserWallets", "developer", userRoutes.createUserWallets),
  listAppWallets: defineRoute({
    ...list,
    id: "listAppWallets",
    path: `${appPath}/wallets`,
    summary: "List an app's wallets, newest first, or find them",
    request: {
      params: appParams,
      query: z.strictObject({
        ...pageQuery,
        search: text(1, 320).describe("An ID, address or external ID, whole").optional(),
        chain_type: text(1, 30).optional(),
        user_id: text(1, 128).optional(),
        include_archived: booleanQuery.optional(),
      }),
    },
    responses: { 200: named("WalletSearchPage", pageOf(wallet)) },
    errors: ["not_found"],
  }),
  getAppWallet: defineRoute({
    ...list,
    id: "getAppWallet",
    path: `${appPath}/wallets/{wallet_id}`,
    summary: "Get a wallet with its owner, session signers and policies",
    request: { params: z.strictObject({ ...appParam, wallet_id: pathId }) },
    responses: { 200: walletDetail },
    errors: ["not_found"],
  }),
  createAppWallet: forTeam("createAppWallet", "developer", walletRoutes.createWallet),
  updateAppWallet: forTeam("updateAppWallet", "developer", walletRoutes.updateWallet),
  listAppKeyQuorums: defineRoute({
    ...list,
    id: "listAppKeyQuorums",
    path: `${appPath}/key_quorums`,
    summary: "List an app's named key quorums, newest first; those without a name on request",
    request: {
      params: appParams,
      query: z.strictObject({
        ...pageQuery,
        search,
        include_unnamed: booleanQuery.describe("Among them are the owners made with each user's wallet").optional(),
      }),
    },
    responses: { 200: named("KeyQuorumPage", pageOf(keyQuorumEntry)) },
    errors: ["not_found"],
  }),
  getAppKeyQuorum: defineRoute({
    ...list,
    id: "getAppKeyQuorum",
    path: `${appPath}/key_quorums/{key_quorum_id}`,
    summary: "Get a key quorum and what it controls",
    request: { params: z.strictObject({ ...appParam, key_quorum_id: pathId }) },
    responses: {
      200: named(
        "KeyQuorumDetail",
        z.object({
          key_quorum: keyQuorum,
          created_at: timestamp,
          owner_of: attachments,
          signer_of: attachments,
          member_of: attachments,
        }),
      ),
    },
    errors: ["not_found"],
  }),
  createAppKeyQuorum: forTeam("createAppKeyQuorum", "developer", keyQuorumRoutes.createKeyQuorum),
  updateAppKeyQuorum: forTeam("updateAppKeyQuorum", "developer", keyQuorumRoutes.updateKeyQuorum),
  deleteAppKeyQuorum: forTeam("deleteAppKeyQuorum", "developer", keyQuorumRoutes.deleteKeyQuorum),
  listAppPolicies: defineRoute({
    ...list,
    id: "listAppPolicies",
    path: `${appPath}/policies`,
    summary: "List an app's policies, newest first",
    request: { params: appParams, query: z.strictObject({ ...pageQuery, search }) },
    responses: { 200: named("PolicyPage", pageOf(policyEntry)) },
    errors: ["not_found"],
  }),
  getAppPolicy: defineRoute({
    ...list,
    id: "getAppPolicy",
    path: `${appPath}/policies/{policy_id}`,
    summary: "Get a policy and what it is attached to",
    request: { params: z.strictObject({ ...appParam, policy_id: pathId }) },
    responses: {
      200: named("PolicyDetail", z.object({ policy, attached_to: attachedCount, attachments })),
    },
    errors: ["not_found"],
  }),
  createAppPolicy: forTeam("createAppPolicy", "developer", policyRoutes.createPolicy),
  updateAppPolicy: forTeam("updateAppPolicy", "developer", policyRoutes.updatePolicy),
  deleteAppPolicy: forTeam("deleteAppPolicy", "developer", policyRoutes.deletePolicy),
  simulateAppPolicy: forTeam("simulateAppPolicy", "viewer", policyRoutes.simulatePolicy),
  listAppConditionSets: defineRoute({
    ...list,
    id: "listAppConditionSets",
    path: `${appPath}/condition_sets`,
    summary: "List an app's condition sets, newest first",
    request: { params: appParams, query: z.strictObject({ ...pageQuery, search }) },
    responses: { 200: named("ConditionSetPage", pageOf(conditionSetEntry)) },
    errors: ["not_found"],
  }),
  getAppConditionSet: defineRoute({
    ...list,
    id: "getAppConditionSet",
    path: `${appPath}/condition_sets/{condition_set_id}`,
    summary: "Get a condition set and the policies that refer to it",
    request: { params: z.strictObject({ ...appParam, condition_set_id: pathId }) },
    responses: { 200: conditionSetEntry },
    errors: ["not_found"],
  }),
  listAppConditionSetItems: forTeam("listAppConditionSetItems", "viewer", conditionSetRoutes.listConditionSetItems),
  createAppConditionSet: forTeam("createAppConditionSet", "developer", conditionSetRoutes.createConditionSet),
  updateAppConditionSet: forTeam("updateAppConditionSet", "developer", conditionSetRoutes.updateConditionSet),
  deleteAppConditionSet: forTeam("deleteAppConditionSet", "developer", conditionSetRoutes.deleteConditionSet),
  addAppConditionSetItems: forTeam("addAppConditionSetItems", "developer", conditionSetRoutes.addConditionSetItems),
  replaceAppConditionSetItems: forTeam(
    "replaceAppConditionSetItems",
    "developer",
    conditionSetRoutes.replaceConditionSetItems,
  ),
  deleteAppConditionSetItem: forTeam(
    "deleteAppConditionSetItem",
    "developer",
    conditionSetRoutes.deleteConditionSetItem,
  ),
  listAppAggregations: defineRoute({
    ...list,
    id: "listAppAggregations",
    path: `${appPath}/aggregations`,
    summary: "List an app's aggregations, newest first",
    request: { params: appParams },
    responses: { 200: named("AggregationList", z.object({ data: z.array(aggregationEntry) })) },
    errors: ["not_found"],
  }),
  getAppAggregation: defineRoute({
    ...list,
    id: "getAppAggregation",
    path: `${appPath}/aggregations/{aggregation_id}`,
    summary: "Get an aggregation's definition and the policies that refer to it",
    request: { params: z.strictObject({ ...appParam, aggregation_id: pathId }) },
    responses: { 200: aggregationEntry },
    errors: ["not_found"],
  }),
  createAppAggregation: forTeam("createAppAggregation", "developer", aggregationRoutes.createAggregation),
  deleteAppAggregation: forTeam("deleteAppAggregation", "developer", aggregationRoutes.deleteAggregation),
  listAppTransactions: defineRoute({
    ...list,
    id: "listAppTransactions",
    path: `${appPath}/transactions`,
    summary: "List an app's sends, newest first",
    request: { params: appParams, query: z.strictObject({ ...pageQuery, wallet_id: text(1, 64).optional() }) },
    responses: { 200: named("TransactionPage", pageOf(transaction)) },
    errors: ["not_found"],
  }),
  getAppTransaction: forTeam("getAppTransaction", "viewer", transactionRoutes.getTransaction),
};

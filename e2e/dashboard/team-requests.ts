import type { appResourceRoutes } from "@mandate/contract/app-resources";
import type { RouteId, routes } from "@mandate/contract/routes";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import { makeAuthorizationKey } from "../authorization-key.ts";
import type { FilledApp } from "./fill-app.ts";

/** Every operation below `/operator/`. One that has no row here does not compile. */
export type OperatorRouteId =
  | keyof typeof appResourceRoutes
  | { [id in RouteId]: (typeof routes)[id]["path"] extends `/operator/${string}` ? id : never }[RouteId];

/** A request that may be made again and again, and what it is answered where the caller may make it. */
export type TeamRequest = {
  /** Instead of what `FilledApp` has for the path's parameters. */
  path?: { readonly [parameter: string]: string };
  query?: string;
  body?: JsonObject | JsonObject[];
  status: number;
};

const account = { type: "email", address: "taken@example.com" };
const policy = { version: "1.0", name: "p", chain_type: "ethereum", rules: [] };
const aggregation = {
  name: "a",
  method: "eth_signTransaction",
  metric: { field_source: "ethereum_transaction", field: "value", function: "sum" },
};
const token = "x".repeat(43);
const challenge = { challenge_id: "a23456789012345678901234", response: {} };
const sha256 = "0".repeat(64);

/**
 * Where a request would change something that others need, it names what is not there: the answer is then about the
 * thing, and no longer about the caller.
 */
export const teamRequests: { readonly [id in OperatorRouteId]: (app: FilledApp) => TeamRequest } = {
  getStatus: () => ({ status: 200 }),
  listInbox: () => ({ status: 200 }),
  listApps: () => ({ status: 200 }),
  createApp: ({ appId }) => ({ body: { id: appId!, name: "again", secret_sha256: sha256 }, status: 400 }),
  getOperatorApp: () => ({ status: 200 }),
  updateApp: () => ({ body: { name: "Shop" }, status: 200 }),
  deleteApp: () => ({ path: { app_id: "c23456789012345678901234x" }, status: 404 }),
  createAppSecret: () => ({
    path: { app_id: "c23456789012345678901234x" },
    body: { secret_sha256: sha256 },
    status: 404,
  }),
  listOAuthClientSecrets: () => ({ status: 200 }),
  setOAuthClientSecret: () => ({ body: { provider: "google", client_secret: "s" }, status: 200 }),
  deleteAppSecret: () => ({ status: 404 }),
  listAppUsers: () => ({ query: "?search=ada&limit=2", status: 200 }),
  getAppUser: () => ({ status: 200 }),
  createAppUser: () => ({ body: { linked_accounts: [account] }, status: 200 }),
  deleteAppUser: () => ({ path: { user_id: "did:privy:c23456789012345678901234" }, status: 404 }),
  listAppUserSessions: () => ({ status: 200 }),
  endAppUserSession: () => ({ status: 404 }),
  endAppUserSessions: () => ({ status: 200 }),
  createAppUserWallets: () => ({ body: { wallets: [{ chain_type: "ethereum" }] }, status: 200 }),
  listAppWallets: () => ({ query: "?limit=2&chain_type=ethereum", status: 200 }),
  getAppWallet: () => ({ status: 200 }),
  createAppWallet: () => ({ body: { chain_type: "ethereum" }, status: 200 }),
  updateAppWallet: ({ ownerlessWalletId }) => ({
    path: { wallet_id: ownerlessWalletId! },
    body: { display_name: "x" },
    status: 200,
  }),
  listAppKeyQuorums: () => ({ query: "?limit=2&include_unnamed=true", status: 200 }),
  getAppKeyQuorum: () => ({ status: 200 }),
  createAppKeyQuorum: () => ({ body: { public_keys: [makeAuthorizationKey().publicKey] }, status: 200 }),
  updateAppKeyQuorum: () => ({ body: { display_name: "x" }, status: 401 }),
  deleteAppKeyQuorum: () => ({ path: { key_quorum_id: "a23456789012345678901234" }, status: 404 }),
  listAppPolicies: () => ({ query: "?limit=2", status: 200 }),
  getAppPolicy: () => ({ status: 200 }),
  createAppPolicy: () => ({ body: policy, status: 200 }),
  updateAppPolicy: () => ({ body: { name: "q" }, status: 200 }),
  deleteAppPolicy: () => ({ path: { policy_id: "a23456789012345678901234" }, status: 404 }),
  simulateAppPolicy: ({ policyId, walletId }) => ({
    body: { policy_id: policyId!, wallet_id: walletId!, request: { method: "exportPrivateKey" } },
    status: 200,
  }),
  listAppConditionSets: () => ({ query: "?limit=2", status: 200 }),
  getAppConditionSet: () => ({ status: 200 }),
  listAppConditionSetItems: () => ({ query: "?limit=1", status: 200 }),
  createAppConditionSet: () => ({ body: { name: "s" }, status: 200 }),
  // It has an owner, who has not signed.
  updateAppConditionSet: () => ({ body: { name: "s" }, status: 401 }),
  addAppConditionSetItems: () => ({ body: [{ value: "x" }], status: 401 }),
  replaceAppConditionSetItems: () => ({ body: [{ value: "x" }], status: 401 }),
  deleteAppConditionSet: () => ({ path: { condition_set_id: "a23456789012345678901234" }, status: 404 }),
  deleteAppConditionSetItem: () => ({ path: { condition_set_id: "a23456789012345678901234" }, status: 404 }),
  listAppAggregations: () => ({ status: 200 }),
  getAppAggregation: () => ({ status: 200 }),
  // A window that is too short: an app has ten aggregations at most, and this is asked more often.
  createAppAggregation: () => ({ body: { ...aggregation, window: { type: "rolling", seconds: 60 } }, status: 400 }),
  deleteAppAggregation: () => ({ path: { aggregation_id: "a23456789012345678901234" }, status: 404 }),
  listAppTransactions: () => ({ query: "?limit=2", status: 200 }),
  getAppTransaction: () => ({ status: 200 }),
  getOverview: () => ({ status: 200 }),
  listActivity: () => ({ query: "?limit=2&decision=DENY", status: 200 }),
  getActivity: () => ({ status: 200 }),
  listRequestLogs: () => ({ query: "?limit=2", status: 200 }),
  listRequestErrors: () => ({ status: 200 }),
  createLoginLink: () => ({ body: { email: "nobody@example.com" }, status: 404 }),
  getSignInMethods: () => ({ status: 200 }),
  signInWithLink: () => ({ body: { token }, status: 401 }),
  signInWithInvitation: () => ({ body: { token, name: "x" }, status: 401 }),
  requestSignInCode: () => ({ body: { email: "nobody@example.com" }, status: 200 }),
  signInWithEmail: () => ({ body: { email: "nobody@example.com", code: "000000" }, status: 401 }),
  // The tests' server has an address for a name, where there are no passkeys.
  getPasskeySignInOptions: () => ({ status: 400 }),
  signInWithPasskey: () => ({ body: challenge, status: 401 }),
  getTeamSession: () => ({ status: 200 }),
  signOut: () => ({ status: 204 }),
  updateMe: () => ({ body: { name: "Somebody" }, status: 200 }),
  requestMyEmailCode: () => ({ body: { email: "mine@example.com" }, status: 200 }),
  setMyEmail: () => ({ body: { email: "mine@example.com", code: "000000" }, status: 401 }),
  listMyPasskeys: () => ({ status: 200 }),
  getPasskeyOptions: () => ({ status: 400 }),
  createPasskey: () => ({ body: { ...challenge, name: "x" }, status: 401 }),
  deletePasskey: () => ({ status: 404 }),
  listTeamSessions: () => ({ status: 200 }),
  revokeTeamSession: () => ({ status: 404 }),
  listMembers: () => ({ status: 200 }),
  updateMember: () => ({ body: { role: "viewer" }, status: 404 }),
  removeMember: () => ({ status: 404 }),
  listInvitations: () => ({ status: 200 }),
  createInvitation: () => ({ body: { role: "viewer" }, status: 200 }),
  revokeInvitation: () => ({ status: 404 }),
  listAudit: () => ({ query: "?limit=2", status: 200 }),
  exportRecords: () => ({ status: 200 }),
  exportCheckpoint: () => ({ status: 200 }),
};

export function targetOf(path: string, app: FilledApp, { path: given = {}, query = "" }: TeamRequest): string {
  const names: { [parameter: string]: string | undefined } = {
    app_id: app.appId,
    user_id: app.userId,
    wallet_id: app.walletId,
    policy_id: app.policyId,
    key_quorum_id: app.quorumId,
    condition_set_id: app.conditionSetId,
    aggregation_id: app.aggregationId,
    transaction_id: app.transactionId,
    receipt_id: app.receiptId,
    ...given,
  };
  const filled = path.replace(/\{([^}]+)\}/g, (_, name: string) =>
    encodeURIComponent(names[name] ?? "a23456789012345678901234"),
  );
  return filled + query;
}

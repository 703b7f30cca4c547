import type { activityRoutes } from "@mandate/contract/activity";
import type { appResourceRoutes } from "@mandate/contract/app-resources";
import type { Route } from "@mandate/contract/route";
import type { routes } from "@mandate/contract/routes";
import type { teamRoutes } from "@mandate/contract/team";
import { getApp } from "./apps/get-app.ts";
import { getAppJwks } from "./apps/get-app-jwks.ts";
import { reportAnalyticsEvent } from "./apps/report-analytics-event.ts";
import type { RouteHandler } from "./handler.ts";
import { getHealth, getOpenApi, getReadiness } from "./health/health.ts";
import { createKeyQuorum } from "./key-quorums/create-key-quorum.ts";
import { deleteKeyQuorum } from "./key-quorums/delete-key-quorum.ts";
import { getKeyQuorum } from "./key-quorums/get-key-quorum.ts";
import { updateKeyQuorum } from "./key-quorums/update-key-quorum.ts";
import {
  createApp,
  createAppSecret,
  deleteAppSecret,
  getOperatorApp,
  getStatus,
  listApps,
  updateApp,
} from "./operator/operator.ts";
import { createPolicy } from "./policies/create-policy.ts";
import { createPolicyRule } from "./policies/create-policy-rule.ts";
import { deletePolicy } from "./policies/delete-policy.ts";
import { deletePolicyRule } from "./policies/delete-policy-rule.ts";
import { getPolicy } from "./policies/get-policy.ts";
import { getPolicyRule } from "./policies/get-policy-rule.ts";
import { updatePolicy } from "./policies/update-policy.ts";
import { updatePolicyRule } from "./policies/update-policy-rule.ts";
import {
  exportCheckpoint,
  exportRecords,
  getRecordCheckpoint,
  getRecordConsistency,
  getRecordProof,
  listWalletRecords,
} from "./records/records.ts";
import { findTransactions, getTransaction } from "./transactions/get-transaction.ts";
import { createUser } from "./users/create-user.ts";
import { createUserWallets } from "./users/create-user-wallets.ts";
import { deleteUser } from "./users/delete-user.ts";
import { findUserByCustomAuthId, findUserByEmail, findUserByWalletAddress } from "./users/find-user.ts";
import { getUser } from "./users/get-user.ts";
import { listUsers } from "./users/list-users.ts";
import {
  findUserByDiscordUsername,
  findUserByFarcasterFid,
  findUserByGithubUsername,
  findUserByInstagramUsername,
  findUserByPhone,
  findUserBySmartWalletAddress,
  findUserBySpotifySubject,
  findUserByTelegramUserId,
  findUserByTelegramUsername,
  findUserByTwitchUsername,
  findUserByTwitterSubject,
  findUserByTwitterUsername,
  searchUsers,
} from "./users/look-up-user.ts";
import { mergeCustomMetadata, setCustomMetadata } from "./users/set-custom-metadata.ts";
import { archiveWallet } from "./wallets/archive-wallet.ts";
import { authenticateUser } from "./wallets/authenticate-user.ts";
import { createWallet } from "./wallets/create-wallet.ts";
import { exportWallet } from "./wallets/export-wallet.ts";
import { findWalletByAddress } from "./wallets/find-wallet-by-address.ts";
import { getWallet } from "./wallets/get-wallet.ts";
import { listWallets } from "./wallets/list-wallets.ts";
import { rawSign } from "./wallets/raw-sign.ts";
import { updateWallet } from "./wallets/update-wallet.ts";
import { walletRpc } from "./wallets/wallet-rpc.ts";

type Later = Exclude<keyof typeof appResourceRoutes | keyof typeof activityRoutes | keyof typeof teamRoutes, never>;
type Routes = Omit<typeof routes, Later>;

/** A handler for every route of the contract; a missing one does not compile. */
export const handlers: { readonly [id in keyof Routes]: RouteHandler<Routes[id] & Route> } = {
  createWallet,
  listWallets,
  getWallet,
  updateWallet,
  findWalletByAddress,
  authenticateUser,
  walletRpc,
  rawSign,
  exportWallet,
  archiveWallet,
  createPolicy,
  getPolicy,
  updatePolicy,
  deletePolicy,
  createPolicyRule,
  getPolicyRule,
  updatePolicyRule,
  deletePolicyRule,
  createKeyQuorum,
  getKeyQuorum,
  updateKeyQuorum,
  deleteKeyQuorum,
  createUser,
  listUsers,
  getUser,
  deleteUser,
  createUserWallets,
  setCustomMetadata,
  findUserByCustomAuthId,
  findUserByEmail,
  findUserByWalletAddress,
  findUserByPhone,
  findUserBySmartWalletAddress,
  findUserByFarcasterFid,
  findUserByDiscordUsername,
  findUserByGithubUsername,
  findUserByTwitterUsername,
  findUserByTwitterSubject,
  findUserByTelegramUsername,
  findUserByTelegramUserId,
  findUserByInstagramUsername,
  findUserByTwitchUsername,
  findUserBySpotifySubject,
  searchUsers,
  mergeCustomMetadata,
  getTransaction,
  findTransactions,
  listWalletRecords,
  getRecordCheckpoint,
  getRecordConsistency,
  getRecordProof,
  exportCheckpoint,
  exportRecords,
  getApp,
  getAppJwks,
  reportAnalyticsEvent,
  getStatus,
  listApps,
  createApp,
  getOperatorApp,
  updateApp,
  createAppSecret,
  deleteAppSecret,
  getHealth,
  getReadiness,
  getOpenApiDocument: getOpenApi,
};

import type { Route } from "@mandate/contract/route";
import type { routes } from "@mandate/contract/routes";
import { getActivity, listActivity } from "./activity/activity.ts";
import { listRequestErrors, listRequestLogs } from "./activity/logs.ts";
import { getOverview } from "./activity/overview.ts";
import { createAggregation, deleteAggregation, getAggregation } from "./aggregations/aggregations.ts";
import { getAppAggregation, listAppAggregations } from "./app-resources/aggregations.ts";
import { getAppConditionSet, listAppConditionSets } from "./app-resources/condition-sets.ts";
import { forTeam } from "./app-resources/for-team.ts";
import { getAppKeyQuorum, listAppKeyQuorums } from "./app-resources/key-quorums.ts";
import { getAppPolicy, listAppPolicies } from "./app-resources/policies.ts";
import { endAppUserSession, endAppUserSessions, listAppUserSessions } from "./app-resources/user-sessions.ts";
import { getAppUser, listAppUsers } from "./app-resources/users.ts";
import { getAppWallet, listAppTransactions, listAppWallets } from "./app-resources/wallets.ts";
import { addToAllowlist, listAllowlist, removeFromAllowlist } from "./apps/allowlist.ts";
import { getApp } from "./apps/get-app.ts";
import { getAppJwks } from "./apps/get-app-jwks.ts";
import { getTestCredentials } from "./apps/get-test-credentials.ts";
import { reportAnalyticsEvent } from "./apps/report-analytics-event.ts";
import {
  addConditionSetItems,
  deleteConditionSet,
  deleteConditionSetItem,
  replaceConditionSetItems,
  updateConditionSet,
} from "./condition-sets/change-condition-set.ts";
import { createConditionSet } from "./condition-sets/create-condition-set.ts";
import { getConditionSet, getConditionSetItem, listConditionSetItems } from "./condition-sets/get-condition-set.ts";
import type { RouteHandler } from "./handler.ts";
import { getHealth, getOpenApi, getReadiness } from "./health/health.ts";
import { createKeyQuorum } from "./key-quorums/create-key-quorum.ts";
import { deleteKeyQuorum } from "./key-quorums/delete-key-quorum.ts";
import { getKeyQuorum } from "./key-quorums/get-key-quorum.ts";
import { updateKeyQuorum } from "./key-quorums/update-key-quorum.ts";
import { authenticateWithCustomJwt, linkCustomJwt } from "./login/custom-jwt.ts";
import { authenticateWithEmail, initEmail, linkEmail, unlinkEmail, updateEmail } from "./login/email.ts";
import { authenticateAsGuest } from "./login/guest.ts";
import { authenticateWithOAuth, initOAuth, linkOAuth, unlinkOAuth } from "./login/oauth.ts";
import {
  authenticateWithPasskey,
  initPasskey,
  initPasskeyLink,
  initPasskeyRegistration,
  linkPasskey,
  registerPasskey,
  unlinkPasskey,
} from "./login/passkeys.ts";
import { acceptTerms, getMe, logOut, refreshSession } from "./login/sessions.ts";
import {
  authenticateWithSiwe,
  authenticateWithSiws,
  initSiwe,
  initSiws,
  linkSiwe,
  linkSiws,
  unlinkSiwe,
  unlinkSiws,
} from "./login/wallets.ts";
import { listOAuthClientSecrets, setOAuthClientSecret } from "./operator/oauth-client-secrets.ts";
import {
  createApp,
  createAppSecret,
  deleteApp,
  deleteAppSecret,
  getOperatorApp,
  getStatus,
  listApps,
  listInbox,
  updateApp,
} from "./operator/operator.ts";
import { createPolicy } from "./policies/create-policy.ts";
import { createPolicyRule } from "./policies/create-policy-rule.ts";
import { deletePolicy } from "./policies/delete-policy.ts";
import { deletePolicyRule } from "./policies/delete-policy-rule.ts";
import { getPolicy } from "./policies/get-policy.ts";
import { getPolicyRule } from "./policies/get-policy-rule.ts";
import { listPolicyRules } from "./policies/list-policy-rules.ts";
import { simulatePolicy } from "./policies/simulate-policy.ts";
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
import { createLoginLink } from "./team/login-link.ts";
import {
  createPasskey,
  deletePasskey,
  getPasskeyOptions,
  getTeamSession,
  listMyPasskeys,
  requestMyEmailCode,
  setMyEmail,
  updateMe,
} from "./team/me.ts";
import {
  createInvitation,
  listAudit,
  listInvitations,
  listMembers,
  listTeamSessions,
  removeMember,
  revokeInvitation,
  revokeTeamSession,
  updateMember,
} from "./team/members.ts";
import {
  getPasskeySignInOptions,
  getSignInMethods,
  requestSignInCode,
  signInWithEmail,
  signInWithInvitation,
  signInWithLink,
  signInWithPasskey,
  signOut,
} from "./team/sign-in.ts";
import { findTransactions, getTransaction } from "./transactions/get-transaction.ts";
import { createUser } from "./users/create-user.ts";
import { createUserWallets } from "./users/create-user-wallets.ts";
import { createWalletsForUser } from "./users/create-wallets-for-user.ts";
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
import { unlinkUserAccount } from "./users/unlink-user-account.ts";
import { archiveWallet } from "./wallets/archive-wallet.ts";
import { assignEntity } from "./wallets/assign-entity.ts";
import { authenticateUser } from "./wallets/authenticate-user.ts";
import { createWallet } from "./wallets/create-wallet.ts";
import { createWallets } from "./wallets/create-wallets.ts";
import { exportWallet } from "./wallets/export-wallet.ts";
import { findWalletByAddress } from "./wallets/find-wallet-by-address.ts";
import { getWallet } from "./wallets/get-wallet.ts";
import { getWalletBalance } from "./wallets/get-wallet-balance.ts";
import { initImport, submitImport } from "./wallets/import-wallet.ts";
import { listWalletTransactions } from "./wallets/list-wallet-transactions.ts";
import { listWallets } from "./wallets/list-wallets.ts";
import { rawSign } from "./wallets/raw-sign.ts";
import { updateWallet } from "./wallets/update-wallet.ts";
import { walletRpc } from "./wallets/wallet-rpc.ts";

type Routes = typeof routes;

/** A handler for every route of the contract; a missing one does not compile. */
export const handlers: { readonly [id in keyof Routes]: RouteHandler<Routes[id] & Route> } = {
  createWallet,
  listWallets,
  getWallet,
  getWalletBalance,
  listWalletTransactions,
  updateWallet,
  findWalletByAddress,
  authenticateUser,
  walletRpc,
  rawSign,
  exportWallet,
  assignEntity,
  archiveWallet,
  createWallets,
  initImport,
  submitImport,
  createPolicy,
  getPolicy,
  updatePolicy,
  deletePolicy,
  createPolicyRule,
  listPolicyRules,
  getPolicyRule,
  updatePolicyRule,
  deletePolicyRule,
  simulatePolicy,
  createConditionSet,
  getConditionSet,
  updateConditionSet,
  deleteConditionSet,
  addConditionSetItems,
  replaceConditionSetItems,
  listConditionSetItems,
  getConditionSetItem,
  deleteConditionSetItem,
  createAggregation,
  getAggregation,
  deleteAggregation,
  createKeyQuorum,
  getKeyQuorum,
  updateKeyQuorum,
  deleteKeyQuorum,
  createUser,
  listUsers,
  getUser,
  deleteUser,
  createUserWallets,
  createWalletsForUser,
  unlinkUserAccount,
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
  initEmail,
  authenticateWithEmail,
  linkEmail,
  unlinkEmail,
  updateEmail,
  initSiwe,
  authenticateWithSiwe,
  linkSiwe,
  unlinkSiwe,
  initSiws,
  authenticateWithSiws,
  linkSiws,
  unlinkSiws,
  initPasskeyRegistration,
  registerPasskey,
  initPasskey,
  authenticateWithPasskey,
  initPasskeyLink,
  linkPasskey,
  unlinkPasskey,
  authenticateWithCustomJwt,
  linkCustomJwt,
  authenticateAsGuest,
  refreshSession,
  logOut,
  getMe,
  acceptTerms,
  initOAuth,
  authenticateWithOAuth,
  linkOAuth,
  unlinkOAuth,
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
  getTestCredentials,
  listAllowlist,
  addToAllowlist,
  removeFromAllowlist,
  reportAnalyticsEvent,
  getStatus,
  listInbox,
  listApps,
  createApp,
  getOperatorApp,
  updateApp,
  createAppSecret,
  deleteApp,
  deleteAppSecret,
  listOAuthClientSecrets,
  setOAuthClientSecret,
  getHealth,
  getReadiness,
  getOpenApiDocument: getOpenApi,
  listAppUsers,
  getAppUser,
  listAppUserSessions,
  endAppUserSession,
  endAppUserSessions,
  createAppUser: forTeam(createUser),
  deleteAppUser: forTeam(deleteUser),
  createAppUserWallets: forTeam(createUserWallets),
  listAppWallets,
  getAppWallet,
  createAppWallet: forTeam(createWallet),
  updateAppWallet: forTeam(updateWallet),
  listAppKeyQuorums,
  getAppKeyQuorum,
  createAppKeyQuorum: forTeam(createKeyQuorum),
  updateAppKeyQuorum: forTeam(updateKeyQuorum),
  deleteAppKeyQuorum: forTeam(deleteKeyQuorum),
  listAppPolicies,
  getAppPolicy,
  createAppPolicy: forTeam(createPolicy),
  updateAppPolicy: forTeam(updatePolicy),
  deleteAppPolicy: forTeam(deletePolicy),
  simulateAppPolicy: forTeam(simulatePolicy),
  listAppConditionSets,
  getAppConditionSet,
  listAppConditionSetItems: forTeam(listConditionSetItems),
  createAppConditionSet: forTeam(createConditionSet),
  updateAppConditionSet: forTeam(updateConditionSet),
  deleteAppConditionSet: forTeam(deleteConditionSet),
  addAppConditionSetItems: forTeam(addConditionSetItems),
  replaceAppConditionSetItems: forTeam(replaceConditionSetItems),
  deleteAppConditionSetItem: forTeam(deleteConditionSetItem),
  listAppAggregations,
  getAppAggregation,
  createAppAggregation: forTeam(createAggregation),
  deleteAppAggregation: forTeam(deleteAggregation),
  listAppTransactions,
  getAppTransaction: forTeam(getTransaction),
  getOverview,
  listActivity,
  getActivity,
  listRequestLogs,
  listRequestErrors,
  createLoginLink,
  getSignInMethods,
  signInWithLink,
  signInWithInvitation,
  requestSignInCode,
  signInWithEmail,
  getPasskeySignInOptions,
  signInWithPasskey,
  getTeamSession,
  signOut,
  updateMe,
  requestMyEmailCode,
  setMyEmail,
  listMyPasskeys,
  getPasskeyOptions,
  createPasskey,
  deletePasskey,
  listTeamSessions,
  revokeTeamSession,
  listMembers,
  updateMember,
  removeMember,
  listInvitations,
  createInvitation,
  revokeInvitation,
  listAudit,
};

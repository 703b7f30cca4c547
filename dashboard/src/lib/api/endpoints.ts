import type { routes } from "@mandate/contract/routes";

type Routes = typeof routes;
type Endpoints = { readonly [id in keyof Routes]?: readonly [Routes[id]["method"], Routes[id]["path"]] };

const app = "/operator/v1/apps/{app_id}";

/**
 * The operations that the dashboard uses. The contract itself, with its schemas, stays out of the page; the compiler
 * holds each line against it.
 */
export const endpoints = {
  getStatus: ["GET", "/operator/v1/status"],
  listInbox: ["GET", "/operator/v1/inbox"],
  listApps: ["GET", "/operator/v1/apps"],
  createApp: ["POST", "/operator/v1/apps"],
  getOperatorApp: ["GET", app],
  updateApp: ["PATCH", app],
  deleteApp: ["DELETE", app],
  createAppSecret: ["POST", `${app}/secrets`],
  deleteAppSecret: ["DELETE", `${app}/secrets/{secret_id}`],
  listOAuthClientSecrets: ["GET", `${app}/oauth_client_secrets`],
  setOAuthClientSecret: ["POST", `${app}/oauth_client_secrets`],

  getSignInMethods: ["GET", "/operator/v1/session/methods"],
  signInWithLink: ["POST", "/operator/v1/session/link"],
  signInWithInvitation: ["POST", "/operator/v1/session/invitation"],
  requestSignInCode: ["POST", "/operator/v1/session/email"],
  signInWithEmail: ["POST", "/operator/v1/session/email/verify"],
  getPasskeySignInOptions: ["POST", "/operator/v1/session/passkey/options"],
  signInWithPasskey: ["POST", "/operator/v1/session/passkey"],
  getTeamSession: ["GET", "/operator/v1/session"],
  signOut: ["DELETE", "/operator/v1/session"],
  updateMe: ["PATCH", "/operator/v1/me"],
  requestMyEmailCode: ["POST", "/operator/v1/me/email"],
  setMyEmail: ["POST", "/operator/v1/me/email/verify"],
  listMyPasskeys: ["GET", "/operator/v1/me/passkeys"],
  getPasskeyOptions: ["POST", "/operator/v1/me/passkeys/options"],
  createPasskey: ["POST", "/operator/v1/me/passkeys"],
  deletePasskey: ["DELETE", "/operator/v1/me/passkeys/{passkey_id}"],
  listTeamSessions: ["GET", "/operator/v1/sessions"],
  revokeTeamSession: ["DELETE", "/operator/v1/sessions/{session_id}"],
  listMembers: ["GET", "/operator/v1/members"],
  updateMember: ["PATCH", "/operator/v1/members/{member_id}"],
  removeMember: ["DELETE", "/operator/v1/members/{member_id}"],
  listInvitations: ["GET", "/operator/v1/invitations"],
  createInvitation: ["POST", "/operator/v1/invitations"],
  revokeInvitation: ["DELETE", "/operator/v1/invitations/{invitation_id}"],
  listAudit: ["GET", "/operator/v1/audit"],

  getOverview: ["GET", `${app}/overview`],
  listActivity: ["GET", `${app}/activity`],
  getActivity: ["GET", `${app}/activity/{receipt_id}`],
  listRequestLogs: ["GET", `${app}/logs`],
  listRequestErrors: ["GET", `${app}/logs/errors`],

  listAppUsers: ["GET", `${app}/users`],
  getAppUser: ["GET", `${app}/users/{user_id}`],
  listAppUserSessions: ["GET", `${app}/users/{user_id}/sessions`],
  endAppUserSession: ["DELETE", `${app}/users/{user_id}/sessions/{session_id}`],
  endAppUserSessions: ["DELETE", `${app}/users/{user_id}/sessions`],
  createAppUser: ["POST", `${app}/users`],
  deleteAppUser: ["DELETE", `${app}/users/{user_id}`],
  createAppUserWallets: ["POST", `${app}/users/{user_id}/wallets`],
  listAppWallets: ["GET", `${app}/wallets`],
  getAppWallet: ["GET", `${app}/wallets/{wallet_id}`],
  createAppWallet: ["POST", `${app}/wallets`],
  updateAppWallet: ["PATCH", `${app}/wallets/{wallet_id}`],
  listAppKeyQuorums: ["GET", `${app}/key_quorums`],
  getAppKeyQuorum: ["GET", `${app}/key_quorums/{key_quorum_id}`],
  createAppKeyQuorum: ["POST", `${app}/key_quorums`],
  deleteAppKeyQuorum: ["DELETE", `${app}/key_quorums/{key_quorum_id}`],
  listAppPolicies: ["GET", `${app}/policies`],
  getAppPolicy: ["GET", `${app}/policies/{policy_id}`],
  createAppPolicy: ["POST", `${app}/policies`],
  updateAppPolicy: ["PATCH", `${app}/policies/{policy_id}`],
  deleteAppPolicy: ["DELETE", `${app}/policies/{policy_id}`],
  listAppTransactions: ["GET", `${app}/transactions`],
} as const satisfies Endpoints;

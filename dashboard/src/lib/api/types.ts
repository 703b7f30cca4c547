import type { Output } from "./client.ts";

/** The API's objects, by the names that pages use. */
export type App = Output<"listApps">["data"][number];
export type Session = Output<"getTeamSession">;
export type Member = Session["member"];
export type Role = Member["role"];
export type User = Output<"listAppUsers">["data"][number];
export type UserDetail = Output<"getAppUser">;
export type LinkedAccount = User["linked_accounts"][number];
export type Wallet = Output<"listAppWallets">["data"][number];
export type WalletDetail = Output<"getAppWallet">;
export type KeyQuorumEntry = Output<"listAppKeyQuorums">["data"][number];
export type KeyQuorum = KeyQuorumEntry["key_quorum"];
export type PolicyEntry = Output<"listAppPolicies">["data"][number];
export type Policy = PolicyEntry["policy"];
export type ActivityEntry = Output<"listActivity">["data"][number];
export type LogEntry = Output<"listRequestLogs">["data"][number];
export type ErrorGroup = Output<"listRequestErrors">["data"][number];
export type AuditEntry = Output<"listAudit">["data"][number];
export type ConditionSetEntry = Output<"listAppConditionSets">["data"][number];
export type ConditionSetItem = Output<"listAppConditionSetItems">["items"][number];
export type AggregationEntry = Output<"listAppAggregations">["data"][number];
export type Simulation = Output<"simulateAppPolicy">;
export type InboxMail = Output<"listInbox">["data"][number];
export type Transaction = Output<"listAppTransactions">["data"][number];

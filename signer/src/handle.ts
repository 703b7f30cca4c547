import { encodeBase64 } from "@mandate/core/encoding/base64";
import { isWellFormedText } from "@mandate/core/encoding/utf8";
import { createAggregation, deleteAggregation } from "./core/aggregations.ts";
import { createApp, createAppSecret, deleteApp, deleteAppSecret, updateApp } from "./core/apps.ts";
import { issueChallenge } from "./core/challenge.ts";
import { unlinkUserAccount, updateAccount } from "./core/change-accounts.ts";
import {
  addConditionSetItems,
  createConditionSet,
  deleteConditionSet,
  deleteConditionSetItem,
  replaceConditionSetItems,
  updateConditionSet,
} from "./core/condition-sets.ts";
import type { SignerContext } from "./core/context.ts";
import { exportWallet, isExportRequest } from "./core/export-wallet.ts";
import { initImport, submitImport } from "./core/import-wallet.ts";
import { createKeyQuorum, deleteKeyQuorum, updateKeyQuorum } from "./core/key-quorums.ts";
import { endSession, getIdentityToken, linkAccount, login, refreshSession, unlinkAccount } from "./core/login.ts";
import { type Operation, openOperation } from "./core/operation.ts";
import {
  createPolicy,
  createPolicyRule,
  deletePolicy,
  deletePolicyRule,
  updatePolicy,
  updatePolicyRule,
} from "./core/policies.ts";
import { checkpointLog, NeedConsistency } from "./core/record-log.ts";
import { recordRefusal } from "./core/record-refusal.ts";
import { NeedRecords, Refusal, StaleRecords } from "./core/refusal.ts";
import type { AuthorityOperation } from "./core/route.ts";
import { signWalletRequest } from "./core/sign.ts";
import { simulatePolicy } from "./core/simulate.ts";
import { getTestCredentials } from "./core/test-credentials.ts";
import { authenticateUser } from "./core/user-keys.ts";
import { createUser, createUserWallets, createWalletsForUser, deleteUser } from "./core/users.ts";
import { archiveWallet, assignEntity, createWallet, createWallets, updateWallet } from "./core/wallets.ts";
import { ACCEPTED, type Phase } from "./phase.ts";
import type {
  Frame,
  LoginFacts,
  RecordKey,
  SignerAnswer,
  SignerCheckpointQuery,
  SignerMessage,
  SignerRequest,
  SignerStatus,
  TransactionFill,
} from "./protocol.ts";

const HANDLERS: { readonly [operation in AuthorityOperation]: (op: Operation) => SignerAnswer } = {
  createApp,
  updateApp,
  deleteApp,
  createAppSecret,
  deleteAppSecret,
  createKeyQuorum,
  updateKeyQuorum,
  deleteKeyQuorum,
  createPolicy,
  updatePolicy,
  deletePolicy,
  createPolicyRule,
  updatePolicyRule,
  deletePolicyRule,
  simulatePolicy,
  createConditionSet,
  updateConditionSet,
  deleteConditionSet,
  addConditionSetItems,
  replaceConditionSetItems,
  deleteConditionSetItem,
  createAggregation,
  deleteAggregation,
  createUser,
  deleteUser,
  createUserWallets,
  createWalletsForUser,
  unlinkUserAccount,
  getTestCredentials,
  authenticateUser,
  createWallet,
  updateWallet,
  walletRpc: (op) => (isExportRequest(op) ? exportWallet(op) : signWalletRequest(op)),
  rawSign: signWalletRequest,
  exportWallet,
  archiveWallet,
  assignEntity,
  createWallets,
  initImport,
  submitImport,
  issueChallenge,
  login,
  refreshSession,
  endSession,
  linkAccount,
  unlinkAccount,
  updateAccount,
  getIdentityToken,
};

export type SignerState = {
  phase: Phase;
  /** Undefined while sealed. */
  context: SignerContext | undefined;
  status: Omit<SignerStatus, "outcome" | "phase">;
  /** Told of every failure that is not the caller's; receives no request data. */
  report(message: string): void;
};

/** Message in, answer out. Total: whatever arrives, the answer is one of the protocol's, and nothing escapes. */
export function handle(state: SignerState, frame: Frame): SignerAnswer {
  try {
    const message = parseMessage(frame);
    if (message === undefined) return refused(400, "invalid_message", "the message is not one of this protocol");
    if (!ACCEPTED[state.phase].has(message.kind)) {
      return refused(503, "signer_not_ready", `the signer is ${state.phase} and does not accept \`${message.kind}\``);
    }
    if (message.kind === "status") return { outcome: "status", phase: state.phase, ...state.status };
    const context = state.context;
    if (context === undefined) return refused(503, "signer_not_ready", "the signer has no root key yet");
    if (message.kind === "committed") {
      noteCommitted(context, message.records);
      return { outcome: "noted" };
    }
    if (message.kind === "server_key")
      return { outcome: "server_key", key: encodeBase64(context.sealer.deriveServerKey()) };
    if (message.kind === "checkpoint") return handleCheckpoint(context, message);
    return handleRequest(context, message);
  } catch (error) {
    // Neither the error's text nor its stack leaves: either could hold what was being worked on.
    state.report(`internal error: ${error instanceof Error ? error.name : typeof error} ${firstFrame(error)}`);
    return refused(500, "internal_error", "the signer failed; nothing was signed");
  }
}

function handleRequest(context: SignerContext, message: SignerRequest): SignerAnswer {
  let op: Operation | undefined;
  try {
    op = openOperation(context, message);
    return HANDLERS[op.route.operation](op);
  } catch (error) {
    if (error instanceof Refusal) {
      const { status, code, message: text, details } = error;
      const receipt = op === undefined ? undefined : recordRefusal(op, error);
      return {
        ...refused(status, code, text),
        ...(details === undefined ? {} : { details }),
        used: op?.records.used() ?? [],
        ...(receipt === undefined ? {} : { receipt }),
      };
    }
    if (error instanceof NeedRecords) return { outcome: "need", records: error.records };
    if (error instanceof StaleRecords) return { outcome: "stale", records: error.records };
    throw error;
  }
}

function handleCheckpoint(context: SignerContext, message: SignerCheckpointQuery): SignerAnswer {
  try {
    return checkpointLog(context, message);
  } catch (error) {
    if (error instanceof Refusal) return refused(error.status, error.code, error.message);
    if (error instanceof NeedConsistency) return { outcome: "need_consistency", size: error.size };
    throw error;
  }
}

/** Seals that open raise the high-water mark; others say nothing. */
function noteCommitted(context: SignerContext, records: readonly string[]): void {
  for (const sealed of records) {
    const record = context.sealer.openRecord(sealed);
    if (record !== undefined) context.highWater.accepts(record);
  }
}

function refused(status: number, code: string, error: string): Extract<SignerAnswer, { outcome: "refused" }> {
  return { outcome: "refused", status, code, error, used: [] };
}

/** Where it happened, by function and line; never a message. */
function firstFrame(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  return /at [^\n]*/.exec(stack.slice(stack.indexOf("\n    at ") + 1))?.[0] ?? "";
}

const HEADER_NAMES = [
  "authorization",
  "privy-app-id",
  "privy-authorization-signature",
  "privy-idempotency-key",
  "privy-request-expiry",
] as const;
const RECORDS_MAX = 2000;

function parseMessage({ header, body }: Frame): SignerMessage | undefined {
  switch (header.kind) {
    case "status":
    case "server_key":
      return { kind: header.kind };
    case "committed":
      return isTextList(header.records) ? { kind: "committed", records: header.records } : undefined;
    case "checkpoint":
      return parseCheckpointQuery(header);
    case "request":
      return parseRequest(header, body);
    default:
      return undefined;
  }
}

const APP_ID = /^[A-Za-z0-9_-]{1,64}$/;

function parseCheckpointQuery({ appId, size, edge, receipts, previous, consistency }: Frame["header"]) {
  if (!isText(appId) || !APP_ID.test(appId) || typeof size !== "number" || !isTextList(edge)) return undefined;
  if (!isTextList(receipts) || (previous !== undefined && !isText(previous))) return undefined;
  if (consistency !== undefined && !isTextList(consistency)) return undefined;
  const query: SignerCheckpointQuery = { kind: "checkpoint", appId, size, edge, receipts };
  if (previous !== undefined) query.previous = previous;
  if (consistency !== undefined) query.consistency = consistency;
  return query;
}

function parseRequest(header: Frame["header"], body: Uint8Array): SignerRequest | undefined {
  const { method, target, headers, records, walletSecret, walletSeed, importKey, leaveOut, fill, jwks } = header;
  const { absent, decideOnly, team, login } = header;
  if (!isText(method) || !isText(target) || target.length > 8192) return undefined;
  if (!isTextList(records) || typeof headers !== "object" || headers === null) return undefined;
  const request: SignerRequest = { kind: "request", method, target, headers: {}, body, records };
  for (const name of HEADER_NAMES) {
    if (!Object.hasOwn(headers, name)) continue;
    const value = (headers as { [name: string]: unknown })[name];
    if (!isText(value)) return undefined;
    request.headers[name] = value;
  }
  if (absent !== undefined) {
    const keys = parseKeys(absent);
    if (keys === undefined) return undefined;
    request.absent = keys;
  }
  if (walletSecret !== undefined) {
    if (!isText(walletSecret)) return undefined;
    request.walletSecret = walletSecret;
  }
  if (walletSeed !== undefined) {
    if (!isText(walletSeed)) return undefined;
    request.walletSeed = walletSeed;
  }
  if (importKey !== undefined) {
    if (!isText(importKey)) return undefined;
    request.importKey = importKey;
  }
  if (leaveOut !== undefined) {
    if (!isIndexList(leaveOut)) return undefined;
    request.leaveOut = leaveOut;
  }
  if (fill !== undefined) {
    const quantities = parseFill(fill);
    if (quantities === undefined) return undefined;
    request.fill = quantities;
  }
  if (jwks !== undefined) request.jwks = jwks;
  if (decideOnly === true) request.decideOnly = true;
  if (team !== undefined) {
    const memberId = (team as { memberId?: unknown } | null)?.memberId;
    if (!isText(memberId) || memberId.length > 64) return undefined;
    request.team = { memberId };
  }
  if (login !== undefined) {
    const facts = parseLoginFacts(login);
    if (facts === undefined) return undefined;
    request.login = facts;
  }
  return request;
}

/** Types that a decision can do without. */
const OPTIONAL_TYPES = ["condition_set", "aggregation", "aggregation_window"] as const;

function parseKeys(value: unknown): RecordKey[] | undefined {
  if (!Array.isArray(value) || value.length > RECORDS_MAX) return undefined;
  const keys: RecordKey[] = [];
  for (const item of value) {
    if (typeof item !== "object" || item === null) return undefined;
    const type = OPTIONAL_TYPES.find((known) => known === item.type);
    if (type === undefined || !isText(item.id)) return undefined;
    keys.push({ type, id: item.id });
  }
  return keys;
}

const FILL_MEMBERS = ["nonce", "gas_limit", "gas_price", "max_fee_per_gas", "max_priority_fee_per_gas"] as const;

/** Only the members that may be filled in, and only quantities. */
function parseFill(value: unknown): TransactionFill | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const fill: TransactionFill = {};
  for (const [name, quantity] of Object.entries(value)) {
    const member = FILL_MEMBERS.find((known) => known === name);
    if (member === undefined || typeof quantity !== "string" || !/^0x[0-9a-f]{1,64}$/.test(quantity)) return undefined;
    fill[member] = quantity;
  }
  return fill;
}

const IDENTITY_CLAIMS = ["cr", "linked_accounts", "custom_metadata", "guest"];

/** Only the members that there are, and only text: what an identity token says is bounded by this. */
function parseLoginFacts(value: unknown): LoginFacts | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { sessionId, attested, userId, nonce, oauth, identity, ...unknown } = value as { [name: string]: unknown };
  const texts = [sessionId, attested, userId, nonce].filter((text) => text !== undefined);
  if (Object.keys(unknown).length > 0 || !isText(sessionId) || !texts.every(isText)) return undefined;
  if (oauth !== undefined && !isOAuthFacts(oauth)) return undefined;
  if (identity === undefined) return value as LoginFacts;
  const claims = typeof identity === "object" && identity !== null ? Object.entries(identity) : undefined;
  if (!claims?.every(([name, claim]) => IDENTITY_CLAIMS.includes(name) && isText(claim))) return undefined;
  return value as LoginFacts;
}

function isOAuthFacts(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { provider, idToken, ...unknown } = value as { [name: string]: unknown };
  return Object.keys(unknown).length === 0 && isText(provider) && (idToken === undefined || isText(idToken));
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.length <= RECORDS_MAX && value.every(isText);
}

function isIndexList(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= RECORDS_MAX && value.every((item) => Number.isSafeInteger(item));
}

/** JSON can escape half of a surrogate pair; such text has no UTF-8, so nothing that was signed or sealed holds it. */
function isText(value: unknown): value is string {
  return typeof value === "string" && isWellFormedText(value);
}

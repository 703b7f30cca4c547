import type { DocumentStore } from "./documents.ts";
/**
 * The storage port. It keeps sealed records and serves them; it cannot make or alter one (architecture §4).
 * Every write is one `commit`: all of it becomes durable, or none of it, on condition that every record version
 * it names is still current (commit, then release). `conformance.ts` is the suite every adapter passes.
 */

export type RecordType =
  | "app"
  | "user"
  | "user_key"
  | "key_quorum"
  | "policy"
  | "wallet"
  | "condition_set"
  | "aggregation"
  | "aggregation_window";

/** A sealed authority record as the signer made it. `version` counts from 1. A deleted record keeps its last seal. */
export type StoredRecord = {
  appId: string;
  type: RecordType;
  id: string;
  version: number;
  sealed: string;
  deleted: boolean;
  createdAtMs: number;
};

export type RecordKey = { type: RecordType; id: string };

/**
 * An edge from one record to what it names; the index behind "who refers to this" and the wallet list filters.
 * A wallet names its owner quorum as `owner`, a user key names its user as `owner`, an aggregation its app as `app`, a wallet what it is attributed to as `entity`. A deleted record names nothing.
 */
export type RecordReference = {
  kind: "owner" | "signer" | "policy" | "member_key" | "member_user" | "member_quorum" | "identity" | "app" | "entity";
  /** A record id, or the base64 SPKI of a key, or `<account type>:<handle>` for `identity`. */
  to: string;
};

/**
 * The next version of a record. Version 1 requires that none exists; version n+1 requires that n is current. A
 * deleted record is still current: its chain of versions continues, so an id never starts again at 1.
 */
export type PutRecord = {
  type: RecordType;
  id: string;
  version: number;
  sealed: string;
  deleted: boolean;
  createdAtMs: number;
  /** Replaces the references of the version before. */
  references: RecordReference[];
  /** Wallets only, and required there: what the list filters look at. `externalId` is unique among live wallets. */
  wallet?: { address: string; chainType: string; externalId: string | undefined; archived: boolean };
  /** User keys only, and required there unless deleted. */
  expiresAtMs?: number;
  /** What people call it, for lists and searches of the team. Replaces that of before. */
  title?: string;
};

/** The parts of a user that carry no authority: shown, searched, never consulted for a decision. */
export type StoredUser = {
  appId: string;
  id: string;
  createdAtMs: number;
  /** JSON text of the linked accounts, metadata and flags, in the server's own form. */
  profile: string;
};

export type PutUser = {
  id: string;
  createdAtMs: number;
  profile: string;
  /** `<account type>:<handle>` of every linked account; unique in an app. Replaces those of before. */
  accounts: string[];
};

export type StoredAnswer = { status: number; body: string };

/** A payload that may be executed once. The answer is what a repeated request gets. */
export type ConsumedRequest = { digest: string; expiresAtMs: number };

export type IdempotencyEntry = {
  key: string;
  /** method + " " + path */
  target: string;
  /** SHA-256 of the canonical body, hex */
  bodyDigest: string;
  expiresAtMs: number;
};

export type TransactionStatus =
  | "pending"
  | "broadcasted"
  | "confirmed"
  | "finalized"
  | "execution_reverted"
  | "failed"
  | "replaced"
  | "provider_error";

/** A send. Its exact signed bytes are stored before they are broadcast, so that a crash can only repeat them (I7). */
export type StoredTransaction = {
  appId: string;
  id: string;
  walletId: string;
  caip2: string;
  nonce: string;
  status: TransactionStatus;
  hash: string;
  /** 0x-prefixed signed transaction */
  signed: string;
  referenceId: string | undefined;
  createdAtMs: number;
  /** When the request that was signed expires: a send that has not left by then never does (I6). */
  expiresAtMs?: number | undefined;
};

export type NewTransaction = Omit<StoredTransaction, "appId" | "status">;

/** What the app, and the operator, may see of a decision. Written for refusals too. */
export type NewReceipt = {
  /** The receipt's own; unique in an app. */
  id: string;
  /** The receipt as the signer sealed it. */
  receipt: string;
  walletId: string | undefined;
  decision: "ALLOW" | "DENY";
  createdAtMs: number;
  /** The policy that decided and the key quorum that authorized, where there was one. */
  policyId?: string;
  signerId?: string;
};

export type StoredReceipt = NewReceipt & { appId: string; sequence: number };

/**
 * One change and everything that must become durable with it. Its conditions are looked at in the order of
 * `CommitResult`'s refusals: a repeated request gets its answer even though the records moved on since.
 * Text is well-formed Unicode without U+0000, numbers are safe integers; anything else is `InvalidUnitError`.
 */
export type CommitUnit = {
  appId: string;
  /** Payloads and keys that expired by then no longer count. Without it all that is stored counts. */
  nowMs?: number;
  /** Versions the decision relied on. A record that is absent, deleted or at another version fails the commit. */
  expect: (RecordKey & { version: number })[];
  put: PutRecord[];
  /** Fails the commit while a live record refers to this one in one of these ways: for deletions. */
  unreferenced?: { kinds: RecordReference["kind"][]; to: string };
  /**
   * Fails the commit while `max` live records, or more, refer to the record `to` in one of these ways: for additions to
   * a bounded number. `to` is among `expect`; such commits come one after the other, on every process.
   */
  fewerThan?: { max: number; kinds: RecordReference["kind"][]; to: RecordKey };
  /**
   * Sealed private material of wallets that this unit puts. With version 1 it must be new; a later version may
   * replace it (rotation of the seal).
   */
  walletSecrets?: { walletId: string; sealedKey: string; sealedSeed: string | undefined }[];
  putUsers?: PutUser[];
  /** Removes the profile and account handles; the sealed user record is put as deleted in the same unit. */
  deleteUsers?: string[];
  receipt?: NewReceipt;
  consume?: ConsumedRequest[];
  idempotency?: IdempotencyEntry;
  /** Stored for every entry of `consume` and for `idempotency`. Required when either is given. */
  answer?: StoredAnswer;
  transaction?: NewTransaction;
  /**
   * Fails the commit where the wallet has made another send with the transaction's nonce since then, on its chain, that
   * did not fail: for a nonce that was asked of the chain, which may not have known of that send yet. The wallet is among
   * `expect`; such commits come one after the other, on every process.
   */
  nonceUnusedSinceMs?: number;
};

export type CommitResult =
  | { ok: true; receiptSequence: number | undefined }
  /** Some record moved on. Decide again. */
  | { ok: false; reason: "stale"; records: RecordKey[] }
  /** This payload was executed before; here is what it answered. */
  | { ok: false; reason: "consumed"; digest: string; answer: StoredAnswer }
  /** The idempotency key was used before. */
  | { ok: false; reason: "idempotency_key_used"; entry: IdempotencyEntry; answer: StoredAnswer }
  /**
   * A unique value is taken. `user_account` names the handle, `nonce` a send of the same wallet and chain that is
   * not broadcast yet or was made since `nonceUnusedSinceMs`, `referenced` the record that still refers to what was to be deleted, `full` the number that
   * there may be.
   */
  | {
      ok: false;
      reason: "conflict";
      on: "external_id" | "user_account" | "nonce" | "referenced" | "full";
      value: string;
    };

/** Lists go from the oldest on unless they are asked for the newest first. */
export type Page = { cursor: string | undefined; limit: number; order?: "oldest" | "newest" };
export type Paged<T> = { data: T[]; nextCursor: string | undefined };

export type WalletFilter = {
  chainType?: string;
  /** Wallets whose owner quorum, or a child of it, has this user as a member. */
  userId?: string;
  /** The same for a public key (base64 SPKI). */
  publicKey?: string;
  externalId?: string;
  address?: string;
  /** Wallets that are attributed to this user or organization. */
  entityId?: string;
  includeArchived?: boolean;
};

/** What the team narrows a list of users by. All that are named must hold. */
export type UserFilter = {
  /** Has an account of this type, such as `email`. */
  accountType?: string;
  /** Whether a wallet that is not archived is the user's, alone or with others. */
  hasWallet?: boolean;
  createdFromMs?: number;
  createdBeforeMs?: number;
};

/** A page of a filtered list looks at no more users than this, so that a filter which few pass takes no longer. */
export const USERS_EXAMINED = 10_000;

/** Records of one type as the team sees them. */
export type RecordFilter = {
  /** Only those with a title that begins so, letter case aside. */
  titlePrefix?: string;
  /** Only those with a title. */
  titled?: boolean;
};

/** All that are named must hold. */
export type ReceiptFilter = { walletId?: string; signerId?: string; policyId?: string; decision?: "ALLOW" | "DENY" };

/** All that are named must hold. */
export type TransactionFilter = { walletId?: string; caip2?: string; hash?: string };

/**
 * Lookups. Each is answered from what is committed, and only from the app that is named. Text that cannot be stored
 * (see `CommitUnit`) finds nothing. Limits are integers from 1 to 10,000, else `RangeError`.
 */
export interface StorageReader {
  /** Absent and deleted records are both undefined unless `includeDeleted`. */
  findRecord(appId: string, key: RecordKey, options?: { includeDeleted?: boolean }): Promise<StoredRecord | undefined>;
  /** In the order of `keys`; undefined where there is none. One round trip. */
  findRecords(appId: string, keys: RecordKey[]): Promise<(StoredRecord | undefined)[]>;
  /** Apps of the whole deployment, oldest first. */
  listApps(): Promise<StoredRecord[]>;
  findWalletSecret(
    appId: string,
    walletId: string,
  ): Promise<{ sealedKey: string; sealedSeed: string | undefined } | undefined>;
  /** Ordered by creation, then id. Cursors are opaque and bound to the app; a malformed one is `InvalidCursorError`. */
  listWallets(appId: string, filter: WalletFilter, page: Page): Promise<Paged<StoredRecord>>;
  /** Live records of the app that point at `to` by one of `kinds`. */
  findReferrers(appId: string, kinds: RecordReference["kind"][], to: string, limit: number): Promise<RecordKey[]>;
  /** Live user keys whose `owner` is the user and that expire after `nowMs`, newest first, at most `limit`. */
  findUserKeys(appId: string, userId: string, nowMs: number, limit: number): Promise<StoredRecord[]>;
  findUser(appId: string, id: string): Promise<StoredUser | undefined>;
  findUserByAccount(appId: string, account: string): Promise<StoredUser | undefined>;
  listUsers(appId: string, page: Page): Promise<Paged<StoredUser>>;
  /** Those that pass, the newest first. A page may hold fewer than asked for, even none, though more follow. */
  findUsers(appId: string, filter: UserFilter, page: Omit<Page, "order">): Promise<Paged<StoredUser>>;
  countUsers(appId: string): Promise<number>;
  /** Users whose id begins with `idPrefix`, or one of whose accounts with one of `accountPrefixes`; by id. */
  searchUsers(
    appId: string,
    search: { idPrefix: string; accountPrefixes: string[] },
    limit: number,
  ): Promise<StoredUser[]>;
  /** Live records of a type, by creation, then id. With `titlePrefix` one page of those that fit, by title, then id. */
  listRecords(appId: string, type: RecordType, filter: RecordFilter, page: Page): Promise<Paged<StoredRecord>>;
  /** Undefined once `expiresAtMs <= nowMs`; the same holds for idempotency keys. */
  findConsumed(appId: string, digest: string, nowMs: number): Promise<StoredAnswer | undefined>;
  findIdempotent(
    appId: string,
    key: string,
    nowMs: number,
  ): Promise<{ entry: IdempotencyEntry; answer: StoredAnswer } | undefined>;
  findTransaction(appId: string, id: string): Promise<StoredTransaction | undefined>;
  findTransactionsByReference(appId: string, referenceId: string): Promise<StoredTransaction[]>;
  /** Sends of an app by creation, then id. */
  listTransactions(appId: string, filter: TransactionFilter, page: Page): Promise<Paged<StoredTransaction>>;
  /** Committed sends that may not have reached their chain, oldest first, over all apps. */
  listUnbroadcast(limit: number): Promise<StoredTransaction[]>;
  /** Receipts of an app in order of sequence. */
  listReceipts(appId: string, afterSequence: number, limit: number): Promise<StoredReceipt[]>;
  /** Those of one wallet, in the same order. */
  listWalletReceipts(appId: string, walletId: string, afterSequence: number, limit: number): Promise<StoredReceipt[]>;
  /** The newest first, from before that sequence on. */
  listLatestReceipts(
    appId: string,
    filter: ReceiptFilter,
    beforeSequence: number | undefined,
    limit: number,
  ): Promise<StoredReceipt[]>;
  findReceipt(appId: string, id: string): Promise<StoredReceipt | undefined>;
  /** The highest sequence of an app, 0 before its first receipt. */
  findLastSequence(appId: string): Promise<number>;
}

export interface Storage extends StorageReader, DocumentStore {
  readonly kind: "sqlite" | "postgres";
  /**
   * Durable when it resolves. Calls waiting at the same moment share one transaction and one sync (group commit).
   * Rejects with `StorageUnavailableError` when the database could not make it durable.
   */
  commit(unit: CommitUnit): Promise<CommitResult>;
  /**
   * Sets the status of a send; `answer`, when given, replaces the stored answers that this send's commit wrote.
   * Durable when it resolves. Rejects when the app has no such send.
   */
  settleTransaction(appId: string, id: string, status: TransactionStatus, answer?: StoredAnswer): Promise<void>;
  /** Removes consumed payloads, idempotency entries, user keys and documents that expired before `nowMs`. */
  prune(nowMs: number): Promise<{ removed: number }>;
  /** Resolves when the database answers and its schema is the one this build expects. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** The cursor did not come from this app's list. */
export class InvalidCursorError extends Error {
  override name = "InvalidCursorError";
}

/** The database was written by a newer build. */
export class SchemaTooNewError extends Error {
  override name = "SchemaTooNewError";
}

/** A `CommitUnit` that no caller should have built: a bug, found before anything of it was written. */
export class InvalidUnitError extends Error {
  override name = "InvalidUnitError";
}

/**
 * The database could not do it now: disk full, I/O error, connection lost. When it could not say whether a commit
 * became durable, the message says so, and the caller must look the outcome up after reopening.
 */
export class StorageUnavailableError extends Error {
  override name = "StorageUnavailableError";
}

/** Another process has the database open. One writer per file (SQLite only). */
export class DatabaseInUseError extends Error {
  override name = "DatabaseInUseError";
}

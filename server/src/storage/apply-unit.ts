import type {
  CommitResult,
  CommitUnit,
  ConsumedRequest,
  IdempotencyEntry,
  NewReceipt,
  NewTransaction,
  PutRecord,
  PutUser,
  RecordKey,
  RecordReference,
  StoredAnswer,
} from "./storage.ts";

type WalletSecret = NonNullable<CommitUnit["walletSecrets"]>[number];

/** What an adapter answers and writes while a unit is applied. All that is read here is as the transaction sees it. */
export type CommitTables = {
  records: {
    /** The current version, deleted or not. */
    findCurrent(appId: string, key: RecordKey): { version: number; deleted: boolean } | undefined;
    findReferrer(appId: string, kinds: RecordReference["kind"][], to: string): RecordKey | undefined;
    /** How many live records refer to it; counted up to `max` at least. */
    countReferrers(appId: string, kinds: RecordReference["kind"][], to: string, max: number): number;
    put(appId: string, put: PutRecord): void;
  };
  wallets: {
    findIdByExternalId(appId: string, externalId: string): string | undefined;
    putAll(appId: string, puts: PutRecord[]): void;
    putSecret(appId: string, secret: WalletSecret, isRotation: boolean): void;
  };
  users: {
    findIdByAccount(appId: string, account: string): string | undefined;
    change(appId: string, puts: PutUser[], deletions: string[]): void;
  };
  requests: {
    findConsumed(appId: string, digest: string, nowMs: number | undefined): StoredAnswer | undefined;
    findIdempotent(
      appId: string,
      key: string,
      nowMs: number | undefined,
    ): { entry: IdempotencyEntry; answer: StoredAnswer } | undefined;
    consume(appId: string, request: ConsumedRequest, answer: StoredAnswer, transactionId: string | undefined): void;
    useKey(appId: string, entry: IdempotencyEntry, answer: StoredAnswer, transactionId: string | undefined): void;
  };
  transactions: {
    hasPendingNonce(appId: string, send: { walletId: string; caip2: string; nonce: string }): boolean;
    /** Whether there is such a send that did not fail, made after `sinceMs`. */
    hasSentNonce(appId: string, send: { walletId: string; caip2: string; nonce: string }, sinceMs: number): boolean;
    insert(appId: string, transaction: NewTransaction): void;
  };
  receipts: {
    /** Returns the receipt's sequence. */
    append(appId: string, receipt: NewReceipt): number;
  };
};

type Refusal = Extract<CommitResult, { ok: false }>;

/**
 * Inside a transaction: every condition of the unit first, then, if all hold, every write of it. What is refused, and in
 * which order, is the same on every database.
 */
export function applyUnit(tables: CommitTables, unit: CommitUnit): CommitResult {
  const refusal = findRepetition(tables, unit) ?? findStale(tables, unit) ?? findConflict(tables, unit);
  if (refusal !== undefined) return refusal;
  return { ok: true, receiptSequence: writeUnit(tables, unit) };
}

function findRepetition({ requests }: CommitTables, unit: CommitUnit): Refusal | undefined {
  const { appId, nowMs } = unit;
  for (const { digest } of unit.consume ?? []) {
    const answer = requests.findConsumed(appId, digest, nowMs);
    if (answer !== undefined) return { ok: false, reason: "consumed", digest, answer };
  }
  if (unit.idempotency === undefined) return undefined;
  const used = requests.findIdempotent(appId, unit.idempotency.key, nowMs);
  return used === undefined ? undefined : { ok: false, reason: "idempotency_key_used", ...used };
}

function findStale({ records }: CommitTables, unit: CommitUnit): Refusal | undefined {
  const stale = new Map<string, RecordKey>();
  for (const { type, id, version } of unit.expect) {
    const current = records.findCurrent(unit.appId, { type, id });
    if (current === undefined || current.deleted || current.version !== version)
      stale.set(`${type} ${id}`, { type, id });
  }
  for (const { type, id, version } of unit.put) {
    const currentVersion = records.findCurrent(unit.appId, { type, id })?.version ?? 0;
    if (currentVersion !== version - 1) stale.set(`${type} ${id}`, { type, id });
  }
  return stale.size === 0 ? undefined : { ok: false, reason: "stale", records: [...stale.values()] };
}

function findConflict(tables: CommitTables, unit: CommitUnit): Refusal | undefined {
  return (
    findExternalIdConflict(tables, unit) ??
    findAccountConflict(tables, unit) ??
    findNonceConflict(tables, unit) ??
    findReferenceConflict(tables, unit) ??
    findFullness(tables, unit)
  );
}

/** A value may pass between records of one unit: the holder lets go of it in the same breath. */
function findExternalIdConflict({ wallets }: CommitTables, unit: CommitUnit): Refusal | undefined {
  const puts = unit.put.filter((put) => put.type === "wallet");
  const taken = new Set<string>();
  for (const { deleted, wallet } of puts) {
    const value = wallet?.externalId;
    if (deleted || value === undefined) continue;
    const holder = wallets.findIdByExternalId(unit.appId, value);
    const held = holder !== undefined && !puts.some((put) => put.id === holder);
    if (held || taken.has(value)) return { ok: false, reason: "conflict", on: "external_id", value };
    taken.add(value);
  }
  return undefined;
}

function findAccountConflict({ users }: CommitTables, unit: CommitUnit): Refusal | undefined {
  const puts = unit.putUsers ?? [];
  const taken = new Set<string>();
  for (const { accounts } of puts) {
    for (const value of new Set(accounts)) {
      const holder = users.findIdByAccount(unit.appId, value);
      const changes = puts.some((put) => put.id === holder) || (unit.deleteUsers ?? []).some((id) => id === holder);
      if ((holder !== undefined && !changes) || taken.has(value)) {
        return { ok: false, reason: "conflict", on: "user_account", value };
      }
      taken.add(value);
    }
  }
  return undefined;
}

function findNonceConflict({ transactions }: CommitTables, unit: CommitUnit): Refusal | undefined {
  const { appId, transaction, nonceUnusedSinceMs: sinceMs } = unit;
  if (transaction === undefined) return undefined;
  const isTaken =
    transactions.hasPendingNonce(appId, transaction) ||
    (sinceMs !== undefined && transactions.hasSentNonce(appId, transaction, sinceMs));
  return isTaken ? { ok: false, reason: "conflict", on: "nonce", value: transaction.nonce } : undefined;
}

function findReferenceConflict({ records }: CommitTables, unit: CommitUnit): Refusal | undefined {
  if (unit.unreferenced === undefined) return undefined;
  const { kinds, to } = unit.unreferenced;
  const referrer = records.findReferrer(unit.appId, kinds, to);
  if (referrer === undefined) return undefined;
  return { ok: false, reason: "conflict", on: "referenced", value: `${referrer.type} ${referrer.id}` };
}

function findFullness({ records }: CommitTables, unit: CommitUnit): Refusal | undefined {
  if (unit.fewerThan === undefined) return undefined;
  const { max, kinds, to } = unit.fewerThan;
  if (records.countReferrers(unit.appId, kinds, to.id, max) < max) return undefined;
  return { ok: false, reason: "conflict", on: "full", value: String(max) };
}

/** Returns the receipt's sequence, if there is a receipt. */
function writeUnit(tables: CommitTables, unit: CommitUnit): number | undefined {
  const { appId, answer, transaction } = unit;
  for (const put of unit.put) tables.records.put(appId, put);
  tables.wallets.putAll(appId, unit.put);
  for (const secret of unit.walletSecrets ?? []) {
    const isRotation = unit.put.some((put) => put.type === "wallet" && put.id === secret.walletId && put.version > 1);
    tables.wallets.putSecret(appId, secret, isRotation);
  }
  tables.users.change(appId, unit.putUsers ?? [], unit.deleteUsers ?? []);
  if (answer !== undefined) {
    for (const request of unit.consume ?? []) tables.requests.consume(appId, request, answer, transaction?.id);
    if (unit.idempotency !== undefined) tables.requests.useKey(appId, unit.idempotency, answer, transaction?.id);
  }
  if (transaction !== undefined) tables.transactions.insert(appId, transaction);
  return unit.receipt === undefined ? undefined : tables.receipts.append(appId, unit.receipt);
}

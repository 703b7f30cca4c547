import type { CommitResult, CommitUnit, RecordKey } from "../storage.ts";
import type { ReceiptTable } from "./tables/receipts.ts";
import type { RecordTable } from "./tables/records.ts";
import type { RequestTable } from "./tables/requests.ts";
import type { TransactionTable } from "./tables/transactions.ts";
import type { UserTable } from "./tables/users.ts";
import type { WalletTable } from "./tables/wallets.ts";

export type Tables = {
  records: RecordTable;
  wallets: WalletTable;
  users: UserTable;
  requests: RequestTable;
  transactions: TransactionTable;
  receipts: ReceiptTable;
};

type Refusal = Extract<CommitResult, { ok: false }>;

/** Inside a transaction: every condition of the unit first, then, if all hold, every write of it. */
export function applyUnit(tables: Tables, unit: CommitUnit): CommitResult {
  const refusal = findRepetition(tables, unit) ?? findStale(tables, unit) ?? findConflict(tables, unit);
  if (refusal !== undefined) return refusal;
  return { ok: true, receiptSequence: writeUnit(tables, unit) };
}

function findRepetition({ requests }: Tables, unit: CommitUnit): Refusal | undefined {
  const { appId, nowMs } = unit;
  for (const { digest } of unit.consume ?? []) {
    const answer = requests.findConsumed(appId, digest, nowMs);
    if (answer !== undefined) return { ok: false, reason: "consumed", digest, answer };
  }
  if (unit.idempotency === undefined) return undefined;
  const used = requests.findIdempotent(appId, unit.idempotency.key, nowMs);
  return used === undefined ? undefined : { ok: false, reason: "idempotency_key_used", ...used };
}

function findStale({ records }: Tables, unit: CommitUnit): Refusal | undefined {
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

function findConflict(tables: Tables, unit: CommitUnit): Refusal | undefined {
  return (
    findExternalIdConflict(tables, unit) ??
    findAccountConflict(tables, unit) ??
    findNonceConflict(tables, unit) ??
    findReferenceConflict(tables, unit)
  );
}

/** A value may pass between records of one unit: the holder lets go of it in the same breath. */
function findExternalIdConflict({ wallets }: Tables, unit: CommitUnit): Refusal | undefined {
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

function findAccountConflict({ users }: Tables, unit: CommitUnit): Refusal | undefined {
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

function findNonceConflict({ transactions }: Tables, unit: CommitUnit): Refusal | undefined {
  if (unit.transaction === undefined || !transactions.hasPendingNonce(unit.appId, unit.transaction)) return undefined;
  return { ok: false, reason: "conflict", on: "nonce", value: unit.transaction.nonce };
}

function findReferenceConflict({ records }: Tables, unit: CommitUnit): Refusal | undefined {
  if (unit.unreferenced === undefined) return undefined;
  const { kinds, to } = unit.unreferenced;
  const [referrer] = records.findReferrers(unit.appId, kinds, to, 1);
  if (referrer === undefined) return undefined;
  return { ok: false, reason: "conflict", on: "referenced", value: `${referrer.type} ${referrer.id}` };
}

/** Returns the receipt's sequence, if there is a receipt. */
function writeUnit(tables: Tables, unit: CommitUnit): number | undefined {
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

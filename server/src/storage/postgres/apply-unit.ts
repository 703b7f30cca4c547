import type { CommitResult, CommitUnit, RecordKey } from "../storage.ts";
import type { Batch, Job } from "./batch.ts";

type Refusal = Extract<CommitResult, { ok: false }>;

/** Every condition of the unit first, then, if all hold, every write of it. */
export function commitUnit(unit: CommitUnit): Job<CommitResult> {
  return {
    announce: (batch) => announceUnit(batch, unit),
    apply(batch) {
      const refusal = findRepetition(batch, unit) ?? findStale(batch, unit) ?? findConflict(batch, unit);
      if (refusal !== undefined) return refusal;
      return { ok: true, receiptSequence: writeUnit(batch, unit) };
    },
  };
}

function announceUnit(batch: Batch, unit: CommitUnit): void {
  const { appId } = unit;
  for (const key of unit.expect) batch.records.want(appId, key, "share");
  for (const put of unit.put) {
    batch.records.want(appId, put, "update");
    if (put.wallet?.externalId !== undefined) batch.wallets.wantExternalId(appId, put.wallet.externalId);
  }
  if (unit.unreferenced !== undefined)
    batch.records.wantReferrers(appId, unit.unreferenced.kinds, unit.unreferenced.to);
  for (const user of unit.putUsers ?? []) for (const account of user.accounts) batch.users.wantAccount(appId, account);
  for (const { digest } of unit.consume ?? []) batch.requests.wantConsumed(appId, digest);
  if (unit.idempotency !== undefined) batch.requests.wantIdempotent(appId, unit.idempotency.key);
  if (unit.transaction !== undefined) batch.transactions.wantPendingNonce(appId, unit.transaction);
  if (unit.receipt !== undefined) batch.receipts.want(appId);
}

function findRepetition({ requests }: Batch, unit: CommitUnit): Refusal | undefined {
  const { appId, nowMs } = unit;
  for (const { digest } of unit.consume ?? []) {
    const answer = requests.findConsumed(appId, digest, nowMs);
    if (answer !== undefined) return { ok: false, reason: "consumed", digest, answer };
  }
  if (unit.idempotency === undefined) return undefined;
  const used = requests.findIdempotent(appId, unit.idempotency.key, nowMs);
  return used === undefined ? undefined : { ok: false, reason: "idempotency_key_used", ...used };
}

function findStale({ records }: Batch, unit: CommitUnit): Refusal | undefined {
  const stale = new Map<string, RecordKey>();
  for (const { type, id, version } of unit.expect) {
    const current = records.findState(unit.appId, { type, id });
    if (current === undefined || current.deleted || current.version !== version)
      stale.set(`${type} ${id}`, { type, id });
  }
  for (const { type, id, version } of unit.put) {
    const currentVersion = records.findState(unit.appId, { type, id })?.version ?? 0;
    if (currentVersion !== version - 1) stale.set(`${type} ${id}`, { type, id });
  }
  return stale.size === 0 ? undefined : { ok: false, reason: "stale", records: [...stale.values()] };
}

function findConflict(batch: Batch, unit: CommitUnit): Refusal | undefined {
  return (
    findExternalIdConflict(batch, unit) ??
    findAccountConflict(batch, unit) ??
    findNonceConflict(batch, unit) ??
    findReferenceConflict(batch, unit)
  );
}

/** A value may pass between records of one unit: the holder lets go of it in the same breath. */
function findExternalIdConflict({ wallets }: Batch, unit: CommitUnit): Refusal | undefined {
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

function findAccountConflict({ users }: Batch, unit: CommitUnit): Refusal | undefined {
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

function findNonceConflict({ transactions }: Batch, unit: CommitUnit): Refusal | undefined {
  if (unit.transaction === undefined || !transactions.hasPendingNonce(unit.appId, unit.transaction)) return undefined;
  return { ok: false, reason: "conflict", on: "nonce", value: unit.transaction.nonce };
}

function findReferenceConflict({ records }: Batch, unit: CommitUnit): Refusal | undefined {
  if (unit.unreferenced === undefined) return undefined;
  const { kinds, to } = unit.unreferenced;
  const referrer = records.findReferrer(unit.appId, kinds, to);
  if (referrer === undefined) return undefined;
  return { ok: false, reason: "conflict", on: "referenced", value: `${referrer.type} ${referrer.id}` };
}

/** Returns the receipt's sequence, if there is a receipt. */
function writeUnit(batch: Batch, unit: CommitUnit): number | undefined {
  const { appId, answer, transaction } = unit;
  for (const put of unit.put) batch.records.put(appId, put);
  batch.wallets.putAll(appId, unit.put);
  for (const secret of unit.walletSecrets ?? []) {
    const isRotation = unit.put.some((put) => put.type === "wallet" && put.id === secret.walletId && put.version > 1);
    batch.wallets.putSecret(appId, secret, isRotation);
  }
  batch.users.change(appId, unit.putUsers ?? [], unit.deleteUsers ?? []);
  if (answer !== undefined) {
    for (const request of unit.consume ?? []) batch.requests.consume(appId, request, answer, transaction?.id);
    if (unit.idempotency !== undefined) batch.requests.useKey(appId, unit.idempotency, answer, transaction?.id);
  }
  if (transaction !== undefined) batch.transactions.insert(appId, transaction);
  return unit.receipt === undefined ? undefined : batch.receipts.append(appId, unit.receipt);
}

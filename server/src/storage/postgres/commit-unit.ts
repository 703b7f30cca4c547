import { applyUnit } from "../apply-unit.ts";
import type { CommitResult, CommitUnit } from "../storage.ts";
import type { Batch, Job } from "./batch.ts";

/** Says beforehand what the unit will look at, so that one round trip fetches and locks it for all that share it. */
export function commitUnit(unit: CommitUnit): Job<CommitResult> {
  return {
    announce: (batch) => announceUnit(batch, unit),
    apply: (batch) => applyUnit(batch, unit),
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
  if (unit.fewerThan !== undefined) {
    const { kinds, to } = unit.fewerThan;
    // Exclusively: what another process adds at this moment is there, or comes after us.
    batch.records.want(appId, to, "update");
    batch.records.wantReferrers(appId, kinds, to.id);
  }
  for (const user of unit.putUsers ?? []) for (const account of user.accounts) batch.users.wantAccount(appId, account);
  for (const { digest } of unit.consume ?? []) batch.requests.wantConsumed(appId, digest);
  if (unit.idempotency !== undefined) batch.requests.wantIdempotent(appId, unit.idempotency.key);
  if (unit.transaction !== undefined) {
    batch.transactions.wantNonce(appId, unit.transaction, unit.nonceUnusedSinceMs);
    if (unit.nonceUnusedSinceMs !== undefined) {
      // Exclusively: what another process sends at this moment is there, or comes after us.
      batch.records.want(appId, { type: "wallet", id: unit.transaction.walletId }, "update");
    }
  }
  if (unit.receipt !== undefined) batch.receipts.want(appId);
}

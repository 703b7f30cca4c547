import type { StoredTransaction } from "../storage/storage.ts";

/** The wire's Transaction (spec 04 §8). */
export function viewTransaction(transaction: StoredTransaction) {
  return {
    id: transaction.id,
    wallet_id: transaction.walletId,
    caip2: transaction.caip2,
    status: transaction.status,
    transaction_hash: transaction.hash,
    created_at: transaction.createdAtMs,
    ...(transaction.referenceId === undefined ? {} : { reference_id: transaction.referenceId }),
  };
}

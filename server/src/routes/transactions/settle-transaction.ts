import type { Deps } from "../../deps.ts";
import type { StoredTransaction } from "../../storage/storage.ts";

/** Asks the chain what became of a sent transaction, and remembers it. A silent node leaves the status as it is. */
export async function settleTransaction(deps: Deps, transaction: StoredTransaction): Promise<StoredTransaction> {
  if (transaction.status !== "broadcasted" || !deps.chains.urls.has(transaction.caip2)) return transaction;
  const receipt = await deps.chains
    .sending(transaction.caip2)
    .receipt(transaction.hash)
    .catch(() => undefined);
  if (receipt === undefined) return transaction;
  const status = receipt.succeeded ? "confirmed" : "execution_reverted";
  await deps.storage.settleTransaction(transaction.appId, transaction.id, status);
  return { ...transaction, status };
}

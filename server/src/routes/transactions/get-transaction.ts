import type { transactionRoutes } from "@mandate/contract/transactions";
import { ApiError } from "../../api-error.ts";
import type { Deps } from "../../deps.ts";
import type { StoredTransaction } from "../../storage/storage.ts";
import { viewTransaction } from "../../views/transaction.ts";
import type { RouteHandler } from "../handler.ts";

export const getTransaction: RouteHandler<typeof transactionRoutes.getTransaction> = async (
  deps,
  { appId, params },
) => {
  const transaction = await deps.storage.findTransaction(appId, params.transaction_id);
  if (transaction === undefined) throw new ApiError("not_found");
  return { status: 200, body: viewTransaction(await settle(deps, transaction)) };
};

export const findTransactions: RouteHandler<typeof transactionRoutes.findTransactions> = async (
  deps,
  { appId, query },
) => {
  const found = await deps.storage.findTransactionsByReference(appId, query.reference_id);
  const transactions = await Promise.all(
    found.map(async (transaction) => viewTransaction(await settle(deps, transaction))),
  );
  return { status: 200, body: { transactions } };
};

/** Asks the chain what became of a sent transaction, and remembers it. A silent node leaves the status as it is. */
async function settle(deps: Deps, transaction: StoredTransaction): Promise<StoredTransaction> {
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

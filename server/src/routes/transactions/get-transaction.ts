import type { transactionRoutes } from "@mandate/contract/transactions";
import { ApiError } from "../../api-error.ts";
import { viewTransaction } from "../../views/transaction.ts";
import type { RouteHandler } from "../handler.ts";
import { settleTransaction } from "./settle-transaction.ts";

export const getTransaction: RouteHandler<typeof transactionRoutes.getTransaction> = async (
  deps,
  { appId, params },
) => {
  const transaction = await deps.storage.findTransaction(appId, params.transaction_id);
  if (transaction === undefined) throw new ApiError("not_found");
  return { status: 200, body: viewTransaction(await settleTransaction(deps, transaction)) };
};

export const findTransactions: RouteHandler<typeof transactionRoutes.findTransactions> = async (
  deps,
  { appId, query },
) => {
  const found = await deps.storage.findTransactionsByReference(appId, query.reference_id);
  const transactions = await Promise.all(
    found.map(async (transaction) => viewTransaction(await settleTransaction(deps, transaction))),
  );
  return { status: 200, body: { transactions } };
};

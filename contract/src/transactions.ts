import { z } from "zod";
import { named } from "./components.ts";
import { pathId, text, timestamp } from "./fields.ts";
import { defineRoute } from "./route.ts";

export const transactionStatuses = [
  "pending",
  "broadcasted",
  "confirmed",
  "finalized",
  "execution_reverted",
  "failed",
  "replaced",
  "provider_error",
] as const;

export const transaction = named(
  "Transaction",
  z.object({
    id: z.string(),
    wallet_id: z.string(),
    caip2: z.string(),
    status: z.enum(transactionStatuses),
    transaction_hash: z.string().nullable(),
    created_at: timestamp,
    reference_id: z.string().nullable().optional(),
    sponsored: z.boolean().optional(),
  }),
);

export const transactionRoutes = {
  getTransaction: defineRoute({
    id: "getTransaction",
    method: "GET",
    path: "/v1/transactions/{transaction_id}",
    summary: "Get a sent transaction",
    caller: "app",
    authorization: "none",
    request: { params: z.strictObject({ transaction_id: pathId }) },
    responses: { 200: transaction },
    errors: ["not_found"],
    idempotent: false,
  }),
  findTransactions: defineRoute({
    id: "findTransactions",
    method: "GET",
    path: "/v1/transactions",
    summary: "Find sent transactions by the reference they were sent with",
    caller: "app",
    authorization: "none",
    request: { query: z.strictObject({ reference_id: text(1, 64) }) },
    responses: { 200: named("TransactionList", z.object({ transactions: z.array(transaction) })) },
    errors: [],
    idempotent: false,
  }),
};

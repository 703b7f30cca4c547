import { z } from "zod";
import { named } from "./components.ts";
import { booleanQuery, pageQuery, pathId, text, timestamp } from "./fields.ts";
import { defineRoute } from "./route.ts";
import { transactionStatuses } from "./transactions.ts";

/** What a wallet holds, and what it sent. */
const params = z.strictObject({ wallet_id: pathId });

export const assets = [
  "usdc",
  "usdc.e",
  "eth",
  "avax",
  "pol",
  "bnb",
  "usdt",
  "eurc",
  "usdb",
  "ousd",
  "pathusd",
  "sol",
  "trx",
] as const;

const assetsMax = 20;

/** Official clients write a list as one member with commas; a member that is given twice is refused everywhere. */
function listQuery<S extends z.ZodType<string, string>>(item: S) {
  return text(1, 2000)
    .transform((list) => list.split(","))
    .pipe(z.array(item).max(assetsMax));
}

/** A name such as `base`, or CAIP-2. */
const chainName = text(1, 64).regex(/^[a-z0-9_]+$|^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}$/, {
  error: "chain must be a name such as 'base' or a CAIP-2 chain ID such as 'eip155:8453'",
});
const asset = z.enum(assets);
const tokenAddress = text(1, 64).regex(/^[A-Za-z0-9]+$/, "token must be an address");

const balanceQuery = z.strictObject({
  asset: listQuery(asset).optional(),
  chain: listQuery(chainName).optional(),
  token: listQuery(text(1, 128).regex(/^.+:[A-Za-z0-9]+$/, "token must be written as chain:address")).optional(),
  include_currency: z.enum(["usd", "eur"]).optional(),
  include_archived: booleanQuery.optional(),
});

const amount = {
  asset: z.string().describe("Its name; a token that was asked for by address, that address"),
  chain: z.string(),
  raw_value: z.string().describe("In the asset's smallest unit"),
  raw_value_decimals: z.number().int().nonnegative(),
  display_values: z.record(z.string(), z.string()),
};

const transactionsQuery = z
  .strictObject({
    chain: chainName,
    asset: listQuery(asset).optional(),
    token: listQuery(tokenAddress).optional(),
    tx_hash: text(1, 128).optional(),
    include_archived: booleanQuery.optional(),
    ...pageQuery,
  })
  .refine((query) => (query.asset === undefined) !== (query.token === undefined), {
    error: "Exactly one of asset or token is required",
  });

const walletTransaction = z.object({
  caip2: z.string(),
  created_at: timestamp,
  status: z.enum(transactionStatuses),
  transaction_hash: z.string().nullable(),
  wallet_id: z.string(),
  privy_transaction_id: z.string().nullable(),
  details: z.object({
    type: z.literal("transfer_sent"),
    ...amount,
    sender: z.string(),
    recipient: z.string().describe("Of a Solana token: the token account that received it"),
    sender_privy_user_id: z.string().nullable(),
    recipient_privy_user_id: z.string().nullable(),
  }),
});

export const holdingRoutes = {
  getWalletBalance: defineRoute({
    id: "getWalletBalance",
    method: "GET",
    path: "/v1/wallets/{wallet_id}/balance",
    summary: "Read what a wallet holds from the RPC nodes of its chains",
    caller: "app-or-user",
    authorization: "none",
    request: { params, query: balanceQuery },
    responses: { 200: named("WalletBalance", z.object({ balances: z.array(z.object(amount)) })) },
    errors: ["not_found", "not_supported"],
    idempotent: false,
  }),
  listWalletTransactions: defineRoute({
    id: "listWalletTransactions",
    method: "GET",
    path: "/v1/wallets/{wallet_id}/transactions",
    summary: "List the transfers of an asset that a wallet sent through this server, newest first",
    caller: "app-or-user",
    authorization: "none",
    request: { params, query: transactionsQuery },
    responses: {
      200: named(
        "WalletTransactions",
        z.object({ transactions: z.array(walletTransaction), next_cursor: z.string().nullable() }),
      ),
    },
    errors: ["not_found", "not_supported"],
    idempotent: false,
  }),
};

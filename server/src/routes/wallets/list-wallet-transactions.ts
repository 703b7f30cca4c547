import type { holdingRoutes } from "@mandate/contract/holdings";
import { chooseOnChain, type Holding } from "../../chains/choose-holdings.ts";
import type { Deps } from "../../deps.ts";
import type { StoredTransaction } from "../../storage/storage.ts";
import { toDecimal } from "../../views/decimal-amount.ts";
import { findSoleUser } from "../../views/membership.ts";
import { listSentTransfers, type SentTransfer } from "../../views/sent-transfers.ts";
import type { WalletView } from "../../views/wallet.ts";
import type { RouteHandler } from "../handler.ts";
import { readPage } from "../page.ts";
import { settleTransaction } from "../transactions/settle-transaction.ts";
import { findVisibleWallet } from "./find-visible-wallet.ts";
import { askNode, noSuchToken } from "./get-wallet-balance.ts";

const LIMIT = 100;
/** A page may come out shorter than asked for, and go on: sends that move something else are passed over. */
const ROUNDS_MAX = 5;

type Known = Holding & { decimals: number };
type Found = { send: StoredTransaction; holding: Known; transfer: SentTransfer };

/** Sends of our own record. What others send to the wallet is not in it. */
export const listWalletTransactions: RouteHandler<typeof holdingRoutes.listWalletTransactions> = async (
  deps,
  { appId, user, params, query },
) => {
  const sought = { appId, user, walletId: params.wallet_id, includeArchived: query.include_archived };
  const wallet = await findVisibleWallet(deps.storage, sought);
  const chosen = chooseOnChain(wallet.chain_type, query.chain, { asset: query.asset, token: query.token });
  const holdings = await Promise.all(chosen.map((holding) => withDecimals(deps, holding)));
  const filter = {
    walletId: wallet.id,
    caip2: holdings[0]!.chain.caip2,
    ...(query.tx_hash === undefined ? {} : { hash: query.tx_hash }),
  };
  const limit = query.limit ?? LIMIT;
  const found: Found[] = [];
  let { cursor }: { cursor?: string | undefined } = query;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    // As many sends as transfers are still wanted, so that the cursor never passes a send that was not shown.
    const page = { cursor, limit: Math.max(limit - found.length, 1), order: "newest" as const };
    const { data, nextCursor } = await readPage(() => deps.storage.listTransactions(appId, filter, page));
    found.push(...data.flatMap((send) => findTransfers(send, wallet.address, holdings)));
    cursor = nextCursor;
    if (cursor === undefined || found.length >= limit) break;
  }
  const sender = await findSoleUser(deps.storage, appId, wallet.owner_id);
  const settled = await settleEach(deps, found);
  const transactions = found.map((one) => view(one, settled.get(one.send.id)!, wallet, sender));
  return { status: 200, body: { transactions, next_cursor: cursor ?? null } };
};

async function withDecimals(deps: Deps, holding: Holding): Promise<Known> {
  if (holding.decimals !== undefined) return { ...holding, decimals: holding.decimals };
  const chain = deps.chains.holding(holding.chain.caip2);
  const decimals = await askNode(deps, holding, () => chain.tokenDecimals(holding.token!));
  if (decimals === undefined) throw noSuchToken(holding);
  return { ...holding, decimals };
}

function findTransfers(send: StoredTransaction, address: string, holdings: Known[]): Found[] {
  return listSentTransfers(send, address).flatMap((transfer) => {
    const holding = holdings.find(({ token }) => token === transfer.token);
    return holding === undefined ? [] : [{ send, holding, transfer }];
  });
}

/** A send of many transfers is asked for once. */
async function settleEach(deps: Deps, found: Found[]): Promise<Map<string, StoredTransaction>> {
  const sends = new Map(found.map(({ send }) => [send.id, send]));
  const settled = await Promise.all([...sends.values()].map((send) => settleTransaction(deps, send)));
  return new Map(settled.map((send) => [send.id, send]));
}

function view({ holding, transfer }: Found, send: StoredTransaction, wallet: WalletView, sender: string | null) {
  return {
    caip2: send.caip2,
    created_at: send.createdAtMs,
    status: send.status,
    transaction_hash: send.hash,
    wallet_id: send.walletId,
    privy_transaction_id: send.id,
    details: {
      type: "transfer_sent",
      asset: holding.asset,
      chain: holding.chain.name,
      sender: wallet.address,
      recipient: transfer.recipient,
      sender_privy_user_id: sender,
      recipient_privy_user_id: null,
      raw_value: transfer.value.toString(),
      raw_value_decimals: holding.decimals,
      display_values: { [holding.asset]: toDecimal(transfer.value, holding.decimals) },
    },
  };
}

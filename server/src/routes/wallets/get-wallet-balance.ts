import type { holdingRoutes } from "@mandate/contract/holdings";
import { ApiError } from "../../api-error.ts";
import { chooseHoldings, type Holding } from "../../chains/choose-holdings.ts";
import { RpcError } from "../../chains/json-rpc.ts";
import type { Deps } from "../../deps.ts";
import { toDecimal } from "../../views/decimal-amount.ts";
import type { RouteHandler } from "../handler.ts";
import { findVisibleWallet } from "./find-visible-wallet.ts";

/** All or nothing: a balance that is missing from the list would be read as none. */
export const getWalletBalance: RouteHandler<typeof holdingRoutes.getWalletBalance> = async (
  deps,
  { appId, user, params, query },
) => {
  const sought = { appId, user, walletId: params.wallet_id, includeArchived: query.include_archived };
  const wallet = await findVisibleWallet(deps.storage, sought);
  if (query.include_currency !== undefined)
    throw new ApiError("not_supported", "this server knows no prices; leave include_currency out");
  const holdings = chooseHoldings(wallet.chain_type, query, deps.chains.urls.keys());
  const balances = await Promise.all(holdings.map((holding) => readHolding(deps, holding, wallet.address)));
  return { status: 200, body: { balances } };
};

async function readHolding(deps: Deps, holding: Holding, address: string) {
  const { asset, token } = holding;
  const chain = deps.chains.holding(holding.chain.caip2);
  const [value, decimals] = await askNode(deps, holding, () =>
    Promise.all([
      token === undefined ? chain.balance(address) : chain.tokenBalance(token, address),
      holding.decimals ?? chain.tokenDecimals(token!),
    ]),
  );
  if (value === undefined || decimals === undefined) throw noSuchToken(holding);
  return {
    chain: holding.chain.name,
    asset,
    raw_value: value.toString(),
    raw_value_decimals: decimals,
    display_values: { [asset]: toDecimal(value, decimals) },
  };
}

export function noSuchToken({ chain, asset }: Holding): ApiError {
  return new ApiError("invalid_data", `there is no token \`${asset}\` on \`${chain.name}\``);
}

/** What a node says of its trouble is for the log. */
export async function askNode<T>(deps: Deps, { chain }: Holding, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    deps.log.error("a chain's node did not answer as it should", { chain: chain.caip2, reason: error.message });
    throw new ApiError("unavailable", `the node of \`${chain.name}\` does not answer; try again`);
  }
}

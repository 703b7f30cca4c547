import type { walletRoutes } from "@mandate/contract/wallets";
import type { RouteHandler } from "../handler.ts";
import { findVisibleWallet } from "./find-visible-wallet.ts";

export const getWallet: RouteHandler<typeof walletRoutes.getWallet> = async (deps, { appId, user, params, query }) => {
  const sought = { appId, user, walletId: params.wallet_id, includeArchived: query.include_archived };
  return { status: 200, body: await findVisibleWallet(deps.storage, sought) };
};

import type { walletRoutes } from "@mandate/contract/wallets";
import { ApiError } from "../../api-error.ts";
import { isMember } from "../../views/membership.ts";
import { viewWallet } from "../../views/wallet.ts";
import type { RouteHandler } from "../handler.ts";

export const getWallet: RouteHandler<typeof walletRoutes.getWallet> = async (deps, { appId, user, params, query }) => {
  const record = await deps.storage.findRecord(appId, { type: "wallet", id: params.wallet_id });
  const wallet = record === undefined ? undefined : viewWallet(record.sealed);
  if (wallet === undefined || (wallet.archived_at !== null && query.include_archived !== true))
    throw new ApiError("not_found");
  if (user !== undefined && !(await isMember(deps.storage, appId, wallet.owner_id, user.id)))
    throw new ApiError("not_found");
  return { status: 200, body: wallet };
};

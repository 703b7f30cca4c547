import type { walletRoutes } from "@mandate/contract/wallets";
import { ApiError } from "../../api-error.ts";
import { listAddressSpellings } from "../../views/address.ts";
import { viewWallet } from "../../views/wallet.ts";
import type { RouteHandler } from "../handler.ts";

export const findWalletByAddress: RouteHandler<typeof walletRoutes.findWalletByAddress> = async (
  deps,
  { appId, body },
) => {
  for (const address of listAddressSpellings(body.address)) {
    const filter = { address, ...(body.include_archived === true ? { includeArchived: true } : {}) };
    const page = await deps.storage.listWallets(appId, filter, { cursor: undefined, limit: 1 });
    const record = page.data[0];
    if (record !== undefined) return { status: 200, body: viewWallet(record.sealed) };
  }
  throw new ApiError("not_found");
};

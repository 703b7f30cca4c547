import type { walletRoutes } from "@mandate/contract/wallets";
import { parseP256PublicKey } from "@mandate/core/crypto/p256";
import { ApiError } from "../../api-error.ts";
import type { WalletFilter } from "../../storage/storage.ts";
import { normalizeAddress } from "../../views/address.ts";
import { viewWallet } from "../../views/wallet.ts";
import type { RouteHandler } from "../handler.ts";
import { readPage, toPage } from "../page.ts";
import { fullUserId } from "../users/user-id.ts";

export const listWallets: RouteHandler<typeof walletRoutes.listWallets> = async (deps, { appId, query }) => {
  const filter: WalletFilter = {
    ...(query.chain_type === undefined ? {} : { chainType: query.chain_type }),
    ...(query.user_id === undefined ? {} : { userId: fullUserId(query.user_id) }),
    ...(query.authorization_key === undefined ? {} : { publicKey: readKey(query.authorization_key) }),
    ...(query.external_id === undefined ? {} : { externalId: query.external_id }),
    ...(query.address === undefined ? {} : { address: normalizeAddress(query.address) }),
    ...(query.include_archived === true ? { includeArchived: true } : {}),
  };
  const page = await readPage(() =>
    deps.storage.listWallets(appId, filter, { cursor: query.cursor, limit: query.limit ?? 100 }),
  );
  return { status: 200, body: toPage(page, (record) => viewWallet(record.sealed)) };
};

function readKey(text: string): string {
  const parsed = parseP256PublicKey(text);
  if (!parsed.ok) throw new ApiError("invalid_data", `authorization_key: ${parsed.message}`);
  return parsed.spkiBase64;
}

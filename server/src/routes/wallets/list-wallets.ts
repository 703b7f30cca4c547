import type { QueryOf } from "@mandate/contract/route";
import type { walletRoutes } from "@mandate/contract/wallets";
import { parseP256PublicKey } from "@mandate/core/crypto/p256";
import { ApiError } from "../../api-error.ts";
import type { SignedInUser } from "../../authenticate/access-token.ts";
import type { WalletFilter } from "../../storage/storage.ts";
import { listAddressSpellings } from "../../views/address.ts";
import { viewWallet } from "../../views/wallet.ts";
import type { RouteHandler } from "../handler.ts";
import { readPage, toPage } from "../page.ts";
import { fullUserId } from "../users/user-id.ts";

export const listWallets: RouteHandler<typeof walletRoutes.listWallets> = async (deps, { appId, user, query }) => {
  const spellings = query.address === undefined ? [undefined] : listAddressSpellings(query.address, query.chain_type);
  const filters = spellings.map((address) => readFilter(query, address, user));
  // Few texts are addresses of two chains in two spellings; the first that finds something is meant.
  const pages = await Promise.all(
    filters.map((filter) =>
      readPage(() => deps.storage.listWallets(appId, filter, { cursor: query.cursor, limit: query.limit ?? 100 })),
    ),
  );
  const page = pages.find(({ data }) => data.length > 0) ?? pages[0]!;
  return { status: 200, body: toPage(page, (record) => viewWallet(record.sealed)) };
};

function readFilter(
  query: QueryOf<typeof walletRoutes.listWallets>,
  address: string | undefined,
  user: SignedInUser | undefined,
): WalletFilter {
  return {
    ...(query.chain_type === undefined ? {} : { chainType: query.chain_type }),
    ...(query.user_id === undefined ? {} : { userId: fullUserId(query.user_id) }),
    // Whatever else a user asks for, it is among the user's own.
    ...(user === undefined ? {} : { userId: user.id }),
    ...(query.authorization_key === undefined ? {} : { publicKey: readKey(query.authorization_key) }),
    ...(query.external_id === undefined ? {} : { externalId: query.external_id }),
    ...(query.entity_id === undefined ? {} : { entityId: query.entity_id }),
    ...(address === undefined ? {} : { address }),
    ...(query.include_archived === true ? { includeArchived: true } : {}),
  };
}

function readKey(text: string): string {
  const parsed = parseP256PublicKey(text);
  if (!parsed.ok) throw new ApiError("invalid_data", `authorization_key: ${parsed.message}`);
  return parsed.spkiBase64;
}

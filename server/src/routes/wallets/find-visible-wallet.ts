import { ApiError } from "../../api-error.ts";
import type { SignedInUser } from "../../authenticate/access-token.ts";
import type { StorageReader } from "../../storage/storage.ts";
import { isMember } from "../../views/membership.ts";
import { viewWallet, type WalletView } from "../../views/wallet.ts";

type Sought = { appId: string; user: SignedInUser | undefined; walletId: string; includeArchived: boolean | undefined };

/** A wallet of the app; for a user one that the user owns or is a member of the owner of. Any other does not exist. */
export async function findVisibleWallet(storage: StorageReader, sought: Sought): Promise<WalletView> {
  const { appId, user, walletId, includeArchived } = sought;
  const record = await storage.findRecord(appId, { type: "wallet", id: walletId });
  const wallet = record === undefined ? undefined : viewWallet(record.sealed);
  if (wallet === undefined || (wallet.archived_at !== null && includeArchived !== true))
    throw new ApiError("not_found");
  if (user !== undefined && !(await isMember(storage, appId, wallet.owner_id, user.id)))
    throw new ApiError("not_found");
  return wallet;
}

import type { userRoutes } from "@mandate/contract/users";
import { readSealedRecord } from "@mandate/signer/protocol";
import { ApiError } from "../../api-error.ts";
import type { Deps } from "../../deps.ts";
import type { HttpResponse } from "../../http/response.ts";
import type { StoredUser } from "../../storage/storage.ts";
import { normalizeAddress } from "../../views/address.ts";
import { viewUser } from "../../views/user.ts";
import { viewWallet } from "../../views/wallet.ts";
import type { RouteHandler } from "../handler.ts";

export const findUserByCustomAuthId: RouteHandler<typeof userRoutes.findUserByCustomAuthId> = async (
  deps,
  { appId, body },
) => answer(deps, await deps.storage.findUserByAccount(appId, `custom_auth:${body.custom_user_id}`));

export const findUserByEmail: RouteHandler<typeof userRoutes.findUserByEmail> = async (deps, { appId, body }) =>
  answer(deps, await deps.storage.findUserByAccount(appId, `email:${body.address.toLowerCase()}`));

/** By an external wallet that is linked, or by an embedded wallet that a user owns. */
export const findUserByWalletAddress: RouteHandler<typeof userRoutes.findUserByWalletAddress> = async (
  deps,
  { appId, body },
) => {
  return answer(deps, await findUserOfWallet(deps, appId, body.address));
};

/** Whose wallet this is: linked by the user, or kept here and owned by the user alone. */
export async function findUserOfWallet(deps: Deps, appId: string, text: string): Promise<StoredUser | undefined> {
  const address = normalizeAddress(text);
  const linked = await deps.storage.findUserByAccount(appId, `wallet:${address}`);
  return linked ?? findOwnerOfWallet(deps, appId, address);
}

async function findOwnerOfWallet(deps: Deps, appId: string, address: string): Promise<StoredUser | undefined> {
  const page = await deps.storage.listWallets(appId, { address }, { cursor: undefined, limit: 1 });
  const ownerId = page.data[0] === undefined ? null : viewWallet(page.data[0].sealed).owner_id;
  const quorum =
    ownerId === null ? undefined : await deps.storage.findRecord(appId, { type: "key_quorum", id: ownerId });
  const users = quorum === undefined ? [] : (readSealedRecord(quorum.sealed).body.user_ids as string[]);
  return users.length === 1 ? deps.storage.findUser(appId, users[0]!) : undefined;
}

async function answer(deps: Deps, user: StoredUser | undefined): Promise<HttpResponse> {
  if (user === undefined) throw new ApiError("user_does_not_exist");
  return { status: 200, body: await viewUser(deps.storage, user) };
}

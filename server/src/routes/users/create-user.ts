import type { userRoutes } from "@mandate/contract/users";
import { ApiError } from "../../api-error.ts";
import { decideAndCommit, jsonAnswer, toHttpResponse } from "../../authority/decide-and-commit.ts";
import type { Deps } from "../../deps.ts";
import { accountKeys } from "../../views/account-keys.ts";
import { accountHandle, type LinkedAccountView, toLinkedAccount } from "../../views/linked-account.ts";
import { composeUser, type UserProfile, viewUser } from "../../views/user.ts";
import { viewWallet } from "../../views/wallet.ts";
import type { RouteHandler } from "../handler.ts";
import { putOf } from "../put-of.ts";

export const createUser: RouteHandler<typeof userRoutes.createUser> = async (deps, { request, appId, body }) => {
  const nowS = Math.floor(deps.nowMs() / 1000);
  const accounts = body.linked_accounts.map((input) => toLinkedAccount(input, nowS));
  const existing = await findOwner(deps, appId, accounts);
  if (existing !== undefined) return { status: 200, body: existing };

  const profile: UserProfile = {
    linked_accounts: accounts,
    ...(body.custom_metadata === undefined ? {} : { custom_metadata: body.custom_metadata }),
  };
  const created = decideAndCommit(deps, request, {
    appId,
    records: [],
    idempotent: false,
    answer: (accepted) => {
      const wallets = accepted.put.filter(({ type }) => type === "wallet").map(({ sealed }) => viewWallet(sealed));
      return jsonAnswer(composeUser(putOf(accepted, "user"), profile, wallets));
    },
    extend: (accepted) => {
      const { id, createdAtMs } = putOf(accepted, "user");
      return {
        putUsers: [{ id, createdAtMs, profile: JSON.stringify(profile), accounts: accountKeys(accounts) }],
      };
    },
  });
  return created.then(
    ({ answer }) => toHttpResponse(answer),
    async (error: unknown) => {
      // Somebody created the same user at the same moment; this request finds that user as a later one would.
      const isTaken = error instanceof ApiError && error.code === "linked_to_another_user";
      const winner = isTaken ? await findOwner(deps, appId, accounts) : undefined;
      if (winner === undefined) throw error;
      return { status: 200, body: winner };
    },
  );
};

/** Importing the same user twice answers with that user; an account that is somebody else's is refused. */
async function findOwner(deps: Deps, appId: string, accounts: LinkedAccountView[]) {
  const owners = await Promise.all(
    accounts.map((account) => deps.storage.findUserByAccount(appId, accountHandle(account))),
  );
  const found = owners.filter((owner) => owner !== undefined);
  if (found.length === 0) return undefined;
  if (found.length < owners.length || new Set(found.map(({ id }) => id)).size > 1)
    throw new ApiError("linked_to_another_user");
  return viewUser(deps.storage, found[0]!);
}

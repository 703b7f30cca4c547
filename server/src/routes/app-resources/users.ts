import type { appResourceRoutes } from "@mandate/contract/app-resources";
import { ApiError } from "../../api-error.ts";
import type { Deps } from "../../deps.ts";
import type { StoredUser, UserFilter } from "../../storage/storage.ts";
import { searchPrefixes } from "../../views/account-keys.ts";
import { accountsOf, readProfile, viewUser } from "../../views/user.ts";
import { viewWallet } from "../../views/wallet.ts";
import type { RouteHandler } from "../handler.ts";
import { readPage } from "../page.ts";
import { findUserOfWallet } from "../users/find-user.ts";
import { fullUserId } from "../users/user-id.ts";
import { requireApp } from "./for-team.ts";

const ATTACHED_MAX = 100;

export const listAppUsers: RouteHandler<typeof appResourceRoutes.listAppUsers> = async (deps, { params, query }) => {
  const appId = params.app_id;
  await requireApp(deps, appId);
  const limit = query.limit ?? 50;
  const filter = filterOf(query);
  const page =
    query.search === undefined
      ? await readPage(() => deps.storage.findUsers(appId, filter, { cursor: query.cursor, limit }))
      : { data: await searchUsers(deps, appId, query.search.trim(), limit), nextCursor: undefined };
  const [views, total] = await Promise.all([
    Promise.all(page.data.map((user) => viewUser(deps.storage, user))),
    deps.storage.countUsers(appId),
  ]);
  // What a search has found is narrowed here; a list comes narrowed.
  const data = query.search === undefined ? views : views.filter((_, at) => passes(filter, page.data[at]!, views[at]!));
  return { status: 200, body: { data, next_cursor: page.nextCursor ?? null, total } };
};

type ListQuery = Parameters<typeof listAppUsers>[1]["query"];
type UserView = Awaited<ReturnType<typeof viewUser>>;

function filterOf(query: ListQuery): UserFilter {
  const { account_type: accountType, has_wallet: hasWallet, created_from: from, created_before: before } = query;
  return {
    ...(accountType === undefined ? {} : { accountType }),
    ...(hasWallet === undefined ? {} : { hasWallet }),
    ...(from === undefined ? {} : { createdFromMs: from }),
    ...(before === undefined ? {} : { createdBeforeMs: before }),
  };
}

function passes(filter: UserFilter, user: StoredUser, view: UserView): boolean {
  const hasWallet = view.linked_accounts.some((account) => account.type === "wallet" && "id" in account);
  return (
    (filter.accountType === undefined ||
      accountsOf(readProfile(user)).some((key) => key.startsWith(`${filter.accountType}:`))) &&
    (filter.hasWallet === undefined || filter.hasWallet === hasWallet) &&
    (filter.createdFromMs === undefined || user.createdAtMs >= filter.createdFromMs) &&
    (filter.createdBeforeMs === undefined || user.createdAtMs < filter.createdBeforeMs)
  );
}

async function searchUsers(deps: Deps, appId: string, text: string, limit: number): Promise<StoredUser[]> {
  const search = { idPrefix: fullUserId(text), accountPrefixes: searchPrefixes(text) };
  const [users, owner] = await Promise.all([
    deps.storage.searchUsers(appId, search, limit),
    findUserOfWallet(deps, appId, text),
  ]);
  return owner === undefined || users.some(({ id }) => id === owner.id) ? users : [owner, ...users].slice(0, limit);
}

export const getAppUser: RouteHandler<typeof appResourceRoutes.getAppUser> = async (deps, { params }) => {
  const appId = params.app_id;
  await requireApp(deps, appId);
  const user = await deps.storage.findUser(appId, fullUserId(params.user_id));
  if (user === undefined) throw new ApiError("user_does_not_exist");
  const page = { cursor: undefined, limit: ATTACHED_MAX, order: "newest" as const };
  const [view, wallets, quorums] = await Promise.all([
    viewUser(deps.storage, user),
    deps.storage.listWallets(appId, { userId: user.id, includeArchived: true }, page),
    deps.storage.findReferrers(appId, ["member_user"], user.id, ATTACHED_MAX),
  ]);
  return {
    status: 200,
    body: {
      user: view,
      wallets: wallets.data.map((record) => viewWallet(record.sealed)),
      key_quorum_ids: quorums.map(({ id }) => id),
    },
  };
};

import type { appResourceRoutes } from "@mandate/contract/app-resources";
import { ApiError } from "../../api-error.ts";
import type { Deps } from "../../deps.ts";
import type { StoredRecord, WalletFilter } from "../../storage/storage.ts";
import { normalizeAddress } from "../../views/address.ts";
import { viewKeyQuorum } from "../../views/key-quorum.ts";
import { viewPolicy } from "../../views/policy.ts";
import { viewTransaction } from "../../views/transaction.ts";
import { viewWallet } from "../../views/wallet.ts";
import type { RouteHandler } from "../handler.ts";
import { readPage, toPage } from "../page.ts";
import { fullUserId } from "../users/user-id.ts";
import { requireApp } from "./for-team.ts";

export const listAppWallets: RouteHandler<typeof appResourceRoutes.listAppWallets> = async (
  deps,
  { params, query },
) => {
  const appId = params.app_id;
  await requireApp(deps, appId);
  const filter: WalletFilter = {
    ...(query.chain_type === undefined ? {} : { chainType: query.chain_type }),
    ...(query.user_id === undefined ? {} : { userId: fullUserId(query.user_id) }),
    ...(query.include_archived === true ? { includeArchived: true } : {}),
  };
  const limit = query.limit ?? 50;
  if (query.search !== undefined) {
    const found = await searchWallets(deps, appId, filter, query.search.trim(), limit);
    return { status: 200, body: { data: found.map((record) => viewWallet(record.sealed)), next_cursor: null } };
  }
  const page = await readPage(() =>
    deps.storage.listWallets(appId, filter, { cursor: query.cursor, limit, order: "newest" }),
  );
  return { status: 200, body: toPage(page, (record) => viewWallet(record.sealed)) };
};

async function searchWallets(deps: Deps, appId: string, filter: WalletFilter, text: string, limit: number) {
  const page = { cursor: undefined, limit };
  const [byId, byAddress, byExternalId] = await Promise.all([
    deps.storage.findRecord(appId, { type: "wallet", id: text }),
    deps.storage.listWallets(appId, { ...filter, address: normalizeAddress(text) }, page),
    deps.storage.listWallets(appId, { ...filter, externalId: text }, page),
  ]);
  const found = [...(byId === undefined ? [] : [byId]), ...byAddress.data, ...byExternalId.data];
  return [...new Map(found.map((record) => [record.id, record])).values()].slice(0, limit);
}

/** Archived wallets too: the team looks at what was. */
export const getAppWallet: RouteHandler<typeof appResourceRoutes.getAppWallet> = async (deps, { params }) => {
  const appId = params.app_id;
  await requireApp(deps, appId);
  const record = await deps.storage.findRecord(appId, { type: "wallet", id: params.wallet_id });
  if (record === undefined) throw new ApiError("not_found");
  const wallet = viewWallet(record.sealed);
  const signers = await Promise.all(
    wallet.additional_signers.map(async ({ signer_id, override_policy_ids = [] }) => ({
      signer_id,
      key_quorum: await findQuorum(deps, appId, signer_id),
      policies: await findPolicies(deps, appId, override_policy_ids),
    })),
  );
  const owner = wallet.owner_id === null ? null : await findQuorum(deps, appId, wallet.owner_id);
  const policies = await findPolicies(deps, appId, wallet.policy_ids);
  return { status: 200, body: { wallet, owner, signers, policies } };
};

async function findQuorum(deps: Deps, appId: string, id: string) {
  const record = await deps.storage.findRecord(appId, { type: "key_quorum", id });
  return record === undefined ? null : viewKeyQuorum(record.sealed);
}

async function findPolicies(deps: Deps, appId: string, ids: string[]) {
  const records = await deps.storage.findRecords(
    appId,
    ids.map((id) => ({ type: "policy" as const, id })),
  );
  return records
    .filter((record): record is StoredRecord => record !== undefined)
    .map(({ sealed }) => viewPolicy(sealed));
}

export const listAppTransactions: RouteHandler<typeof appResourceRoutes.listAppTransactions> = async (
  deps,
  { params, query },
) => {
  await requireApp(deps, params.app_id);
  const page = await readPage(() =>
    deps.storage.listTransactions(params.app_id, query.wallet_id === undefined ? {} : { walletId: query.wallet_id }, {
      cursor: query.cursor,
      limit: query.limit ?? 50,
      order: "newest",
    }),
  );
  return { status: 200, body: toPage(page, viewTransaction) };
};

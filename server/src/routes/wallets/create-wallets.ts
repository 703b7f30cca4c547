import { errors, makeErrorBody } from "@mandate/contract/errors";
import type { walletRoutes } from "@mandate/contract/wallets";
import type { SignerAccepted } from "@mandate/signer/protocol";
import { decideAndCommit, jsonAnswer, toHttpResponse } from "../../authority/decide-and-commit.ts";
import type { Deps } from "../../deps.ts";
import { viewWallet } from "../../views/wallet.ts";
import type { RouteHandler } from "../handler.ts";

export const createWallets: RouteHandler<typeof walletRoutes.createWallets> = async (
  deps,
  { request, appId, body },
) => {
  const taken = await findTaken(deps, appId, body.wallets);
  const { answer } = await decideAndCommit(deps, request, {
    appId,
    records: [],
    idempotent: true,
    leaveOut: taken,
    answer: (accepted) => jsonAnswer({ results: viewResults(accepted) }),
  });
  return toHttpResponse(answer);
};

/** Items whose external_id another wallet has, or an earlier item. */
async function findTaken(deps: Deps, appId: string, items: readonly object[]): Promise<number[]> {
  const seen = new Set<string>();
  const taken: number[] = [];
  for (const [index, item] of items.entries()) {
    const { external_id: externalId } = item as { external_id?: unknown };
    if (typeof externalId !== "string" || externalId === "") continue;
    const page = await deps.storage.listWallets(
      appId,
      { externalId, includeArchived: true },
      { cursor: undefined, limit: 1 },
    );
    if (seen.has(externalId) || page.data.length > 0) taken.push(index);
    seen.add(externalId);
  }
  return taken;
}

type ItemResult = { index: number; wallet_id?: string; code?: string; error?: string };

/** The signer tells which records belong to which item. */
function viewResults(accepted: SignerAccepted): object[] {
  const wallets = new Map(accepted.put.map((put) => [put.id, put]));
  return (accepted.result as { results: ItemResult[] }).results.map(({ index, wallet_id: id, code, error }) => {
    if (id !== undefined) return { index, success: true, wallet: viewWallet(wallets.get(id)!.sealed) };
    if (code !== undefined) return { index, success: false, code, error };
    return {
      index,
      success: false,
      ...makeErrorBody("resource_already_exists", errors.resource_already_exists.message),
    };
  });
}

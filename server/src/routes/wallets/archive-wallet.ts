import type { walletRoutes } from "@mandate/contract/wallets";
import { decideAndCommit, jsonAnswer, toHttpResponse } from "../../authority/decide-and-commit.ts";
import { viewWallet } from "../../views/wallet.ts";
import type { RouteHandler } from "../handler.ts";
import { putOf } from "../put-of.ts";

export const archiveWallet: RouteHandler<typeof walletRoutes.archiveWallet> = async (
  deps,
  { request, appId, params },
) => {
  const { answer } = await decideAndCommit(deps, request, {
    appId,
    target: { key: { type: "wallet", id: params.wallet_id }, missing: "not_found" },
    records: [],
    idempotent: false,
    answer: (accepted) => jsonAnswer(viewWallet(putOf(accepted, "wallet").sealed)),
  });
  return toHttpResponse(answer);
};

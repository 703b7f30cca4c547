import type { walletRoutes } from "@mandate/contract/wallets";
import { decideAndCommit, jsonAnswer, toHttpResponse } from "../../authority/decide-and-commit.ts";
import { viewWallet } from "../../views/wallet.ts";
import type { RouteHandler } from "../handler.ts";
import { putOf } from "../put-of.ts";

export const updateWallet: RouteHandler<typeof walletRoutes.updateWallet> = async (
  deps,
  { request, appId, params },
) => {
  const key = { type: "wallet" as const, id: params.wallet_id };
  const { answer } = await decideAndCommit(deps, request, {
    appId,
    target: { key, missing: "not_found" },
    records: [],
    idempotent: false,
    answer: (accepted) => jsonAnswer(viewWallet(putOf(accepted, "wallet").sealed)),
    current: async () => {
      const record = await deps.storage.findRecord(appId, key);
      return record === undefined ? undefined : jsonAnswer(viewWallet(record.sealed));
    },
  });
  return toHttpResponse(answer);
};

import type { walletRoutes } from "@mandate/contract/wallets";
import { decideAndCommit, jsonAnswer, toHttpResponse } from "../../authority/decide-and-commit.ts";
import { viewWallet } from "../../views/wallet.ts";
import type { RouteHandler } from "../handler.ts";
import { putOf } from "../put-of.ts";

export const createWallet: RouteHandler<typeof walletRoutes.createWallet> = async (deps, { request, appId }) => {
  const { answer } = await decideAndCommit(deps, request, {
    appId,
    records: [],
    idempotent: true,
    answer: (accepted) => jsonAnswer(viewWallet(putOf(accepted, "wallet").sealed)),
  });
  return toHttpResponse(answer);
};

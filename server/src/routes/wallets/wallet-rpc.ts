import type { walletRoutes } from "@mandate/contract/wallets";
import { ApiError } from "../../api-error.ts";
import { decideAndCommit, jsonAnswer, toHttpResponse } from "../../authority/decide-and-commit.ts";
import type { RouteHandler } from "../handler.ts";
import { sendTransaction } from "./send-transaction.ts";

export const walletRpc: RouteHandler<typeof walletRoutes.walletRpc> = async (deps, call) => {
  const { request, appId, params, body } = call;
  const secret = await deps.storage.findWalletSecret(appId, params.wallet_id);
  if (secret === undefined) throw new ApiError("not_found");
  if (body.method === "eth_sendTransaction")
    return sendTransaction(deps, request, appId, params.wallet_id, secret.sealedKey);
  const { answer } = await decideAndCommit(deps, request, {
    appId,
    target: { key: { type: "wallet", id: params.wallet_id }, missing: "not_found" },
    records: [],
    idempotent: true,
    walletSecret: secret.sealedKey,
    answer: (accepted) => jsonAnswer({ method: body.method, data: accepted.result }),
  });
  return toHttpResponse(answer);
};

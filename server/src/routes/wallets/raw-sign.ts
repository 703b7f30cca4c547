import type { walletRoutes } from "@mandate/contract/wallets";
import { ApiError } from "../../api-error.ts";
import { decideAndCommit, jsonAnswer, toHttpResponse } from "../../authority/decide-and-commit.ts";
import type { RouteHandler } from "../handler.ts";

export const rawSign: RouteHandler<typeof walletRoutes.rawSign> = async (deps, { request, appId, params }) => {
  const secret = await deps.storage.findWalletSecret(appId, params.wallet_id);
  if (secret === undefined) throw new ApiError("not_found");
  const { answer } = await decideAndCommit(deps, request, {
    appId,
    target: { key: { type: "wallet", id: params.wallet_id }, missing: "not_found" },
    records: [],
    idempotent: true,
    walletSecret: secret.sealedKey,
    answer: (accepted) => jsonAnswer({ method: "raw_sign", data: accepted.result }),
  });
  return toHttpResponse(answer);
};

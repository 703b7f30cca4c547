import type { walletRoutes } from "@mandate/contract/wallets";
import { decideAndCommit, jsonAnswer, toHttpResponse } from "../../authority/decide-and-commit.ts";
import type { RouteHandler } from "../handler.ts";

export const assignEntity: RouteHandler<typeof walletRoutes.assignEntity> = async (
  deps,
  { request, appId, params, body },
) => {
  const walletId = params.wallet_id;
  const { answer } = await decideAndCommit(deps, request, {
    appId,
    target: { key: { type: "wallet", id: walletId }, missing: "not_found" },
    records: [],
    idempotent: false,
    answer() {
      const nowMs = deps.nowMs();
      // A wallet has one assignment at most, so the wallet's id names it.
      return jsonAnswer({ id: walletId, wallet_id: walletId, entity: body, created_at: nowMs, updated_at: nowMs });
    },
  });
  return toHttpResponse(answer);
};

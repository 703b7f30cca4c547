import type { walletRoutes } from "@mandate/contract/wallets";
import { ApiError } from "../../api-error.ts";
import { decideAndCommit, jsonAnswer, toHttpResponse } from "../../authority/decide-and-commit.ts";
import type { RouteHandler } from "../handler.ts";
import { commitAndBroadcast } from "./commit-and-broadcast.ts";
import { requireSeed } from "./export-wallet.ts";
import { sendTransaction } from "./send-transaction.ts";

export const walletRpc: RouteHandler<typeof walletRoutes.walletRpc> = async (deps, call) => {
  const { request, appId, params, body } = call;
  const walletId = params.wallet_id;
  const secret = await deps.storage.findWalletSecret(appId, walletId);
  if (secret === undefined) throw new ApiError("not_found");
  const walletSecret = secret.sealedKey;
  switch (body.method) {
    case "eth_sendTransaction":
    case "wallet_sendCalls":
      return sendTransaction(deps, request, appId, walletId, walletSecret);
    case "signAndSendTransaction": {
      const chain = deps.chains.solana(body.caip2);
      const skipPreflight = body.optimistic_broadcast === true;
      return commitAndBroadcast(deps, { request, appId, walletId, walletSecret, chain, skipPreflight });
    }
  }
  const { answer } = await decideAndCommit(deps, request, {
    appId,
    target: { key: { type: "wallet", id: walletId }, missing: "not_found" },
    records: [],
    // An export is encrypted to a key of its request; what is stored for repetition would outlive the wish.
    idempotent: body.method !== "exportPrivateKey" && body.method !== "exportSeedPhrase",
    ...(body.method === "exportSeedPhrase" ? { walletSeed: requireSeed(secret) } : { walletSecret }),
    answer: (accepted) => jsonAnswer({ method: body.method, data: accepted.result }),
  });
  return toHttpResponse(answer);
};

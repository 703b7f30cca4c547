import type { walletRoutes } from "@mandate/contract/wallets";
import { ApiError } from "../../api-error.ts";
import { decideAndCommit, jsonAnswer, toHttpResponse } from "../../authority/decide-and-commit.ts";
import type { RouteHandler } from "../handler.ts";

/** What leaves the signer is encrypted to the key that the owner signed for; nothing here could read it. */
export const exportWallet: RouteHandler<typeof walletRoutes.exportWallet> = async (
  deps,
  { request, appId, params, body },
) => {
  const secret = await deps.storage.findWalletSecret(appId, params.wallet_id);
  if (secret === undefined) throw new ApiError("not_found");
  const wantsPhrase = body.export_seed_phrase === true;
  const { answer } = await decideAndCommit(deps, request, {
    appId,
    target: { key: { type: "wallet", id: params.wallet_id }, missing: "not_found" },
    records: [],
    idempotent: false,
    ...(wantsPhrase ? { walletSeed: requireSeed(secret) } : { walletSecret: secret.sealedKey }),
    answer: (accepted) => jsonAnswer(accepted.result),
  });
  return toHttpResponse(answer);
};

/** The sealed seed phrase. Wallets that were imported by private key have none. */
export function requireSeed({ sealedSeed }: { sealedSeed: string | undefined }): string {
  if (sealedSeed !== undefined) return sealedSeed;
  throw new ApiError("invalid_data", "this wallet was not made from a seed phrase; export its private key");
}

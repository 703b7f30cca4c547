import type { Operation } from "./operation.ts";
import type { WalletBody } from "./records.ts";
import { Refusal } from "./refusal.ts";
import type { AuthorityRecord } from "./seal.ts";

/** The only lines that open a wallet's key or seed phrase. The bytes are overwritten when `use` returns. */
export function withWalletSecret<T>(
  op: Operation,
  wallet: AuthorityRecord<WalletBody>,
  type: "wallet_key" | "wallet_seed",
  use: (secret: Uint8Array) => T,
): T {
  const sealed = type === "wallet_key" ? op.request.walletSecret : op.request.walletSeed;
  const header = { type, appId: op.appId, id: wallet.id, version: 1 };
  const secret = sealed === undefined ? undefined : op.ctx.sealer.openSecret(header, sealed);
  if (secret === undefined) {
    const what = type === "wallet_key" ? "key does not open; nothing was signed" : "seed phrase does not open";
    throw new Refusal(500, "record_integrity", `the wallet's sealed ${what}`);
  }
  try {
    return use(secret);
  } finally {
    secret.fill(0);
  }
}

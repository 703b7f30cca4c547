import type { Operation } from "./operation.ts";
import type { WalletBody } from "./records.ts";
import { Refusal } from "./refusal.ts";
import type { AuthorityRecord } from "./seal.ts";

/** The wallet in the path: one that exists, and is not archived. */
export function requireWallet(op: Operation): AuthorityRecord<WalletBody> {
  const wallet = op.records.get("wallet", op.route.params.id!);
  if (wallet.deleted || wallet.body.archived_at !== null) throw new Refusal(404, "not_found", "Wallet not found");
  op.records.markUsed(wallet);
  return wallet;
}

import type { User } from "@privy-io/react-auth";

export type UserWallet = {
  id: string;
  address: string;
  /** Whether somebody besides the user may sign with it. */
  hasSigner: boolean;
};

/** The user's own wallet, once there is one. */
export function findWallet(user: User | null): UserWallet | undefined {
  for (const account of user?.linkedAccounts ?? []) {
    if (account.type !== "wallet" || account.walletClientType !== "privy" || account.chainType !== "ethereum") continue;
    // Without an ID it is a wallet of another kind, which cannot have session signers.
    if (account.id) return { id: account.id, address: account.address, hasSigner: account.delegated };
  }
  return undefined;
}

import { usePrivy } from "@privy-io/react-auth";
import { formatAmount, shortenHex } from "./format.ts";
import type { UserWallet } from "./wallet.ts";

export function WalletBar({ wallet, balance }: { wallet: UserWallet; balance: string | undefined }) {
  const { user, logout } = usePrivy();
  return (
    <section className="wallet-bar" aria-label="Your wallet">
      <p>
        <span className="muted">{user?.email?.address}</span>
        <span>
          <code title={wallet.address}>{shortenHex(wallet.address)}</code>
          {balance !== undefined && <strong className="balance">{formatAmount(balance)} ETH</strong>}
        </span>
      </p>
      <button type="button" className="quiet" onClick={() => void logout()}>
        Sign out
      </button>
    </section>
  );
}

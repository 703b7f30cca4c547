import { usePrivy } from "@privy-io/react-auth";
import { useState } from "react";
import { Activity } from "./activity.tsx";
import { Connecting } from "./connecting.tsx";
import { ConsentCard } from "./consent-card.tsx";
import { MakeWallet } from "./make-wallet.tsx";
import { Notice } from "./notice.tsx";
import { SignIn } from "./sign-in.tsx";
import { useAgent } from "./use-agent.ts";
import { findWallet, type UserWallet } from "./wallet.ts";
import { WalletBar } from "./wallet-bar.tsx";

export function App() {
  const { ready, authenticated, user } = usePrivy();
  const wallet = findWallet(user);
  return (
    <main>
      <header className="brand">
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <path d="M8 11h13v7a6.5 6.5 0 0 1-13 0zM21 13h1.5a3 3 0 0 1 0 6H21M12 4c-1 1.5 1 2 0 3.500M17 4c-1 1.500 1 2 0 3.500" />
        </svg>
        <div>
          <h1>Coffee tab</h1>
          <p>an example of a session signer</p>
        </div>
      </header>
      {!ready && <Connecting />}
      {ready && !authenticated && <SignIn />}
      {ready && authenticated && wallet === undefined && <MakeWallet />}
      {ready && authenticated && wallet !== undefined && <Tab key={wallet.id} wallet={wallet} />}
    </main>
  );
}

/** What a signed-in user sees: the wallet, the question, and what became of it. */
function Tab({ wallet }: { wallet: UserWallet }) {
  const { status, entries, error } = useAgent(wallet);
  const [asked, setAsked] = useState(true);
  return (
    <>
      <WalletBar wallet={wallet} balance={status?.balance} />
      {error !== undefined && <Notice tone="bad">{error}</Notice>}
      {wallet.hasSigner || entries.length > 0 ? <Activity wallet={wallet} status={status} entries={entries} /> : null}
      {!wallet.hasSigner && asked && <ConsentCard wallet={wallet} onDecline={() => setAsked(false)} />}
      {!wallet.hasSigner && !asked && (
        <Notice>
          Nothing is allowed.{" "}
          <button type="button" className="link" onClick={() => setAsked(true)}>
            Show the question again
          </button>
        </Notice>
      )}
    </>
  );
}

import { useSigners } from "@privy-io/react-auth";
import { useState } from "react";
import { formatTime, shortenHex } from "./format.ts";
import { Notice } from "./notice.tsx";
import { type Entry, messageOf, type Status } from "./use-agent.ts";
import type { UserWallet } from "./wallet.ts";

type Props = { wallet: UserWallet; status: Status | undefined; entries: Entry[] };

/** What the server did while the user was away, newest first, and the button that ends it. */
export function Activity({ wallet, status, entries }: Props) {
  const { removeSigners } = useSigners();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  /** Straight to Mandate: the app's server is not asked, and finds out by being refused. */
  async function stop() {
    setBusy(true);
    setProblem(undefined);
    try {
      await removeSigners({ address: wallet.address });
    } catch (error) {
      setProblem(messageOf(error));
    }
    setBusy(false);
  }

  return (
    <section className="card" aria-labelledby="activity">
      <div className="heading">
        <h2 id="activity" className={wallet.hasSigner && status?.acting ? "live" : undefined}>
          {describeState(wallet, status)}
        </h2>
        {wallet.hasSigner && (
          <button type="button" className="stop" disabled={busy} onClick={() => void stop()}>
            {busy ? "Stopping …" : "Stop"}
          </button>
        )}
      </div>
      <p className="muted">
        {wallet.hasSigner
          ? "You can close this page; the server goes on within what you allowed, and no further."
          : "The server is no session signer of your wallet any more. Whatever it tries is refused."}
      </p>
      {problem !== undefined && <Notice tone="bad">{problem}</Notice>}
      <ol className="entries" aria-live="polite">
        {entries.map((entry) => (
          <EntryItem key={entry.id} entry={entry} />
        ))}
      </ol>
    </section>
  );
}

function describeState({ hasSigner }: UserWallet, status: Status | undefined): string {
  if (!hasSigner) return "Stopped";
  return status?.acting ? "The server pays on its own" : "The server is not paying";
}

function EntryItem({ entry }: { entry: Entry }) {
  return (
    <li className={entry.outcome}>
      <p className="line title">
        <span className="what">
          {OUTCOMES[entry.outcome]} {entry.what}
        </span>
        <span className="ether">{entry.ether} ETH</span>
      </p>
      <p className="line muted">
        <span>
          {entry.outcome === "paid" ? (
            <>
              Block {entry.block} · <code title={entry.hash}>{shortenHex(entry.hash)}</code>
            </>
          ) : (
            entry.because
          )}
          {entry.outcome === "refused" && entry.rule !== null && ` Rule: “${entry.rule}”.`}
        </span>
        <time dateTime={entry.at}>{formatTime(new Date(entry.at))}</time>
      </p>
    </li>
  );
}

const OUTCOMES = { paid: "Paid:", refused: "Refused:", failed: "Failed:" };

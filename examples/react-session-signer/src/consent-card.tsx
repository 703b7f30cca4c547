import { useSigners } from "@privy-io/react-auth";
import { useEffect, useState } from "react";
import { callServer } from "./app-api.ts";
import { describePolicy, type Grant, type Policy } from "./describe-policy.ts";
import { Notice } from "./notice.tsx";
import { messageOf } from "./use-agent.ts";
import type { UserWallet } from "./wallet.ts";

type Offer = { signerId: string; policy: Policy };

/**
 * The SDK shows nothing when signers are added: the question is the app's to ask. "Allow" has the user's own key sign
 * the change of the wallet, in Mandate's frame; neither this page nor the app's server could do it alone.
 */
export function ConsentCard({ wallet, onDecline }: { wallet: UserWallet; onDecline: () => void }) {
  const { addSigners } = useSigners();
  const { offer, problem, setProblem } = useOffer();
  const [busy, setBusy] = useState(false);
  const grants = offer && describePolicy(offer.policy);

  async function allow({ signerId, policy }: Offer) {
    setBusy(true);
    setProblem(undefined);
    try {
      // Always with its policy: a signer without one would be bound by nothing.
      await addSigners({ address: wallet.address, signers: [{ signerId, policyIds: [policy.id] }] });
    } catch (error) {
      setProblem(messageOf(error));
      setBusy(false);
    }
  }

  return (
    <section className="card" aria-labelledby="question">
      <h2 id="question">May our server pay for your coffee?</h2>
      {offer === undefined && problem === undefined && <Notice>Asking what it would need …</Notice>}
      {offer !== undefined && grants === undefined && (
        <Notice tone="bad">
          The server asks for more than this page can put into words. You are not asked to agree.
        </Notice>
      )}
      {grants?.map((grant) => (
        <GrantTerms key={grant.to} grant={grant} />
      ))}
      {offer !== undefined && grants !== undefined && (
        <>
          <p className="muted">
            Everything else is refused: other recipients, larger payments, messages, your key.
            {offer.policy.owner_id !== null && " These limits are yours; the server cannot change them."}
          </p>
          {problem !== undefined && <Notice tone="bad">{problem}</Notice>}
          <div className="buttons">
            <button type="button" className="primary" disabled={busy} onClick={() => void allow(offer)}>
              {busy ? "Signing …" : "Allow"}
            </button>
            <button type="button" disabled={busy} onClick={onDecline}>
              Not now
            </button>
          </div>
        </>
      )}
      {offer === undefined && problem !== undefined && <Notice tone="bad">{problem}</Notice>}
    </section>
  );
}

function GrantTerms({ grant }: { grant: Grant }) {
  return (
    <dl className="terms">
      <dt>What</dt>
      <dd>{grant.what}</dd>
      <dt>Where</dt>
      <dd>{grant.where}</dd>
      <dt>To</dt>
      <dd>
        <code>{grant.to}</code> and nobody else
      </dd>
      <dt>Up to</dt>
      <dd>
        <strong>{grant.upTo}</strong> a payment, any number of payments
      </dd>
      <dt>Until</dt>
      <dd>
        <strong>{grant.until}</strong>, or until you press Stop
      </dd>
    </dl>
  );
}

/** Asks the app's server, once, who would sign and under which policy. */
function useOffer() {
  const [offer, setOffer] = useState<Offer>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    const leaving = new AbortController();
    callServer("POST", "/api/offer", leaving.signal)
      .then((response) => response.json() as Promise<Offer>)
      .then(setOffer)
      .catch((error) => {
        if (!leaving.signal.aborted) setProblem(messageOf(error));
      });
    return () => leaving.abort();
  }, []);
  return { offer, problem, setProblem };
}

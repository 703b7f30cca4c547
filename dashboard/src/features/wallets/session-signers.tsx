import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { EmptyState } from "../../components/empty-state.tsx";
import { notify } from "../../components/toast.tsx";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Confirm } from "../../components/ui/confirm.tsx";
import { call } from "../../lib/api/client.ts";
import { refresh } from "../../lib/api/queries.ts";
import type { WalletDetail } from "../../lib/api/types.ts";
import { shorten } from "../../lib/format.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { describeThreshold } from "../authorization-keys/describe-quorum.ts";
import { useMay } from "../session/session.ts";

type Signer = WalletDetail["signers"][number];

/**
 * Who may sign beside the owner, and within which policy. Only a wallet without an owner is the app's to change; on the
 * others the owner revokes, with the SDK.
 */
export function SessionSigners({ detail }: { detail: WalletDetail }) {
  const appId = useAppId();
  const isOurs = useMay("developer") && detail.owner === null;
  const [leaving, setLeaving] = useState<Signer>();
  const revoke = async (signer: Signer) => {
    const rest = detail.wallet.additional_signers.filter(({ signer_id }) => signer_id !== signer.signer_id);
    await call("updateAppWallet", {
      params: { app_id: appId, wallet_id: detail.wallet.id },
      body: { additional_signers: rest },
    });
    await refresh("getAppWallet", "listAppWallets");
    notify("Session signer revoked");
  };
  return (
    <Card
      title="Session signers"
      description={
        detail.owner === null
          ? "Keys that may sign beside the app's secret, each within its policy."
          : "Keys that may sign while the owner is away, each within its policy. Only the owner adds or revokes them."
      }
      flush
    >
      {detail.signers.length === 0 ? (
        <EmptyState icon="key" title="No session signers">
          The owner adds one by signing a change of the wallet that names a key quorum and a policy. Connect has the
          code.
        </EmptyState>
      ) : (
        <ul className="divide-y divide-line">
          {detail.signers.map((signer) => (
            <li key={signer.signer_id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 text-sm">
              <div className="min-w-0 flex-1 basis-52">
                <Link
                  to="/app/$appId/authorization-keys/$quorumId"
                  params={{ appId, quorumId: signer.signer_id }}
                  className="font-medium hover:underline"
                >
                  {signer.key_quorum?.display_name || shorten(signer.signer_id)}
                </Link>
                {signer.key_quorum !== null && (
                  <div className="text-faint">{describeThreshold(signer.key_quorum)} must sign</div>
                )}
              </div>
              <PolicyOf signer={signer} detail={detail} appId={appId} />
              {isOurs && (
                <Button small onClick={() => setLeaving(signer)}>
                  Revoke
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      <Confirm
        open={leaving !== undefined}
        onClose={() => setLeaving(undefined)}
        onConfirm={() => leaving && revoke(leaving)}
        title="Revoke this session signer?"
        action="Revoke"
      >
        Once it is done the key signs nothing more with this wallet.
      </Confirm>
    </Card>
  );
}

/** A signer without a policy of its own is bound by the wallet's; if there is none, by nothing. */
function PolicyOf({ signer, detail, appId }: { signer: Signer; detail: WalletDetail; appId: string }) {
  const policy = signer.policies[0] ?? detail.policies[0];
  if (policy === undefined) return <Badge tone="bad">No policy: signs anything</Badge>;
  return (
    <span className="min-w-0 truncate">
      <span className="text-faint">within </span>
      <Link
        to="/app/$appId/policies/$policyId"
        params={{ appId, policyId: policy.id }}
        className="text-accent-ink hover:underline"
      >
        {policy.name}
      </Link>
    </span>
  );
}

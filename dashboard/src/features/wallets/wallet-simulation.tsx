import { lazy, Suspense, useState } from "react";
import { SkeletonLines } from "../../components/skeleton.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Select } from "../../components/ui/select.tsx";
import type { Policy, WalletDetail } from "../../lib/api/types.ts";
import { shorten } from "../../lib/format.ts";

const Simulator = lazy(() => import("../policies/simulator.tsx").then((module) => ({ default: module.Simulator })));

/** Tries a request against the policy that would apply: the owner's, or a session signer's. */
export function WalletSimulation({ detail }: { detail: WalletDetail }) {
  const [isOpen, setOpen] = useState(false);
  const principals = principalsOf(detail);
  const [chosen, setChosen] = useState(principals[0]?.value ?? "owner");
  const principal = principals.find(({ value }) => value === chosen);
  return (
    <Card
      title="Simulate a request"
      description="What the policy in force would answer. Nothing is signed, and nothing is recorded."
      actions={
        !isOpen && (
          <Button small icon="play" onClick={() => setOpen(true)}>
            Simulate
          </Button>
        )
      }
    >
      {isOpen && (
        <div className="flex flex-col gap-4">
          <Select aria-label="Who signs" options={principals} value={chosen} onValue={setChosen} className="max-w-sm" />
          {principal?.policy === undefined ? (
            <p className="text-sm text-muted">No policy applies: whatever this signer asks for is allowed.</p>
          ) : (
            <Suspense fallback={<SkeletonLines />}>
              <Simulator key={principal.policy.id} policy={principal.policy} walletAddress={detail.wallet.address} />
            </Suspense>
          )}
        </div>
      )}
    </Card>
  );
}

type Principal = { value: string; label: string; policy: Policy | undefined };

function principalsOf({ owner, policies, signers }: WalletDetail): Principal[] {
  const base = policies[0];
  return [
    ...signers.map((signer) => ({
      value: signer.signer_id,
      label: `Session signer ${signer.key_quorum?.display_name || shorten(signer.signer_id)}`,
      policy: signer.policies[0] ?? base,
    })),
    { value: "owner", label: owner === null ? "The app's secret" : "The owner", policy: base },
  ];
}

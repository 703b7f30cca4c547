import type { RuleTrace } from "@mandate/core/policy/decision";
import { useState } from "react";
import { ErrorNote } from "../../components/error-panel.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Field, TextArea } from "../../components/ui/field.tsx";
import { Select } from "../../components/ui/select.tsx";
import { call } from "../../lib/api/client.ts";
import type { Policy, Simulation, WalletDetail } from "../../lib/api/types.ts";
import { shorten } from "../../lib/format.ts";
import { useAct } from "../../lib/use-act.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { DecisionBadge, describeReason } from "../activity/decision-badge.tsx";
import { Trace } from "../activity/trace.tsx";
import { draftOf } from "../policies/model/draft.ts";
import { exampleRequest } from "../policies/model/example-request.ts";

/** Asks the signer about a request, by the policy that would apply: the owner's, or a session signer's. */
export function WalletSimulation({ detail }: { detail: WalletDetail }) {
  const [isOpen, setOpen] = useState(false);
  const principals = principalsOf(detail);
  const [chosen, setChosen] = useState(principals[0]?.value ?? "owner");
  const policy = principals.find(({ value }) => value === chosen)?.policy;
  return (
    <Card
      title="Simulate a request"
      description="The signer decides it as it would for real, with condition sets and sums as they are now. Nothing is signed, recorded or counted."
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
          {policy === undefined ? (
            <p className="text-sm text-muted">No policy applies: whatever this signer asks for is allowed.</p>
          ) : (
            <Ask key={policy.id} policy={policy} walletId={detail.wallet.id} />
          )}
        </div>
      )}
    </Card>
  );
}

function Ask({ policy, walletId }: { policy: Policy; walletId: string }) {
  const appId = useAppId();
  const [text, setText] = useState(() => exampleRequest(draftOf(policy)));
  const [result, setResult] = useState<Simulation>();
  const act = useAct();
  const run = () =>
    act.run(async () => {
      setResult(undefined);
      const request = JSON.parse(text) as Record<string, never>;
      const body = { policy_id: policy.id, wallet_id: walletId, request };
      setResult(await call("simulateAppPolicy", { params: { app_id: appId }, body }));
    });
  return (
    <div className="flex flex-col gap-3">
      <Field label="Request" hint="The body of POST /v1/wallets/{id}/rpc.">
        <TextArea mono rows={12} value={text} onChange={(event) => setText(event.target.value)} />
      </Field>
      <Button icon="play" className="self-start" busy={act.busy} onClick={run}>
        Run
      </Button>
      <div aria-live="polite" className="flex flex-col gap-3">
        {act.error !== undefined && <ErrorNote error={act.error} />}
        {result !== undefined && <Result result={result} />}
      </div>
    </div>
  );
}

function Result({ result }: { result: Simulation }) {
  const parts = result.parts ?? [];
  return (
    <>
      <p className="flex flex-wrap items-center gap-2 text-sm">
        <DecisionBadge decision={result.decision} />
        {describeReason(result.reason)}
        {result.part !== undefined && <span className="text-muted">({result.part})</span>}
      </p>
      {parts.length > 1 ? (
        parts.map((part) => (
          <section key={part.name} aria-label={part.name} className="flex flex-col gap-2">
            <h3 className="flex flex-wrap items-center gap-2 text-sm font-medium">
              {part.name} <DecisionBadge decision={part.decision} />
            </h3>
            <Trace rules={part.rules as RuleTrace[]} decidedBy={part.rule_id} />
          </section>
        ))
      ) : (
        <Trace rules={result.rules as RuleTrace[]} decidedBy={result.rule_id ?? undefined} />
      )}
    </>
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

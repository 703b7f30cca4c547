import { useState } from "react";
import { ErrorNote } from "../../components/error-panel.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Field, TextArea } from "../../components/ui/field.tsx";
import { DecisionBadge, describeReason } from "../activity/decision-badge.tsx";
import { Trace } from "../activity/trace.tsx";
import { type Draft, draftOf, type StoredPolicy } from "./model/draft.ts";
import { exampleRequest } from "./model/example-request.ts";
import { type Simulation, simulate } from "./model/simulate.ts";

/** Tries a request: what the policy decides, and what each rule and condition saw. It runs in the page. */
export function Simulator({ policy, walletAddress = "" }: { policy: StoredPolicy | Draft; walletAddress?: string }) {
  const draft = draftOf(policy);
  const [body, setBody] = useState(() => exampleRequest(draft));
  const [result, setResult] = useState<Simulation>();
  const run = () => setResult(simulate(draft, body, walletAddress, Math.floor(Date.now() / 1000)));
  return (
    <div className="flex flex-col gap-3">
      <Field label="Request" hint="The body of POST /v1/wallets/{id}/rpc.">
        <TextArea mono rows={12} value={body} onChange={(event) => setBody(event.target.value)} />
      </Field>
      <Button icon="play" className="self-start" onClick={run}>
        Run
      </Button>
      <div aria-live="polite" className="flex flex-col gap-3">
        {result?.ok === false && <ErrorNote error={new Error(result.message)} />}
        {result?.ok && (
          <>
            <p className="flex flex-wrap items-center gap-2 text-sm">
              <DecisionBadge decision={result.decision.decision} />
              {describeReason(result.decision.reason)}
              {result.decision.part !== undefined && <span className="text-muted">({result.decision.part})</span>}
            </p>
            <Trace rules={result.decision.trace} decidedBy={result.decision.ruleId} />
          </>
        )}
      </div>
    </div>
  );
}

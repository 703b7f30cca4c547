import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { BackLink } from "../../components/back-link.tsx";
import { ErrorNote } from "../../components/error-panel.tsx";
import { Load } from "../../components/load.tsx";
import { Page } from "../../components/page.tsx";
import { notify } from "../../components/toast.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Dialog } from "../../components/ui/dialog.tsx";
import { call, type Output } from "../../lib/api/client.ts";
import { read, refresh } from "../../lib/api/queries.ts";
import { cx } from "../../lib/cx.ts";
import { useAct } from "../../lib/use-act.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { PolicyBuilder, useBuilder } from "./builder.tsx";
import { diffLines } from "./model/diff.ts";
import { draftOf, formatDraft } from "./model/draft.ts";

type Detail = Output<"getAppPolicy">;

export function EditPolicyPage() {
  const appId = useAppId();
  const { policyId } = useParams({ strict: false }) as { policyId: string };
  // Whoever edits wants what they have typed, not what somebody else has saved meanwhile.
  const query = useQuery({
    ...read("getAppPolicy", { params: { app_id: appId, policy_id: policyId } }),
    refetchOnWindowFocus: false,
  });
  if (query.data !== undefined) return <Edit key={policyId} detail={query.data} />;
  return (
    <Page
      title="Edit policy"
      above={
        <BackLink to="/app/$appId/policies" params={{ appId }}>
          Policies
        </BackLink>
      }
    >
      <Load query={query}>{() => null}</Load>
    </Page>
  );
}

function Edit({ detail: { policy, attached_to: count } }: { detail: Detail }) {
  const appId = useAppId();
  const [stored] = useState(() => draftOf(policy));
  const builder = useBuilder(stored);
  const [isReviewing, setReviewing] = useState(false);
  const navigate = useNavigate();
  const act = useAct();
  const isChanged = formatDraft(builder.draft) !== formatDraft(stored);
  const save = () =>
    act.run(async () => {
      const { name, rules } = builder.draft;
      await call("updateAppPolicy", {
        params: { app_id: appId, policy_id: policy.id },
        body: { name, rules } as never,
      });
      await refresh("getAppPolicy", "listAppPolicies");
      notify("Policy saved");
      await navigate({ to: "/app/$appId/policies/$policyId", params: { appId, policyId: policy.id } });
    });
  return (
    <Page
      title={`Edit ${policy.name}`}
      above={
        <BackLink to="/app/$appId/policies/$policyId" params={{ appId, policyId: policy.id }}>
          Back to the policy
        </BackLink>
      }
      description={
        policy.owner_id === null
          ? undefined
          : "This policy has an owner, whose signature a change needs: save it with the SDK, with what the JSON below says."
      }
      actions={
        <Button
          variant="primary"
          disabled={!isChanged || builder.problems.length > 0 || builder.textError !== undefined}
          onClick={() => setReviewing(true)}
        >
          Review changes
        </Button>
      }
    >
      <PolicyBuilder builder={builder} isChainFixed />
      <Dialog
        open={isReviewing}
        onClose={() => setReviewing(false)}
        wide
        title="Save these changes?"
        description={
          count === 0
            ? "The policy is attached to nothing."
            : `They hold at once for ${count === 1 ? "the one place" : `all ${count} places`} where the policy is attached.`
        }
        footer={
          <>
            <Button onClick={() => setReviewing(false)}>Go on editing</Button>
            <Button variant="primary" busy={act.busy} onClick={save}>
              Save
            </Button>
          </>
        }
      >
        <Diff before={formatDraft(stored)} after={formatDraft(builder.draft)} />
        {act.error !== undefined && <ErrorNote error={act.error} />}
      </Dialog>
    </Page>
  );
}

const marks = { same: " ", added: "+", removed: "-" } as const;

function Diff({ before, after }: { before: string; after: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <section tabIndex={0} aria-label="Changes" className="max-h-96 overflow-auto rounded-md border border-line bg-code">
      <pre className="py-2 text-sm">
        {diffLines(before, after).map((line, index) => (
          <div
            // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
            key={index}
            className={cx(
              "px-3",
              line.kind === "added" && "bg-good-soft text-good",
              line.kind === "removed" && "bg-bad-soft text-bad",
            )}
          >
            {`${marks[line.kind]} ${line.text}`}
          </div>
        ))}
      </pre>
    </section>
  );
}

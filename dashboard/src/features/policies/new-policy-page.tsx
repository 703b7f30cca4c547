import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { BackLink } from "../../components/back-link.tsx";
import { ErrorNote } from "../../components/error-panel.tsx";
import { Page } from "../../components/page.tsx";
import { notify } from "../../components/toast.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Field, Input } from "../../components/ui/field.tsx";
import { call } from "../../lib/api/client.ts";
import { refresh } from "../../lib/api/queries.ts";
import { useSearchState } from "../../lib/search.ts";
import { useAct } from "../../lib/use-act.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { PolicyBuilder, useBuilder } from "./builder.tsx";
import { createBodyOf } from "./model/draft.ts";
import { emptyDraft, templates } from "./model/templates.ts";

export function NewPolicyPage() {
  const appId = useAppId();
  const navigate = useNavigate();
  const [search] = useSearchState();
  const builder = useBuilder(templates.find(({ id }) => id === search.template)?.draft ?? emptyDraft);
  const [owner, setOwner] = useState("");
  const act = useAct();
  const create = () =>
    act.run(async () => {
      const id = owner.trim();
      const body = {
        ...createBodyOf(builder.draft),
        ...(id !== "" && (id.startsWith("did:") ? { owner: { user_id: id } } : { owner_id: id })),
      };
      const policy = await call("createAppPolicy", { params: { app_id: appId }, body: body as never });
      await refresh("listAppPolicies", "getOverview");
      notify("Policy created");
      await navigate({ to: "/app/$appId/policies/$policyId", params: { appId, policyId: policy.id } });
    });
  return (
    <Page
      title="New policy"
      above={
        <BackLink to="/app/$appId/policies" params={{ appId }}>
          Policies
        </BackLink>
      }
      actions={
        <Button
          variant="primary"
          busy={act.busy}
          disabled={builder.problems.length > 0 || builder.textError !== undefined}
          onClick={create}
        >
          Create policy
        </Button>
      }
    >
      {act.error !== undefined && <ErrorNote error={act.error} />}
      <PolicyBuilder builder={builder} />
      <Card
        title="Owner"
        description="Who may change the policy later. Without an owner, the app's secret may: then your server can lift its own limits."
      >
        <Field label="User ID or key quorum ID" hint="Optional.">
          <Input mono className="max-w-md" value={owner} onChange={(event) => setOwner(event.target.value)} />
        </Field>
      </Card>
    </Page>
  );
}

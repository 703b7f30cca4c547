import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { BackLink } from "../../components/back-link.tsx";
import { ErrorNote } from "../../components/error-panel.tsx";
import { Page } from "../../components/page.tsx";
import { SkeletonLines } from "../../components/skeleton.tsx";
import { notify } from "../../components/toast.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Field, Input } from "../../components/ui/field.tsx";
import { Select } from "../../components/ui/select.tsx";
import { call } from "../../lib/api/client.ts";
import { read, refresh } from "../../lib/api/queries.ts";
import { useSearchState } from "../../lib/search.ts";
import { useAct } from "../../lib/use-act.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { PolicyBuilder, useBuilder } from "./builder.tsx";
import { chainChoices, chainOf, withChain } from "./model/chain-choice.ts";
import { createBodyOf, type Draft } from "./model/draft.ts";
import { formOf } from "./model/form.ts";
import { emptyDraft, type Template, templates } from "./model/templates.ts";

/** What a template says of a chain is the server's own at first, or that of the address. */
export function NewPolicyPage() {
  const status = useQuery(read("getStatus", {}));
  if (status.isPending) return <SkeletonLines count={6} />;
  // Where the server does not say, the template's own will do.
  return <NewPolicy serverChains={Object.keys(status.data?.chains ?? {})} />;
}

function NewPolicy({ serverChains }: { serverChains: readonly string[] }) {
  const appId = useAppId();
  const navigate = useNavigate();
  const [search, setSearch] = useSearchState();
  const template = templates.find(({ id }) => id === search.template);
  const builder = useBuilder(template === undefined ? emptyDraft : begin(template, search.chain, serverChains));
  const chain = chainOf(builder.draft);
  const choose = (chainId: string) => {
    builder.setForm(formOf(withChain(builder.draft, chainId)));
    setSearch({ chain: chainId });
  };
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
      {chain !== undefined && (
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-lg border border-line bg-surface px-4 py-3 text-sm">
          <span className="font-medium" aria-hidden="true">
            Chain
          </span>
          <Select aria-label="Chain" options={chainChoices(serverChains, chain)} value={chain} onValue={choose} />
          <span className="text-muted">
            Every condition about the chain follows. An address may be somebody else's on another chain.
          </span>
        </div>
      )}
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

function begin({ draft, isOfOneChain }: Template, chosen: string | undefined, serverChains: readonly string[]): Draft {
  const own = isOfOneChain || serverChains.length === 0 ? undefined : chainChoices(serverChains, undefined)[0]?.value;
  const chain = chosen ?? own;
  return chain === undefined ? draft : withChain(draft, chain);
}

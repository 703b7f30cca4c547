import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Id } from "../../components/copy.tsx";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Page } from "../../components/page.tsx";
import { SearchBox } from "../../components/search-box.tsx";
import { Time } from "../../components/time.tsx";
import { Badge } from "../../components/ui/badge.tsx";
import { buttonClass } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { readPages } from "../../lib/api/queries.ts";
import type { PolicyEntry } from "../../lib/api/types.ts";
import { useSearchState } from "../../lib/search.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { useMay } from "../session/session.ts";
import { draftOf } from "./model/draft.ts";
import { lintPolicy } from "./model/lint.ts";
import { PolicyTabs } from "./policy-tabs.tsx";
import { TemplateList } from "./template-list.tsx";

const columns: Column<PolicyEntry>[] = [
  {
    id: "name",
    header: "Policy",
    cell: ({ policy }) => (
      <Link
        to="/app/$appId/policies/$policyId"
        params={(previous) => ({ ...previous, policyId: policy.id }) as never}
        className="font-medium hover:underline"
      >
        {policy.name}
      </Link>
    ),
    text: ({ policy }) => policy.name,
  },
  {
    id: "id",
    header: "Policy ID",
    cell: ({ policy }) => <Id value={policy.id} label="policy ID" />,
    text: ({ policy }) => policy.id,
    wide: true,
  },
  {
    id: "chain",
    header: "Chain",
    cell: ({ policy }) => <Badge>{policy.chain_type}</Badge>,
    text: ({ policy }) => policy.chain_type,
    wide: true,
  },
  {
    id: "rules",
    header: "Rules",
    cell: ({ policy }) => policy.rules.length,
    text: ({ policy }) => String(policy.rules.length),
  },
  {
    id: "attached",
    header: "Attached to",
    cell: (entry) => (entry.attached_to >= 1000 ? "1,000 or more" : entry.attached_to),
    text: (entry) => String(entry.attached_to),
  },
  {
    id: "findings",
    header: "Findings",
    cell: ({ policy }) => {
      const count = lintPolicy(draftOf(policy)).length;
      return count === 0 ? <span className="text-faint">none</span> : <Badge tone="warn">{count}</Badge>;
    },
    wide: true,
  },
  {
    id: "created",
    header: "Created",
    cell: ({ policy }) => <Time at={policy.created_at} />,
    text: ({ policy }) => new Date(policy.created_at).toISOString(),
    wide: true,
  },
];

export function PoliciesPage() {
  const appId = useAppId();
  const navigate = useNavigate();
  const mayCreate = useMay("developer");
  const [search, setSearch] = useSearchState();
  const query = useInfiniteQuery(
    readPages("listAppPolicies", { params: { app_id: appId }, query: { search: search.search } }),
  );
  const create = mayCreate && (
    <Link to="/app/$appId/policies/new" params={{ appId }} className={buttonClass("primary")}>
      Create policy
    </Link>
  );
  return (
    <Page
      title="Policies"
      description="What signers may do. What no rule allows is refused."
      actions={create}
      tabs={<PolicyTabs />}
    >
      <Card flush>
        <div className="border-b border-line p-3">
          <SearchBox
            value={search.search ?? ""}
            onSearch={(text) => setSearch({ search: text })}
            placeholder="Find by name or ID"
          />
        </div>
        <DataTable
          query={query}
          columns={columns}
          rowKey={({ policy }) => policy.id}
          label="Policies"
          noun="policy"
          csvName="policies"
          onOpen={({ policy }) =>
            void navigate({ to: "/app/$appId/policies/$policyId", params: { appId, policyId: policy.id } })
          }
          empty={
            search.search ? (
              <EmptyState icon="search" title="No policy matches" />
            ) : (
              <EmptyState icon="policy" title="No policies yet" action={create}>
                Attach a policy to a session signer, and it signs what the policy allows and nothing else. Begin with a
                template below.
              </EmptyState>
            )
          }
        />
      </Card>
      {mayCreate && <TemplateList />}
    </Page>
  );
}

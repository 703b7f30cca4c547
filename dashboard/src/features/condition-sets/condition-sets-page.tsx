import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Id } from "../../components/copy.tsx";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Page } from "../../components/page.tsx";
import { SearchBox } from "../../components/search-box.tsx";
import { Time } from "../../components/time.tsx";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { readPages } from "../../lib/api/queries.ts";
import type { ConditionSetEntry } from "../../lib/api/types.ts";
import { useSearchState } from "../../lib/search.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { PolicyTabs } from "../policies/policy-tabs.tsx";
import { useMay } from "../session/session.ts";
import { CreateConditionSetDialog } from "./create-condition-set-dialog.tsx";

const columns: Column<ConditionSetEntry>[] = [
  {
    id: "name",
    header: "Condition set",
    cell: ({ condition_set: { id, name } }) => (
      <Link
        to="/app/$appId/policies/condition-sets/$setId"
        params={(previous) => ({ ...previous, setId: id }) as never}
        className="font-medium hover:underline"
      >
        {name}
      </Link>
    ),
    text: ({ condition_set: set }) => set.name,
  },
  {
    id: "id",
    header: "Condition set ID",
    cell: ({ condition_set: set }) => <Id value={set.id} label="condition set ID" />,
    text: ({ condition_set: set }) => set.id,
    wide: true,
  },
  {
    id: "items",
    header: "Values",
    cell: ({ item_count: count }) => <span className="tabular-nums">{count.toLocaleString("en")}</span>,
    text: ({ item_count: count }) => String(count),
  },
  {
    id: "attached",
    header: "Attached to",
    cell: ({ attached_to: policies }) => <span className="tabular-nums">{policies.length}</span>,
    text: ({ attached_to: policies }) => String(policies.length),
  },
  {
    id: "owner",
    header: "Owner",
    cell: ({ condition_set: { owner_id: owner } }) =>
      owner === null ? <Badge tone="warn">App secret</Badge> : <Id value={owner} label="owner ID" />,
    text: ({ condition_set: set }) => set.owner_id ?? "",
    wide: true,
  },
  {
    id: "created",
    header: "Created",
    cell: ({ condition_set: set }) => <Time at={set.created_at} />,
    text: ({ condition_set: set }) => new Date(set.created_at).toISOString(),
    wide: true,
  },
];

export function ConditionSetsPage() {
  const appId = useAppId();
  const navigate = useNavigate();
  const mayCreate = useMay("developer");
  const [search, setSearch] = useSearchState();
  const query = useInfiniteQuery(
    readPages("listAppConditionSets", { params: { app_id: appId }, query: { search: search.search } }, 50),
  );
  const create = mayCreate && (
    <Button variant="primary" icon="plus" onClick={() => setSearch({ create: true })}>
      Create condition set
    </Button>
  );
  return (
    <Page
      title="Policies"
      description="Lists of values that conditions refer to. A change takes effect at once in every policy."
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
          rowKey={({ condition_set: set }) => set.id}
          label="Condition sets"
          noun="condition set"
          csvName="condition-sets"
          onOpen={({ condition_set: set }) =>
            void navigate({ to: "/app/$appId/policies/condition-sets/$setId", params: { appId, setId: set.id } })
          }
          empty={
            search.search ? (
              <EmptyState icon="search" title="No condition set matches" />
            ) : (
              <EmptyState icon="filter" title="No condition sets yet" action={create}>
                Recipients, contracts or tokens that many rules name: keep them in one list, and change the list instead
                of the rules.
              </EmptyState>
            )
          }
        />
      </Card>
      {search.create !== undefined && mayCreate && (
        <CreateConditionSetDialog onClose={() => setSearch({ create: undefined })} />
      )}
    </Page>
  );
}

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { EmptyState } from "../../components/empty-state.tsx";
import { Load } from "../../components/load.tsx";
import { Page } from "../../components/page.tsx";
import { Time } from "../../components/time.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { read } from "../../lib/api/queries.ts";
import type { AggregationEntry } from "../../lib/api/types.ts";
import { formatCount } from "../../lib/format.ts";
import { useSearchState } from "../../lib/search.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { PolicyTabs } from "../policies/policy-tabs.tsx";
import { useMay } from "../session/session.ts";
import { CreateAggregationDialog } from "./create-aggregation-dialog.tsx";
import { describeAggregation } from "./describe-aggregation.ts";

const PER_APP_MAX = 10;

export function AggregationsPage() {
  const appId = useAppId();
  const mayCreate = useMay("developer");
  const [search, setSearch] = useSearchState();
  const query = useQuery(read("listAppAggregations", { params: { app_id: appId } }));
  const isFull = (query.data?.data.length ?? 0) >= PER_APP_MAX;
  const create = mayCreate && (
    <Button variant="primary" icon="plus" disabled={isFull} onClick={() => setSearch({ create: true })}>
      Create aggregation
    </Button>
  );
  return (
    <Page
      title="Policies"
      description={`Rolling sums that conditions limit: how much was spent in a day, say. An app has at most ${PER_APP_MAX}.`}
      actions={create}
      tabs={<PolicyTabs />}
    >
      <Card flush>
        <Load query={query}>
          {({ data }) =>
            data.length === 0 ? (
              <EmptyState icon="activity" title="No aggregations yet" action={create}>
                A rule looks at one request; an aggregation adds them up. Make one, then limit it with a condition: at
                most 1 ETH a day, over all wallets.
              </EmptyState>
            ) : (
              <ul className="divide-y divide-line">
                {data.map((entry) => (
                  <Entry key={entry.aggregation.id} entry={entry} appId={appId} />
                ))}
              </ul>
            )
          }
        </Load>
      </Card>
      {search.create !== undefined && mayCreate && (
        <CreateAggregationDialog onClose={() => setSearch({ create: undefined })} />
      )}
    </Page>
  );
}

function Entry({ entry: { aggregation, attached_to: uses }, appId }: { entry: AggregationEntry; appId: string }) {
  return (
    <li className="relative px-4 py-3 text-sm hover:bg-hover/60">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <Link
          to="/app/$appId/policies/aggregations/$aggregationId"
          params={{ appId, aggregationId: aggregation.id }}
          className="font-medium after:absolute after:inset-0"
        >
          {aggregation.name}
        </Link>
        <span className="text-faint">
          {uses.length === 0 ? "attached to nothing" : `attached to ${formatCount(uses.length, "policy", "policies")}`},
          created <Time at={aggregation.created_at} />
        </span>
      </div>
      <p className="mt-1 max-w-3xl text-muted">{describeAggregation(aggregation)}</p>
    </li>
  );
}

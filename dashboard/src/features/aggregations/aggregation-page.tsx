import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { JsonBlock } from "../../components/code-block.tsx";
import { Id } from "../../components/copy.tsx";
import { DetailPage } from "../../components/detail-page.tsx";
import { FullTime } from "../../components/time.tsx";
import { Badge } from "../../components/ui/badge.tsx";
import { Card, Facts } from "../../components/ui/card.tsx";
import { call } from "../../lib/api/client.ts";
import { read } from "../../lib/api/queries.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { UsedBy } from "../policies/used-by.tsx";
import { useMay } from "../session/session.ts";
import { describeAggregation, describeSeconds } from "./describe-aggregation.ts";

export function AggregationPage() {
  const { aggregationId } = useParams({ strict: false }) as { aggregationId: string };
  const params = { app_id: useAppId(), aggregation_id: aggregationId };
  const query = useQuery(read("getAppAggregation", { params }));
  const aggregation = query.data?.aggregation;
  // What has an owner takes the owner's signature, and so the SDK.
  const mayDelete = useMay("developer") && aggregation?.owner_id === null;
  return (
    <DetailPage
      narrow
      title={aggregation?.name ?? "Aggregation"}
      id={aggregationId}
      idLabel="aggregation ID"
      list={{ to: "/app/$appId/policies/aggregations", label: "Aggregations" }}
      query={query}
      deletion={
        mayDelete && {
          title: "Delete this aggregation?",
          text: "Rules that refer to it then allow nothing and, as DENY rules, deny. Its sum is forgotten.",
          run: () => call("deleteAppAggregation", { params }),
          changes: ["listAppAggregations"],
        }
      }
    >
      {({ aggregation: one, attached_to: uses }) => {
        const { id: _, created_at: createdAt, owner_id: owner, ...definition } = one;
        return (
          <>
            <Card title="In plain words">
              <div className="flex flex-col gap-4">
                <p className="text-sm">{describeAggregation(one)}</p>
                <Facts
                  items={[
                    ["Window", `the last ${describeSeconds(one.window.seconds)}`],
                    [
                      "Owner",
                      owner === null ? (
                        <Badge key="owner" tone="warn">
                          None: the app's secret may delete it
                        </Badge>
                      ) : (
                        <Id key="owner" value={owner} label="owner ID" full />
                      ),
                    ],
                    ["Created", <FullTime key="created" at={createdAt} />],
                  ]}
                />
              </div>
            </Card>
            <UsedBy policies={uses} />
            <Card
              title="Use it in a policy"
              description="A condition of a rule: what was released in the window and what the request adds, together at most so much."
            >
              <JsonBlock
                label="Condition"
                value={{
                  field_source: "reference",
                  field: `aggregation.${aggregationId}`,
                  operator: "lte",
                  value: "1000000000000000000",
                }}
              />
            </Card>
            <Card title="Definition">
              <JsonBlock label="Aggregation as JSON" value={definition} />
            </Card>
          </>
        );
      }}
    </DetailPage>
  );
}

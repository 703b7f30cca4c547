import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Id } from "../../components/copy.tsx";
import { Load } from "../../components/load.tsx";
import { Page } from "../../components/page.tsx";
import { buttonClass } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { read, readFirstPage } from "../../lib/api/queries.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { ActivityTable } from "../activity/activity-table.tsx";
import { Checklist } from "./checklist.tsx";

export function OverviewPage() {
  const appId = useAppId();
  const apps = useQuery(read("listApps", {}));
  const app = apps.data?.data.find(({ id }) => id === appId);
  // The steps are taken elsewhere, by the developer's server, while this page is watched.
  const overview = useQuery({ ...read("getOverview", { params: { app_id: appId } }), refetchInterval: 3000 });
  const activity = useInfiniteQuery({
    ...readFirstPage("listActivity", { params: { app_id: appId } }, 5),
    refetchInterval: 3000,
  });
  return (
    <Page title={app?.name ?? "Overview"} detail={<Id value={appId} label="app ID" full />}>
      <div className="grid min-w-0 items-start gap-5 xl:grid-cols-[3fr_2fr]">
        <Card title="From nothing to a session signer" description="Each step ticks itself when it has happened." flush>
          <Load query={overview}>
            {(data) => (
              <div className="pt-3.5">
                <Checklist appId={appId} checks={data.checklist} />
              </div>
            )}
          </Load>
        </Card>
        <div className="grid min-w-0 grid-cols-2 gap-5">
          <Figure label="Users" value={overview.data?.users} to="/app/$appId/users" appId={appId} />
          <Figure label="Decisions" value={overview.data?.decisions} to="/app/$appId/activity" appId={appId} />
          <Card
            className="col-span-2"
            title="Latest decisions"
            flush
            actions={
              <Link to="/app/$appId/activity" params={{ appId }} className={buttonClass("secondary", true)}>
                Activity
              </Link>
            }
          >
            <ActivityTable query={activity} isShort />
          </Card>
        </div>
      </div>
    </Page>
  );
}

type FigureProps = { label: string; value: number | undefined; to: string; appId: string };

function Figure({ label, value, to, appId }: FigureProps) {
  return (
    <Link
      to={to}
      params={{ appId }}
      className="rounded-lg border border-line bg-surface px-4 py-3 hover:border-line-strong"
    >
      <div className="text-sm text-muted">{label}</div>
      <div className="mt-0.5 text-2xl font-semibold tabular-nums">
        {value === undefined ? "–" : value.toLocaleString("en")}
      </div>
    </Link>
  );
}

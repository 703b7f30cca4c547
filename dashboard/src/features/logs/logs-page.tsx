import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Id } from "../../components/copy.tsx";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Load } from "../../components/load.tsx";
import { Page } from "../../components/page.tsx";
import { Time } from "../../components/time.tsx";
import { Badge, type Tone } from "../../components/ui/badge.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Select } from "../../components/ui/select.tsx";
import { read, readPages } from "../../lib/api/queries.ts";
import type { ErrorGroup, LogEntry } from "../../lib/api/types.ts";
import { formatCount } from "../../lib/format.ts";
import { useSearchState } from "../../lib/search.ts";
import { useAppId } from "../../lib/use-app-id.ts";

function toneOf(status: number): Tone {
  return status >= 500 ? "bad" : status >= 400 ? "warn" : "good";
}

const columns: Column<LogEntry>[] = [
  {
    id: "status",
    header: "Status",
    cell: ({ status }) => <Badge tone={toneOf(status)}>{status}</Badge>,
    text: ({ status }) => String(status),
  },
  {
    id: "operation",
    header: "Operation",
    cell: ({ method, operation }) => (
      <span>
        <span className="text-faint">{method}</span> {operation ?? "unknown path"}
      </span>
    ),
    text: ({ method, operation }) => `${method} ${operation ?? ""}`,
  },
  {
    id: "code",
    header: "Code",
    cell: ({ code }) => code && <code>{code}</code>,
    text: ({ code }) => code ?? "",
    wide: true,
  },
  {
    id: "duration",
    header: "Took",
    cell: ({ duration_ms: ms }) => <span className="tabular-nums">{ms.toFixed(ms < 10 ? 1 : 0)} ms</span>,
    text: ({ duration_ms: ms }) => String(ms),
    wide: true,
  },
  {
    id: "from",
    header: "From",
    cell: ({ remote_address: from }) => <code>{from}</code>,
    text: ({ remote_address: from }) => from,
    wide: true,
  },
  {
    id: "id",
    header: "Request ID",
    cell: ({ request_id: id }) => <Id value={id} label="request ID" />,
    text: ({ request_id: id }) => id,
    wide: true,
  },
  { id: "when", header: "When", cell: ({ at }) => <Time at={at} />, text: ({ at }) => new Date(at).toISOString() },
];

const kinds = [
  { value: "", label: "All requests" },
  { value: "true", label: "Errors only" },
] as const;

export function LogsPage() {
  const appId = useAppId();
  const [search, setSearch] = useSearchState();
  const params = { app_id: appId };
  const query = useInfiniteQuery({
    ...readPages("listRequestLogs", {
      params,
      query: { errors_only: search.errors === "true" ? "true" : undefined, operation: search.operation },
    }),
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > 1 ? false : 5000),
  });
  const groups = useQuery({ ...read("listRequestErrors", { params }), refetchInterval: 10_000 });
  return (
    <Page
      title="Logs"
      description="The last requests of this app that the running server answered. Bodies, headers, secrets and query texts are not kept."
    >
      <Card title="Errors" description="The same errors together, most frequent first." flush>
        <Load query={groups}>{({ data }) => <ErrorGroups groups={data} />}</Load>
      </Card>
      <Card flush>
        <div className="flex flex-wrap gap-2 border-b border-line p-3">
          <Select
            aria-label="Which requests"
            options={kinds}
            value={(search.errors ?? "") as ""}
            onValue={(value) => setSearch({ errors: value })}
          />
        </div>
        <DataTable
          query={query}
          columns={columns}
          rowKey={({ request_id: id }) => id}
          label="Requests"
          noun="request"
          csvName="logs"
          empty={
            <EmptyState icon="logs" title="No requests">
              What your server and your users' browsers ask of this app appears here, until the server is restarted.
            </EmptyState>
          }
        />
      </Card>
    </Page>
  );
}

function ErrorGroups({ groups }: { groups: readonly ErrorGroup[] }) {
  if (groups.length === 0) return <EmptyState icon="check" title="No errors" />;
  return (
    <ul className="divide-y divide-line">
      {groups.map((group) => (
        <li
          key={`${group.operation} ${group.status} ${group.code}`}
          className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 text-sm"
        >
          <Badge tone={toneOf(group.status)}>{group.status}</Badge>
          <code className="min-w-0 flex-1 basis-40 break-all">{group.code ?? "without a code"}</code>
          <span className="text-muted">{group.operation}</span>
          <span className="tabular-nums">{formatCount(group.count, "time")}</span>
          <span className="text-faint">
            <Time at={group.last_at} />
          </span>
          <Id value={group.last_request_id} label="request ID" />
        </li>
      ))}
    </ul>
  );
}

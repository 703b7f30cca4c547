import { useInfiniteQuery } from "@tanstack/react-query";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Time } from "../../components/time.tsx";
import { Badge } from "../../components/ui/badge.tsx";
import { Card } from "../../components/ui/card.tsx";
import { readPages } from "../../lib/api/queries.ts";
import type { AuditEntry } from "../../lib/api/types.ts";
import { SettingsPage } from "./settings-page.tsx";

const columns: Column<AuditEntry>[] = [
  {
    id: "who",
    header: "Who",
    cell: ({ actor }) => <span title={actor.name}>{actor.name}</span>,
    text: ({ actor }) => actor.name,
    className: "max-w-20! md:max-w-40!",
  },
  {
    id: "what",
    header: "What",
    cell: ({ action }) => <code title={action}>{action}</code>,
    text: ({ action }) => action,
    className: "max-w-32! md:max-w-44!",
  },
  {
    id: "status",
    header: "Outcome",
    cell: ({ status, code }) => (
      <span title={code ?? undefined}>
        <Badge tone={status < 400 ? "good" : "warn"}>{status}</Badge>
      </span>
    ),
    text: ({ status, code }) => `${status} ${code ?? ""}`.trim(),
    wide: true,
  },
  {
    id: "target",
    header: "On",
    cell: ({ target }) => <code title={target}>{target}</code>,
    text: ({ target }) => target,
    wide: true,
    className: "md:max-w-44!",
  },
  {
    id: "from",
    header: "From",
    cell: (entry) => <code>{entry.remote_address}</code>,
    text: (entry) => entry.remote_address,
    wide: true,
  },
  { id: "when", header: "When", cell: ({ at }) => <Time at={at} />, text: ({ at }) => new Date(at).toISOString() },
];

export function AuditPage() {
  const query = useInfiniteQuery(readPages("listAudit", { query: {} }));
  return (
    <SettingsPage>
      <Card title="Audit" description="What members and operators changed, newest first." flush>
        <DataTable
          query={query}
          columns={columns}
          rowKey={({ id }) => id}
          label="Audit"
          noun="entry"
          csvName="audit"
          empty={<EmptyState icon="logs" title="Nothing was changed yet" />}
        />
      </Card>
    </SettingsPage>
  );
}

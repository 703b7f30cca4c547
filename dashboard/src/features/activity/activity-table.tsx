import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Time } from "../../components/time.tsx";
import { buttonClass } from "../../components/ui/button.tsx";
import type { ActivityEntry } from "../../lib/api/types.ts";
import { shorten } from "../../lib/format.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { DecisionBadge, describeReason } from "./decision-badge.tsx";

/** What was asked for, in the API's words without its prefix. */
function nameAct({ operation, method, path }: ActivityEntry): string {
  return operation || `${method} ${path}`;
}

const when: Column<ActivityEntry> = {
  id: "when",
  header: "When",
  cell: (entry) => <Time at={entry.created_at} />,
  text: (entry) => new Date(entry.created_at).toISOString(),
};

const decision: Column<ActivityEntry> = {
  id: "decision",
  header: "Decision",
  cell: (entry) => <DecisionBadge decision={entry.decision} />,
  text: (entry) => entry.decision,
};

const act: Column<ActivityEntry> = {
  id: "act",
  header: "Request",
  cell: (entry) => (
    <Link
      to="/app/$appId/activity/$receiptId"
      params={(previous) => ({ ...previous, receiptId: entry.id }) as never}
      className="font-medium hover:underline"
    >
      {nameAct(entry)}
    </Link>
  ),
  text: nameAct,
};

const reason: Column<ActivityEntry> = {
  id: "reason",
  header: "Reason",
  cell: (entry) => (
    <span className="block max-w-40 truncate text-muted" title={describeReason(entry.reason)}>
      {describeReason(entry.reason)}
    </span>
  ),
  text: (entry) => entry.reason ?? "",
  wide: true,
};

const ids = (
  [
    ["wallet_id", "Wallet"],
    ["signer_id", "Signer"],
    ["policy_id", "Policy"],
    ["transaction_hash", "Transaction"],
  ] as const
).map(
  ([name, header]): Column<ActivityEntry> => ({
    id: name,
    header,
    cell: (entry) =>
      entry[name] === null ? (
        <span className="text-faint">–</span>
      ) : (
        // Four in a row: whole, and to copy, on the decision's own page.
        <code title={entry[name]}>{shorten(entry[name], 6, 4)}</code>
      ),
    text: (entry) => entry[name] ?? "",
    wide: true,
  }),
);

const short = [decision, act, when];
const full = [decision, act, reason, ...ids, when];

type Props = {
  query: UseInfiniteQueryResult<{ pages: { data: ActivityEntry[] }[] }, Error>;
  isShort?: boolean;
  isFiltered?: boolean;
};

export function ActivityTable({ query, isShort, isFiltered }: Props) {
  const appId = useAppId();
  const navigate = useNavigate();
  return (
    <DataTable
      query={query}
      columns={isShort ? short : full}
      rowKey={(entry) => entry.id}
      label="Decisions"
      noun="decision"
      csvName={isShort ? undefined : "activity"}
      onOpen={(entry) =>
        void navigate({ to: "/app/$appId/activity/$receiptId", params: { appId, receiptId: entry.id } })
      }
      empty={
        isFiltered ? (
          <EmptyState icon="filter" title="No decision matches">
            Take a filter away to see more.
          </EmptyState>
        ) : (
          <EmptyState
            icon="activity"
            title="No decisions yet"
            action={
              <Link to="/app/$appId/connect" params={{ appId }} className={buttonClass()}>
                Connect
              </Link>
            }
          >
            Each time the signer allows or refuses something, it is recorded here, with the rule that decided.
          </EmptyState>
        )
      }
    />
  );
}

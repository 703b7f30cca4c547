import { useInfiniteQuery } from "@tanstack/react-query";
import { Id } from "../../components/copy.tsx";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Time } from "../../components/time.tsx";
import { Badge, type Tone } from "../../components/ui/badge.tsx";
import { Card } from "../../components/ui/card.tsx";
import { readPages } from "../../lib/api/queries.ts";
import type { Transaction } from "../../lib/api/types.ts";
import { useAppId } from "../../lib/use-app-id.ts";

const tones: Partial<Record<Transaction["status"], Tone>> = {
  confirmed: "good",
  finalized: "good",
  execution_reverted: "bad",
  failed: "bad",
  provider_error: "bad",
  replaced: "warn",
};

const columns: Column<Transaction>[] = [
  {
    id: "status",
    header: "Status",
    cell: ({ status }) => <Badge tone={tones[status] ?? "neutral"}>{status.replaceAll("_", " ")}</Badge>,
    text: ({ status }) => status,
  },
  {
    id: "hash",
    header: "Transaction hash",
    cell: ({ transaction_hash: hash }) => (hash === null ? "" : <Id value={hash} label="transaction hash" />),
    text: ({ transaction_hash: hash }) => hash ?? "",
  },
  {
    id: "chain",
    header: "Chain ID",
    cell: ({ caip2 }) => <code>{caip2}</code>,
    text: ({ caip2 }) => caip2,
    wide: true,
  },
  {
    id: "when",
    header: "Sent",
    cell: (one) => <Time at={one.created_at} />,
    text: (one) => new Date(one.created_at).toISOString(),
  },
];

export function Transactions({ walletId }: { walletId: string }) {
  const appId = useAppId();
  const query = useInfiniteQuery(
    readPages("listAppTransactions", { params: { app_id: appId }, query: { wallet_id: walletId } }, 50),
  );
  return (
    <Card title="Transactions" flush>
      <DataTable
        query={query}
        columns={columns}
        rowKey={(one) => one.id}
        label="Transactions"
        noun="transaction"
        csvName="transactions"
        empty={
          <EmptyState icon="arrowRight" title="Nothing was sent yet">
            Transactions that this server broadcasts for the wallet appear here.
          </EmptyState>
        }
      />
    </Card>
  );
}

import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { CopyIcon } from "../../components/copy.tsx";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { FilterInput } from "../../components/filter-input.tsx";
import { Page } from "../../components/page.tsx";
import { SearchBox } from "../../components/search-box.tsx";
import { Time } from "../../components/time.tsx";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Select } from "../../components/ui/select.tsx";
import { readPages } from "../../lib/api/queries.ts";
import type { Wallet } from "../../lib/api/types.ts";
import { shorten } from "../../lib/format.ts";
import { useSearchState } from "../../lib/search.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { useMay } from "../session/session.ts";
import { chainTypeOptions } from "./chain-types.ts";
import { CreateWalletDialog } from "./create-wallet-dialog.tsx";

const columns: Column<Wallet>[] = [
  {
    id: "address",
    header: "Address",
    cell: (wallet) => (
      <span className="inline-flex items-center gap-0.5">
        <Link
          to="/app/$appId/wallets/$walletId"
          params={(previous) => ({ ...previous, walletId: wallet.id }) as never}
          className="hover:underline"
          title={wallet.address}
        >
          <code>{shorten(wallet.address, 10, 8)}</code>
        </Link>
        <CopyIcon text={wallet.address} label="address" />
      </span>
    ),
    text: (wallet) => wallet.address,
  },
  {
    id: "name",
    header: "Name",
    cell: (wallet) => (
      <span className="block max-w-40 truncate">{wallet.display_name ?? wallet.external_id ?? ""}</span>
    ),
    text: (wallet) => wallet.display_name ?? "",
    wide: true,
  },
  {
    id: "chain",
    header: "Chain",
    cell: (wallet) => <Badge>{wallet.chain_type}</Badge>,
    text: (wallet) => wallet.chain_type,
  },
  {
    id: "owner",
    header: "Owner",
    cell: (wallet) =>
      wallet.owner_id === null ? <Badge tone="warn">App secret</Badge> : <code>{shorten(wallet.owner_id)}</code>,
    text: (wallet) => wallet.owner_id ?? "",
    wide: true,
  },
  {
    id: "signers",
    header: "Session signers",
    cell: (wallet) => <span className="tabular-nums">{wallet.additional_signers.length}</span>,
    text: (wallet) => String(wallet.additional_signers.length),
    wide: true,
  },
  {
    id: "id",
    header: "Wallet ID",
    cell: (wallet) => <code>{shorten(wallet.id)}</code>,
    text: (wallet) => wallet.id,
    wide: true,
  },
  {
    id: "created",
    header: "Created",
    cell: (wallet) => <Time at={wallet.created_at} />,
    text: (wallet) => new Date(wallet.created_at).toISOString(),
    wide: true,
  },
];

const archived = [
  { value: "", label: "Without archived" },
  { value: "true", label: "With archived" },
] as const;

export function WalletsPage() {
  const appId = useAppId();
  const navigate = useNavigate();
  const mayCreate = useMay("developer");
  const [search, setSearch] = useSearchState();
  const query = useInfiniteQuery(
    readPages("listAppWallets", {
      params: { app_id: appId },
      query: {
        search: search.search,
        chain_type: search.chain,
        user_id: search.user,
        include_archived: search.archived === "true" ? "true" : undefined,
      },
    }),
  );
  const isNarrowed = Boolean(search.search || search.chain || search.user || search.archived);
  const create = mayCreate && (
    <Button variant="primary" icon="plus" onClick={() => setSearch({ create: true })}>
      Create wallet
    </Button>
  );
  return (
    <Page
      title="Wallets"
      description="Every wallet of this app: whose it is, and who else may sign with it."
      actions={create}
    >
      <Card flush>
        <div className="flex flex-wrap gap-2 border-b border-line p-3">
          <SearchBox
            value={search.search ?? ""}
            onSearch={(text) => setSearch({ search: text })}
            placeholder="Find by address, wallet ID or external ID"
          />
          <Select
            aria-label="Chain type"
            options={[{ value: "", label: "All chains" }, ...chainTypeOptions]}
            value={search.chain ?? ""}
            onValue={(value) => setSearch({ chain: value })}
          />
          <FilterInput name="user" value={search.user ?? ""} onChange={(value) => setSearch({ user: value })} />
          <Select
            aria-label="Archived wallets"
            options={archived}
            value={(search.archived ?? "") as ""}
            onValue={(value) => setSearch({ archived: value })}
          />
          {isNarrowed && (
            <Button
              variant="ghost"
              icon="x"
              onClick={() => setSearch({ search: "", chain: "", user: "", archived: "" })}
            >
              Clear
            </Button>
          )}
        </div>
        <DataTable
          query={query}
          columns={columns}
          rowKey={(wallet) => wallet.id}
          label="Wallets"
          noun="wallet"
          csvName="wallets"
          onOpen={(wallet) =>
            void navigate({ to: "/app/$appId/wallets/$walletId", params: { appId, walletId: wallet.id } })
          }
          empty={
            isNarrowed ? (
              <EmptyState icon="search" title="No wallet matches">
                Addresses and IDs are found by their whole text, users by their ID.
              </EmptyState>
            ) : (
              <EmptyState icon="wallet" title="No wallets yet" action={create}>
                A wallet of a user obeys that user. One without an owner obeys the app's secret.
              </EmptyState>
            )
          }
        />
      </Card>
      {search.create !== undefined && mayCreate && (
        <CreateWalletDialog onClose={() => setSearch({ create: undefined })} />
      )}
    </Page>
  );
}

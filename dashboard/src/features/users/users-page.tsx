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
import type { User } from "../../lib/api/types.ts";
import { formatCount } from "../../lib/format.ts";
import { useSearchState } from "../../lib/search.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { useMay } from "../session/session.ts";
import { CreateUserDialog } from "./create-user-dialog.tsx";
import { describeUser, nameAccountType } from "./describe-user.ts";
import { FacetSelects } from "./facet-selects.tsx";
import { facetQuery } from "./user-facets.ts";

/** One word for each way the user can sign in, and how many wallets we keep. */
function facetsOf(user: User): string[] {
  const kinds = new Set(
    user.linked_accounts.filter(({ type }) => type !== "wallet").map(({ type }) => nameAccountType(type)),
  );
  return [...kinds];
}

function countWallets(user: User): number {
  return user.linked_accounts.filter((account) => account.type === "wallet" && "id" in account).length;
}

const columns: Column<User>[] = [
  {
    id: "user",
    header: "User",
    cell: (user) => (
      <Link
        to="/app/$appId/users/$userId"
        params={(previous) => ({ ...previous, userId: user.id }) as never}
        className="font-medium hover:underline"
      >
        {describeUser(user)}
      </Link>
    ),
    text: describeUser,
  },
  {
    id: "id",
    header: "User ID",
    cell: (user) => <Id value={user.id} label="user ID" />,
    text: (user) => user.id,
    wide: true,
  },
  {
    id: "accounts",
    header: "Signs in with",
    cell: (user) => (
      <span className="flex gap-1">
        {facetsOf(user).map((facet) => (
          <Badge key={facet}>{facet}</Badge>
        ))}
      </span>
    ),
    text: (user) => facetsOf(user).join(" "),
    wide: true,
  },
  {
    id: "wallets",
    header: "Wallets",
    cell: (user) => <span className="tabular-nums">{countWallets(user)}</span>,
    text: (user) => String(countWallets(user)),
    wide: true,
  },
  {
    id: "created",
    header: "Created",
    cell: (user) => <Time at={user.created_at * 1000} />,
    text: (user) => new Date(user.created_at * 1000).toISOString(),
  },
];

export function UsersPage() {
  const appId = useAppId();
  const navigate = useNavigate();
  const mayCreate = useMay("developer");
  const [search, setSearch] = useSearchState();
  const query = useInfiniteQuery(
    readPages("listAppUsers", { params: { app_id: appId }, query: { search: search.search, ...facetQuery(search) } }),
  );
  const isNarrowed = Boolean(search.kind || search.wallet || search.created);
  const total = (query.data?.pages[0] as { total?: number } | undefined)?.total;
  const create = mayCreate && (
    <Button variant="primary" icon="plus" onClick={() => setSearch({ create: true })}>
      Create user
    </Button>
  );
  return (
    <Page title="Users" description="Who signs in to this app, and what wallets they have." actions={create}>
      <Card flush>
        <div className="flex flex-wrap items-center gap-2 border-b border-line p-3">
          <SearchBox
            value={search.search ?? ""}
            onSearch={(text) => setSearch({ search: text })}
            placeholder="Find by ID, email, username or address"
          />
          <FacetSelects search={search} setSearch={setSearch} />
          {total !== undefined && !isNarrowed && !search.search && (
            <span className="text-sm text-faint">{formatCount(total, "user")}</span>
          )}
        </div>
        <DataTable
          query={query}
          columns={columns}
          rowKey={(user) => user.id}
          label="Users"
          noun="user"
          csvName="users"
          onOpen={(user) => void navigate({ to: "/app/$appId/users/$userId", params: { appId, userId: user.id } })}
          empty={
            search.search || isNarrowed ? (
              <EmptyState icon="search" title="No user matches">
                {isNarrowed
                  ? "Take a filter away to see more."
                  : "A search finds what begins with the text: a user ID, an email or wallet address, a phone number, a username."}
              </EmptyState>
            ) : (
              <EmptyState icon="users" title="No users yet" action={create}>
                A user appears when somebody signs in to your app, or when your server creates one.
              </EmptyState>
            )
          }
        />
      </Card>
      {search.create !== undefined && mayCreate && (
        <CreateUserDialog onClose={() => setSearch({ create: undefined })} />
      )}
    </Page>
  );
}

import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Id } from "../../components/copy.tsx";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Page } from "../../components/page.tsx";
import { SearchBox } from "../../components/search-box.tsx";
import { Time } from "../../components/time.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Select } from "../../components/ui/select.tsx";
import { readPages } from "../../lib/api/queries.ts";
import type { KeyQuorum, KeyQuorumEntry } from "../../lib/api/types.ts";
import { useSearchState } from "../../lib/search.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { useMay } from "../session/session.ts";
import { CreateKeyDialog } from "./create-key-dialog.tsx";
import { describeMembers, describeThreshold } from "./describe-quorum.ts";
import { RegisterQuorumDialog } from "./register-quorum-dialog.tsx";

const nameOf = (quorum: KeyQuorum) => quorum.display_name || "Without a name";

const columns: Column<KeyQuorumEntry>[] = [
  {
    id: "name",
    header: "Name",
    cell: ({ key_quorum: quorum }) => (
      <Link
        to="/app/$appId/authorization-keys/$quorumId"
        params={(previous) => ({ ...previous, quorumId: quorum.id }) as never}
        className="font-medium hover:underline"
      >
        {nameOf(quorum)}
      </Link>
    ),
    text: ({ key_quorum: quorum }) => quorum.display_name ?? "",
  },
  {
    id: "id",
    header: "Key quorum ID",
    cell: ({ key_quorum: quorum }) => <Id value={quorum.id} label="key quorum ID" />,
    text: ({ key_quorum: quorum }) => quorum.id,
  },
  {
    id: "members",
    header: "Members",
    cell: ({ key_quorum: quorum }) => describeMembers(quorum),
    text: ({ key_quorum: quorum }) => describeMembers(quorum),
    wide: true,
  },
  {
    id: "threshold",
    header: "Must sign",
    cell: ({ key_quorum: quorum }) => describeThreshold(quorum),
    text: ({ key_quorum: quorum }) => describeThreshold(quorum),
    wide: true,
  },
  {
    id: "attached",
    header: "Attached to",
    cell: (entry) => (entry.attached_to >= 1000 ? "1,000 or more" : entry.attached_to),
    text: (entry) => String(entry.attached_to),
    wide: true,
  },
  {
    id: "created",
    header: "Created",
    cell: (entry) => <Time at={entry.created_at} />,
    text: (entry) => new Date(entry.created_at).toISOString(),
    wide: true,
  },
];

const which = [
  { value: "", label: "With a name" },
  { value: "true", label: "All, wallets' owners too" },
] as const;

export function AuthorizationKeysPage() {
  const appId = useAppId();
  const navigate = useNavigate();
  const mayCreate = useMay("developer");
  const [search, setSearch] = useSearchState();
  const [dialog, setDialog] = useState<"create" | "register">();
  const query = useInfiniteQuery(
    readPages("listAppKeyQuorums", {
      params: { app_id: appId },
      query: { search: search.search, include_unnamed: search.all === "true" ? "true" : undefined } as never,
    }),
  );
  const create = mayCreate && (
    <Button variant="primary" icon="plus" onClick={() => setDialog("create")}>
      Create new key
    </Button>
  );
  return (
    <Page
      title="Authorization keys"
      description="Keys of your servers. Each is a key quorum, which can own a wallet or be its session signer."
      actions={create}
    >
      <Card flush>
        <div className="flex flex-wrap gap-2 border-b border-line p-3">
          <SearchBox
            value={search.search ?? ""}
            onSearch={(text) => setSearch({ search: text })}
            placeholder="Find by name or ID"
          />
          <Select
            aria-label="Which key quorums"
            options={which}
            value={(search.all ?? "") as ""}
            onValue={(value) => setSearch({ all: value })}
          />
        </div>
        <DataTable
          query={query}
          columns={columns}
          rowKey={(entry) => entry.key_quorum.id}
          label="Authorization keys"
          noun="key quorum"
          csvName="authorization-keys"
          onOpen={(entry) =>
            void navigate({
              to: "/app/$appId/authorization-keys/$quorumId",
              params: { appId, quorumId: entry.key_quorum.id },
            })
          }
          empty={
            search.search ? (
              <EmptyState icon="search" title="No key quorum matches" />
            ) : (
              <EmptyState icon="key" title="No authorization keys yet" action={create}>
                Your server signs its requests with an authorization key. A wallet's owner lets it sign by naming its
                key quorum ID as a session signer.
              </EmptyState>
            )
          }
        />
      </Card>
      {dialog === "create" && (
        <CreateKeyDialog onClose={() => setDialog(undefined)} onRegister={() => setDialog("register")} />
      )}
      {dialog === "register" && <RegisterQuorumDialog onClose={() => setDialog(undefined)} />}
    </Page>
  );
}

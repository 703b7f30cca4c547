import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Id } from "../../components/copy.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Load } from "../../components/load.tsx";
import { Page } from "../../components/page.tsx";
import { SearchBox } from "../../components/search-box.tsx";
import { Time } from "../../components/time.tsx";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { read } from "../../lib/api/queries.ts";
import type { App } from "../../lib/api/types.ts";
import { useSearchState } from "../../lib/search.ts";
import { useMay } from "../session/session.ts";
import { CreateAppDialog } from "./create-app-dialog.tsx";

export function AppsPage() {
  const [search, setSearch] = useSearchState();
  const [text, setText] = useState("");
  const apps = useQuery(read("listApps", {}));
  const mayCreate = useMay("admin");
  const create = mayCreate && (
    <Button variant="primary" icon="plus" onClick={() => setSearch({ create: true })}>
      Create app
    </Button>
  );
  return (
    <Page title="Apps" description="Each app has its own users, wallets, keys and policies." actions={create}>
      {(apps.data?.data.length ?? 0) > 8 && (
        <SearchBox value={text} onSearch={setText} placeholder="Find an app by name or ID" />
      )}
      <Card>
        <Load query={apps}>
          {({ data }) => {
            const shown = data.filter((app) => `${app.name} ${app.id}`.toLowerCase().includes(text.toLowerCase()));
            if (data.length === 0) {
              return (
                <EmptyState icon="apps" title="Create your first app" action={create}>
                  An app gets an ID and a secret. Your server signs in with them, and its users, wallets and policies
                  belong to it.
                </EmptyState>
              );
            }
            return <AppList apps={shown} />;
          }}
        </Load>
      </Card>
      <CreateAppDialog
        open={search.create !== undefined && mayCreate}
        onClose={() => setSearch({ create: undefined })}
      />
    </Page>
  );
}

function AppList({ apps }: { apps: readonly App[] }) {
  return (
    <ul className="-m-4 divide-y divide-line">
      {apps.map((app) => (
        <li key={app.id} className="relative flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 hover:bg-hover/60">
          <Link
            to="/app/$appId"
            params={{ appId: app.id }}
            className="min-w-0 flex-1 basis-48 truncate text-base font-medium after:absolute after:inset-0"
          >
            {app.name}
          </Link>
          {app.server_side_access && <Badge tone="accent">Server-side access</Badge>}
          <span className="relative">
            <Id value={app.id} label="app ID" />
          </span>
          <span className="w-28 text-sm text-faint">
            <Time at={app.created_at} />
          </span>
        </li>
      ))}
    </ul>
  );
}

import { type FormEvent, useState } from "react";
import { Id } from "../../components/copy.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { ErrorNote } from "../../components/error-panel.tsx";
import { Load } from "../../components/load.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Dialog } from "../../components/ui/dialog.tsx";
import { Field, Input, TextArea } from "../../components/ui/field.tsx";
import type { App } from "../../lib/api/types.ts";
import { makeAppId } from "../../lib/new-credentials.ts";
import { useAct } from "../../lib/use-act.ts";
import { readList } from "../authorization-keys/read-list.ts";
import { useMay } from "../session/session.ts";
import { AppSettingsPage } from "./app-settings-page.tsx";
import { type AppChange, useApp } from "./use-app.ts";

type Props = { app: App; update: (change: AppChange) => Promise<void> };

export function ClientsPage() {
  const { app, update } = useApp();
  return (
    <AppSettingsPage>
      <Load query={app}>{(data) => <Clients app={data} update={update} />}</Load>
    </AppSettingsPage>
  );
}

function Clients({ app, update }: Props) {
  const mayChange = useMay("admin");
  const [isAdding, setAdding] = useState(false);
  const act = useAct();
  return (
    <Card
      title="Clients"
      description="Websites and mobile apps that share this app's users, each with its own origins. SDKs name theirs as clientId."
      flush
      actions={
        mayChange && (
          <Button small icon="plus" onClick={() => setAdding(true)}>
            Add client
          </Button>
        )
      }
    >
      {act.error !== undefined && <ErrorNote error={act.error} className="m-3" />}
      {app.clients.length === 0 ? (
        <EmptyState icon="monitor" title="No clients">
          An app needs none. Add one where a second website or a mobile app needs origins of its own.
        </EmptyState>
      ) : (
        <ul className="divide-y divide-line">
          {app.clients.map((client) => (
            <li key={client.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 text-sm">
              <span className="min-w-0 flex-1 basis-32 truncate font-medium">{client.name}</span>
              <Id value={client.id} label="client ID" />
              <span className="w-full text-faint sm:w-48">
                {client.allowed_origins?.join(", ") ?? "the app's origins"}
              </span>
              {mayChange && (
                <Button
                  small
                  variant="ghost"
                  icon="trash"
                  busy={act.busy}
                  onClick={() =>
                    void act.run(() => update({ clients: app.clients.filter(({ id }) => id !== client.id) }))
                  }
                >
                  Remove
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {isAdding && <AddClient app={app} update={update} onClose={() => setAdding(false)} />}
    </Card>
  );
}

function AddClient({ app, update, onClose }: Props & { onClose: () => void }) {
  const [name, setName] = useState("");
  const [origins, setOrigins] = useState("");
  const act = useAct();
  const add = (event: FormEvent) => {
    event.preventDefault();
    void act.run(async () => {
      const own = readList(origins);
      const client = { id: `client-${makeAppId()}`, name: name.trim(), allowed_origins: own.length > 0 ? own : null };
      await update({ clients: [...app.clients, client] });
      onClose();
    });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Add client"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="client" busy={act.busy} disabled={name.trim() === ""}>
            Add
          </Button>
        </>
      }
    >
      <form id="client" onSubmit={add} className="flex flex-col gap-4">
        <Field label="Name">
          <Input required maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label="Allowed origins" hint="One a line. Without any, the app's own.">
          <TextArea mono rows={3} value={origins} onChange={(event) => setOrigins(event.target.value)} />
        </Field>
        {act.error !== undefined && <ErrorNote error={act.error} />}
      </form>
    </Dialog>
  );
}

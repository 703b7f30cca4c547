import { type FormEvent, useState } from "react";
import { CopyField } from "../../components/copy.tsx";
import { ErrorNote } from "../../components/error-panel.tsx";
import { Load } from "../../components/load.tsx";
import { FullTime } from "../../components/time.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card, Facts } from "../../components/ui/card.tsx";
import { Field, Input } from "../../components/ui/field.tsx";
import type { App } from "../../lib/api/types.ts";
import { useAct } from "../../lib/use-act.ts";
import { useMay } from "../session/session.ts";
import { AppSettingsPage } from "./app-settings-page.tsx";
import { Secrets } from "./secrets.tsx";
import { type AppChange, useApp } from "./use-app.ts";

export function BasicsPage() {
  const { app, update } = useApp();
  return (
    <AppSettingsPage>
      <Load query={app}>
        {(data) => (
          <>
            <Card title="App">
              <div className="flex flex-col gap-4">
                <CopyField label="App ID" value={data.id} />
                <NameForm key={data.name} app={data} update={update} />
                <Facts
                  items={[
                    ["Created", <FullTime key="created" at={data.created_at} />],
                    ["Access tokens live", `${Math.round(data.access_token_seconds / 60)} minutes`],
                    ["Sessions live", `${Math.round(data.refresh_token_seconds / 86_400)} days`],
                    ["Identity tokens", data.identity_tokens ? "on" : "off"],
                  ]}
                />
              </div>
            </Card>
            <Secrets app={data} />
          </>
        )}
      </Load>
    </AppSettingsPage>
  );
}

function NameForm({ app, update }: { app: App; update: (change: AppChange) => Promise<void> }) {
  const [name, setName] = useState(app.name);
  const mayChange = useMay("admin");
  const act = useAct();
  const save = (event: FormEvent) => {
    event.preventDefault();
    void act.run(() => update({ name: name.trim() }));
  };
  return (
    <form onSubmit={save} className="flex flex-col gap-3">
      <div className="flex items-end gap-2">
        <Field label="Name" className="flex-1">
          <Input
            required
            maxLength={100}
            disabled={!mayChange}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <Button type="submit" busy={act.busy} disabled={!mayChange || name.trim() === app.name || name.trim() === ""}>
          Save
        </Button>
      </div>
      {act.error !== undefined && <ErrorNote error={act.error} />}
    </form>
  );
}

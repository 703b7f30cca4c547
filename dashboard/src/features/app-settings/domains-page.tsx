import { type FormEvent, useState } from "react";
import { ErrorNote } from "../../components/error-panel.tsx";
import { Load } from "../../components/load.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Field, TextArea } from "../../components/ui/field.tsx";
import type { App } from "../../lib/api/types.ts";
import { useAct } from "../../lib/use-act.ts";
import { readList } from "../authorization-keys/read-list.ts";
import { useMay } from "../session/session.ts";
import { AppSettingsPage } from "./app-settings-page.tsx";
import { type AppChange, useApp } from "./use-app.ts";

export function DomainsPage() {
  const { app, update } = useApp();
  return (
    <AppSettingsPage>
      <Card
        title="Allowed origins"
        description="Pages of these origins may sign users in and hold their key. Pages of all others are refused."
      >
        <Load query={app}>
          {(data) => <OriginsForm key={data.allowed_origins.join()} app={data} update={update} />}
        </Load>
      </Card>
    </AppSettingsPage>
  );
}

function OriginsForm({ app, update }: { app: App; update: (change: AppChange) => Promise<void> }) {
  const [text, setText] = useState(app.allowed_origins.join("\n"));
  const mayChange = useMay("admin");
  const act = useAct();
  const origins = readList(text);
  const save = (event: FormEvent) => {
    event.preventDefault();
    void act.run(() => update({ allowed_origins: origins }));
  };
  return (
    <form onSubmit={save} className="flex flex-col gap-3">
      <Field label="Origins" hint="Scheme and host, one a line.">
        <TextArea
          mono
          rows={6}
          disabled={!mayChange}
          value={text}
          onChange={(event) => setText(event.target.value)}
          placeholder="https://app.example.com"
        />
      </Field>
      {act.error !== undefined && <ErrorNote error={act.error} />}
      <Button
        type="submit"
        variant="primary"
        className="self-start"
        busy={act.busy}
        disabled={!mayChange || origins.join() === app.allowed_origins.join()}
      >
        Save
      </Button>
    </form>
  );
}

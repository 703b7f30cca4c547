import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { CodeBlock } from "../../components/code-block.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { ErrorNote } from "../../components/error-panel.tsx";
import { Time } from "../../components/time.tsx";
import { notify } from "../../components/toast.tsx";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Dialog } from "../../components/ui/dialog.tsx";
import { Field, Input } from "../../components/ui/field.tsx";
import { call } from "../../lib/api/client.ts";
import { read, refresh } from "../../lib/api/queries.ts";
import type { App } from "../../lib/api/types.ts";
import { useAct } from "../../lib/use-act.ts";

type Provider = App["oauth_providers"][number];

/** Who the providers are is said with the operator's key, so the page shows them and takes only their secrets. */
export function ProvidersCard({ app, mayChange }: { app: App; mayChange: boolean }) {
  const params = { app_id: app.id };
  const secrets = useQuery(read("listOAuthClientSecrets", { params }));
  const [edited, setEdited] = useState<string>();
  const secretOf = (provider: string) => secrets.data?.data.find((one) => one.provider === provider);
  const command = `npx mandate app provider set --id ${app.id} --provider google --client-id CLIENT_ID --client-secret-file FILE`;
  return (
    <Card
      title="Providers"
      description="Whose word an app takes is set with the operator's key, from the command line."
      flush
    >
      {app.oauth_providers.length === 0 && (
        <EmptyState icon="user" title="No providers">
          Add Google, Apple, GitHub, Discord or any OpenID Connect provider.
        </EmptyState>
      )}
      <ul className="divide-y divide-line">
        {app.oauth_providers.map((provider) => (
          <li key={provider.provider} className="flex flex-wrap items-center justify-between gap-3 px-4 py-3 text-sm">
            <div className="min-w-0 flex-1 basis-60">
              <div className="flex flex-wrap items-center gap-2">
                <span className="font-medium break-all">{nameOf(provider)}</span>
                <ProofBadge provider={provider} />
              </div>
              <div className="mt-0.5 break-all text-muted">{provider.client_id}</div>
              <div className="mt-0.5 text-muted">
                {secretOf(provider.provider) === undefined ? (
                  "No client secret"
                ) : (
                  <>
                    Client secret set <Time at={secretOf(provider.provider)?.updated_at} />
                  </>
                )}
              </div>
            </div>
            {mayChange && (
              <Button small onClick={() => setEdited(provider.provider)}>
                Set secret of {nameOf(provider)}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <div className="border-t border-line p-4">
        <CodeBlock code={command} label="Command that adds a provider" />
      </div>
      {edited !== undefined && <SetSecret appId={app.id} provider={edited} onClose={() => setEdited(undefined)} />}
    </Card>
  );
}

function ProofBadge({ provider }: { provider: Provider }) {
  if (provider.proof === "api") return <Badge tone="warn">API's word</Badge>;
  return <Badge tone="good">{provider.public_key_pem === null ? "ID token" : "ID token, pinned key"}</Badge>;
}

function nameOf({ provider, display_name }: Provider): string {
  return display_name ?? provider;
}

function SetSecret({ appId, provider, onClose }: { appId: string; provider: string; onClose: () => void }) {
  const [secret, setSecret] = useState("");
  const act = useAct();
  const save = (event: FormEvent) => {
    event.preventDefault();
    void act.run(async () => {
      const body = { provider, client_secret: secret.trim() };
      await call("setOAuthClientSecret", { params: { app_id: appId }, body });
      await refresh("listOAuthClientSecrets");
      notify("Saved");
      onClose();
    });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Set client secret"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="client-secret" busy={act.busy}>
            Save
          </Button>
        </>
      }
    >
      <form id="client-secret" onSubmit={save} className="flex flex-col gap-4">
        <Field label="Client secret" hint={`What ${provider} knows the app by. It is not shown again.`}>
          <Input
            type="password"
            required
            maxLength={8192}
            value={secret}
            onChange={(event) => setSecret(event.target.value)}
          />
        </Field>
        {act.error !== undefined && <ErrorNote error={act.error} />}
      </form>
    </Dialog>
  );
}

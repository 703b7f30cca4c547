import { useState } from "react";
import { ErrorNote } from "../../components/error-panel.tsx";
import { Time } from "../../components/time.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Confirm } from "../../components/ui/confirm.tsx";
import { Dialog } from "../../components/ui/dialog.tsx";
import { call } from "../../lib/api/client.ts";
import { refresh } from "../../lib/api/queries.ts";
import type { App } from "../../lib/api/types.ts";
import { makeAppSecret } from "../../lib/new-credentials.ts";
import { useAct } from "../../lib/use-act.ts";
import { SecretShown } from "../apps/secret-shown.tsx";
import { useMay } from "../session/session.ts";

/** An app may have several secrets, so that one can follow another without a gap. */
export function Secrets({ app }: { app: App }) {
  const mayChange = useMay("admin");
  const [secret, setSecret] = useState<string>();
  const [leaving, setLeaving] = useState<string>();
  const act = useAct();
  const params = { app_id: app.id };
  const generate = () =>
    act.run(async () => {
      const made = await makeAppSecret();
      await call("createAppSecret", { params, body: { secret_sha256: made.sha256 } });
      await refresh("getOperatorApp", "getOverview");
      setSecret(made.secret);
    });
  const revoke = async (id: string) => {
    await call("deleteAppSecret", { params: { ...params, secret_id: id } });
    await refresh("getOperatorApp");
  };
  return (
    <Card
      title="App secrets"
      description="Your server signs in with one of them. Generate a second, deploy it, then revoke the first."
      flush
      actions={
        mayChange && (
          <Button small icon="plus" busy={act.busy} onClick={generate}>
            Generate secret
          </Button>
        )
      }
    >
      {act.error !== undefined && <ErrorNote error={act.error} className="m-3" />}
      <ul className="divide-y divide-line">
        {app.secrets.map(({ id, created_at }) => (
          <li key={id} className="flex items-center gap-3 px-4 py-2.5 text-sm">
            <code className="min-w-0 flex-1 truncate">{id}</code>
            <span className="text-faint">
              <Time at={created_at} />
            </span>
            {mayChange && (
              <Button small disabled={app.secrets.length === 1} onClick={() => setLeaving(id)}>
                Revoke
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Dialog
        open={secret !== undefined}
        onClose={() => setSecret(undefined)}
        title="New app secret"
        footer={
          <Button variant="primary" onClick={() => setSecret(undefined)}>
            I have saved the secret
          </Button>
        }
      >
        {secret !== undefined && <SecretShown appId={app.id} secret={secret} />}
      </Dialog>
      <Confirm
        open={leaving !== undefined}
        onClose={() => setLeaving(undefined)}
        onConfirm={() => leaving && revoke(leaving)}
        title="Revoke this secret?"
        action="Revoke"
      >
        Servers that still use it are refused from then on.
      </Confirm>
    </Card>
  );
}

import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Load } from "../../components/load.tsx";
import { notify } from "../../components/toast.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Confirm } from "../../components/ui/confirm.tsx";
import { Dialog } from "../../components/ui/dialog.tsx";
import { call } from "../../lib/api/client.ts";
import { refresh } from "../../lib/api/queries.ts";
import type { App } from "../../lib/api/types.ts";
import { formatCount } from "../../lib/format.ts";
import { makeAppSecret } from "../../lib/new-credentials.ts";
import { SecretShown } from "../apps/secret-shown.tsx";
import { useMay } from "../session/session.ts";
import { AppSettingsPage } from "./app-settings-page.tsx";
import { useApp } from "./use-app.ts";

/** Acts that stop an app's servers or users at once. */
export function DangerPage() {
  const { app } = useApp();
  return (
    <AppSettingsPage>
      <Load query={app}>{(data) => <ReplaceSecrets app={data} />}</Load>
      <Load query={app}>{(data) => <DeleteApp app={data} />}</Load>
    </AppSettingsPage>
  );
}

function ReplaceSecrets({ app }: { app: App }) {
  const mayChange = useMay("admin");
  const [isAsking, setAsking] = useState(false);
  const [secret, setSecret] = useState<string>();
  const replace = async () => {
    const made = await makeAppSecret();
    await call("createAppSecret", { params: { app_id: app.id }, body: { secret_sha256: made.sha256 } });
    for (const { id } of app.secrets) await call("deleteAppSecret", { params: { app_id: app.id, secret_id: id } });
    await refresh("getOperatorApp");
    setSecret(made.secret);
    notify("All earlier secrets are revoked");
  };
  return (
    <Card
      title="Replace every secret at once"
      description="For when one has leaked. A new secret is made and all others are revoked: your servers are refused until they have the new one."
    >
      <Button variant="danger" disabled={!mayChange} onClick={() => setAsking(true)}>
        Replace every secret
      </Button>
      <Confirm
        open={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={replace}
        title="Replace every secret?"
        action="Replace every secret"
        typed={app.name}
      >
        {formatCount(app.secrets.length, "secret")} of this app will be refused from now on.
      </Confirm>
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
    </Card>
  );
}

function DeleteApp({ app }: { app: App }) {
  const mayChange = useMay("admin");
  const navigate = useNavigate();
  const [isAsking, setAsking] = useState(false);
  const remove = async () => {
    await call("deleteApp", { params: { app_id: app.id } });
    await refresh("listApps");
    await navigate({ to: "/app" });
  };
  return (
    <Card
      title="Delete the app"
      description="For good: nobody can use its users, wallets, keys and policies any more, and what is in the wallets is lost unless their keys were exported."
    >
      <Button variant="danger" disabled={!mayChange} onClick={() => setAsking(true)}>
        Delete the app
      </Button>
      <Confirm
        open={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={remove}
        title={`Delete ${app.name}?`}
        action="Delete the app"
        typed={app.name}
      >
        This cannot be undone.
      </Confirm>
    </Card>
  );
}

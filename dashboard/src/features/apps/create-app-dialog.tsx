import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { ErrorNote } from "../../components/error-panel.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Dialog } from "../../components/ui/dialog.tsx";
import { Field, Input } from "../../components/ui/field.tsx";
import { call } from "../../lib/api/client.ts";
import { refresh } from "../../lib/api/queries.ts";
import { makeAppId, makeAppSecret } from "../../lib/new-credentials.ts";
import { useAct } from "../../lib/use-act.ts";
import { SecretShown } from "./secret-shown.tsx";

export function CreateAppDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const [name, setName] = useState("");
  const [made, setMade] = useState<{ id: string; secret: string }>();
  const act = useAct();
  const navigate = useNavigate();
  const close = () => {
    const id = made?.id;
    setMade(undefined);
    setName("");
    act.clear();
    onClose();
    if (id !== undefined) void navigate({ to: "/app/$appId", params: { appId: id } });
  };
  const create = (event: FormEvent) => {
    event.preventDefault();
    void act.run(async () => {
      const id = makeAppId();
      const { secret, sha256 } = await makeAppSecret();
      await call("createApp", { body: { id, name: name.trim(), secret_sha256: sha256 } });
      await refresh("listApps");
      setMade({ id, secret });
    });
  };
  if (made !== undefined) {
    return (
      <Dialog
        open={open}
        onClose={close}
        title="App created"
        footer={
          <Button variant="primary" onClick={close}>
            I have saved the secret
          </Button>
        }
      >
        <SecretShown appId={made.id} secret={made.secret} />
      </Dialog>
    );
  }
  return (
    <Dialog
      open={open}
      onClose={close}
      title="Create app"
      description="An app has users, wallets, keys and policies of its own. Make one for each environment."
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button variant="primary" type="submit" form="create-app" busy={act.busy} disabled={name.trim() === ""}>
            Create app
          </Button>
        </>
      }
    >
      <form id="create-app" onSubmit={create} className="flex flex-col gap-4">
        <Field label="Name" hint="Shown here and in emails to your users.">
          <Input
            required
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.target.value)}
            placeholder="Shop"
          />
        </Field>
        {act.error !== undefined && <ErrorNote error={act.error} />}
      </form>
    </Dialog>
  );
}

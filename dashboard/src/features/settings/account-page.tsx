import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { EmptyState } from "../../components/empty-state.tsx";
import { ErrorNote } from "../../components/error-panel.tsx";
import { Load } from "../../components/load.tsx";
import { Time } from "../../components/time.tsx";
import { notify } from "../../components/toast.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card, Facts } from "../../components/ui/card.tsx";
import { Field, Input } from "../../components/ui/field.tsx";
import { call } from "../../lib/api/client.ts";
import { read, refresh } from "../../lib/api/queries.ts";
import { useAct } from "../../lib/use-act.ts";
import { addPasskey, canUsePasskeys } from "../session/passkey.ts";
import { roleNames, useSession } from "../session/session.ts";
import { EmailForm } from "./email-form.tsx";
import { SettingsPage } from "./settings-page.tsx";

export function AccountPage() {
  const { member } = useSession();
  return (
    <SettingsPage>
      <Card title="You">
        <div className="flex flex-col gap-4">
          <NameForm key={member.name} name={member.name} />
          <Facts
            items={[
              ["Role", roleNames[member.role]],
              ["Email address", member.email ?? "none"],
            ]}
          />
        </div>
      </Card>
      <Passkeys />
      <EmailForm current={member.email} />
    </SettingsPage>
  );
}

function NameForm({ name: current }: { name: string }) {
  const [name, setName] = useState(current);
  const act = useAct();
  const save = (event: FormEvent) => {
    event.preventDefault();
    void act.run(async () => {
      await call("updateMe", { body: { name: name.trim() } });
      await refresh("getTeamSession", "listMembers");
      notify("Saved");
    });
  };
  return (
    <form onSubmit={save} className="flex flex-col gap-3">
      <div className="flex items-end gap-2">
        <Field label="Name" className="flex-1">
          <Input required maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Button type="submit" busy={act.busy} disabled={name.trim() === current || name.trim() === ""}>
          Save
        </Button>
      </div>
      {act.error !== undefined && <ErrorNote error={act.error} />}
    </form>
  );
}

function Passkeys() {
  const passkeys = useQuery(read("listMyPasskeys", {}));
  const act = useAct();
  const add = () =>
    act.run(async () => {
      await addPasskey(`Passkey of ${new Date().toISOString().slice(0, 10)}`);
      await refresh("listMyPasskeys", "listMembers");
      notify("Passkey added");
    });
  const remove = (id: string) =>
    act.run(async () => {
      await call("deletePasskey", { params: { passkey_id: id } });
      await refresh("listMyPasskeys");
    });
  return (
    <Card
      title="Passkeys"
      description="Sign in with this device's fingerprint, face or PIN instead of a link from the command line."
      flush
      actions={
        canUsePasskeys() && (
          <Button small icon="plus" busy={act.busy} onClick={add}>
            Add passkey
          </Button>
        )
      }
    >
      {act.error !== undefined && <ErrorNote error={act.error} className="m-3" />}
      <Load query={passkeys}>
        {({ data }) =>
          data.length === 0 ? (
            <EmptyState icon="key" title="No passkeys yet" />
          ) : (
            <ul className="divide-y divide-line">
              {data.map((passkey) => (
                <li key={passkey.id} className="flex items-center gap-3 px-4 py-2.5 text-sm">
                  <span className="min-w-0 flex-1 truncate">{passkey.name}</span>
                  <span className="text-faint">
                    used <Time at={passkey.last_used_at} />
                  </span>
                  <Button small variant="ghost" icon="trash" onClick={() => remove(passkey.id)}>
                    Remove
                  </Button>
                </li>
              ))}
            </ul>
          )
        }
      </Load>
    </Card>
  );
}

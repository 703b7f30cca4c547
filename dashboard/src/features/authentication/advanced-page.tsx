import { type FormEvent, useState } from "react";
import { EmptyState } from "../../components/empty-state.tsx";
import { ErrorNote } from "../../components/error-panel.tsx";
import { Load } from "../../components/load.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Dialog } from "../../components/ui/dialog.tsx";
import { Field, Input } from "../../components/ui/field.tsx";
import { SwitchRow } from "../../components/ui/switch.tsx";
import type { App } from "../../lib/api/types.ts";
import { useAct } from "../../lib/use-act.ts";
import { type AppChange, useApp } from "../app-settings/use-app.ts";
import { useMay } from "../session/session.ts";
import { AuthenticationPage } from "./authentication-page.tsx";

export function AdvancedPage() {
  const { app, update } = useApp();
  const mayChange = useMay("admin");
  const act = useAct();
  return (
    <AuthenticationPage>
      <Card>
        <Load query={app}>
          {({ server_side_access: isOn }) => (
            <SwitchRow
              label="Server-side access"
              description="Lets users add your server's authorization keys to their wallets as session signers, so that it acts for them while they are away, within a policy."
              checked={isOn}
              disabled={!mayChange || act.busy}
              onChange={(next) => void act.run(() => update({ server_side_access: next }))}
            />
          )}
        </Load>
        {act.error !== undefined && <ErrorNote error={act.error} className="mt-4" />}
      </Card>
      <Load query={app}>{(data) => <TestAccounts app={data} update={update} mayChange={mayChange} />}</Load>
    </AuthenticationPage>
  );
}

type TestAccountsProps = { app: App; update: (change: AppChange) => Promise<void>; mayChange: boolean };

/** Accounts that sign in with a code that is known beforehand, for reviewers and tests. */
function TestAccounts({ app, update, mayChange }: TestAccountsProps) {
  const [isAdding, setAdding] = useState(false);
  const act = useAct();
  const remove = (email: string) =>
    act.run(() =>
      update({
        test_accounts: app.test_accounts.filter((one) => one.email !== email).map((one) => ({ email: one.email })),
      }),
    );
  return (
    <Card
      title="Test accounts"
      description="Email addresses that sign in with a fixed code, for reviewers and automated tests."
      flush
      actions={
        mayChange && (
          <Button small icon="plus" onClick={() => setAdding(true)}>
            Add test account
          </Button>
        )
      }
    >
      {app.test_accounts.length === 0 ? (
        <EmptyState icon="user" title="No test accounts" />
      ) : (
        <ul className="divide-y divide-line">
          {app.test_accounts.map(({ email }) => (
            <li key={email} className="flex items-center justify-between gap-3 px-4 py-2 text-sm">
              <span className="min-w-0 break-all">{email}</span>
              {mayChange && (
                <Button small variant="ghost" icon="trash" onClick={() => remove(email)}>
                  Remove
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {act.error !== undefined && <ErrorNote error={act.error} className="m-3" />}
      {isAdding && <AddTestAccount app={app} update={update} onClose={() => setAdding(false)} />}
    </Card>
  );
}

type AddProps = { app: App; update: (change: AppChange) => Promise<void>; onClose: () => void };

function AddTestAccount({ app, update, onClose }: AddProps) {
  const [email, setEmail] = useState("");
  const [code, setCode] = useState("");
  const act = useAct();
  const add = (event: FormEvent) => {
    event.preventDefault();
    void act.run(async () => {
      // A test account named without a code keeps the one it has.
      const rest = app.test_accounts.map((one) => ({ email: one.email }));
      await update({ test_accounts: [...rest, { email: email.trim(), otp: code }] });
      onClose();
    });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Add test account"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="test-account" busy={act.busy}>
            Add
          </Button>
        </>
      }
    >
      <form id="test-account" onSubmit={add} className="flex flex-col gap-4">
        <Field label="Email address">
          <Input
            type="email"
            required
            maxLength={254}
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        </Field>
        <Field label="Code" hint="Six digits. It is not shown again.">
          <Input
            required
            inputMode="numeric"
            pattern="[0-9]{6}"
            value={code}
            onChange={(event) => setCode(event.target.value)}
          />
        </Field>
        {act.error !== undefined && <ErrorNote error={act.error} />}
      </form>
    </Dialog>
  );
}

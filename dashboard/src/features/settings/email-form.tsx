import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ErrorNote } from "../../components/error-panel.tsx";
import { notify } from "../../components/toast.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Field, Input } from "../../components/ui/field.tsx";
import { call } from "../../lib/api/client.ts";
import { read, refresh } from "../../lib/api/queries.ts";
import { useAct } from "../../lib/use-act.ts";

/** An address becomes the member's own by a code that was sent there. */
export function EmailForm({ current }: { current: string | null }) {
  const methods = useQuery(read("getSignInMethods", {}));
  const [email, setEmail] = useState(current ?? "");
  const [code, setCode] = useState("");
  const [isSent, setSent] = useState(false);
  const act = useAct();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void act.run(async () => {
      if (!isSent) {
        await call("requestMyEmailCode", { body: { email } });
        setSent(true);
        return;
      }
      await call("setMyEmail", { body: { email, code } });
      await refresh("getTeamSession", "listMembers");
      setSent(false);
      setCode("");
      notify("Email address saved");
    });
  };
  if (methods.data?.email !== true) {
    return (
      <Card
        title="Email address"
        description="Sign-in by email needs a mail server in the server's settings, which this one does not have."
      />
    );
  }
  return (
    <Card title="Email address" description="Where sign-in codes are sent.">
      <form onSubmit={submit} className="flex flex-col gap-3">
        <Field label="Address">
          <Input
            type="email"
            required
            maxLength={254}
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        </Field>
        {isSent && (
          <Field label="Code">
            <Input
              required
              inputMode="numeric"
              autoComplete="one-time-code"
              pattern="[0-9]{6}"
              value={code}
              onChange={(event) => setCode(event.target.value.trim())}
            />
          </Field>
        )}
        {act.error !== undefined && <ErrorNote error={act.error} />}
        <Button type="submit" className="self-start" busy={act.busy} disabled={!isSent && email === current}>
          {isSent ? "Confirm" : "Send a code"}
        </Button>
      </form>
    </Card>
  );
}

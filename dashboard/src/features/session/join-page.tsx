import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { ErrorNote } from "../../components/error-panel.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Field, Input } from "../../components/ui/field.tsx";
import { call } from "../../lib/api/client.ts";
import { Landing } from "./landing.tsx";
import { enterSession } from "./session.ts";
import { takeToken } from "./take-token.ts";

/** Where an invitation leads. */
export function JoinPage() {
  const navigate = useNavigate();
  const [token] = useState(takeToken);
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const join = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      enterSession(await call("signInWithInvitation", { body: { token: token ?? "", name } }));
      await navigate({ to: "/", replace: true });
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Landing title="Join the team" description="You were invited to this server's dashboard.">
      <form onSubmit={join} className="flex flex-col gap-4">
        {token === undefined && (
          <ErrorNote error={new Error("This address lacks the invitation. Open the whole link that you were sent.")} />
        )}
        <Field label="Your name" hint="Your team sees it beside what you do.">
          <Input
            required
            maxLength={100}
            autoComplete="name"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        {error !== undefined && <ErrorNote error={error} />}
        <Button variant="primary" type="submit" busy={busy} disabled={token === undefined}>
          Join
        </Button>
      </form>
    </Landing>
  );
}

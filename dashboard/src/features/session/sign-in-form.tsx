import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ErrorNote } from "../../components/error-panel.tsx";
import { SkeletonLines } from "../../components/skeleton.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Field, Input } from "../../components/ui/field.tsx";
import { call } from "../../lib/api/client.ts";
import { read } from "../../lib/api/queries.ts";
import type { Session } from "../../lib/api/types.ts";
import { canUsePasskeys, signInWithPasskey } from "./passkey.ts";

type Props = { onSession: (session: Session) => void; email?: string | null };

/** Every way to sign in that this server has: passkey, code by email, or a link from the command line. */
export function SignInForm({ onSession, email }: Props) {
  const methods = useQuery(read("getSignInMethods", {}));
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const attempt = async (act: () => Promise<Session>) => {
    setBusy(true);
    setError(undefined);
    try {
      onSession(await act());
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  if (methods.isPending) return <SkeletonLines count={3} />;
  return (
    <div className="flex flex-col gap-4">
      {methods.data?.passkey !== false && canUsePasskeys() && (
        <Button variant="primary" icon="key" busy={busy} onClick={() => attempt(signInWithPasskey)}>
          Sign in with a passkey
        </Button>
      )}
      {methods.data?.email && <EmailForm attempt={attempt} busy={busy} initial={email ?? ""} onError={setError} />}
      {error !== undefined && <ErrorNote error={error} />}
      <p className="text-sm text-muted">
        On the server's machine, <code className="rounded bg-code px-1 py-0.5">npx mandate login-link</code> prints a
        link that signs in once.
      </p>
    </div>
  );
}

type EmailFormProps = {
  attempt: (act: () => Promise<Session>) => Promise<void>;
  busy: boolean;
  initial: string;
  onError: (error: unknown) => void;
};

function EmailForm({ attempt, busy, initial, onError }: EmailFormProps) {
  const [email, setEmail] = useState(initial);
  const [code, setCode] = useState("");
  const [isSent, setSent] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (isSent) return attempt(() => call("signInWithEmail", { body: { email, code } }));
    onError(undefined);
    try {
      await call("requestSignInCode", { body: { email } });
      setSent(true);
    } catch (error) {
      onError(error);
    }
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <Field label="Email address">
        <Input
          type="email"
          required
          autoComplete="username"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
      </Field>
      {isSent && (
        <Field label="Code" hint="Six digits, sent to the address if it belongs to a member.">
          <Input
            required
            autoFocus
            inputMode="numeric"
            autoComplete="one-time-code"
            pattern="[0-9]{6}"
            value={code}
            onChange={(event) => setCode(event.target.value.trim())}
          />
        </Field>
      )}
      <Button type="submit" busy={busy}>
        {isSent ? "Sign in" : "Send a code"}
      </Button>
    </form>
  );
}

import { useLoginWithEmail } from "@privy-io/react-auth";
import { type FormEvent, useState } from "react";
import { Notice } from "./notice.tsx";
import { messageOf } from "./use-agent.ts";

const { APP_ID, MANDATE_URL } = import.meta.env;
const inbox = { href: `${MANDATE_URL}/app/${APP_ID}/inbox`, target: "_blank", rel: "noreferrer" };

/** An address, then the code that was sent there: with the SDK's hook, so that every screen is the app's own. */
export function SignIn() {
  const { sendCode, loginWithCode } = useLoginWithEmail();
  const [email, setEmail] = useState("");
  const [sentTo, setSentTo] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  async function run(act: () => Promise<void>) {
    setBusy(true);
    setProblem(undefined);
    try {
      await act();
    } catch (error) {
      setProblem(messageOf(error));
    }
    setBusy(false);
  }

  function submitEmail(event: FormEvent) {
    event.preventDefault();
    void run(async () => {
      await sendCode({ email });
      setSentTo(email);
    });
  }

  function submitCode(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget).get("code")).trim();
    void run(() => loginWithCode({ code }));
  }

  if (sentTo === undefined) {
    return (
      <form className="card" onSubmit={submitEmail}>
        <h2>Coffee, paid while you are away</h2>
        <p className="muted">
          Sign in, and decide what the app’s server may do with your wallet: as much as you agree to, for as long as you
          like.
        </p>
        <label htmlFor="email">Email address</label>
        <input
          id="email"
          type="email"
          autoComplete="email"
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          placeholder="ada@example.com"
        />
        {problem !== undefined && <Notice tone="bad">{problem}</Notice>}
        <button type="submit" className="primary" disabled={busy}>
          {busy ? "Sending …" : "Send me a code"}
        </button>
      </form>
    );
  }
  return (
    <form className="card" onSubmit={submitCode}>
      <h2>Enter your code</h2>
      <p>
        It was sent to <strong>{sentTo}</strong>.
      </p>
      <p className="hint">
        No mail? A server in development sends none: <a {...inbox}>the code is in its inbox</a>, part of the dashboard.
        Not signed in there? <code>npx mandate login-link</code> prints a link.
      </p>
      <label htmlFor="code">Six digits</label>
      {/* The key gives the field a value of its own: not the address that was typed above. */}
      <input
        key="code"
        ref={focus}
        id="code"
        name="code"
        inputMode="numeric"
        autoComplete="one-time-code"
        pattern="[0-9]{6}"
        maxLength={6}
        required
      />
      {problem !== undefined && <Notice tone="bad">{problem}</Notice>}
      <button type="submit" className="primary" disabled={busy}>
        {busy ? "Signing in …" : "Sign in"}
      </button>
      <button type="button" className="link" onClick={() => setSentTo(undefined)}>
        Use another address
      </button>
    </form>
  );
}

/** As a `ref`: typing can go on where it is wanted. */
function focus(input: HTMLInputElement | null): void {
  input?.focus();
}

import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { ErrorNote } from "../../components/error-panel.tsx";
import { SkeletonLines } from "../../components/skeleton.tsx";
import { call } from "../../lib/api/client.ts";
import type { Session } from "../../lib/api/types.ts";
import { Landing } from "./landing.tsx";
import { enterSession } from "./session.ts";
import { SignInForm } from "./sign-in-form.tsx";
import { takeToken } from "./take-token.ts";

/** Signs in, by form or by the one-time link that led here. */
export function SignInPage() {
  const { next } = useSearch({ strict: false }) as { next?: string };
  const navigate = useNavigate();
  const [token] = useState(takeToken);
  const [error, setError] = useState<unknown>();
  const enter = (session: Session) => {
    enterSession(session);
    void navigate({ to: next ?? "/", replace: true });
  };
  const isUsed = useRef(false);
  useEffect(() => {
    // A link works once, and development renders twice.
    if (token === undefined || isUsed.current) return;
    isUsed.current = true;
    call("signInWithLink", { body: { token } }).then(enter, setError);
  });
  if (token !== undefined && error === undefined) {
    return (
      <Landing title="Signing in">
        <SkeletonLines count={2} />
      </Landing>
    );
  }
  return (
    <Landing title="Sign in" description="To the dashboard of this server.">
      {error !== undefined && <ErrorNote error={error} className="mb-4" />}
      <SignInForm onSession={enter} />
    </Landing>
  );
}

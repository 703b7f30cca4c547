import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { ErrorNote } from "../../components/error-panel.tsx";
import { SkeletonLines } from "../../components/skeleton.tsx";
import { call } from "../../lib/api/client.ts";
import type { Session } from "../../lib/api/types.ts";
import { Landing } from "./landing.tsx";
import { readNextPlace } from "./next-place.ts";
import { enterSession } from "./session.ts";
import { SignInForm } from "./sign-in-form.tsx";
import { takeToken } from "./take-token.ts";

/** Signs in, by form or by the one-time link that led here. */
export function SignInPage() {
  const search = useSearch({ strict: false }) as { next?: unknown };
  const next = readNextPlace(search.next);
  const navigate = useNavigate();
  const [token] = useState(takeToken);
  const [error, setError] = useState<unknown>();
  const enter = (session: Session) => {
    enterSession(session);
    // With what stands after its `?`, which `to` would take for a part of the path.
    if (next === undefined) void navigate({ to: "/", replace: true });
    else void navigate({ href: next, replace: true });
  };
  // A link that is opened where this page stands already changes no more than what is behind the `#`.
  useEffect(() => {
    const reload = () => location.reload();
    addEventListener("hashchange", reload);
    return () => removeEventListener("hashchange", reload);
  }, []);
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

import { Link } from "@tanstack/react-router";
import { Icon } from "../../components/ui/icon.tsx";
import type { Output } from "../../lib/api/client.ts";
import { cx } from "../../lib/cx.ts";

type Checks = Output<"getOverview">["checklist"];
type Step = { check: keyof Checks; title: string; text: string; to: string };

/** The guide, step by step. Each ticks itself once the server has seen it happen. */
const steps: readonly Step[] = [
  {
    check: "has_secret",
    title: "Get an app secret",
    text: "App settings > Basics. Your server signs in with the app's ID and secret.",
    to: "/app/$appId/settings",
  },
  {
    check: "server_side_access",
    title: "Turn on Server-side access",
    text: "User management > Authentication > Advanced. It lets your server act for users who are away.",
    to: "/app/$appId/authentication/advanced",
  },
  {
    check: "has_authorization_key",
    title: "Create an authorization key",
    text: "Wallet infrastructure > Authorization keys > Create new key. It signs your server's requests.",
    to: "/app/$appId/authorization-keys",
  },
  {
    check: "has_policy",
    title: "Write a policy",
    text: "Wallet infrastructure > Policies. It says what that key may do; everything else is refused.",
    to: "/app/$appId/policies",
  },
  {
    check: "has_wallet",
    title: "Create a wallet",
    text: "With the SDK, or here. A wallet of a user obeys that user.",
    to: "/app/$appId/wallets",
  },
  {
    check: "has_session_signer",
    title: "Add the key to the wallet as a session signer",
    text: "The wallet's owner consents, once. Connect has the code.",
    to: "/app/$appId/connect",
  },
  {
    check: "has_allowed_signature",
    title: "Sign within the policy",
    text: "From your server, with the authorization key. Connect has the code.",
    to: "/app/$appId/connect",
  },
  {
    check: "has_refusal",
    title: "See a refusal",
    text: "Ask for more than the policy allows. Activity names the rule that refused.",
    to: "/app/$appId/activity",
  },
];

export function Checklist({ appId, checks }: { appId: string; checks: Checks }) {
  const done = steps.filter(({ check }) => checks[check]).length;
  const next = steps.find(({ check }) => !checks[check]);
  return (
    <>
      <div className="flex items-center gap-3 px-4 pb-3.5">
        <progress className="sr-only" aria-label="Steps done" max={steps.length} value={done} />
        <div aria-hidden="true" className="flex h-1.5 flex-1 gap-1">
          {steps.map((step, index) => (
            <div
              key={step.check}
              className={cx("h-full flex-1 rounded-full", index < done ? "bg-accent" : "bg-hover")}
            />
          ))}
        </div>
        <span className="text-sm text-muted tabular-nums">
          {done} of {steps.length}
        </span>
      </div>
      <ol className="divide-y divide-line border-t border-line">
        {steps.map((step) => {
          const isDone = checks[step.check];
          return (
            <li
              key={step.check}
              className={cx(
                "relative flex items-start gap-3 px-4 py-3 hover:bg-hover/60",
                step === next && "bg-accent-soft/50",
              )}
            >
              <span
                className={cx(
                  "mt-0.5 flex size-4.5 shrink-0 items-center justify-center rounded-full border",
                  isDone ? "border-transparent bg-good-soft text-good" : "border-line-strong",
                )}
              >
                {isDone && <Icon name="check" className="size-3" />}
              </span>
              <div className="min-w-0 flex-1">
                <Link
                  to={step.to}
                  params={{ appId }}
                  className={cx("text-sm font-medium after:absolute after:inset-0", isDone && "text-muted")}
                >
                  {step.title}
                  <span className="sr-only">{isDone ? " (done)" : " (open)"}</span>
                </Link>
                <p className="text-sm text-muted">{step.text}</p>
              </div>
              <Icon name="chevronRight" className="mt-1 text-faint" />
            </li>
          );
        })}
      </ol>
    </>
  );
}

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CodeBlock } from "../../components/code-block.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Load } from "../../components/load.tsx";
import { Page } from "../../components/page.tsx";
import { Time } from "../../components/time.tsx";
import { Badge } from "../../components/ui/badge.tsx";
import { buttonClass } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { isApiError } from "../../lib/api/error.ts";
import { read } from "../../lib/api/queries.ts";
import type { InboxMail } from "../../lib/api/types.ts";
import { cx } from "../../lib/cx.ts";
import { useSearchState } from "../../lib/search.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { MailView } from "./mail-view.tsx";

/** Mails that a server in development keeps instead of sending: to this app's users, and to the team. */
export function InboxPage() {
  const appId = useAppId();
  const [{ mail: chosenId }] = useSearchState();
  const query = useQuery({ ...read("listInbox", {}), refetchInterval: 3000 });
  return (
    <Page
      title="Inbox"
      description="What would have been sent by email: nothing leaves this server while it has no mail server. Mails are kept for a day."
    >
      {isApiError(query.error, "feature_not_enabled") ? (
        <Card>
          <EmptyState icon="inbox" title="This server sends its mail">
            Mails are kept here only in development, while MANDATE_SMTP_URL is not set.
          </EmptyState>
        </Card>
      ) : query.isError && query.data === undefined ? (
        <Card>
          <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />
        </Card>
      ) : (
        <Card flush>
          <Load query={query}>
            {({ data }) => (
              <Mails
                mails={data.filter((mail) => mail.app_id === appId || mail.app_id === null)}
                chosenId={chosenId}
                appId={appId}
              />
            )}
          </Load>
        </Card>
      )}
    </Page>
  );
}

type MailsProps = { mails: readonly InboxMail[]; chosenId: string | undefined; appId: string };

/** List and mail side by side; where there is no room, one after the other. */
function Mails({ mails, chosenId, appId }: MailsProps) {
  const chosen = mails.find(({ id }) => id === chosenId);
  if (mails.length === 0) return <NoMails appId={appId} />;
  return (
    <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] lg:grid-cols-[22rem_minmax(0,1fr)]">
      <ul
        aria-label="Mails"
        className={cx(
          "divide-y divide-line lg:max-h-[calc(100dvh-12rem)] lg:overflow-y-auto lg:border-r lg:border-line",
          chosen !== undefined && "hidden lg:block",
        )}
      >
        {mails.map((mail) => (
          <li key={mail.id}>
            <Link
              to="/app/$appId/inbox"
              params={{ appId }}
              search={{ mail: mail.id } as never}
              activeOptions={{ includeSearch: true }}
              className="block px-4 py-2.5 text-sm -outline-offset-2 hover:bg-hover aria-[current=page]:bg-hover"
            >
              <span className="flex items-baseline justify-between gap-3">
                <span className="min-w-0 truncate font-medium">{mail.subject}</span>
                <span className="shrink-0 text-xs text-faint">
                  <Time at={mail.sent_at} />
                </span>
              </span>
              <span className="mt-0.5 flex items-center justify-between gap-3 text-muted">
                <span className="min-w-0 truncate">{mail.to}</span>
                {mail.app_id === null && <Badge>Team</Badge>}
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {chosen === undefined ? (
        <div className="hidden lg:block">
          <EmptyState icon="inbox" title={chosenId === undefined ? "Choose a mail" : "This mail is gone"}>
            {chosenId !== undefined && "Mails are kept for a day, and the last 100 are shown."}
          </EmptyState>
        </div>
      ) : (
        <MailView key={chosen.id} mail={chosen} appId={appId} />
      )}
    </div>
  );
}

function NoMails({ appId }: { appId: string }) {
  const app = useQuery(read("getOperatorApp", { params: { app_id: appId } })).data;
  const isOff = app !== undefined && !app.login_methods.includes("email");
  return (
    <div className="pb-6">
      <EmptyState
        icon="inbox"
        title="No mails yet"
        action={
          isOff && (
            <Link to="/app/$appId/authentication" params={{ appId }} className={buttonClass()}>
              Turn on sign-in by email
            </Link>
          )
        }
      >
        {isOff
          ? "Sign-in by email is off for this app, so nobody is sent a code."
          : "Sign in to your app with an email address, or ask for a code like this. It appears here at once."}
      </EmptyState>
      {!isOff && (
        <div className="mx-auto max-w-2xl px-4">
          <CodeBlock label="Command that asks for a code" code={askForCode(appId)} />
        </div>
      )}
    </div>
  );
}

const askForCode = (appId: string) => `curl -H "privy-app-id: ${appId}" \\
  -H "content-type: application/json" \\
  -d '{"email":"user@example.com"}' \\
  ${location.origin}/v1/passwordless/init`;

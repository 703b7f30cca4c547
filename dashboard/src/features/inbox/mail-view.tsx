import { BackLink } from "../../components/back-link.tsx";
import { CopyField } from "../../components/copy.tsx";
import { FullTime } from "../../components/time.tsx";
import type { InboxMail } from "../../lib/api/types.ts";
import { splitMail } from "./split-mail.ts";

/** One mail: what people take out of it first, then all of its text. */
export function MailView({ mail, appId }: { mail: InboxMail; appId: string }) {
  const { code, parts } = splitMail(mail.text);
  return (
    <article aria-label={mail.subject} className="flex min-w-0 flex-col gap-4 p-4 sm:p-5">
      <div className="lg:hidden">
        <BackLink to="/app/$appId/inbox" params={{ appId }}>
          All mails
        </BackLink>
      </div>
      <header>
        <h2 className="text-lg font-semibold break-words">{mail.subject}</h2>
        <dl className="mt-1.5 grid grid-cols-[auto_1fr] gap-x-3 gap-y-0.5 text-sm">
          <dt className="text-faint">To</dt>
          <dd className="min-w-0 break-all">{mail.to}</dd>
          <dt className="text-faint">Sent</dt>
          <dd>
            <FullTime at={mail.sent_at} />
          </dd>
        </dl>
      </header>
      {code !== undefined && (
        <div className="max-w-64">
          <CopyField label="Code" value={code} />
        </div>
      )}
      <p className="max-w-prose text-sm leading-relaxed break-words whitespace-pre-wrap">
        {parts.map((part, index) =>
          part.isLink ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: a mail never changes
            <a key={index} href={part.text} className="break-all text-accent-ink underline">
              {part.text}
            </a>
          ) : (
            part.text
          ),
        )}
      </p>
    </article>
  );
}

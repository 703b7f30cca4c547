import { createTransport } from "nodemailer";
import { ApiError } from "../api-error.ts";
import type { Config } from "../config/config.ts";
import { makeId } from "../make-id.ts";
import type { DocumentStore } from "../storage/documents.ts";

export type Mail = {
  to: string;
  subject: string;
  text: string;
  /** The app whose user it is for. */
  appId?: string;
  /** To a member of the team: in the inbox for Admins alone, since a code in it is as good as being that member. */
  toTeam?: true;
};

export type Mailer = {
  /** `inbox`: nothing leaves; mails are kept for the operator to read. `none`: there is no way to send any. */
  kind: "smtp" | "inbox" | "none";
  /** Resolves when the mail server has taken it. Throws `feature_not_enabled` where mail cannot be sent at all. */
  send(mail: Mail): Promise<void>;
};

export type InboxEntry = {
  id: string;
  app_id: string | null;
  to: string;
  subject: string;
  text: string;
  sent_at: number;
};

const INBOX = "inbox";
const INBOX_MS = 24 * 3600 * 1000;
const INBOX_SHOWN = 100;
const SMTP_TIMEOUT_MS = 10_000;

type MailConfig = Pick<Config, "smtpUrl" | "mailFrom" | "isProduction">;

/** SMTP where `MANDATE_SMTP_URL` names a server. Without it, in development only, mails go to the inbox. */
export function createMailer(config: MailConfig, documents: DocumentStore, nowMs: () => number): Mailer {
  if (config.smtpUrl !== undefined) return createSmtpMailer(config.smtpUrl, config.mailFrom);
  if (config.isProduction) {
    return {
      kind: "none",
      async send() {
        throw new ApiError("feature_not_enabled", "this server cannot send mail: MANDATE_SMTP_URL is not set");
      },
    };
  }
  return {
    kind: "inbox",
    async send(mail) {
      const document = { collection: INBOX, scope: "", id: makeId(), version: 1, body: JSON.stringify(mail) };
      const createdAtMs = nowMs();
      const put = [{ ...document, createdAtMs, expiresAtMs: createdAtMs + INBOX_MS }];
      const result = await documents.writeDocuments({ put });
      if (!result.ok) throw new Error("a new mail's id is taken");
    },
  };
}

function createSmtpMailer(url: string, from: string): Mailer {
  const transport = createTransport(url, {
    from,
    connectionTimeout: SMTP_TIMEOUT_MS,
    greetingTimeout: SMTP_TIMEOUT_MS,
    socketTimeout: SMTP_TIMEOUT_MS,
  } as never);
  return {
    kind: "smtp",
    async send({ to, subject, text }) {
      try {
        await transport.sendMail({ from, to, subject, text });
      } catch {
        // What the mail server said may quote the address or the mail.
        throw new ApiError("unavailable", "the mail could not be handed to the mail server; try again");
      }
    },
  };
}

/** What was not sent, newest first. */
export async function listInbox(documents: DocumentStore, nowMs: number, withTeam: boolean): Promise<InboxEntry[]> {
  const { data } = await documents.listDocuments(
    { collection: INBOX, scope: "", order: "newest" },
    { cursor: undefined, limit: INBOX_SHOWN },
  );
  return data
    .filter(({ expiresAtMs }) => (expiresAtMs ?? 0) > nowMs)
    .map(({ id, body, createdAtMs }) => ({ id, mail: JSON.parse(body) as Mail, sentAtMs: createdAtMs }))
    .filter(({ mail }) => withTeam || mail.toTeam !== true)
    .map(({ id, mail: { appId, to, subject, text }, sentAtMs }) => ({
      ...{ id, to, subject, text },
      app_id: appId ?? null,
      sent_at: sentAtMs,
    }));
}

import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";

export type ReceivedMail = {
  /** As the client said it, RFC 5321 §4.1.1: who it is, how it signed in, envelope. */
  auth: string | undefined;
  from: string;
  to: string[];
  headers: { [name: string]: string };
  text: string;
};

export type SmtpServer = {
  url: string;
  received: ReceivedMail[];
  /** What it answers to a recipient; 250 takes the mail. */
  recipientReply: string;
  /** Stops listening and cuts connections, as a mail server that goes down. */
  stop(): Promise<void>;
};

const REPLIES = /^(EHLO|HELO|AUTH|MAIL FROM:|RCPT TO:|DATA|QUIT|RSET|NOOP)/i;

/** As much of RFC 5321 as it takes to be handed a mail: one envelope and one message per connection. */
export async function startSmtpServer(user: string, password: string): Promise<SmtpServer> {
  const sockets = new Set<Socket>();
  const state = { received: [] as ReceivedMail[], recipientReply: "250 ok" };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    converse(socket, state);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `smtp://${user}:${password}@127.0.0.1:${port}`,
    ...state,
    get recipientReply() {
      return state.recipientReply;
    },
    set recipientReply(reply) {
      state.recipientReply = reply;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function converse(socket: Socket, state: { received: ReceivedMail[]; recipientReply: string }): void {
  const mail = { auth: undefined as string | undefined, from: "", to: [] as string[] };
  let pending = "";
  let isData = false;
  const say = (line: string) => socket.write(`${line}\r\n`);
  say("220 mail.test ESMTP");
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    pending += chunk;
    for (;;) {
      const end = isData ? "\r\n.\r\n" : "\r\n";
      const at = pending.indexOf(end);
      if (at < 0) return;
      const part = pending.slice(0, at);
      pending = pending.slice(at + end.length);
      if (isData) {
        isData = false;
        state.received.push({ ...mail, ...readMessage(part) });
        say("250 taken");
        continue;
      }
      const verb = REPLIES.exec(part)?.[0].toUpperCase();
      const argument = part.slice(verb?.length ?? 0).trim();
      if (verb === "EHLO") socket.write("250-mail.test\r\n250 AUTH PLAIN\r\n");
      else if (verb === "AUTH") {
        mail.auth = Buffer.from(argument.replace(/^PLAIN /i, ""), "base64").toString("utf8");
        say("235 welcome");
      } else if (verb === "MAIL FROM:") {
        mail.from = addressOf(argument);
        say("250 ok");
      } else if (verb === "RCPT TO:") {
        if (state.recipientReply.startsWith("250")) mail.to.push(addressOf(argument));
        say(state.recipientReply);
      } else if (verb === "DATA") {
        isData = true;
        say("354 go on");
      } else if (verb === "QUIT") socket.end("221 bye\r\n");
      else say(verb === undefined ? "500 what?" : "250 ok");
    }
  });
}

const addressOf = (path: string) => /^<([^>]*)>/.exec(path)?.[1] ?? "";

/** RFC 5322 §2.2.3: a folded header goes on in the next line; RFC 2045 §6.7: quoted-printable; RFC 5321 §4.5.2: dots. */
function readMessage(data: string): Pick<ReceivedMail, "headers" | "text"> {
  const at = data.indexOf("\r\n\r\n");
  const lines = data
    .slice(0, at)
    .replaceAll(/\r\n[ \t]+/g, " ")
    .split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const body = data.slice(at + 4).replaceAll(/^\.\./gm, ".");
  const isQuoted = headers["content-transfer-encoding"] === "quoted-printable";
  const text = isQuoted
    ? body
        .replaceAll("=\r\n", "")
        .replaceAll(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    : body;
  return { headers, text };
}

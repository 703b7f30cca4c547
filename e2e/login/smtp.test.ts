import { fileURLToPath } from "node:url";
import { findServer } from "@mandate/cli/operator-request";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type App, type MandateProcess, startMandate } from "../processes/mandate-process.ts";
import { type SmtpServer, startSmtpServer } from "./smtp-server.ts";

const PASSWORD = "mail-password-7c1f";
const FROM = "Shop <no-reply@shop.example>";

let smtp: SmtpServer;
let mandate: MandateProcess;
let app: App;

beforeAll(async () => {
  smtp = await startSmtpServer("mandate", PASSWORD);
  const environment = { MANDATE_SMTP_URL: smtp.url, MANDATE_MAIL_FROM: FROM, MANDATE_DEV_CHAINS: "0" };
  mandate = await startMandate({ root: fileURLToPath(new URL("../..", import.meta.url)), environment });
  app = await mandate.makeApp();
});
afterAll(async () => {
  await mandate?.remove();
  await smtp?.stop();
});

async function post(path: string, body: object) {
  const headers = { "privy-app-id": app.id, "content-type": "application/json" };
  const answer = await fetch(`${mandate.url}/api/v1/passwordless/${path}`, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  return { status: answer.status, text: await answer.text() };
}

/** Neither what is answered nor what is logged says to whom, with which code or by which password. */
function expectNothingLeaked(answer: { text: string }, secrets: string[]): void {
  for (const secret of secrets) {
    expect(answer.text).not.toContain(secret);
    expect(mandate.output()).not.toContain(secret);
  }
}

it("a code is handed to the mail server, for the address and nobody else, and signs in", async () => {
  const email = "Ada.Lovelace@example.com";
  expect(await post("init", { email })).toEqual({ status: 200, text: '{"success":true}' });
  expect(smtp.received).toHaveLength(1);
  const { auth, from, to, headers, text } = smtp.received[0]!;
  expect({ auth, from, to }).toEqual({
    auth: `\0mandate\0${PASSWORD}`,
    from: "no-reply@shop.example",
    to: ["ada.lovelace@example.com"],
  });
  expect(headers).toMatchObject({ from: FROM, to: "ada.lovelace@example.com" });
  const code = /^Your code for E2E is (\d{6})\./.exec(text)?.[1];
  expect(code).toBeDefined();
  expect(headers.subject).toBe(`${code} is your code for E2E`);
  expectNothingLeaked({ text: "" }, [code!, "ovelace", PASSWORD]);
  expect((await post("authenticate", { email, code })).status).toBe(200);
  expect((await post("authenticate", { email, code })).status).toBe(401);
});

it("with a mail server there is no inbox to read codes in", async () => {
  const { operator } = findServer({}, mandate.dataDir);
  const headers = { authorization: `Bearer ${operator.token}` };
  const answer = await fetch(`${mandate.url}/operator/v1/inbox`, { headers });
  expect(await answer.json()).toMatchObject({ code: "feature_not_enabled" });
});

it("a mail server that refuses the address, or is down, is said to be the reason, and nothing more", async () => {
  const refusal = { error: "the mail could not be handed to the mail server; try again", code: "unavailable" };
  const email = "refused@example.com";
  smtp.recipientReply = `550 5.1.1 <${email}> no such mailbox (password ${PASSWORD})`;
  const refused = await post("init", { email });
  expect(refused.status).toBe(503);
  expect(JSON.parse(refused.text)).toEqual(refusal);
  expectNothingLeaked(refused, [email, "mailbox", PASSWORD]);

  smtp.recipientReply = "250 ok";
  expect((await post("init", { email })).status).toBe(200);

  await smtp.stop();
  const down = await post("init", { email });
  expect(down.status).toBe(503);
  expect(JSON.parse(down.text)).toEqual(refusal);
  expectNothingLeaked(down, [email, PASSWORD]);
  expect(smtp.received.map(({ to }) => to)).toEqual([["ada.lovelace@example.com"], [email]]);
});

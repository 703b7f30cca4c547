import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HttpResponse } from "../http/response.ts";
import { OPERATOR_TOKEN, ORIGIN, startTeamServer, type TeamServer } from "../testing/team-server.ts";

let server: TeamServer;
beforeEach(async () => {
  server = await startTeamServer();
});
afterEach(() => server.close());

const PAGE = { origin: ORIGIN, "sec-fetch-site": "same-origin", "mandate-dashboard": "1" };
const operator = { authorization: `Bearer ${OPERATOR_TOKEN}` };
const codeOf = ({ body }: HttpResponse) => (body as { code?: string } | undefined)?.code;
const cookieOf = ({ headers }: HttpResponse) => headers?.["set-cookie"] ?? "";
const sessionOf = (answer: HttpResponse) => /mandate_session=([A-Za-z0-9_-]{43});/.exec(cookieOf(answer))?.[1];
const post = (path: string, body: object, headers: object = PAGE) =>
  server.ask("POST", `/operator/v1${path}`, { body, headers: { ...headers } });

async function makeLink(body: object = {}): Promise<string> {
  const answer = await post("/login_links", body, operator);
  expect(answer.status).toBe(200);
  const { url } = answer.body as { url: string };
  expect(url).toMatch(new RegExp(`^${ORIGIN}/login#link=`));
  return url.slice(url.indexOf("=") + 1);
}
const useLink = (token: string, headers: object = PAGE) => post("/session/link", { token }, headers);

describe("a one-time link", () => {
  it("that is stolen after its use is worth nothing", async () => {
    const token = await makeLink();
    expect((await useLink(token)).status).toBe(200);
    const stolen = await useLink(token);
    expect(codeOf(stolen)).toBe("missing_or_invalid_token");
    expect(cookieOf(stolen)).toBe("");
  });

  it("is given to one of many who use it at the same moment", async () => {
    const token = await makeLink();
    const answers = await Promise.all(Array.from({ length: 20 }, () => useLink(token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const { data } = (await server.ask("GET", "/operator/v1/members", { headers: operator })).body as {
      data: object[];
    };
    expect(data).toHaveLength(1);
  });

  it("ends after a quarter of an hour, and when another one is made", async () => {
    const late = await makeLink();
    server.clock.nowMs += 15 * 60 * 1000;
    expect(codeOf(await useLink(late))).toBe("missing_or_invalid_token");
    const replaced = await makeLink();
    await makeLink();
    expect(codeOf(await useLink(replaced))).toBe("missing_or_invalid_token");
  });

  it("is not taken from a page of another site, and then still works", async () => {
    const token = await makeLink();
    for (const headers of [{}, { ...PAGE, origin: "https://evil.example" }, { ...PAGE, "mandate-dashboard": "0" }]) {
      expect(codeOf(await useLink(token, headers))).toBe("cross_site_request");
    }
    expect((await useLink(token)).status).toBe(200);
  });

  it("is made by the operator's token alone, and stored as a hash", async () => {
    const { session } = await server.signIn("admin");
    const asMember = await server.ask("POST", "/operator/v1/login_links", { body: {}, session });
    expect(codeOf(asMember)).toBe("invalid_credentials");
    const token = await makeLink();
    const list = { collection: "team_login_links", scope: "", order: "newest" as const };
    const { data } = await server.deps.documents.listDocuments(list, { cursor: undefined, limit: 10 });
    expect(data).toHaveLength(1);
    expect(JSON.stringify(data)).not.toContain(token);
  });

  it("makes the first Admin, and signs that one in again afterwards", async () => {
    const first = (await useLink(await makeLink())).body as { member: { id: string; role: string } };
    expect(first.member.role).toBe("admin");
    expect((await useLink(await makeLink())).body).toMatchObject({ member: { id: first.member.id } });
  });

  it("can be for a member's address, and for no other", async () => {
    const { memberId } = await server.signIn("viewer");
    const members = (await server.ask("GET", "/operator/v1/members", { headers: operator })).body;
    const { data } = members as { data: { id: string; email: string }[] };
    const { email } = data.find(({ id }) => id === memberId)!;
    const answer = await useLink(await makeLink({ email }));
    expect(answer.body).toMatchObject({ member: { id: memberId, role: "viewer" } });
    expect(codeOf(await post("/login_links", { email: "nobody@example.com" }, operator))).toBe("not_found");
  });
});

describe("the session's cookie", () => {
  it("is out of reach of scripts and other sites, and over HTTPS bound to this host", async () => {
    expect(cookieOf(await useLink(await makeLink()))).toMatch(
      /^mandate_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/,
    );
    await server.close();
    server = await startTeamServer({ publicOrigins: ["https://wallets.example"] });
    const answer = await post("/login_links", {}, operator);
    const { url } = answer.body as { url: string };
    const headers = { ...PAGE, origin: "https://wallets.example", host: "wallets.example" };
    expect(cookieOf(await useLink(url.slice(url.indexOf("=") + 1), headers))).toMatch(
      /^__Host-mandate_session=[\w-]{43}; .*; Secure$/,
    );
  });

  it("opens nothing after signing out, after twelve hours, and when it was sent twice", async () => {
    const get = (session: string | undefined, headers = {}) =>
      server.ask("GET", "/operator/v1/session", { session, headers });
    const session = sessionOf(await useLink(await makeLink()));
    expect((await get(session)).status).toBe(200);
    const twice = { cookie: `mandate_session=${session}; mandate_session=${"x".repeat(43)}` };
    expect(codeOf(await get(session, twice))).toBe("invalid_credentials");
    const answer = await server.ask("DELETE", "/operator/v1/session", { session });
    expect([answer.status, cookieOf(answer)]).toEqual([204, expect.stringContaining("Max-Age=0")]);
    expect(codeOf(await get(session))).toBe("invalid_credentials");
    const other = sessionOf(await useLink(await makeLink()));
    server.clock.nowMs += 12 * 3600 * 1000;
    expect(codeOf(await get(other))).toBe("invalid_credentials");
  });

  it("can be ended from another session of the same member, and by an Admin, and by nobody else", async () => {
    const [admin, viewer, other] = [
      await server.signIn("admin"),
      await server.signIn("viewer"),
      await server.signIn("developer"),
    ];
    const end = (session: string) => server.ask("DELETE", `/operator/v1/sessions/${viewer.sessionId}`, { session });
    expect((await end(other.session)).status).toBe(404);
    expect((await end(admin.session)).status).toBe(204);
    const answer = await server.ask("GET", "/operator/v1/session", { session: viewer.session });
    expect(codeOf(answer)).toBe("invalid_credentials");
  });
});

describe("a code by mail", () => {
  async function memberWithMail() {
    const { memberId } = await server.signIn("developer");
    const members = (await server.ask("GET", "/operator/v1/members", { headers: operator })).body;
    return (members as { data: { id: string; email: string }[] }).data.find(({ id }) => id === memberId)!;
  }
  const codeFrom = (at = -1) => /^\d{6}/.exec(server.mails.at(at)!.text)![0];

  it("is asked for alike whether or not there is a member, and sent to members alone", async () => {
    const { email } = await memberWithMail();
    const [known, unknown] = [
      await post("/session/email", { email }),
      await post("/session/email", { email: "nobody@example.com" }),
    ];
    expect(known).toEqual(unknown);
    expect(server.mails.map(({ to }) => to)).toEqual([email]);
  });

  it("works once, for its address, within ten minutes and five guesses", async () => {
    const { email, id } = await memberWithMail();
    const verify = (code: string, address = email) => post("/session/email/verify", { email: address, code });
    await post("/session/email", { email });
    const code = codeFrom();
    const wrong = code === "000000" ? "000001" : "000000";
    expect(codeOf(await verify(code, "nobody@example.com"))).toBe("missing_or_invalid_token");
    expect(codeOf(await verify(wrong))).toBe("missing_or_invalid_token");
    expect((await verify(code)).body).toMatchObject({ member: { id }, signed_in_with: "email" });
    expect(codeOf(await verify(code))).toBe("missing_or_invalid_token");

    await post("/session/email", { email });
    const guesses = await Promise.all(Array.from({ length: 30 }, () => verify(wrong)));
    expect(guesses.every((answer) => codeOf(answer) === "missing_or_invalid_token")).toBe(true);
    for (let at = 0; at < 5; at++) await verify(wrong);
    expect(codeOf(await verify(codeFrom()))).toBe("missing_or_invalid_token");

    await post("/session/email", { email });
    server.clock.nowMs += 10 * 60 * 1000;
    expect(codeOf(await verify(codeFrom()))).toBe("missing_or_invalid_token");
  });

  it("is in the inbox of development for Admins alone: it is as good as being that member", async () => {
    const { email } = await memberWithMail();
    await post("/session/email", { email });
    const inboxOf = async (role: "developer" | "admin") => {
      const { session } = await server.signIn(role);
      return (await server.ask("GET", "/operator/v1/inbox", { session })).body as { data: { text: string }[] };
    };
    await server.deps.mailer.send({ appId: "a1", to: "user@example.com", subject: "s", text: "to a user" });
    expect((await inboxOf("developer")).data).toMatchObject([{ app_id: "a1", text: "to a user" }]);
    expect((await inboxOf("admin")).data.map(({ text }) => text).sort()).toEqual([server.mails[0]!.text, "to a user"]);
  });

  it("for setting an address signs nobody in", async () => {
    const { session } = await server.signIn("viewer");
    const email = "new@example.com";
    await server.ask("POST", "/operator/v1/me/email", { body: { email }, session });
    const code = codeFrom();
    expect(codeOf(await post("/session/email/verify", { email, code }))).toBe("missing_or_invalid_token");
    const answer = await server.ask("POST", "/operator/v1/me/email/verify", { body: { email, code }, session });
    expect(answer.body).toMatchObject({ email });
  });
});

describe("members", () => {
  it("come by an invitation, which works once and gives the role it names", async () => {
    const { session } = await server.signIn("admin");
    const invite = await server.ask("POST", "/operator/v1/invitations", {
      body: { role: "developer", email: "New@example.com" },
      session,
    });
    const { url, email } = invite.body as { url: string; email: string };
    expect(email).toBe("new@example.com");
    expect(server.mails.at(-1)!.text).toContain(url);
    const token = url.slice(url.indexOf("=") + 1);
    expect(codeOf(await useLink(token))).toBe("missing_or_invalid_token");
    const joined = await post("/session/invitation", { token, name: "Ada" });
    expect(joined.body).toMatchObject({ member: { name: "Ada", role: "developer", email: "new@example.com" } });
    expect(codeOf(await post("/session/invitation", { token, name: "Eve" }))).toBe("missing_or_invalid_token");
  });

  it("that are taken back or removed are out at once", async () => {
    const admin = await server.signIn("admin");
    const { session, memberId } = await server.signIn("developer");
    const invite = await server.ask("POST", "/operator/v1/invitations", {
      body: { role: "admin" },
      session: admin.session,
    });
    const { id, url } = invite.body as { id: string; url: string };
    const revoked = await server.ask("DELETE", `/operator/v1/invitations/${id}`, { session: admin.session });
    expect(revoked.status).toBe(204);
    const token = url.slice(url.indexOf("=") + 1);
    expect(codeOf(await post("/session/invitation", { token, name: "Eve" }))).toBe("missing_or_invalid_token");
    expect((await server.ask("GET", "/operator/v1/session", { session })).status).toBe(200);
    await server.ask("DELETE", `/operator/v1/members/${memberId}`, { session: admin.session });
    expect(codeOf(await server.ask("GET", "/operator/v1/session", { session }))).toBe("invalid_credentials");
  });

  it("lose a role with the next request, and the last Admin cannot go", async () => {
    const first = (await useLink(await makeLink())) as HttpResponse & { body: { member: { id: string } } };
    const session = sessionOf(first)!;
    const path = `/operator/v1/members/${first.body.member.id}`;
    expect(codeOf(await server.ask("DELETE", path, { session }))).toBe("invalid_state");
    expect(codeOf(await server.ask("PATCH", path, { session, body: { role: "viewer" } }))).toBe("invalid_state");
    const other = await server.signIn("admin");
    expect((await server.ask("PATCH", path, { session: other.session, body: { role: "viewer" } })).status).toBe(200);
    expect(codeOf(await server.ask("GET", "/operator/v1/audit", { session }))).toBe("insufficient_role");
  });
});

describe("passkeys", () => {
  it("are refused where the page was opened by address, with what to do", async () => {
    await server.close();
    server = await startTeamServer({ publicOrigins: ["http://127.0.0.1:3000"] });
    const page = { ...PAGE, origin: "http://127.0.0.1:3000" };
    const answer = await post("/session/passkey/options", {}, page);
    expect(codeOf(answer)).toBe("feature_not_enabled");
    expect(JSON.stringify(answer.body)).toContain("localhost");
  });

  it("are offered at a host with a name and at no other: a read of a page tells its host and no origin", async () => {
    await server.close();
    server = await startTeamServer({ publicOrigins: ["http://127.0.0.1:3000", ORIGIN] });
    const offered = async (host: string | undefined) => {
      const { origin: _, ...page } = PAGE;
      return (await server.ask("GET", "/operator/v1/session/methods", { headers: { ...page, host } })).body;
    };
    expect(await offered("localhost:3000")).toMatchObject({ passkey: true });
    for (const host of ["127.0.0.1:3000", "evil.example", undefined])
      expect(await offered(host), host).toMatchObject({ passkey: false });
  });

  it("refuse an answer to a challenge that was never asked, or was answered", async () => {
    const begun = (await post("/session/passkey/options", {})).body as { challenge_id: string };
    const answer = { challenge_id: begun.challenge_id, response: { id: "x" } };
    for (const body of [answer, answer, { ...answer, challenge_id: "a23456789012345678901234" }]) {
      expect(codeOf(await post("/session/passkey", body))).toBe("missing_or_invalid_token");
    }
  });
});

it("nothing of the dashboard works where it is off", async () => {
  await server.close();
  server = await startTeamServer({ dashboard: false });
  expect(codeOf(await post("/login_links", {}, operator))).toBe("feature_not_enabled");
  expect(codeOf(await useLink("x".repeat(43)))).toBe("feature_not_enabled");
  const { session } = await server.signIn("admin");
  expect(codeOf(await server.ask("GET", "/operator/v1/session", { session }))).toBe("feature_not_enabled");
});

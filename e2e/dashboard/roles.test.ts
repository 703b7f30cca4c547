import { type Route, type TeamRole, teamRoles } from "@mandate/contract/route";
import { routes } from "@mandate/contract/routes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exchangeRaw, type RawAnswer } from "../http.ts";
import { type App, type Stack, startStack } from "../stack.ts";
import { type FilledApp, fillApp } from "./fill-app.ts";
import { askAsPage, signInByInvitation, signInByLink, type TeamClient } from "./team-client.ts";
import { type OperatorRouteId, targetOf, teamRequests } from "./team-requests.ts";

/**
 * Every operation below `/operator/`, asked over HTTP by everybody there is. The list is the contract's: an operation
 * without a row in team-requests.ts fails.
 */
const operations = (Object.values(routes) as readonly Route[])
  .filter(({ path }) => path.startsWith("/operator/"))
  // Signing out ends a session that the others need.
  .sort((a, b) => Number(a.id === "signOut") - Number(b.id === "signOut"));

let stack: Stack;
let app: App;
let filled: FilledApp;
const members = {} as Record<TeamRole, TeamClient>;

beforeAll(async () => {
  stack = await startStack({ MANDATE_RATE_LIMIT: "1000000" });
  members.admin = await signInByLink(stack);
  members.developer = await signInByInvitation(stack, members.admin, "developer", "Developer");
  members.viewer = await signInByInvitation(stack, members.admin, "viewer", "Viewer");
  app = await stack.createApp();
  filled = await fillApp(stack, members.admin, app);
});
afterAll(() => stack?.stop());

type Headers = { [name: string]: string | undefined };

function requestOf(route: Route) {
  const request = teamRequests[route.id as OperatorRouteId](filled);
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  return { target: targetOf(route.path, filled, request), body, status: request.status };
}

function ask(route: Route, headers: Headers): Promise<RawAnswer> {
  const { target, body } = requestOf(route);
  return askAsPage(stack, route.method, target, body, headers);
}

const as = (role: TeamRole): Headers => ({ cookie: members[role].cookie });
/** The operator's own program, which is no page. */
const operator = (): Headers => ({
  ...{ origin: undefined, "sec-fetch-site": undefined, "mandate-dashboard": undefined },
  authorization: `Bearer ${stack.instance.server.operator.token}`,
});
const appServer = (): Headers => ({
  ...operator(),
  authorization: `Basic ${Buffer.from(`${app.id}:${app.secret}`).toString("base64")}`,
  "privy-app-id": app.id,
});
const summary = ({ status, json }: RawAnswer) => {
  const { code } = (json ?? {}) as { code?: string };
  return code === undefined ? String(status) : `${status} ${code}`;
};

it("every operation has its row, and there is no row of another", () => {
  expect(operations.map(({ id }) => id).sort()).toEqual(Object.keys(teamRequests).sort());
});

describe("a page of another site, with the cookie of an Admin", () => {
  const foreign: [name: string, headers: Headers][] = [
    ["its own origin", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
    ["another port of this host", { origin: "http://127.0.0.1:1", "sec-fetch-site": "same-site" }],
    ["a longer name", { origin: "http://127.0.0.1.evil.example" }],
    ["no origin that may be named", { origin: "null" }],
    ["an empty origin", { origin: "" }],
    ["no header of the page's", { "mandate-dashboard": undefined }],
    ["another value of that header", { "mandate-dashboard": "0" }],
    ["what browsers say of a form", { "sec-fetch-site": "cross-site", "mandate-dashboard": undefined }],
    ["what they say of an address that was typed", { "sec-fetch-site": "none", origin: undefined }],
  ];
  const ofTeam = operations.filter(({ caller }) => caller === "team");

  it.each(foreign)("is refused every operation: %s", async (_name, headers) => {
    const answers = await Promise.all(ofTeam.map((route) => ask(route, { ...as("admin"), ...headers })));
    expect(new Set(answers.map(summary))).toEqual(new Set(["403 cross_site_request"]));
  });

  it("is refused every change when it says nothing of itself", async () => {
    const silent = { ...as("admin"), origin: undefined, "sec-fetch-site": undefined };
    const answers = await Promise.all(
      ofTeam.filter(({ method }) => method !== "GET").map((route) => ask(route, silent)),
    );
    expect(new Set(answers.map(summary))).toEqual(new Set(["403 cross_site_request"]));
  });

  it.each(["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"])(
    "is refused bodies that forms can send, even from the page itself: %s",
    async (type) => {
      const withBody = operations.filter((route) => requestOf(route).body !== undefined);
      const answers = await Promise.all(withBody.map((route) => ask(route, { ...as("admin"), "content-type": type })));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([415]));
    },
  );

  it("gets no header that would let it read an answer", async () => {
    const asked = {
      ...as("admin"),
      origin: "https://evil.example",
      "access-control-request-method": "POST",
      "access-control-request-headers": "mandate-dashboard,content-type",
    };
    for (const method of ["GET", "OPTIONS"]) {
      const headers = Object.entries(asked) as [string, string][];
      const answer = await exchangeRaw(stack.url, { method, target: "/operator/v1/apps", headers });
      expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control-"))).toEqual([]);
      expect(answer.text).not.toContain(app.id);
    }
  });
});

describe.each(operations.map((route) => [route.id, route] as const))("%s", (_id, route) => {
  const isOfTeam = route.caller === "team";
  const isOfMember =
    /^\/operator\/v1\/(me|session)\b/.test(route.path) && route.path !== "/operator/v1/sessions/{session_id}";

  it("is closed to nobody in particular, to apps, and to a session that is none", async () => {
    for (const headers of [{}, appServer(), { cookie: `mandate_session=${"x".repeat(43)}` }]) {
      const answer = await ask(route, headers);
      if (route.caller !== "public") expect(summary(answer)).toBe("401 invalid_credentials");
    }
  });

  it.each(teamRoles)("as its role says: %s", async (role) => {
    const answer = await ask(route, as(role));
    if (route.caller === "operator") expect(summary(answer)).toBe("401 invalid_credentials");
    else if (isOfTeam && teamRoles.indexOf(role) < teamRoles.indexOf(route.role!)) {
      expect(summary(answer)).toBe("403 insufficient_role");
    } else expect(answer.status, answer.text).toBe(requestOf(route).status);
  });

  it("as the operator's token says", async () => {
    const answer = await ask(route, operator());
    if (route.caller === "public") return;
    // To sign out without a session is no refusal: afterwards there is none.
    if (isOfTeam && isOfMember && route.id !== "signOut") expect(summary(answer)).toBe("401 invalid_credentials");
    else expect(summary(answer)).not.toMatch(/^(401 invalid_credentials|403 )/);
  });
});

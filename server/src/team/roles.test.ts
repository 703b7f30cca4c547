import { createHash } from "node:crypto";
import { type Route, type TeamRole, teamRoles } from "@mandate/contract/route";
import { type RouteId, routes } from "@mandate/contract/routes";
import { testKey } from "@mandate/signer/testing/test-keys";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OPERATOR_TOKEN, startTeamServer, type TeamServer } from "../testing/team-server.ts";

const APP = "c23456789012345678901234a";
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

let server: TeamServer;
const sessions: { [role in TeamRole]?: { memberId: string; session: string; sessionId: string } } = {};
const made: { [name: string]: string } = {};

const asAdmin = async (method: string, path: string, body?: object) => {
  const answer = await server.ask(method, path, { body, session: sessions.admin!.session });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body as { id: string };
};

beforeAll(async () => {
  server = await startTeamServer();
  for (const role of teamRoles) sessions[role] = await server.signIn(role);
  const app = { id: APP, name: "Shop", secret_sha256: sha256("secret") };
  await asAdmin("POST", "/operator/v1/apps", app);
  const path = `/operator/v1/apps/${APP}`;
  made.user = (await asAdmin("POST", `${path}/users`, { linked_accounts: [account] })).id;
  made.quorum = (await asAdmin("POST", `${path}/key_quorums`, quorum())).id;
  made.policy = (await asAdmin("POST", `${path}/policies`, policy)).id;
  made.set = (await asAdmin("POST", `${path}/condition_sets`, { name: "s" })).id;
  made.wallet = (await asAdmin("POST", `${path}/wallets`, { chain_type: "ethereum" })).id;
});
afterAll(() => server.close());

const account = { type: "email", address: "user@example.com" };
const policy = { version: "1.0", name: "p", chain_type: "ethereum", rules: [] };
const aggregation = {
  name: "a",
  method: "eth_signTransaction",
  metric: { field_source: "ethereum_transaction", field: "value", function: "sum" },
  window: { type: "rolling", seconds: 3600 },
};
const quorum = () => ({ public_keys: [testKey("agent").spkiBase64], display_name: "Agent" });

/**
 * A request of each operation that a member may make. What it changes does not matter here, and some name what is not
 * there, so that they can be asked again and again: the answer is then about the thing and not about the caller.
 */
const requests: {
  readonly [id in RouteId]?: () => { path?: { [name: string]: string }; body?: object; query?: string };
} = {
  createApp: () => ({ body: { id: APP, name: "again", secret_sha256: sha256("x") } }),
  updateApp: () => ({ body: { name: "Shop" } }),
  deleteApp: () => ({ path: { app_id: "c23456789012345678901234x" } }),
  createAppSecret: () => ({ body: { secret_sha256: sha256(String(Math.random())) } }),
  setOAuthClientSecret: () => ({ body: { provider: "google", client_secret: "s" } }),
  deleteAppSecret: () => ({ path: { secret_id: "none" } }),
  createAppUser: () => ({ body: { linked_accounts: [account] } }),
  deleteAppUser: () => ({ path: { user_id: "did:privy:none" } }),
  createAppUserWallets: () => ({ body: { wallets: [{ chain_type: "ethereum" }] } }),
  createAppWallet: () => ({ body: { chain_type: "ethereum" } }),
  updateAppWallet: () => ({ body: { display_name: "x" } }),
  createAppKeyQuorum: () => ({ body: quorum() }),
  updateAppKeyQuorum: () => ({ body: { display_name: "x" } }),
  createAppPolicy: () => ({ body: policy }),
  updateAppPolicy: () => ({ body: { name: "q" } }),
  simulateAppPolicy: () => ({
    body: { policy_id: made.policy, wallet_id: made.wallet, request: { method: "exportPrivateKey" } },
  }),
  createAppConditionSet: () => ({ body: { name: "s" } }),
  updateAppConditionSet: () => ({ body: { name: "s" } }),
  addAppConditionSetItems: () => ({ body: [{ value: "x" }] }),
  replaceAppConditionSetItems: () => ({ body: [{ value: "x" }] }),
  deleteAppConditionSet: () => ({ path: { condition_set_id: "none" } }),
  createAppAggregation: () => ({ body: aggregation }),
  deleteAppPolicy: () => ({ path: { policy_id: "none" } }),
  updateMe: () => ({ body: { name: "x" } }),
  requestMyEmailCode: () => ({ body: { email: "a@example.com" } }),
  setMyEmail: () => ({ body: { email: "a@example.com", code: "000000" } }),
  createPasskey: () => ({ body: { challenge_id: "a23456789012345678901234", name: "x", response: {} } }),
  updateMember: () => ({ body: { role: "viewer" } }),
  createInvitation: () => ({ body: { role: "viewer" } }),
  listTeamSessions: () => ({ query: `?member_id=${sessions.admin!.memberId}` }),
};

function requestOf(route: Route): { target: string; body: object | undefined } {
  const { path = {}, body, query = "" } = requests[route.id as RouteId]?.() ?? {};
  const names: { [name: string]: string } = {
    app_id: APP,
    user_id: made.user!,
    wallet_id: made.wallet!,
    policy_id: made.policy!,
    key_quorum_id: made.quorum!,
    condition_set_id: made.set!,
    item_id: "none",
    aggregation_id: "none",
    transaction_id: "none",
    receipt_id: "none",
    secret_id: "none",
    member_id: "none",
    session_id: "none",
    invitation_id: "none",
    passkey_id: "none",
    ...path,
  };
  return { target: route.path.replace(/\{([^}]+)\}/g, (_, name: string) => names[name]!) + query, body };
}

/** Answers that say something about the caller, and not about what was asked for. */
const REFUSED = /^(invalid_credentials|insufficient_role|cross_site_request|recent_sign_in_required)$/;
const codeOf = (answer: { body?: unknown }) => (answer.body as { code?: string } | undefined)?.code ?? "";

/** Signing out ends the very session that the others need: it has a test of its own. Another's sessions are for Admins. */
const least = (route: Route): TeamRole => (route.id === "listTeamSessions" ? "admin" : route.role!);
const teamRoutes = Object.values(routes).filter(
  (route: Route) => (route.caller === "team" || route.id === "createLoginLink") && route.id !== "signOut",
) as readonly Route[];

describe.each(teamRoutes.map((route) => [route.id, route] as const))("%s", (_id, route) => {
  const ask = (asked: object) => {
    const { target, body } = requestOf(route);
    return server.ask(route.method, target, { body, ...asked });
  };

  it("is refused without credentials", async () => {
    expect((await ask({})).status).toBe(401);
    expect(codeOf(await ask({ session: "x".repeat(43) }))).toBe("invalid_credentials");
    expect(codeOf(await ask({ headers: { authorization: "Bearer x" } }))).toBe("invalid_credentials");
  });

  it.each(teamRoles)("as its role says: %s", async (role) => {
    const answer = await ask({ session: sessions[role]!.session });
    const isAllowed = route.caller === "team" && teamRoles.indexOf(role) >= teamRoles.indexOf(least(route));
    if (isAllowed) expect(codeOf(answer)).not.toMatch(REFUSED);
    else expect(codeOf(answer)).toBe(route.caller === "team" ? "insufficient_role" : "invalid_credentials");
    expect(answer.status).toBeLessThan(500);
  });

  it("is open to the operator's token, where it is not about a member", async () => {
    const answer = await ask({ headers: { authorization: `Bearer ${OPERATOR_TOKEN}` } });
    const isOwn =
      /^\/operator\/v1\/(me|session)\b/.test(route.path) && route.path !== "/operator/v1/sessions/{session_id}";
    if (isOwn) expect(codeOf(answer)).toBe("invalid_credentials");
    else expect(codeOf(answer)).not.toMatch(REFUSED);
  });

  it("is refused to pages of other sites, whatever they send along", async () => {
    if (route.caller !== "team") return;
    const { session } = sessions.admin!;
    const crossSite: { [name: string]: string | undefined }[] = [
      { "mandate-dashboard": undefined },
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: "http://localhost:3001" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
    ];
    for (const headers of crossSite) {
      expect(codeOf(await ask({ session, headers })), JSON.stringify(headers)).toBe("cross_site_request");
    }
    if (route.method === "GET") return;
    const silent = { origin: undefined, "sec-fetch-site": undefined };
    expect(codeOf(await ask({ session, headers: silent }))).toBe("cross_site_request");
  });

  it("asks for a recent sign-in where it says so", async () => {
    const { nowMs } = server.clock;
    server.clock.nowMs = nowMs + 15 * 60 * 1000;
    const answer = await ask({ session: sessions.admin!.session });
    server.clock.nowMs = nowMs;
    if (route.recentSignIn === true) expect(codeOf(answer)).toBe("recent_sign_in_required");
    else expect(codeOf(answer)).not.toBe("recent_sign_in_required");
  });
});

it("every operation under /operator/v1 but the ways to sign in is in this table", () => {
  const all = Object.values(routes) as readonly Route[];
  const others = all.filter((route) => route.path.startsWith("/operator/") && !teamRoutes.includes(route));
  expect(others.map(({ id }) => id).sort()).toEqual([
    "getPasskeySignInOptions",
    "getSignInMethods",
    "requestSignInCode",
    "signInWithEmail",
    "signInWithInvitation",
    "signInWithLink",
    "signInWithPasskey",
    "signOut",
  ]);
});

it("writes down who did what, refusals among it", async () => {
  const answer = await server.ask("GET", `/operator/v1/audit?limit=100&app_id=${APP}`, {
    session: sessions.admin!.session,
  });
  const { data } = answer.body as { data: { action: string; actor: { member_id: string | null; type: string } }[] };
  const createdBy = data.filter(({ action }) => action === "createAppPolicy").map(({ actor }) => actor);
  expect(createdBy).toContainEqual({
    type: "member",
    member_id: sessions.developer!.memberId,
    name: expect.any(String),
  });
  expect(createdBy).toContainEqual({ type: "operator", member_id: null, name: "Operator" });
});

import { randomUUID } from "node:crypto";
import { signRequest } from "@mandate/cli/operator-request";
import type { Route } from "@mandate/contract/route";
import { routes } from "@mandate/contract/routes";
import type { JsonObject, JsonValue } from "@mandate/core/encoding/json-value";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AppClient } from "./app-client.ts";
import { makeAuthorizationKey } from "./authorization-key.ts";
import { findDeviations, findRoute } from "./conformance.ts";
import { exchangeRaw, type RawAnswer } from "./http.ts";
import { at, brokenBodies, chunks, isObject, type Path, pathsOf, replaced, wrongTypes } from "./mutations.ts";
import { naughtyStrings } from "./naughty-strings.ts";
import { type App, type Stack, startStack } from "./stack.ts";
import {
  type Fixture,
  isTested,
  listValidRequests,
  makeFixture,
  type TestedRouteId,
  type ValidRequest,
} from "./valid-requests.ts";

const BUDGET = Number(process.env.MANDATE_FUZZ ?? 1);

let stack: Stack;
let app: App;
let other: App;
let fixture: Fixture;

beforeAll(async () => {
  stack = await startStack({ MANDATE_RATE_LIMIT: "1000000", MANDATE_USERS_PER_MINUTE: "1000000" });
  [app, other] = await Promise.all([stack.createApp(), stack.createApp()]);
  fixture = await makeFixture(stack.client(app), app.id, makeAuthorizationKey());
});
afterAll(() => stack?.stop());

type Headers = [string, string][];

const json: Headers = [["content-type", "application/json"]];
const basic = (id: string, secret: string): Headers => [
  ["authorization", `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`],
  ["privy-app-id", id],
];

const isForApps = (route: Route) => route.caller === "app" || route.caller === "app-or-user";

/** Who the route is for, with everything right. */
function credentials(route: Route, body: JsonObject | undefined): Headers {
  if (isForApps(route)) return basic(app.id, app.secret);
  if (route.caller === "public") return [];
  const token: Headers = [["authorization", `Bearer ${stack.instance.server.operator.token}`]];
  return body === undefined ? token : [...token, ["privy-app-id", operatorAppId(body)]];
}

/** The header must be one that can be sent; then an id that cannot be in it is refused for being another. */
function operatorAppId({ id }: JsonObject): string {
  return typeof id === "string" && /^[a-z0-9]{1,64}$/.test(id) ? id : app.id;
}

async function send(method: string, target: string, headers: Headers, body?: string | Uint8Array): Promise<RawAnswer> {
  const answer = await exchangeRaw(stack.url, { method, target, headers, body });
  stack.deviations.push(...findDeviations(method, target, answer));
  if (answer.status >= 500) stack.deviations.push(`${method} ${target} → ${answer.status} ${answer.text}`);
  return answer;
}

/** The request with this body, authenticated and signed as it should be. */
function sendBody(route: Route, target: string, body: JsonObject): Promise<RawAnswer> {
  const headers = [...credentials(route, body), ...json];
  const url = `${stack.url}${target}`;
  if (route.authorization !== "none") {
    const signature = fixture.key.sign({ method: route.method, url, body, appId: app.id });
    headers.push(["privy-authorization-signature", signature]);
  } else if (route.caller === "team") {
    const signature = signRequest(stack.instance.server.operator, url, body, {
      "privy-app-id": operatorAppId(body),
    });
    headers.push(["privy-authorization-signature", signature]);
  }
  return send(route.method, target, headers, JSON.stringify(body));
}

const summary = ({ status, json: body }: RawAnswer) => `${status} ${(body as { code?: string })?.code}`;

/** Everything that a caller could tell two answers apart by, but what names the request itself. */
function observable({ status, headers, text }: RawAnswer, ...own: string[]): string {
  // A receipt is about this very request.
  const { "request-id": _id, date: _date, "mandate-receipt": _receipt, ...rest } = headers;
  const content = own.reduce((shown, name) => shown.replaceAll(name, "…"), text);
  return JSON.stringify([status, { ...rest, "content-length": "" }, content]);
}

const list = Object.entries(routes).flatMap(([id, route]) => (isTested(id) ? [{ id, route: route as Route }] : []));
const withBody = list.filter(({ route }) => route.request.body !== undefined);
const requestsOf = (id: TestedRouteId): ValidRequest[] => listValidRequests(id, fixture);
const firstOf = (id: TestedRouteId): ValidRequest => requestsOf(id)[0]!;

/** A case that has no meaning for a route is no test of it, rather than a skipped one. */
function itWhere(applies: boolean): (name: string, test: () => Promise<void>) => void {
  return applies ? it : () => undefined;
}

describe.each(list)("$id", ({ id, route }) => {
  const text = () => {
    const { body } = firstOf(id);
    return body === undefined ? undefined : JSON.stringify(body);
  };
  const go = (headers: Headers, target = firstOf(id).target) =>
    send(route.method, target, text() === undefined ? headers : [...headers, ...json], text());

  itWhere(route.caller !== "public")("refuses callers without the right credentials", async () => {
    const { token } = stack.instance.server.operator;
    const wrong: [string, Headers][] = [
      ["nothing", []],
      ["app id only", [["privy-app-id", app.id]]],
      ["secret only", basic(app.id, app.secret).slice(0, 1)],
      ["wrong secret", basic(app.id, `${app.secret}x`)],
      ["empty secret", basic(app.id, "")],
      ["unknown app", basic("c23456789012345678901234a", app.secret)],
      ["two apps", [...basic(app.id, app.secret).slice(0, 1), ["privy-app-id", other.id]]],
      [
        "no base64",
        [
          ["authorization", "Basic !!!"],
          ["privy-app-id", app.id],
        ],
      ],
      [
        "a bearer token",
        [
          ["authorization", `Bearer ${app.secret}`],
          ["privy-app-id", app.id],
        ],
      ],
      [
        "the other kind of caller",
        isForApps(route)
          ? [
              ["authorization", `Bearer ${token}`],
              ["privy-app-id", app.id],
            ]
          : basic(app.id, app.secret),
      ],
    ];
    const answers = await Promise.all(wrong.map(([, headers]) => go(headers)));
    for (const [at, answer] of answers.entries()) {
      expect(summary(answer), wrong[at]![0]).toMatch(
        /^(401 invalid_credentials|401 missing_or_invalid_token|400 missing_or_invalid_privy_app_id)$/,
      );
    }
    expect(observable(answers[3]!)).toBe(observable(answers[5]!));
  });

  itWhere(route.caller === "public")("answers anybody", async () => {
    expect((await go([])).status).toBe(200);
  });

  it("refuses bodies that are not what it takes", async () => {
    const { target } = firstOf(id);
    const headers = credentials(route, firstOf(id).body);
    if (route.method === "GET") {
      expect(summary(await send("GET", target, [...headers, ...json], "{}"))).toBe("400 invalid_data");
      return;
    }
    const valid = text() ?? '{"a":1}';
    const bodies = brokenBodies(valid, { mayBeEmpty: route.request.body === undefined });
    for (const [at, answer] of (
      await Promise.all(bodies.map((body) => send(route.method, target, [...headers, ...json], body)))
    ).entries()) {
      expect(summary(answer), String(bodies[at]).slice(0, 80)).toMatch(
        /^400 invalid_(data|policy_format|aggregation_format)$/,
      );
    }
    const [large, plain, form, none, gzip] = await Promise.all([
      send(route.method, target, [...headers, ...json], `{"zzz":"${"x".repeat(1_000_000)}"}`),
      send(route.method, target, [...headers, ["content-type", "text/plain"]], valid),
      send(route.method, target, [...headers, ["content-type", "application/x-www-form-urlencoded"]], "a=b"),
      send(route.method, target, headers, valid),
      send(route.method, target, [...headers, ...json, ["content-encoding", "gzip"]], valid),
    ]);
    expect([large, plain, form, none, gzip].map(({ status }) => status)).toEqual([413, 415, 415, 415, 415]);
  });

  it("refuses queries that it does not know", async () => {
    const { target, body } = firstOf(id);
    const plus = target.includes("?") ? "&" : "?";
    const headers = credentials(route, body);
    for (const query of ["zzz=1", "__proto__=1", "limit=1&limit=2", "cursor=%ff", "%zz=1"]) {
      const answer = await go(headers, `${target}${plus}${query}`);
      expect(summary(answer), query).toBe("400 invalid_data");
    }
    if (!Object.hasOwn(route.request.query?.shape ?? {}, "cursor")) return;
    const forged = Buffer.from('{"at":0}').toString("base64url");
    for (const query of ["101", "0", "-1", "abc", "1e1", "", "1.5", "99999999999"]) {
      expect(summary(await go(headers, `${target}${plus}limit=${query}`)), query).toBe("400 invalid_data");
    }
    for (const query of ["x", forged, "x".repeat(600), "%00", ""]) {
      expect(summary(await go(headers, `${target}${plus}cursor=${query}`)), query).toBe("400 invalid_data");
    }
  });

  itWhere(route.path.includes("{"))("answers ids that cannot exist like ids that do not", async () => {
    const { target, body } = firstOf(id);
    const query = target.includes("?") ? target.slice(target.indexOf("?")) : "";
    const at = (value: string) => route.path.replace(/\{[^}]+\}/g, value) + query;
    const headers = credentials(route, body);
    const unknown = await go(headers, at("a23456789012345678901234"));
    expect(summary(unknown)).toBe(route.path.includes("{user_id}") ? "404 user_does_not_exist" : "404 not_found");
    for (const value of ["a'b", "%00", "%2e%2e%2fx", "..%2f", "x".repeat(500), "%F0%9F%92%A9", "A-B_C", "null"]) {
      expect(observable(await go(headers, at(value))), value).toBe(observable(unknown));
    }
    for (const value of ["%ff", "%c0%ae"]) expect((await go(headers, at(value))).status, value).toBe(400);
  });

  itWhere(isForApps(route))("refuses privy- headers that say nothing or two things", async () => {
    const { body } = firstOf(id);
    const headers = credentials(route, body);
    const wrong: Headers[] = [
      [["privy-idempotency-key", "x".repeat(257)]],
      [["privy-idempotency-key", "a b"]],
      [["privy-idempotency-key", "\u00e9"]],
      [["privy-request-expiry", "soon"]],
      [["privy-request-expiry", "1".repeat(17)]],
      [
        ["privy-request-expiry", "1"],
        ["privy-request-expiry", "2"],
      ],
      [
        ["privy-authorization-signature", "a"],
        ["privy-authorization-signature", "b"],
      ],
      [["privy-app-id", app.id]],
      [["authorization", "Basic eDp4"]],
    ];
    for (const extra of wrong) expect(summary(await go([...headers, ...extra])), extra[0]![0]).toBe("400 invalid_data");
    expect(summary(await go([...headers, ["privy-request-expiry", "1"]]))).toBe("400 request_expired");
  });

  it("says of methods that it lacks that it lacks them", async () => {
    const { target } = firstOf(id);
    const path = target.split("?", 1)[0]!;
    const all = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    // A literal path may also be read as one with a parameter: /v1/wallets/address is no wallet, but may be asked for.
    const methods = all.filter((method) => findRoute(method, path) !== undefined);
    for (const method of all.filter((name) => !methods.includes(name))) {
      const answer = await send(method, path, basic(app.id, app.secret));
      expect(summary(answer), method).toBe("405 method_not_allowed");
      expect(answer.headers.allow!.split(", ")).toEqual(expect.arrayContaining(methods));
    }
  });

  itWhere(route.path.startsWith("/v1/"))("answers below /api/v1 and //v1 as below /v1", async () => {
    const { target, body } = firstOf(id);
    const headers = credentials(route, body);
    // Reads are answered, everything else is refused for the same reason.
    const answer = async (prefix: string) =>
      observable(
        route.method === "GET"
          ? await send("GET", prefix + target, headers)
          : await send(route.method, prefix + target, [...headers, ...json], '{"zzz":1}'),
      );
    const plain = await answer("");
    for (const prefix of ["/api", "/", "//api"]) expect(await answer(prefix), prefix).toBe(plain);
  });

  itWhere(isForApps(route))("shows another app nothing: its answers are those for what does not exist", async () => {
    const unknown: Fixture = {
      ...fixture,
      walletId: "a23456789012345678901234",
      walletAddress: "0x00000000000000000000000000000000000a11cE",
      policyId: "b23456789012345678901234",
      ruleId: "d23456789012345678901234",
      conditionSetId: "f23456789012345678901234",
      itemId: "g23456789012345678901234",
      aggregationId: "h23456789012345678901234",
      quorumId: "e23456789012345678901234",
      userWalletAddress: "0x0000000000000000000000000000000000000B0b",
      userId: "did:privy:c23456789012345678901234",
      appId: "c23456789012345678901234a",
      subject: "nobody",
      email: "nobody@example.com",
    };
    for (const [at, { target, body }] of requestsOf(id).entries()) {
      const theirs = listValidRequests(id, unknown)[at]!;
      if (theirs.target === target && JSON.stringify(theirs.body) === JSON.stringify(body)) continue;
      const client = new AppClient(stack.url, other, stack.deviations);
      const ask = (request: ValidRequest) =>
        client.request(route.method, request.target, { body: request.body, keys: [fixture.key] });
      const [seen, expected] = await Promise.all([ask({ target, ...(body && { body }) }), ask(theirs)]);
      const names = [fixture, unknown].map((each) => Object.values(each).filter((value) => typeof value === "string"));
      expect(observable(seen, ...names[0]!)).toBe(observable(expected, ...names[1]!));
      const isSearch = route.method === "GET" ? !route.path.includes("{") : id === "searchUsers";
      if (!isSearch) expect(expected.status).toBeGreaterThanOrEqual(400);
    }
  });
});

describe.each(withBody)("$id", ({ id, route }) => {
  it("refuses every member of a wrong type, wherever it stands", async () => {
    for (const { target, body } of requestsOf(id)) {
      const mutations = pathsOf(body!).flatMap((path) => wrongTypes(at(body!, path)).map((value) => ({ path, value })));
      for (const chunk of chunks(mutations, 24)) {
        const answers = await Promise.all(
          chunk.map(({ path, value }) => sendBody(route, target, replaced(body!, path, value) as JsonObject)),
        );
        for (const [index, answer] of answers.entries()) {
          const { path, value } = chunk[index]!;
          if (isFree(path, value)) continue;
          if (isItem(id, path)) {
            expect(answer.json).toMatchObject({ results: [{ success: false, code: "invalid_data" }] });
            continue;
          }
          expect(answer.status, `${path.join(".")} = ${JSON.stringify(value)}: ${answer.text}`).toBe(400);
        }
      }
    }
  });

  it("refuses an unknown member in every object", async () => {
    for (const { target, body } of requestsOf(id)) {
      const objects = [[], ...pathsOf(body!)].filter((path) => isObject(at(body!, path)) && !isOpen(path));
      for (const path of objects) {
        for (const name of ["zzz", "__proto__", "toString"]) {
          const member = Object.fromEntries([...Object.entries(at(body!, path) as object), [name, 1]]);
          const answer = await sendBody(route, target, replaced(body!, path, member) as JsonObject);
          const refused = isItem(id, [...path, name]) && answer.text.includes('"success":false');
          expect(refused ? 400 : answer.status, `${path.join(".")}.${name}: ${answer.text}`).toBe(400);
        }
      }
    }
  });

  it("survives every naughty string in every text", async () => {
    for (const { target, body } of requestsOf(id)) {
      const places = pathsOf(body!).filter((path) => typeof at(body!, path) === "string");
      const requests = places.flatMap((path, index) =>
        naughtyStrings(BUDGET, index).map((text) => onlyNaughty(replaced(body!, path, text) as JsonObject, path)),
      );
      for (const chunk of chunks(requests, 32)) {
        const answers = await Promise.all(chunk.map((request) => sendBody(route, target, request)));
        for (const answer of answers) expect(answer.status, answer.text).toBeLessThan(500);
      }
    }
  });
});

describe.each(list)("what was broken here is right as it stands: $id", ({ id, route }) => {
  it("is answered", async () => {
    // A thing of its own each time, since some of these delete theirs.
    const fresh = await makeFixture(stack.client(app), app.id, fixture.key);
    for (const { target, body } of listValidRequests(id, fresh)) {
      const answer =
        route.method === "GET" || body === undefined
          ? await stack.client(app).send(route.method, target, await signedHeaders(route, target))
          : await sendBody(route, target, body);
      const isFit = answer.status < 300 || unfit[id]?.includes((answer.json as { code: string }).code);
      expect(isFit, `${target} ${answer.text}`).toBe(true);
    }
  });

  const unfit: { [id in TestedRouteId]?: string[] } = {
    authenticateUser: ["feature_not_enabled"],
    getTransaction: ["not_found"],
    // By then the app has the ten that it may have.
    createAggregation: ["invalid_data"],
    // Nobody has funds here, and there is no node of Solana.
    walletRpc: ["insufficient_funds", "not_supported"],
    // The fixture's accounts must stay: the next fixture is the same user.
    unlinkUserAccount: ["linked_account_not_found"],
    createApp: ["missing_or_invalid_token"],
    deleteApp: ["not_found"],
    // The fixture's user has none of these accounts.
    findUserByPhone: ["user_does_not_exist"],
    findUserBySmartWalletAddress: ["user_does_not_exist"],
    findUserByDiscordUsername: ["user_does_not_exist"],
    findUserByGithubUsername: ["user_does_not_exist"],
    findUserByTwitterUsername: ["user_does_not_exist"],
    findUserByTwitterSubject: ["user_does_not_exist"],
    findUserByTelegramUsername: ["user_does_not_exist"],
    findUserByTelegramUserId: ["user_does_not_exist"],
    findUserByInstagramUsername: ["user_does_not_exist"],
    findUserByTwitchUsername: ["user_does_not_exist"],
    findUserBySpotifySubject: ["user_does_not_exist"],
    createAppSecret: ["missing_or_invalid_token"],
    updateApp: ["missing_or_invalid_token", "invalid_data"],
    deleteAppSecret: ["missing_or_invalid_token", "invalid_data"],
  };

  async function signedHeaders(route: Route, target: string): Promise<Headers> {
    const headers = credentials(route, undefined);
    if (route.authorization === "none") return headers;
    const signature = fixture.key.sign({ method: route.method, url: `${stack.url}${target}`, appId: app.id });
    return [...headers, ["privy-authorization-signature", signature]];
  }
});

describe("paths that are none", () => {
  it("are 404, and paths of the protocol that are not built say so", async () => {
    const headers = basic(app.id, app.secret);
    for (const path of [
      "/",
      "/v1",
      "/v1/",
      "/v2/wallets",
      "/v1/wallets/",
      "/v1/wallets/x/rpc/y",
      "/V1/wallets",
      "/v1/%77allets",
    ]) {
      expect(summary(await send("GET", path, headers)), path).toMatch(/^404 (not_found|user_does_not_exist)$/);
    }
    for (const path of ["/v1/intents", "/v1/earn/vaults", `/api/v1/wallets/${fixture.walletId}/swap/quote`]) {
      expect(summary(await send("POST", path, [...headers, ...json], "{}")), path).toBe("400 not_supported");
    }
  });
});

/** A user's accounts that exist already would answer for the one that is meant, so only that one stays. */
function onlyNaughty(body: JsonObject, path: Path): JsonObject {
  if (!Array.isArray(body.linked_accounts)) return body;
  const meant = path[0] === "linked_accounts" ? [body.linked_accounts[path[1] as number]!] : [];
  const fresh = { type: "custom_auth", custom_user_id: randomUUID() };
  return { ...body, linked_accounts: meant.length > 0 ? meant : [fresh] };
}

/** Free metadata takes text, numbers and truths alike; quantities are text or numbers, of which 1.5 and "x" are none. */
function isFree(path: Path, value: JsonValue): boolean {
  return path[0] === "custom_metadata" && path.length === 2 && typeof value !== "object";
}

/** Members of an item of a batch: each item is refused for itself. */
function isItem(id: TestedRouteId, path: Path): boolean {
  return id === "createWallets" && path.length > 2;
}

/** Objects whose members the caller names. */
function isOpen(path: Path): boolean {
  const last = path.at(-1);
  return path[0] === "custom_metadata" || last === "types" || last === "domain" || last === "message";
}

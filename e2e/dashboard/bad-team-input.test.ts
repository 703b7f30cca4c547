import type { Route } from "@mandate/contract/route";
import { routes } from "@mandate/contract/routes";
import type { JsonObject, JsonValue } from "@mandate/core/encoding/json-value";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RawAnswer } from "../http.ts";
import { at, brokenBodies, chunks, isObject, pathsOf, replaced, wrongTypes } from "../mutations.ts";
import { naughtyStrings } from "../naughty-strings.ts";
import { type Stack, startStack } from "../stack.ts";
import { type FilledApp, fillApp } from "./fill-app.ts";
import { signInByLink, type TeamClient } from "./team-client.ts";
import { type OperatorRouteId, targetOf, teamRequests } from "./team-requests.ts";

/** What the dashboard may ask, broken in every place, by an Admin: who asks is the matter of roles.test.ts. */
const operations = (Object.values(routes) as readonly Route[]).filter(
  ({ path, caller }) => path.startsWith("/operator/") && (caller === "team" || caller === "public"),
);
const withBody = operations.filter(({ request }) => request.body !== undefined);

let stack: Stack;
let admin: TeamClient;
let filled: FilledApp;

beforeAll(async () => {
  stack = await startStack({ MANDATE_RATE_LIMIT: "1000000" });
  admin = await signInByLink(stack);
  filled = await fillApp(stack, admin, await stack.createApp());
});
afterAll(() => stack?.stop());

function requestOf(route: Route, app = filled) {
  const { body, ...request } = teamRequests[route.id as OperatorRouteId](app);
  return { target: targetOf(route.path, app, request), body };
}

const summary = ({ status, json }: RawAnswer) => `${status} ${(json as { code?: string } | undefined)?.code}`;
const INVALID = /^400 invalid_(data|policy_format|aggregation_format)$/;

async function sendRaw(route: Route, target: string, body: string | Uint8Array | undefined): Promise<RawAnswer> {
  const headers = body === undefined ? {} : { "content-type": "application/json" };
  const answer = await admin.request(route.method, target, { headers, ...(body !== undefined && { rawBody: body }) });
  if (answer.status >= 500) stack.deviations.push(`${route.method} ${target} → ${answer.status} ${answer.text}`);
  return answer;
}

const send = (route: Route, target: string, body: JsonValue) => sendRaw(route, target, JSON.stringify(body));

describe.each(operations.map((route) => [route.id, route] as const))("%s", (_id, route) => {
  it("refuses bodies that are not what it takes", async () => {
    const { target, body } = requestOf(route);
    if (route.method === "GET") {
      expect(summary(await sendRaw(route, target, "{}"))).toBe("400 invalid_data");
      return;
    }
    const valid = JSON.stringify(isObject(body ?? null) ? body : { a: 1 });
    const bodies = brokenBodies(valid, { mayBeEmpty: route.request.body === undefined }).filter(
      // A list is what the items of a condition set are.
      (each) => !(Array.isArray(body) && each === "[]"),
    );
    const answers = await Promise.all(bodies.map((each) => sendRaw(route, target, each)));
    for (const [index, answer] of answers.entries()) {
      expect(summary(answer), String(bodies[index]).slice(0, 80)).toMatch(INVALID);
    }
    expect((await sendRaw(route, target, `{"zzz":"${"x".repeat(1_000_000)}"}`)).status).toBe(413);
  });

  it("refuses queries that it does not know", async () => {
    const path = requestOf(route).target.split("?", 1)[0]!;
    const ask = async (query: string) => summary(await sendRaw(route, `${path}?${query}`, undefined));
    for (const query of ["zzz=1", "__proto__=1", "limit=1&limit=2", "cursor=%ff", "%zz=1"]) {
      expect(await ask(query), query).toBe("400 invalid_data");
    }
    if (!Object.hasOwn(route.request.query?.shape ?? {}, "cursor")) return;
    const forged = Buffer.from('{"at":0}').toString("base64url");
    for (const query of ["101", "0", "-1", "abc", "1e1", "", "1.5", "99999999999"]) {
      expect(await ask(`limit=${query}`), query).toBe("400 invalid_data");
    }
    for (const query of ["x", forged, "x".repeat(600), "%00", ""]) {
      expect(await ask(`cursor=${query}`), query).toBe("400 invalid_data");
    }
  });

  it("answers ids that cannot exist like ids that do not", async () => {
    if (!route.path.includes("{")) return;
    const { body } = requestOf(route);
    // The last one is what the request is about; the app before it exists.
    const last = route.path.lastIndexOf("{");
    const before = targetOf(route.path.slice(0, last), filled, { status: 0 });
    const after = route.path.slice(route.path.indexOf("}", last) + 1);
    const ask = (id: string) =>
      body === undefined
        ? sendRaw(route, before + id + after, undefined)
        : send(route, before + id + after, body as JsonValue);
    const unknown = await ask("a23456789012345678901234");
    // Two requests are refused for something else, where what they are about could exist.
    expect([400, 401, 404]).toContain(unknown.status);
    const answers = [summary(unknown), ...(unknown.status === 404 ? [] : ["404 not_found"])];
    for (const id of ["a'b", "%00", "%2e%2e%2fx", "..%2f", "x".repeat(500), "%F0%9F%92%A9", "A-B_C", "null"]) {
      expect(answers, id).toContain(summary(await ask(id)));
    }
    for (const id of ["%ff", "%c0%ae"]) expect((await ask(id)).status, id).toBe(400);
  });
});

describe.each(withBody.map((route) => [route.id, route] as const))("%s", (_id, route) => {
  it("refuses every member of a wrong type and every unknown one, wherever it stands", async () => {
    const { target, body } = requestOf(route);
    const paths = pathsOf(body!);
    const wrong = [
      ...paths.flatMap((path) => wrongTypes(at(body!, path)).map((value) => replaced(body!, path, value))),
      ...[[], ...paths].flatMap((path) => {
        const inner = at(body!, path);
        if (!isObject(inner) || path.at(-1) === "response") return [];
        return ["zzz", "__proto__", "toString"].map((name) =>
          replaced(body!, path, Object.fromEntries([...Object.entries(inner), [name, 1]])),
        );
      }),
    ];
    for (const chunk of chunks(wrong, 24)) {
      const answers = await Promise.all(chunk.map((each) => send(route, target, each)));
      for (const [index, answer] of answers.entries()) {
        expect(answer.status, `${JSON.stringify(chunk[index])}: ${answer.text}`).toBe(400);
      }
    }
  });

  it("survives every naughty string in every text", async () => {
    const { target, body } = requestOf(route);
    const places = pathsOf(body!).filter((path) => typeof at(body!, path) === "string");
    const requests = places.flatMap((path, index) =>
      naughtyStrings(1, index).map((text) => replaced(body!, path, text)),
    );
    for (const chunk of chunks(requests, 32)) {
      const answers = await Promise.all(chunk.map((request) => send(route, target, request as JsonObject)));
      for (const answer of answers) expect(answer.status, answer.text).toBeLessThan(500);
    }
  });
});

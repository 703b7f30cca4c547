import { operatorChange } from "@mandate/cli/operator-request";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findDeviations } from "../conformance.ts";
import { exchangeRaw, type RawAnswer } from "../http.ts";
import { type App, type Stack, startStack } from "../stack.ts";

/** What a page in a browser may do, as the headers say that browsers obey. */
const PAGE = "https://app.example";
const OTHER_PAGE = "https://other.example";

let stack: Stack;
let app: App;
let other: App;

beforeAll(async () => {
  stack = await startStack();
  app = await stack.createApp(undefined, "Shop", { allowedOrigins: [PAGE, "https://*.preview.example"] });
  other = await stack.createApp(undefined, "Other", { allowedOrigins: [OTHER_PAGE] });
});
afterAll(() => stack?.stop());

async function ask(method: string, target: string, headers: [string, string][], body?: string): Promise<RawAnswer> {
  const answer = await exchangeRaw(stack.url, { method, target, headers, body });
  if (method !== "OPTIONS") stack.deviations.push(...findDeviations(method, target, answer));
  return answer;
}

const from = (origin: string, id = app.id): [string, string][] => [
  ["privy-app-id", id],
  ["origin", origin],
];
const config = (headers: [string, string][]) => ask("GET", `/api/v1/apps/${app.id}`, headers);
const preflight = (origin: string, target = `/api/v1/apps/${app.id}`) =>
  ask("OPTIONS", target, [
    ["origin", origin],
    ["access-control-request-method", "GET"],
    ["access-control-request-headers", "privy-app-id,privy-ca-id,privy-client"],
  ]);
const corsOf = ({ headers }: RawAnswer) => Object.keys(headers).filter((name) => name.startsWith("access-control-"));
const codeOf = ({ json }: RawAnswer) => (json as { code?: string }).code;

describe("a page of an origin that is not allowed", () => {
  it.each([
    "https://evil.example",
    "http://app.example",
    "https://app.example:8443",
    "https://app.example.evil.example",
    "https://preview.example",
    "https://a.b.preview.example",
    "null",
  ])("%s gets no headers of CORS, and invalid_origin", async (origin) => {
    for (const answer of [await preflight(origin), await config(from(origin))]) expect(corsOf(answer)).toEqual([]);
    const answer = await config(from(origin));
    expect([answer.status, codeOf(answer)]).toEqual([403, "invalid_origin"]);
  });

  it("is one of another app's, too: a preflight cannot tell, the request can", async () => {
    expect(corsOf(await preflight(OTHER_PAGE))).not.toEqual([]);
    const answer = await config(from(OTHER_PAGE));
    expect([answer.status, codeOf(answer), corsOf(answer)]).toEqual([403, "invalid_origin", []]);
    expect((await ask("GET", `/api/v1/apps/${app.id}`, from(OTHER_PAGE, other.id))).status).toBe(404);
  });

  it("is every page for the paths of the operator", async () => {
    for (const target of ["/operator/v1/apps", "//operator/v1/apps"])
      expect(corsOf(await preflight(PAGE, target))).toEqual([]);
    const token = stack.instance.server.operator.token;
    const answer = await ask("GET", "/operator/v1/status", [["authorization", `Bearer ${token}`], ...from(PAGE)]);
    expect([answer.status, corsOf(answer)]).toEqual([200, []]);
  });
});

describe("a page of an allowed origin", () => {
  it.each([PAGE, "https://pr-7.preview.example"])("%s may ask and read", async (origin) => {
    const before = await preflight(origin);
    expect(before.status).toBe(204);
    const allowed = before.headers["access-control-allow-headers"]!.split(", ");
    for (const name of [
      "authorization",
      "content-type",
      "privy-app-id",
      "privy-authorization-signature",
      "privy-ca-id",
      "privy-client",
      "privy-client-id",
      "privy-idempotency-key",
      "privy-request-expiry",
      "privy-retry-attempt",
      "privy-ui",
      "x-native-app-identifier",
    ])
      expect(allowed).toContain(name);
    for (const method of ["GET", "POST", "PATCH", "DELETE"])
      expect(before.headers["access-control-allow-methods"]!.split(", ")).toContain(method);
    const answer = await config(from(origin));
    expect(answer.status).toBe(200);
    for (const { headers } of [before, answer]) {
      expect(headers["access-control-allow-origin"]).toBe(origin);
      expect(headers["access-control-allow-credentials"]).toBe("true");
      expect(headers.vary).toBe("Origin");
    }
  });

  it("may read refusals", async () => {
    const answer = await ask("GET", "/api/v1/wallets", from(PAGE));
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.headers["access-control-allow-origin"]).toBe(PAGE);
  });

  it("gets what the React SDK needs, and nothing secret", async () => {
    const { json, text } = await config(from(PAGE));
    expect(json).toMatchObject({
      id: app.id,
      name: "Shop",
      email_auth: true,
      guest_auth: false,
      custom_api_url: null,
      captcha_enabled: false,
      allowed_domains: [PAGE, "https://*.preview.example"],
      allowlist_config: { cta_text: null, cta_link: null, error_title: null, error_detail: null },
      embedded_wallet_config: {
        ethereum: { create_on_login: "off" },
        solana: { create_on_login: "off" },
        user_owned_recovery_options: [],
        mode: "user-controlled-server-wallets-only",
      },
    });
    expect(text).not.toMatch(/secret|sealed|sha256/);
  });

  it("may report events, which are dropped", async () => {
    const body = JSON.stringify({ event_name: "sdk_initialize", client_id: "x", payload: { a: [1] } });
    const headers: [string, string][] = [...from(PAGE), ["content-type", "application/json"]];
    expect(await ask("POST", "/api/v1/analytics_events", headers, body)).toMatchObject({
      status: 200,
      json: { success: true },
    });
  });

  it("may be one of a client of the app", async () => {
    const clients = [{ id: "client-site", name: "Site", allowed_origins: ["https://site.example"] }];
    const change = { method: "PATCH" as const, path: `/operator/v1/apps/${app.id}`, appId: app.id, body: { clients } };
    expect(await operatorChange(stack.instance.server, change, Date.now())).toMatchObject({ clients });
    const asClient = (origin: string, id: string) => config([...from(origin), ["privy-client-id", id]]);
    expect((await asClient("https://site.example", "client-site")).status).toBe(200);
    expect(codeOf(await asClient(PAGE, "client-site"))).toBe("invalid_origin");
    expect(codeOf(await asClient(PAGE, "client-none"))).toBe("missing_or_invalid_privy_client_id");
    expect((await asClient(PAGE, "")).status).toBe(200);
  });
});

it("a program that is no browser needs the app's ID only, and an app that exists", async () => {
  expect((await config([["privy-app-id", app.id]])).status).toBe(200);
  expect(codeOf(await config([]))).toBe("missing_or_invalid_privy_app_id");
  expect(codeOf(await config([["privy-app-id", "c00000000000000000000000a"]]))).toBe("missing_or_invalid_privy_app_id");
  expect(codeOf(await config([["authorization", "Basic !!!"], ...from(PAGE)]))).toBe("invalid_credentials");
});

it("the official Node SDK reads settings and key set", async () => {
  const settings = await stack.sdk(app).apps().get(app.id);
  expect(settings).toMatchObject({ id: app.id, verification_key: expect.stringContaining("BEGIN PUBLIC KEY") });
  const answer = await ask("GET", `/api/v1/apps/${app.id}/jwks.json`, []);
  expect(answer.json).toMatchObject({ keys: [{ kty: "EC", crv: "P-256", alg: "ES256", use: "sig" }] });
});

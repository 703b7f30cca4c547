import { readFileSync } from "node:fs";
import { join } from "node:path";
import { routes } from "@mandate/contract/routes";
import { vectorsPath } from "@mandate/core/testing/vectors";
import { describe, expect, it } from "vitest";
import type { Handler, HttpRequest } from "./request.ts";
import { createRouter } from "./router.ts";
import { parseTarget } from "./target.ts";

const calls: { id: string; params: unknown; query: unknown }[] = [];

const handlers = Object.fromEntries(
  Object.keys(routes)
    .filter((id) => id !== "getApp")
    .map((id) => [
      id,
      (async (request) => {
        calls.push({ id, params: { ...request.params }, query: { ...request.query } });
        return { status: 200, body: {} };
      }) satisfies Handler,
    ]),
);
const route = createRouter(routes, handlers);

async function call(method: string, target: string) {
  calls.length = 0;
  const parsed = parseTarget(target);
  if (!parsed.ok) throw new Error(parsed.message);
  const request: HttpRequest = {
    method,
    target,
    path: parsed.path,
    query: parsed.query,
    params: {},
    headers: {},
    rawBody: new Uint8Array(0),
    body: undefined,
    requestId: "",
    remoteAddress: "",
    receivedAtMs: 0,
    signal: new AbortController().signal,
    annotations: {},
    answerHeaders: {},
  };
  const response = await route(request);
  const code = (response.body as { code?: string } | undefined)?.code;
  return {
    status: response.status,
    code,
    headers: response.headers,
    called: calls[0],
    annotations: request.annotations,
  };
}

describe("does not find", () => {
  it.each([
    "/",
    "/v1",
    "/v1/",
    "/v1/wallets/",
    "/v1//wallets",
    "/v2/wallets",
    "/api/wallets",
    "/api/api/v1/wallets",
    "/api/operator/v1/status",
    "/V1/wallets",
    "/v1/Wallets",
    "/v1/wallet%73",
    "/v1%2Fwallets",
    "/v1/../v1/wallets",
    "/v1/./wallets",
    "/v1/wallets;a=b",
    "/v1/wallets/a/rpc/b",
    "/v1/policies/a/rules/",
    "/__proto__",
    "/v1/constructor",
  ])("%s", async (target) => {
    expect(await call("GET", target)).toMatchObject({ status: 404, code: "not_found" });
    expect(calls).toEqual([]);
  });

  it.each(["%00", "%2F", "..%2Fusers", "%2e%2e", "a%20b", "%F0%9F%98%80", "a".repeat(129), "'", "%25"])(
    "a wallet called %s, which no wallet can be",
    async (segment) => {
      expect(await call("GET", `/v1/wallets/${segment}`)).toMatchObject({ status: 404, code: "not_found" });
    },
  );

  it("a user whose ID cannot exist, in the words for a user", async () => {
    expect(await call("GET", "/v1/users/%00")).toMatchObject({ status: 404, code: "user_does_not_exist" });
  });

  it.each(["%", "%zz", "%c0%af", "%ff"])("but calls the broken escape %s malformed", async (segment) => {
    expect(await call("GET", `/v1/wallets/${segment}`)).toMatchObject({ status: 400, code: "invalid_data" });
  });
});

describe("refuses", () => {
  it.each([
    ["GET", "/v1/policies", "OPTIONS, POST"],
    ["PUT", "/v1/wallets", "GET, HEAD, OPTIONS, POST"],
    ["DELETE", "/v1/wallets/address", "GET, HEAD, OPTIONS, PATCH, POST"],
    ["TRACE", "/v1/key_quorums", "OPTIONS, POST"],
  ])("%s %s with what is allowed", async (method, target, allow) => {
    expect(await call(method, target)).toMatchObject({ status: 405, code: "method_not_allowed", headers: { allow } });
  });

  it.each([
    ["GET", "/v1/wallets?limit=101", "invalid_data"],
    ["GET", "/v1/wallets?limit=1&unknown=1", "invalid_data"],
    ["GET", "/v1/wallets?__proto__=1", "invalid_data"],
    ["GET", "/v1/wallets?user_id=a&authorization_key=b", "invalid_data"],
    ["GET", "/v1/policies/a?x=1", "invalid_data"],
    ["POST", "/v1/wallets?", undefined],
    ["POST", "/v1/wallets?x", "invalid_data"],
  ])("%s %s: %s", async (method, target, code) => {
    expect((await call(method, target)).code).toBe(code);
  });

  it.each([
    ["GET", "/v1/apps/gas_spend"],
    ["POST", "/api/v1/farcaster/init"],
    ["POST", "/api/v1/telegram/authenticate"],
    ["POST", "/v1/wallets/a/swap/quote"],
    ["POST", "/v1/intents/wallets/a/rpc"],
    ["GET", "/v1/apps/a"],
  ])("%s %s as not supported, because it is not or has no handler", async (method, target) => {
    expect(await call(method, target)).toMatchObject({ status: 400, code: "not_supported" });
  });

  it("no route of its own as not supported", async () => {
    for (const { id, method, path } of Object.values(routes)) {
      if (id === "getApp") continue;
      expect((await call(method, path.replace(/\{[^}]+\}/g, "abc"))).called?.id ?? id, path).toBe(id);
      expect((await call(method, path.replace(/\{[^}]+\}/g, "abc"))).code).not.toBe("not_supported");
    }
  });

  it("to be made of routes that collide or handlers that are nobody's", () => {
    expect(() => createRouter({ a: routes.getWallet, b: { ...routes.getWallet, id: "b" } }, {})).toThrow("taken");
    expect(() => createRouter({ a: routes.getWallet }, { b: handlers.getWallet } as object)).toThrow("b");
  });
});

describe("finds", () => {
  it.each([
    ["GET", "/v1/wallets/abc", "getWallet", { wallet_id: "abc" }],
    ["GET", "/api/v1/wallets/abc", "getWallet", { wallet_id: "abc" }],
    ["GET", "//v1/wallets/abc", "getWallet", { wallet_id: "abc" }],
    ["GET", "///api/v1/wallets/abc", "getWallet", { wallet_id: "abc" }],
    ["HEAD", "/v1/wallets/abc", "getWallet", { wallet_id: "abc" }],
    ["GET", "/v1/wallets/address", "getWallet", { wallet_id: "address" }],
    ["POST", "/v1/wallets/address", "findWalletByAddress", {}],
    ["POST", "/v1/wallets/%61bc/rpc", "walletRpc", { wallet_id: "abc" }],
    ["POST", "/api/v1/user_signers/authenticate", "authenticateUser", {}],
    ["POST", "/v1/wallets/authenticate", "authenticateUser", {}],
    ["GET", "/v1/users/did:privy:abc", "getUser", { user_id: "did:privy:abc" }],
    ["GET", "/v1/users/did%3Aprivy%3Aabc", "getUser", { user_id: "did:privy:abc" }],
    ["GET", "/v1/users/abc", "getUser", { user_id: "did:privy:abc" }],
    ["POST", "/v1/users/email/address", "findUserByEmail", {}],
    ["DELETE", "/v1/policies/p/rules/r", "deletePolicyRule", { policy_id: "p", rule_id: "r" }],
    ["GET", "/healthz", "getHealth", {}],
    ["GET", "/v1/openapi.json", "getOpenApiDocument", {}],
    ["POST", "/operator/v1/apps", "createApp", {}],
  ])("%s %s", async (method, target, id, params) => {
    const { status, called, annotations } = await call(method, target);
    expect({ status, called, annotations }).toEqual({
      status: 200,
      called: { id, params, query: {} },
      annotations: { operation: id },
    });
  });

  it("the methods of a path", async () => {
    expect(await call("OPTIONS", "/v1/wallets")).toMatchObject({
      status: 204,
      headers: { allow: "GET, HEAD, OPTIONS, POST" },
    });
  });

  it("handlers that know the types of their parameters and query", () => {
    createRouter(routes, {
      getWallet: async ({ params, query }) => ({
        status: 200,
        body: [params.wallet_id satisfies string, query.include_archived satisfies boolean | undefined],
      }),
      // @ts-expect-error: the route has no such parameter
      getPolicy: async ({ params }) => ({ status: 200, body: params.wallet_id }),
    });
  });

  it("queries as their schema makes them", async () => {
    expect(
      (await call("GET", "/v1/wallets?limit=7&include_archived=true&authorization_key=a%2Bb")).called?.query,
    ).toEqual({
      limit: 7,
      include_archived: true,
      authorization_key: "a+b",
    });
  });
});

const naughtyStrings = vectorsPath("naughty-strings");

it.skipIf(naughtyStrings === undefined)(
  "answers naughty strings in paths and queries with 200, 400 or 404",
  async () => {
    const strings = JSON.parse(readFileSync(join(naughtyStrings!, "blns.json"), "utf8")) as string[];
    expect(strings.length).toBeGreaterThan(500);
    for (const string of strings) {
      const escaped = encodeURIComponent(string).replaceAll("'", "%27");
      for (const target of [`/v1/wallets/${escaped}`, `/v1/users/${escaped}`, `/v1/wallets?address=${escaped}`]) {
        const { status, called } = await call("GET", target);
        expect([200, 400, 404], target).toContain(status);
        if (status === 200) expect(JSON.stringify(called)).not.toContain("\\u0000");
      }
      const inName = await call("GET", `/v1/wallets?x${escaped}=1`);
      expect(inName).toMatchObject({ status: 400, code: "invalid_data" });
    }
    expect(Object.keys(Object.prototype)).toEqual([]);
  },
);

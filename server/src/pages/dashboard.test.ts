import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Deps } from "../deps.ts";
import type { HttpRequest } from "../http/request.ts";
import { createDashboardPage, type DashboardFiles } from "./dashboard.ts";

const text = (content: string, type: string, cacheControl: string) => ({
  type,
  cacheControl,
  bytes: { identity: Buffer.from(content) },
});

const files: DashboardFiles = new Map([
  ["index.html", text("<!doctype html>", "text/html; charset=utf-8", "no-cache")],
  [
    "dashboard/main-AbCd1234.js",
    text("let a;", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
  ],
  ["dashboard/theme.js", text("let b;", "text/javascript; charset=utf-8", "no-cache")],
]);

function get(path: string, headers: { [name: string]: string } = {}, dashboard = true, bundle = files) {
  const deps = { config: { dashboard } } as unknown as Deps;
  return createDashboardPage(deps, bundle)({ path, headers, annotations: {} } as unknown as HttpRequest);
}
const navigate = { "sec-fetch-mode": "navigate", accept: "text/html" };

describe("the dashboard's page", () => {
  it.each([
    "/v1/wallets",
    "/v1",
    "/api/v1/wallets",
    "/operator/v1/session",
    "/apps/x/embedded-wallets",
    "/wallet-frame/x.js",
    "/healthz",
    "/openapi.json",
    "//v1/wallets",
  ])("does not stand in for %s, whoever asks", async (path) => {
    expect(await get(path, navigate)).toBeUndefined();
  });

  it("is not given to programs, nor while the dashboard is off", async () => {
    expect(await get("/users")).toBeUndefined();
    expect(await get("/users", { accept: "*/*" })).toBeUndefined();
    expect(await get("/users", { "sec-fetch-mode": "cors", accept: "text/html" })).toBeUndefined();
    expect(await get("/", navigate, false)).toBeUndefined();
    expect(await get("/dashboard/theme.js", {}, false)).toBeUndefined();
  });

  it("serves no file beside those that were built", async () => {
    for (const path of [
      "/manifest.json",
      "/dashboard/../../package.json",
      "/dashboard/%2e%2e/main.js",
      "/dashboard/",
    ]) {
      expect(await get(path), path).toBeUndefined();
    }
  });

  it("sends nobody to another site, whatever the path looks like (open redirect)", async () => {
    for (const path of ["//evil.example", "///evil.example/%2f..", "/\\evil.example", "/login"]) {
      const answer = await get(path, navigate);
      expect(answer?.status, path).toBe(200);
      expect(Object.keys(answer?.headers ?? {})).not.toContain("location");
    }
  });

  it("cannot be framed, and runs and loads nothing but its own (clickjacking, injection)", async () => {
    const headers = (await get("/apps-list", navigate))?.headers ?? {};
    const policy = headers["content-security-policy"]!;
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(headers["x-frame-options"]).toBe("DENY");
    expect(headers["referrer-policy"]).toBe("no-referrer");
  });

  it("is asked for again each time, and its hashed files are kept for ever", async () => {
    expect((await get("/any/place", navigate))?.headers?.["cache-control"]).toBe("no-store");
    expect((await get("/index.html", navigate))?.headers?.["cache-control"]).toBe("no-store");
    expect((await get("/dashboard/theme.js"))?.headers?.["cache-control"]).toBe("no-cache");
    expect((await get("/dashboard/main-AbCd1234.js"))?.headers?.["cache-control"]).toContain("immutable");
  });

  it("comes in the encoding that the browser takes", async () => {
    const ask = async (encodings: string) => {
      const answer = (await get("/dashboard/theme.js", { "accept-encoding": encodings }))!;
      return [answer.headers?.["content-encoding"], Buffer.from(answer.rawBody!)] as const;
    };
    const [br, brBytes] = await ask("gzip, deflate, br, zstd");
    expect([br, brotliDecompressSync(brBytes).toString()]).toEqual(["br", "let b;"]);
    const [gzip, gzipBytes] = await ask("gzip");
    expect([gzip, gunzipSync(gzipBytes).toString()]).toEqual(["gzip", "let b;"]);
    const [none, plain] = await ask("");
    expect([none, plain.toString()]).toEqual([undefined, "let b;"]);
  });

  it("says what to do when it is not built", async () => {
    const answer = await get("/", navigate, true, new Map());
    expect(answer).toMatchObject({ status: 503, body: { error: expect.stringContaining("npm start") } });
  });
});

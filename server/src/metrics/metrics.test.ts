import type { SignerClient } from "@mandate/signer/client";
import { afterEach, describe, expect, it } from "vitest";
import type { Storage } from "../storage/storage.ts";
import { createMetrics } from "./metrics.ts";
import { createMetricsServer, type MetricsServer } from "./metrics-server.ts";

let server: MetricsServer | undefined;
afterEach(() => server?.close());

const entry = { event: "request", requestId: "r", method: "POST", durationMs: 3, remoteAddress: "1.2.3.4" } as const;

describe("metrics", () => {
  it("count requests, answers of the signer and commits, under names that hold no id", async () => {
    const metrics = createMetrics(() => 7);
    metrics.observeRequest({ ...entry, operation: "walletRpc", appId: "c-secret-app", status: 200 });
    metrics.observeRequest({ ...entry, status: 404 });
    metrics.countOverload();
    const answers = [{ outcome: "refused", code: "policy_violation" }, { outcome: "accepted" }];
    const client = { send: async () => answers.shift(), close: () => undefined } as unknown as SignerClient;
    const signer = metrics.watchSigner(client);
    await signer.send({ kind: "status" });
    await signer.send({ kind: "status" });
    const results = [{ ok: true }, { ok: false, reason: "stale" }];
    const storage = metrics.watchStorage({ kind: "sqlite", commit: async () => results.shift() } as unknown as Storage);
    expect(storage.kind).toBe("sqlite");
    for (let i = 0; i < 2; i++) await storage.commit({ appId: "a", expect: [], put: [] });
    const text = await metrics.registry.metrics();
    for (const line of [
      'mandate_http_requests_total{operation="walletRpc",status="200"} 1',
      'mandate_http_requests_total{operation="none",status="404"} 1',
      "mandate_http_overload_total 1",
      "mandate_http_requests_in_flight 7",
      'mandate_signer_answers_total{outcome="refused",code="policy_violation"} 1',
      'mandate_storage_commits_total{result="stale"} 1',
      'mandate_storage_commits_total{result="ok"} 1',
    ]) {
      expect(text).toContain(line);
    }
    expect(text).not.toContain("c-secret-app");
    expect(text).not.toContain("1.2.3.4");
  });

  it("counts what failed, and passes the failure on", async () => {
    const metrics = createMetrics(() => 0);
    const broken = { send: () => Promise.reject(new Error("gone")) } as unknown as SignerClient;
    await expect(metrics.watchSigner(broken).send({ kind: "status" })).rejects.toThrow("gone");
    const full = { commit: () => Promise.reject(new Error("full")) } as unknown as Storage;
    await expect(metrics.watchStorage(full).commit({ appId: "a", expect: [], put: [] })).rejects.toThrow("full");
    const text = await metrics.registry.metrics();
    expect(text).toContain('outcome="unavailable"');
    expect(text).toContain('mandate_storage_commits_total{result="failed"} 1');
  });

  it("are served on a port of their own, and nothing else is", async () => {
    server = createMetricsServer(createMetrics(() => 0).registry);
    const { port } = await server.listen(0, "127.0.0.1");
    const get = (path: string, method = "GET") => fetch(`http://127.0.0.1:${port}${path}`, { method });
    expect((await get("/v1/wallets")).status).toBe(404);
    expect((await get("/metrics", "POST")).status).toBe(404);
    const answer = await get("/metrics");
    expect(answer.headers.get("content-type")).toContain("text/plain");
    expect(await answer.text()).toContain("mandate_http_requests_total");
  });
});

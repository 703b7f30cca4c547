import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Check } from "../checks.ts";
import { checkClock, checkNode } from "../checks.ts";
import { main } from "../main.ts";
import { loadOrCreateOperator, operatorPath } from "../operator.ts";

let folder = "";
let server: Server;
let status: object = {};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "mandate-doctor-"));
  status = { database: { kind: "sqlite", integrity: "ok" }, signer: { primitives: { keccak: "wasm" } } };
  server = createServer((_request, response) => response.end(JSON.stringify(status)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function examine(more: NodeJS.ProcessEnv = {}): Promise<{ code: number; verdicts: Record<string, Check["ok"]> }> {
  const { port } = server.address() as AddressInfo;
  let stdout = "";
  const code = await main(["doctor", "--json"], {
    environment: { MANDATE_DATA_DIR: folder, MANDATE_URL: `http://127.0.0.1:${port}`, ...more },
    cwd: folder,
    stdout: (text) => {
      stdout += text;
    },
  });
  const { checks } = JSON.parse(stdout) as { checks: Check[] };
  for (const check of checks) if (check.ok !== "ok") expect(check.message.length).toBeGreaterThan(0);
  return { code, verdicts: Object.fromEntries(checks.map((check) => [check.name, check.ok])) };
}

describe("doctor", () => {
  it("fails when nothing runs, or a setting is wrong", async () => {
    const none = await examine({ MANDATE_URL: "", MANDATE_PORT: "0" });
    expect(none.code).toBe(1);
    expect(none.verdicts).toMatchObject({ server: "fail", port: "ok" });
    expect((await examine({ MANDATE_PORT: "x" })).verdicts).toMatchObject({ settings: "fail" });
    const { port } = server.address() as AddressInfo;
    const taken = await examine({ MANDATE_URL: "", MANDATE_PORT: String(port) });
    expect(taken.verdicts).toMatchObject({ port: "fail" });
  });

  it("fails on exposed folders, credentials and root keys", async () => {
    loadOrCreateOperator(folder);
    chmodSync(folder, 0o755);
    expect(await examine()).toMatchObject({ code: 1, verdicts: { "data folder": "fail" } });
    chmodSync(folder, 0o700);
    chmodSync(operatorPath(folder), 0o644);
    expect(await examine()).toMatchObject({ code: 1, verdicts: { "data folder": "fail", server: "fail" } });
    chmodSync(operatorPath(folder), 0o600);
    mkdirSync(join(folder, "signer"), { mode: 0o700 });
    writeFileSync(join(folder, "signer", "root-key"), "", { mode: 0o644 });
    expect(await examine()).toMatchObject({ code: 1, verdicts: { "root key": "fail" } });
    chmodSync(join(folder, "signer", "root-key"), 0o600);
    expect(await examine()).toMatchObject({ code: 0, verdicts: { "root key": "warn" } });
  });

  it("reports what the server reports", async () => {
    loadOrCreateOperator(folder);
    expect(await examine()).toMatchObject({ code: 0, verdicts: { server: "ok", database: "ok", signer: "ok" } });
    status = { database: { kind: "sqlite", integrity: "row 7 missing" }, signer: { primitives: { keccak: "noble" } } };
    expect(await examine()).toMatchObject({ code: 1, verdicts: { database: "fail", signer: "warn" } });
    status = {};
    expect(await examine()).toMatchObject({ code: 1, verdicts: { database: "fail", signer: "fail" } });
    status = { database: "postgres", signer: "ready" };
    expect(await examine()).toMatchObject({ code: 0, verdicts: { database: "ok", signer: "ok" } });
  });

  it("compares the public URL with what is served", async () => {
    loadOrCreateOperator(folder);
    const verdict = async (url: string) => (await examine({ MANDATE_PUBLIC_URL: url })).verdicts["public url"];
    expect(await verdict("http://wallets.example.com")).toBe("warn");
    expect(await verdict("http://localhost:4000")).toBe("warn");
    expect(await verdict("http://localhost:3000,https://wallets.example.com")).toBe("ok");
    expect((await examine({ NODE_ENV: "production" })).verdicts["public url"]).toBe("warn");
  });
});

describe("single checks", () => {
  it("know the oldest Node that works, and an impossible clock", () => {
    expect(["18.20.0", "20.18.9", "20.19.0", "22.0.0"].map((version) => checkNode(version).ok)).toEqual([
      "fail",
      "fail",
      "ok",
      "ok",
    ]);
    expect([0, Date.UTC(2025, 0), Date.UTC(2026, 5), Date.UTC(2200, 0)].map((now) => checkClock(now).ok)).toEqual([
      "fail",
      "fail",
      "ok",
      "fail",
    ]);
  });
});

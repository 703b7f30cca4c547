import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type StubPair, writeStubPair } from "../testing/stub-pair.ts";
import { formatBootBlock } from "./boot-block.ts";
import { CliError } from "./cli-error.ts";
import { seedDevelopmentApp } from "./development-app.ts";
import { exchange } from "./http-request.ts";
import { type Instance, startInstance } from "./instance.ts";
import { findFreePort } from "./port.ts";
import { readSettings } from "./settings.ts";

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function start(
  stubs: StubPair,
  more: NodeJS.ProcessEnv = {},
  signal = new AbortController().signal,
): Promise<Instance> {
  const environment = {
    PATH: process.env.PATH,
    MANDATE_PORT: "0",
    MANDATE_DATA_DIR: join(stubs.folder, "data"),
    MANDATE_DEV_CHAINS: "0",
    MANDATE_ROOT_KEY: "the-root-key",
    ...more,
  };
  const settings = readSettings(environment, stubs.folder);
  const entries = { signer: stubs.signer, api: stubs.api };
  return startInstance({ settings, environment, onMessage: () => undefined, signal, entries });
}

async function failure(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return "started";
  } catch (error) {
    if (error instanceof CliError) return error.code;
    throw error;
  }
}

describe("startInstance", () => {
  it("refuses a second start on the folder and a taken port, and cleans up after itself", async () => {
    const stubs = writeStubPair();
    cleanups.push(stubs.remove);
    const first = await start(stubs);
    cleanups.push(first.stop);
    const other = writeStubPair();
    cleanups.push(other.remove);
    expect(await failure(start(other, { MANDATE_PORT: String(first.facts.port) }))).toBe("port_taken");
    expect(existsSync(join(other.folder, "data", "server.lock"))).toBe(false);
    expect(existsSync(join(other.folder, "data", "server.json"))).toBe(false);
  });

  it("leaves nothing running or written when the pair cannot start, or when stopped meanwhile", async () => {
    const stubs = writeStubPair({ api: "process.exit(7);" });
    cleanups.push(stubs.remove);
    expect(await failure(start(stubs))).toBe("start_failed");
    expect(await failure(start(stubs, {}, AbortSignal.abort()))).toBe("stopped");
    expect(existsSync(join(stubs.folder, "data", "server.lock"))).toBe(false);
    expect(existsSync(join(stubs.folder, "data", "server.json"))).toBe(false);
  });

  it("is found while it runs and forgotten afterwards", async () => {
    const stubs = writeStubPair();
    cleanups.push(stubs.remove);
    const dataDir = join(stubs.folder, "data");
    const instance = await start(stubs);
    cleanups.push(instance.stop);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    const written = JSON.parse(readFileSync(join(dataDir, "server.json"), "utf8"));
    expect(written).toMatchObject({ ...instance.facts, pid: process.pid });
    const environment = await exchange({
      method: "GET",
      url: `${instance.server.localUrl}/environment`,
      timeoutMs: 2_000,
    });
    expect(JSON.parse(environment.body).sort()).toEqual([
      "MANDATE_DASHBOARD",
      "MANDATE_DATA_DIR",
      "MANDATE_DEV_CHAINS",
      "MANDATE_HOST",
      "MANDATE_OPERATOR_TOKEN_SHA256",
      "MANDATE_PORT",
      "MANDATE_PUBLIC_URL",
      "MANDATE_RPC_URLS",
    ]);
    const appId = await seedDevelopmentApp(instance.server);
    expect(appId).toMatch(/^c[a-z0-9]{24}$/);
    expect(await seedDevelopmentApp(instance.server)).toBe(appId);
    // Its secret lies nowhere.
    expect(readdirSync(dataDir).sort()).toEqual(["operator.json", "server.json", "server.lock"]);
    await Promise.all([instance.stop(), instance.stop()]);
    await instance.closed;
    expect(existsSync(join(dataDir, "server.json")) || existsSync(join(dataDir, "server.lock"))).toBe(false);
    const again = await start(stubs, { MANDATE_PORT: String(await findFreePort("127.0.0.1")) });
    expect(again.server.operator).toEqual(instance.server.operator);
    await again.stop();
    rmSync(dataDir, { recursive: true });
  });
});

describe("formatBootBlock", () => {
  it("says where everything is, and no secret that lasts", () => {
    const block = formatBootBlock({
      version: "0.1.0",
      elapsedMs: 1234,
      apiUrl: "http://127.0.0.1:3000",
      loginUrl: "http://127.0.0.1:3000/login#link=x",
      dataDir: "/clone/.mandate",
      chains: {
        "eip155:31337": "http://127.0.0.1:8545",
        "eip155:1": "https://user:pass@rpc.example/v2/s3cret?key=s3cret",
      },
      developmentAppId: "c123",
      cwd: "/clone",
    });
    expect(block).toBe(`
Mandate 0.1.0 is ready (1.2 s)

  Dashboard  http://127.0.0.1:3000/login#link=x
             works once, for 15 minutes; a new one: npx mandate login-link
  API        http://127.0.0.1:3000
  App ID     c123  ("Development")
  Secret     npx mandate app secret create --id c123
  New app    npx mandate app create --name "My app"
  Chains     eip155:31337  http://127.0.0.1:8545
             eip155:1  https://rpc.example
  Data       .mandate
  Stop       Ctrl-C

`);
  });
});

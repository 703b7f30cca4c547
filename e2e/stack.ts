import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type AppRegistration, type JwtSettings, registerApp } from "@mandate/cli/app-registration";
import { type DevChain, devChainId, findAnvil, startDevChain } from "@mandate/cli/dev-chain";
import { type Instance, startInstance } from "@mandate/cli/instance";
import { findFreePort } from "@mandate/cli/port";
import { readSettings } from "@mandate/cli/settings";
import { PrivyClient } from "@privy-io/node";
import {
  createPublicClient,
  createTestClient,
  type Hex,
  http,
  type PublicClient,
  parseEther,
  type TestClient,
} from "viem";
import { anvil as anvilChain } from "viem/chains";
import { AppClient } from "./app-client.ts";
import { findDeviations } from "./conformance.ts";
import { startTestDatabase, type TestDatabase } from "./processes/test-database.ts";

export const CAIP2 = devChainId;

export type App = { id: string; secret: string };

export type Stack = {
  /** The origin that clients are given and that signed URLs begin with. */
  url: string;
  dataDir: string;
  /** For `createStorage`, once the instance is stopped. */
  databaseUrl: string;
  instance: Instance;
  chainUrl: string;
  chain: PublicClient;
  /** Deviations from the API document that any client of this stack has seen; a test file ends with none. */
  deviations: string[];
  createApp(jwt?: JwtSettings, name?: string, more?: Partial<AppRegistration>): Promise<App>;
  /** The official Node SDK, unmodified, with nothing but `apiUrl` set. */
  sdk(app: App): PrivyClient;
  client(app: App): AppClient;
  /** Gives an account a balance. */
  fund(address: string, ether: string): Promise<void>;
  faucet: TestClient;
  /** Ends everything. Throws when an answer was not as the API document says. */
  stop(): Promise<void>;
};

const HOST = "127.0.0.1";

/** Named, since the tests themselves resolve packages to their sources. */
const built = {
  signer: fileURLToPath(new URL("../signer/dist/main.js", import.meta.url)),
  api: fileURLToPath(new URL("../server/dist/main.js", import.meta.url)),
};

type Settings = { [name: string]: string };

/** The whole product as it ships: supervisor, signer, API, a data folder of its own and a local chain. */
export async function startStack(more: Settings | ((chainUrl: string) => Settings) = {}): Promise<Stack> {
  const folder = mkdtempSync(join(tmpdir(), "mandate-e2e-"));
  const dataDir = join(folder, "data");
  let chain: DevChain | undefined;
  let database: TestDatabase | undefined;
  try {
    [chain, database] = await Promise.all([startChain(), startTestDatabase(dataDir)]);
    const settings = typeof more === "function" ? more(chain.url) : more;
    const instance = await startServer(dataDir, chain.url, { MANDATE_DATABASE_URL: database.url, ...settings });
    return describeStack(folder, instance, chain, database);
  } catch (error) {
    await chain?.stop();
    await database?.remove();
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function startChain(): Promise<DevChain> {
  const binary = findAnvil(process.env);
  if (binary === undefined) throw new Error("anvil is not installed; run npm ci");
  return startDevChain(binary, { onMessage: console.warn, preferredPort: await findFreePort(HOST) });
}

function startServer(dataDir: string, chainUrl: string, more: Settings): Promise<Instance> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("MANDATE_"));
  const environment: NodeJS.ProcessEnv = {
    ...Object.fromEntries(inherited),
    MANDATE_PORT: "0",
    MANDATE_DATA_DIR: dataDir,
    MANDATE_RPC_URLS: `${devChainId}=${chainUrl}`,
    ...more,
  };
  const settings = readSettings(environment, dataDir);
  const signal = new AbortController().signal;
  return startInstance({ settings, environment, onMessage: console.warn, signal, entries: built });
}

function describeStack(folder: string, instance: Instance, devChain: DevChain, database: TestDatabase): Stack {
  const { url } = instance.server;
  const transport = http(devChain.url, { retryCount: 0 });
  const chain = createPublicClient({ chain: anvilChain, transport, pollingInterval: 20, cacheTime: 0 });
  const faucet = createTestClient({ chain: anvilChain, mode: "anvil", transport });
  const deviations: string[] = [];
  const unwatch = watchFetch(url, deviations);
  return {
    url,
    dataDir: instance.facts.dataDir,
    databaseUrl: database.url,
    instance,
    chainUrl: devChain.url,
    chain: chain as PublicClient,
    faucet: faucet as TestClient,
    deviations,
    async createApp(jwt, name = "Test", more = {}) {
      const registration = { name, allowedOrigins: [], jwt, testAccounts: [], serverSideAccess: true, ...more };
      const { id, secret } = await registerApp(instance.server, registration, Date.now());
      return { id, secret };
    },
    sdk: (app) => new PrivyClient({ appId: app.id, appSecret: app.secret, apiUrl: url }),
    client: (app) => new AppClient(url, app, deviations),
    fund: (address, ether) => faucet.setBalance({ address: address as Hex, value: parseEther(ether) }),
    async stop() {
      unwatch();
      await instance.stop();
      await devChain.stop();
      await database.remove();
      rmSync(folder, { recursive: true, force: true });
      if (deviations.length > 0) {
        throw new Error(`answers that are not as the API document says:\n${[...new Set(deviations)].join("\n")}`);
      }
    },
  };
}

/** Looks at the answers of clients that use `fetch`, the SDK among them, without changing anything on their way. */
function watchFetch(origin: string, deviations: string[]): () => void {
  const original = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const answer = await original(input, init);
    const url = input instanceof Request ? input.url : String(input);
    if (!url.startsWith(origin)) return answer;
    const method = (init?.method ?? (input instanceof Request ? input.method : "GET")).toUpperCase();
    const text = await answer.clone().text();
    const json: unknown = text === "" ? undefined : JSON.parse(text);
    const seen = { status: answer.status, headers: Object.fromEntries(answer.headers), text, json };
    deviations.push(...findDeviations(method, url.slice(origin.length), seen));
    return answer;
  };
  return () => {
    globalThis.fetch = original;
  };
}

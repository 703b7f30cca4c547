/**
 * One running Mandate, from settings to ready: claims the data folder, finds or makes the operator, starts the local
 * chain and the pair side by side, and leaves `server.json` for the other commands to find.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { apiEnvironment, signerEnvironment } from "./child-environment.ts";
import { CliError } from "./cli-error.ts";
import { ensureDataFolder } from "./data-folder.ts";
import { type DevChain, devChainMissing, findAnvil, startDevChain, wantsDevChain } from "./dev-chain.ts";
import { loadOrCreateOperator } from "./operator.ts";
import type { ServerAddress } from "./operator-request.ts";
import { findFreePort, isPortFree } from "./port.ts";
import { lockDataFolder, type RunningServer, removeRunningServer, writeRunningServer } from "./running-server.ts";
import { defaultPublicUrls, localUrl, type Settings } from "./settings.ts";
import { type Supervisor, type SupervisorEvent, startSupervisor } from "./supervisor.ts";
import { readVersion } from "./version.ts";

export type InstanceOptions = {
  settings: Settings;
  environment: NodeJS.ProcessEnv;
  /** One line for people: restarts, missing chains. */
  onMessage: (message: string) => void;
  /** Aborting it stops everything, also while starting. */
  signal: AbortSignal;
  /** Modules of the two processes, when not the ones of the installed packages. */
  entries?: { signer: string; api: string };
};

export type Instance = {
  server: ServerAddress;
  facts: Omit<RunningServer, "pid" | "startTicks">;
  /** Ends everything that was started, in order. Further calls wait for the same end. */
  stop(): Promise<void>;
  /** Settles when the instance has ended; rejects with a CliError when the supervisor gave up. */
  closed: Promise<void>;
};

export async function startInstance(options: InstanceOptions): Promise<Instance> {
  const { settings, environment, onMessage, signal } = options;
  const entries = options.entries ?? findEntries();
  ensureDataFolder(settings.dataDir);
  const unlock = lockDataFolder(settings.dataDir);
  let chain: Promise<DevChain | undefined> = Promise.resolve(undefined);
  let supervisor: Supervisor | undefined;
  let released: Promise<void> | undefined;
  const release = (): Promise<void> => {
    released ??= (async () => {
      removeRunningServer(settings.dataDir);
      await supervisor?.stop();
      await chain.then((started) => started?.stop()).catch(() => undefined);
      unlock();
    })();
    return released;
  };

  try {
    const operator = loadOrCreateOperator(settings.dataDir);
    const port = await claimPort(settings);
    const publicUrls = settings.publicUrls ?? defaultPublicUrls(settings.host, port);
    chain = startWantedChain(options);
    const started = await chain;
    const rpcUrls = { ...settings.rpcUrls, ...(started && { [started.chainId]: started.url }) };
    const facts = {
      port,
      host: settings.host,
      dataDir: settings.dataDir,
      publicUrls,
      rpcUrls,
      operator,
      dashboard: settings.dashboard,
    };
    const local = localUrl(settings.host, port);
    supervisor = await startSupervisor({
      signerEntry: entries.signer,
      apiEntry: entries.api,
      signerEnvironment: signerEnvironment(environment, facts),
      apiEnvironment: apiEnvironment(environment, facts),
      readyUrl: `${local}/readyz`,
      onEvent: (event) => {
        const line = describeEvent(event);
        if (line !== undefined) onMessage(line);
      },
      signal,
    });
    const url = publicUrls[0] ?? local;
    const running = {
      url,
      localUrl: local,
      port,
      dataDir: settings.dataDir,
      chains: rpcUrls,
      startedAt: new Date().toISOString(),
      version: readVersion(),
    };
    signal.throwIfAborted();
    writeRunningServer(running);
    const closed = supervisor.closed.finally(release);
    closed.catch(() => undefined);
    return { server: { url, localUrl: local, operator }, facts: running, stop: release, closed };
  } catch (error) {
    await release();
    throw signal.aborted ? new CliError("stopped", "Stopped while starting.") : error;
  }
}

function startWantedChain(options: InstanceOptions): Promise<DevChain | undefined> {
  if (!wantsDevChain(options.settings)) return Promise.resolve(undefined);
  const anvil = findAnvil(options.environment);
  if (anvil !== undefined) return startDevChain(anvil, { onMessage: options.onMessage });
  options.onMessage(devChainMissing);
  return Promise.resolve(undefined);
}

async function claimPort(settings: Settings): Promise<number> {
  if (settings.port === 0) return findFreePort(settings.host);
  if (await isPortFree(settings.port, settings.host)) return settings.port;
  throw new CliError(
    "port_taken",
    `Port ${settings.port} on ${settings.host} is taken by another program. Stop that one, or choose another port: MANDATE_PORT=${settings.port + 1} npm start`,
  );
}

function findEntries(): { signer: string; api: string } {
  const require = createRequire(import.meta.url);
  const find = (specifier: string): string => {
    try {
      const path = require.resolve(specifier);
      if (existsSync(path)) return path;
    } catch {
      // Said below.
    }
    throw new CliError("not_built", `${specifier} is not built. Run: npm run build`);
  };
  return { signer: find("@mandate/signer/main"), api: find("@mandate/server/main") };
}

function describeEvent(event: SupervisorEvent): string | undefined {
  if (event.kind === "ready") return event.restarted ? `back after ${Math.round(event.elapsedMs)} ms` : undefined;
  const name = event.member === "api" ? "API" : "signer";
  const when = event.restartInMs === 0 ? "restarting" : `restarting in ${event.restartInMs} ms`;
  return `${name} stopped (${event.reason}); ${when}`;
}

/**
 * The local EVM chain of a development start: anvil on loopback, chain id 31337, gone without trace when stopped.
 * A start without the binary works too and says what is missing.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { createRequire } from "node:module";
import type { Socket } from "node:net";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CliError } from "./cli-error.ts";
import { exchange } from "./http-request.ts";
import { findFreePort, isPortFree } from "./port.ts";

export const devChainId = "eip155:31337";

export type DevChain = {
  /** CAIP-2. */
  chainId: typeof devChainId;
  /** `http://127.0.0.1:8545`, or another port when that one is taken. */
  url: string;
  pid(): number | undefined;
  /** Ends anvil. Further calls wait for the same end. */
  stop(): Promise<void>;
};

export type DevChainOptions = {
  /** One line for people, when anvil died. */
  onMessage: (message: string) => void;
  preferredPort?: number;
};

/** Why no chain was started and how to get one. */
export const devChainMissing =
  "No local EVM chain: anvil is not installed for this platform. Install it from https://getfoundry.sh (it is found on PATH) or set MANDATE_RPC_URLS=eip155:31337=http://… to a chain of yours; MANDATE_DEV_CHAINS=0 silences this.";

const host = "127.0.0.1";
const readyTimeoutMs = 10_000;
const stopTimeoutMs = 2_000;
const maxQuickDeaths = 5;
const quickDeathMs = 5_000;

/** Whether a start with these settings brings up a chain of its own. */
export function wantsDevChain(settings: { devChains: boolean; rpcUrls: Record<string, string> }): boolean {
  return settings.devChains && !Object.hasOwn(settings.rpcUrls, devChainId);
}

/** Absolute path of anvil: from its npm platform package, else from PATH, else undefined. */
export function findAnvil(environment: NodeJS.ProcessEnv): string | undefined {
  const executable = process.platform === "win32" ? "anvil.exe" : "anvil";
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  const folders = (environment.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  try {
    const manifest = `@foundry-rs/anvil-${process.platform}-${architecture}/package.json`;
    folders.unshift(join(dirname(createRequire(import.meta.url).resolve(manifest)), "bin"));
  } catch {
    // No package for this platform is installed; PATH is the other place.
  }
  return folders.map((folder) => join(folder, executable)).find(isExecutable);
}

/** Resolves when the chain answers. Rejects with a CliError when it does not within ten seconds. */
export async function startDevChain(anvil: string, options: DevChainOptions): Promise<DevChain> {
  const preferred = options.preferredPort ?? 8545;
  const port = (await isPortFree(preferred, host)) ? preferred : await findFreePort(host);
  const url = `http://${host}:${port}`;
  const stopping = new AbortController();
  let child = spawnAnvil(anvil, port);
  let bornAt = performance.now();
  let quickDeaths = 0;

  const keepRunning = async (): Promise<void> => {
    for (;;) {
      const reason = await child.end;
      if (stopping.signal.aborted) return;
      quickDeaths = performance.now() - bornAt < quickDeathMs ? quickDeaths + 1 : 0;
      if (quickDeaths >= maxQuickDeaths) {
        options.onMessage(`local chain ${devChainId} stopped (${reason}) ${maxQuickDeaths} times at once; left off`);
        return;
      }
      options.onMessage(`local chain ${devChainId} stopped (${reason}); restarting it empty`);
      await sleep(quickDeaths * 200, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      bornAt = performance.now();
      child = spawnAnvil(anvil, port);
    }
  };
  const running = keepRunning();

  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping.abort();
    stopped ??= child.stop().then(() => running);
    return stopped;
  };
  if (!(await untilAnswering(url, stopping.signal))) {
    await stop();
    throw new CliError("dev_chain_failed", `The local EVM chain (${anvil}) does not answer at ${url}.`);
  }
  return { chainId: devChainId, url, pid: () => child.process.pid, stop };
}

type Anvil = { process: ChildProcess; end: Promise<string>; stop(): Promise<void> };

/** Calls about older blocks than these are answered no more; their transactions and receipts are. */
const STATES_KEPT = 200;

function spawnAnvil(anvil: string, port: number): Anvil {
  const flags = [
    "--host",
    host,
    "--port",
    String(port),
    "--chain-id",
    "31337",
    "--quiet",
    // Else the state after every block stays in memory.
    "--prune-history",
    String(STATES_KEPT),
  ];
  // Its own process group: Ctrl-C in a terminal reaches the supervisor alone.
  const child = spawn(anvil, flags, { stdio: ["ignore", "ignore", 2], detached: true });
  const guard = child.pid === undefined ? undefined : spawnGuard(child.pid);
  let ended = false;
  const end = new Promise<string>((resolve) => {
    const finish = (reason: string) => {
      ended = true;
      guard?.kill("SIGKILL");
      resolve(reason);
    };
    child.once("exit", (code, signal) => finish(signal ?? `exit code ${code}`));
    child.once("error", (error) => {
      if (child.pid === undefined) finish(error.message);
    });
  });
  return {
    process: child,
    end,
    async stop() {
      if (ended) return;
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
      await end;
      clearTimeout(timer);
    },
  };
}

/**
 * Kills the chain once this process is gone, however it went: anvil itself watches nobody, and after a `kill -9` of the
 * supervisor it would run on and hold its port. The shell waits for the end of a pipe that only this process holds
 * open. Where there is no shell, the chain is left behind as it would be without.
 */
function spawnGuard(pid: number): ChildProcess {
  const command = 'read -r _; kill -KILL "$1"';
  const guard = spawn("/bin/sh", ["-c", command, "sh", String(pid)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  guard.on("error", () => undefined);
  guard.stdin?.on("error", () => undefined);
  guard.unref();
  (guard.stdin as Socket | null)?.unref();
  return guard;
}

async function untilAnswering(url: string, signal: AbortSignal): Promise<boolean> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
  const headers = { "content-type": "application/json" };
  const deadline = performance.now() + readyTimeoutMs;
  while (performance.now() < deadline && !signal.aborted) {
    try {
      const answer = await exchange({ method: "POST", url, headers, body, timeoutMs: 2_000 });
      if (answer.status === 200 && answer.body.includes('"0x7a69"')) return true;
    } catch {
      // Not listening yet.
    }
    await sleep(20);
  }
  return false;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

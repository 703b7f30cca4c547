import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { isAlive, type StubPair, writeStubPair } from "../testing/stub-pair.ts";
import { CliError } from "./cli-error.ts";
import { exchange } from "./http-request.ts";
import { findFreePort } from "./port.ts";
import type { PairMember } from "./process-pair.ts";
import { backOffMs, type Supervisor, type SupervisorEvent, startSupervisor } from "./supervisor.ts";

const host = "127.0.0.1";
const cleanups: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function prepare(stubs: StubPair, more: { signal?: AbortSignal; readyTimeoutMs?: number } = {}) {
  cleanups.push(stubs.remove);
  const port = await findFreePort(host);
  const events: SupervisorEvent[] = [];
  const environment = { PATH: process.env.PATH ?? "", MANDATE_PORT: String(port) };
  const options = {
    signerEntry: stubs.signer,
    apiEntry: stubs.api,
    signerEnvironment: environment,
    apiEnvironment: environment,
    readyUrl: `http://${host}:${port}/readyz`,
    onEvent: (event: SupervisorEvent) => void events.push(event),
    ...more,
  };
  const start = async (): Promise<Supervisor> => {
    const supervisor = await startSupervisor(options);
    cleanups.push(supervisor.stop);
    return supervisor;
  };
  return { port, events, start };
}

async function until(condition: () => boolean, timeoutMs: number): Promise<number> {
  const begunAt = performance.now();
  while (!condition()) {
    if (performance.now() - begunAt > timeoutMs) throw new Error(`not within ${timeoutMs} ms`);
    await sleep(5);
  }
  return performance.now() - begunAt;
}

async function rejection(promise: Promise<unknown>): Promise<CliError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CliError)) throw new Error(`expected a CliError, got ${String(error)}`);
  return error;
}

describe("a start that fails", () => {
  it("says which process gave up, at once and once", async () => {
    for (const member of ["signer", "api"] as const) {
      const { start, events } = await prepare(writeStubPair({ [member]: "process.exit(7);" }));
      const error = await rejection(start());
      expect(error.code).toBe("start_failed");
      expect(error.message).toContain(member === "api" ? "API" : "signer");
      expect(error.message).toContain("exit code 7");
      expect(events).toEqual([]);
    }
  });

  it("does not wait for ever for a pair that is never ready", async () => {
    const { start } = await prepare(writeStubPair({ signer: "setInterval(() => undefined, 1000);" }), {
      readyTimeoutMs: 700,
    });
    expect((await rejection(start())).code).toBe("start_timeout");
  });

  it("stops when asked to while starting", async () => {
    const stopping = new AbortController();
    const { start, port } = await prepare(writeStubPair({ signer: "setInterval(() => undefined, 1000);" }), {
      signal: stopping.signal,
    });
    setTimeout(() => stopping.abort(), 150);
    expect((await rejection(start())).code).toBe("stopped");
    await expect(exchange({ method: "GET", url: `http://${host}:${port}/`, timeoutMs: 500 })).rejects.toThrow();
  });
});

describe("a running pair", () => {
  it("talks over descriptor 3, with nothing lost to the supervisor", async () => {
    const { start, events } = await prepare(writeStubPair());
    const supervisor = await start();
    expect(events.map((event) => event.kind)).toEqual(["ready"]);
    expect(isAlive(supervisor.pids().signer)).toBe(true);
    expect(isAlive(supervisor.pids().api)).toBe(true);
  });

  it("is back within two seconds after a kill -9 of either, and says so", async () => {
    const { start, events } = await prepare(writeStubPair());
    const supervisor = await start();
    for (const member of ["signer", "api", "signer", "api"] as PairMember[]) {
      events.length = 0;
      const before = supervisor.pids();
      process.kill(before[member] as number, "SIGKILL");
      expect(await until(() => events.length === 2, 2_000)).toBeLessThan(2_000);
      expect(events[0]).toEqual({ kind: "stopped", member, reason: "SIGKILL", restartInMs: 0 });
      expect(events[1]).toMatchObject({ kind: "ready", restarted: true });
      expect(isAlive(before.signer) || isAlive(before.api)).toBe(false);
      expect(supervisor.pids().api).not.toBe(before.api);
      expect(supervisor.pids().signer).not.toBe(before.signer);
    }
  });

  it("lets the API finish what it serves, leaves no process, and stops once", async () => {
    const { start, port, events } = await prepare(writeStubPair());
    const supervisor = await start();
    const { signer, api } = supervisor.pids();
    const slow = exchange({ method: "GET", url: `http://${host}:${port}/slow`, timeoutMs: 5_000 });
    await sleep(100);
    await Promise.all([supervisor.stop(), supervisor.stop()]);
    expect((await slow).body).toBe("done");
    await supervisor.closed;
    expect(isAlive(signer) || isAlive(api)).toBe(false);
    expect(events.map((event) => event.kind)).toEqual(["ready"]);
  });

  it("kills a process that ignores SIGTERM", async () => {
    const deaf = 'process.on("SIGTERM", () => undefined);';
    const stubs = writeStubPair();
    const { readFileSync, writeFileSync } = await import("node:fs");
    writeFileSync(stubs.api, readFileSync(stubs.api, "utf8").replace(/process\.on\("SIGTERM".*\n/, `${deaf}\n`));
    cleanups.push(stubs.remove);
    const port = await findFreePort(host);
    const environment = { PATH: process.env.PATH ?? "", MANDATE_PORT: String(port) };
    const supervisor = await startSupervisor({
      signerEntry: stubs.signer,
      apiEntry: stubs.api,
      signerEnvironment: environment,
      apiEnvironment: environment,
      readyUrl: `http://${host}:${port}/readyz`,
      stopTimeoutMs: 200,
    });
    const { signer, api } = supervisor.pids();
    await supervisor.stop();
    expect(isAlive(signer) || isAlive(api)).toBe(false);
  });

  it("ends when the supervisor dies without a goodbye", async () => {
    const stubs = writeStubPair();
    cleanups.push(stubs.remove);
    const { spawn } = await import("node:child_process");
    const net = await import("node:net");
    const { fileURLToPath } = await import("node:url");
    // The lifeline as the API loads it, held by this test instead of a supervisor.
    const lifeline = fileURLToPath(new URL("../bin/lifeline.cts", import.meta.url));
    const child = spawn(process.execPath, ["--require", lifeline, "-e", "setInterval(() => undefined, 1000)"], {
      stdio: ["ignore", "ignore", "inherit", "ignore", "pipe"],
    });
    const exited = new Promise((resolve) => child.once("exit", (_code, signal) => resolve(signal)));
    await sleep(300);
    expect(isAlive(child.pid)).toBe(true);
    (child.stdio[4] as InstanceType<typeof net.Socket>).destroy();
    expect(await exited).toBe("SIGTERM");
  });
});

describe("backOffMs", () => {
  it("starts at once, then waits longer, up to two seconds", () => {
    expect([0, 1, 2, 3, 4, 5, 6, 9].map(backOffMs)).toEqual([0, 100, 200, 400, 800, 1600, 2000, 2000]);
  });
});

/**
 * The supervisor: starts signer and API as a pair, starts the pair again when either dies, stops it on request. It
 * owns no keys and no data; whatever it loses in a crash, the next pair reads from storage (architecture §5).
 */
import { setTimeout as sleep } from "node:timers/promises";
import { CliError } from "./cli-error.ts";
import { exchange } from "./http-request.ts";
import { type MemberEnd, type PairMember, type PairOptions, type ProcessPair, spawnPair } from "./process-pair.ts";

export type SupervisorOptions = PairOptions & {
  /** Answers 200 once storage and signer do: `http://127.0.0.1:3000/readyz`. */
  readyUrl: string;
  onEvent?: (event: SupervisorEvent) => void;
  /** Aborting it stops the pair, also while it is still starting. */
  signal?: AbortSignal;
  /** How long the first start may take. Milliseconds. */
  readyTimeoutMs?: number;
  /** How long each process may take to end after SIGTERM. Milliseconds. */
  stopTimeoutMs?: number;
};

export type SupervisorEvent =
  | { kind: "ready"; elapsedMs: number; restarted: boolean }
  | { kind: "stopped"; member: PairMember; reason: string; restartInMs: number };

export type Supervisor = {
  /** Process ids of the pair at this moment. */
  pids(): ProcessPair["pids"];
  /** Ends API, then signer. Further calls wait for the same end. */
  stop(): Promise<void>;
  /** Resolves after `stop`; rejects with a CliError when the pair keeps failing and the supervisor gives up. */
  closed: Promise<void>;
};

const readyPollMs = 20;
const defaultReadyTimeoutMs = 60_000;
const defaultStopTimeoutMs = 5_000;
/** Starts in a row that may end before the pair is ready, within a minute. A pair that was ready always restarts. */
const maxFailedStarts = 10;
const failedStartsWindowMs = 60_000;

/**
 * Resolves when the pair is ready for the first time. Rejects with a CliError when it cannot become so: a process
 * that exits by itself during the first start has said why on standard error, and trying again would repeat it.
 */
export async function startSupervisor(options: SupervisorOptions): Promise<Supervisor> {
  const stopTimeoutMs = options.stopTimeoutMs ?? defaultStopTimeoutMs;
  const stopping = new AbortController();
  let pair = spawnPair(options);
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping.abort();
    stopped ??= pair.stop(stopTimeoutMs).finally(() => options.signal?.removeEventListener("abort", onAbort));
    return stopped;
  };
  const onAbort = () => void stop();
  options.signal?.addEventListener("abort", onAbort);
  if (options.signal?.aborted) onAbort();

  const startedAt = performance.now();
  const timeoutMs = options.readyTimeoutMs ?? defaultReadyTimeoutMs;
  const first = await untilReadyOrEnded(pair, options.readyUrl, stopping.signal, timeoutMs);
  if (first !== "ready") {
    const end = stopping.signal.aborted ? undefined : first === "late" ? "late" : await pair.collapse();
    await stop();
    throw startFailure(end, timeoutMs);
  }
  options.onEvent?.({ kind: "ready", elapsedMs: performance.now() - startedAt, restarted: false });

  const closed = keepRunning({
    options,
    stopping: stopping.signal,
    current: () => pair,
    replace: () => {
      pair = spawnPair(options);
    },
  }).finally(stop);
  // Whoever does not look at `closed` has not asked to know.
  closed.catch(() => undefined);
  return { pids: () => pair.pids, stop, closed };
}

type Life = { options: SupervisorOptions; stopping: AbortSignal; current(): ProcessPair; replace(): void };

async function keepRunning({ options, stopping, current, replace }: Life): Promise<void> {
  let wasReady = true;
  let failedStarts: number[] = [];
  for (;;) {
    await current().firstEnd;
    if (stopping.aborted) return;
    const diedAt = performance.now();
    const cause = await current().collapse();
    if (stopping.aborted) return;
    failedStarts = wasReady ? [] : [...failedStarts.filter((at) => diedAt - at < failedStartsWindowMs), diedAt];
    if (failedStarts.length >= maxFailedStarts) throw gaveUp(cause);
    const restartInMs = backOffMs(failedStarts.length);
    options.onEvent?.({ kind: "stopped", member: cause.member, reason: cause.reason, restartInMs });
    await sleep(restartInMs, undefined, { signal: stopping }).catch(() => undefined);
    if (stopping.aborted) return;
    replace();
    const outcome = await untilReadyOrEnded(current(), options.readyUrl, stopping, Number.POSITIVE_INFINITY);
    wasReady = outcome === "ready";
    if (wasReady) options.onEvent?.({ kind: "ready", elapsedMs: performance.now() - diedAt, restarted: true });
  }
}

/** 0 after the first death, then 100 ms doubling to 2 s while starts keep failing. */
export function backOffMs(failedStarts: number): number {
  return failedStarts === 0 ? 0 : Math.min(2_000, 100 * 2 ** (failedStarts - 1));
}

async function untilReadyOrEnded(
  pair: ProcessPair,
  readyUrl: string,
  stopping: AbortSignal,
  timeoutMs: number,
): Promise<"ready" | "ended" | "late"> {
  const state = { ended: false };
  const ended = pair.firstEnd.then(() => {
    state.ended = true;
  });
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    // A hung API holds its answer back, so the end of a process must be noticed beside the question, not after it.
    const ready = await Promise.race([isReady(readyUrl), ended.then(() => false)]);
    if (state.ended || stopping.aborted) return "ended";
    if (ready) return "ready";
    await sleep(readyPollMs);
  }
  return "late";
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await exchange({ method: "GET", url, timeoutMs: 2_000 })).status === 200;
  } catch {
    return false;
  }
}

function startFailure(end: MemberEnd | "late" | undefined, timeoutMs: number): CliError {
  if (end === undefined) return new CliError("stopped", "Stopped while starting.");
  if (end === "late") {
    return new CliError("start_timeout", `Signer and API were not ready after ${Math.round(timeoutMs / 1000)} s.`);
  }
  const hint = "What it wrote above says why; `npx mandate doctor` checks the usual causes.";
  return new CliError("start_failed", `The ${title(end.member)} could not start (${end.reason}). ${hint}`);
}

function gaveUp(end: MemberEnd): CliError {
  return new CliError(
    "gave_up",
    `Gave up after ${maxFailedStarts} failed restarts in a minute; the last one: ${title(end.member)} stopped (${end.reason}). What it wrote above says why.`,
  );
}

function title(member: PairMember): string {
  return member === "api" ? "API" : "signer";
}

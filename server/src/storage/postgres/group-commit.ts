import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { StorageUnavailableError } from "../storage.ts";
import { createBatch, type Job } from "./batch.ts";
import {
  type Connection,
  firstFailure,
  isCollision,
  isDuplicate,
  isLoss,
  type Result,
  sqlStateOf,
  toStorageError,
} from "./connection.ts";
import type { Statement } from "./statement.ts";

export type GroupCommit = {
  /** Resolves with what the job's `apply` returned, once that is durable. */
  write<T>(job: Job<T>): Promise<T>;
  /** Resolves when all that was handed in so far is settled. */
  drain(): Promise<void>;
  /** Refuses further writes with this reason. */
  stop(reason: StorageUnavailableError): void;
};

type Waiting = { job: Job<unknown>; resolve: (value: unknown) => void; reject: (error: unknown) => void };

/** What became of a transaction. `again`: nothing of it is there, and it may be tried again. */
type Outcome =
  | { kind: "committed"; results: unknown[] }
  | { kind: "again"; error: unknown }
  | { kind: "failed"; error: unknown }
  | { kind: "unknown"; error: unknown };

const BATCH_MAX = 128;
/** How long a batch may look for a server that answers, from its first try. */
const PATIENCE_MS = 6000;
/** How long to ask for the outcome of a COMMIT whose answer was lost, from the loss. */
const OUTCOME_PATIENCE_MS = 15_000;
/** After so many collisions each job of a batch goes alone; alone it gives up after as many again. */
const COLLISIONS_MAX = 4;

const BEGIN: Statement = { sql: "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", params: [] };
const COMMIT: Statement = { sql: "COMMIT", params: [] };
const ROLLBACK: Statement = { sql: "ROLLBACK", params: [] };
const MARK = "INSERT INTO commit_marks (id) VALUES ($1)";
const FIND_MARK = "INSERT INTO commit_marks (id) VALUES ($1) ON CONFLICT (id) DO NOTHING";

/**
 * Writers that wait at the same moment share a transaction, of which one runs at a time: lock and load, decide in
 * memory, write and COMMIT. What is decided under the locks holds until the COMMIT whatever other processes do; what
 * they insert meanwhile meets ours in a unique key, and the batch begins again.
 */
export function createGroupCommit(open: () => Connection): GroupCommit {
  const waiting: Waiting[] = [];
  let running: Promise<void> | undefined;
  let stopped: StorageUnavailableError | undefined;
  let connection: Connection | undefined;

  function current(): Connection {
    if (connection === undefined || connection.isLost) connection = open();
    return connection;
  }

  function schedule(): void {
    if (running !== undefined || waiting.length === 0) return;
    running = runAll().finally(() => {
      running = undefined;
      schedule();
    });
  }

  async function runAll(): Promise<void> {
    // Whoever arrives in this turn of the event loop comes along.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) await runBatch(waiting.splice(0, BATCH_MAX));
  }

  async function runBatch(batch: Waiting[]): Promise<void> {
    const deadlineMs = Date.now() + PATIENCE_MS;
    for (let collisions = 0, losses = 0; ; ) {
      const outcome = await attempt(batch.map(({ job }) => job));
      switch (outcome.kind) {
        case "committed":
          batch.forEach(({ resolve }, index) => {
            resolve(outcome.results[index]);
          });
          return;
        case "unknown": {
          const message = "the connection to the database was lost during a commit; it may have become durable or not";
          rejectAll(batch, new StorageUnavailableError(message, { cause: outcome.error }));
          return;
        }
        case "again":
          if (isLoss(outcome.error)) {
            if (Date.now() > deadlineMs) return rejectAll(batch, toStorageError(outcome.error));
            await sleep(Math.min(200, 10 * 2 ** losses++));
            continue;
          }
          if (++collisions < COLLISIONS_MAX) {
            await sleep(Math.random() * 10 * collisions);
            continue;
          }
          break;
        case "failed":
          break;
      }
      if (batch.length === 1) return rejectAll(batch, toStorageError(outcome.error));
      // One job failed in a way it did not foresee. Alone, each shows whether it was the one.
      for (const one of batch) await runBatch([one]);
      return;
    }
  }

  async function attempt(jobs: Job<unknown>[]): Promise<Outcome> {
    const own = current();
    const batch = createBatch();
    try {
      for (const job of jobs) job.announce(batch);
      const loads = batch.load();
      const loaded = await own.run([BEGIN, ...loads]);
      const failure = firstFailure(loaded);
      if (failure !== undefined) return giveUp(own, failure);
      loads.forEach((load, index) => {
        load.take((loaded[index + 1] as PromiseFulfilledResult<Result>).value.rows);
      });
      const results = jobs.map((job) => job.apply(batch));
      const statements = batch.flush();
      if (statements.length === 0) {
        // The locks have told what is current; there is nothing to make durable.
        await own.run([ROLLBACK]);
        return { kind: "committed", results };
      }
      const mark = randomUUID();
      const written = await own.run([...statements, { sql: MARK, params: [mark] }, COMMIT]);
      return await readOutcome(written, mark, results);
    } catch (error) {
      return giveUp(own, error);
    }
  }

  /** Nothing was committed: the COMMIT was never sent. */
  async function giveUp(own: Connection, error: unknown): Promise<Outcome> {
    if (!own.isLost) await own.run([ROLLBACK]);
    return mayRepeat(error) ? { kind: "again", error } : { kind: "failed", error };
  }

  async function readOutcome(
    written: PromiseSettledResult<Result>[],
    mark: string,
    results: unknown[],
  ): Promise<Outcome> {
    const commit = written.at(-1)!;
    const failure = firstFailure(written);
    if (commit.status === "fulfilled") {
      // A COMMIT of a transaction that had failed answers ROLLBACK (PostgreSQL's manual, COMMIT).
      if (commit.value.command === "COMMIT" && failure === undefined) return { kind: "committed", results };
      return mayRepeat(failure) ? { kind: "again", error: failure } : { kind: "failed", error: failure };
    }
    // Distributed databases find collisions at the COMMIT, and say that nothing was kept.
    if (isCollision(commit.reason)) return { kind: "again", error: commit.reason };
    switch (await findOutcome(mark)) {
      case "committed":
        return { kind: "committed", results };
      case "aborted":
        return { kind: "again", error: commit.reason };
      case "unknown":
        return { kind: "unknown", error: commit.reason };
    }
  }

  /**
   * Whether the transaction with this mark was committed. The same mark is inserted anew: a key that is taken proves the
   * commit, one that is not keeps the lost transaction from ever committing, should the server still be at it; while it
   * is, the key makes us wait.
   */
  async function findOutcome(mark: string): Promise<"committed" | "aborted" | "unknown"> {
    const deadlineMs = Date.now() + OUTCOME_PATIENCE_MS;
    for (let attempts = 0; Date.now() < deadlineMs; attempts++) {
      const [result] = await current().run([{ sql: FIND_MARK, params: [mark] }]);
      if (result?.status === "fulfilled") return result.value.count === 0 ? "committed" : "aborted";
      await sleep(Math.min(200, 10 * 2 ** attempts));
    }
    return "unknown";
  }

  return {
    write<T>(job: Job<T>): Promise<T> {
      if (stopped !== undefined) return Promise.reject(stopped);
      return new Promise<T>((resolve, reject) => {
        waiting.push({ job, resolve: resolve as (value: unknown) => void, reject });
        schedule();
      });
    },
    async drain() {
      while (running !== undefined) await running;
    },
    stop(reason) {
      stopped ??= reason;
      connection?.destroy();
    },
  };
}

function mayRepeat(error: unknown): boolean {
  if (isLoss(error) || isCollision(error) || isDuplicate(error)) return true;
  // A statement after the one that failed says no more than that.
  return sqlStateOf(error) === "25P02";
}

function rejectAll(batch: Waiting[], error: unknown): void {
  for (const { reject } of batch) reject(error);
}

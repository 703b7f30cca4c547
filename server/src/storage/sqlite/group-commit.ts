import { StorageUnavailableError } from "../storage.ts";
import { type Connection, isDiskFull } from "./connection.ts";

/** What follows the outcome of a transaction in memory: counters and caches. */
export type TransactionListener = { committed(): void; rolledBack(): void };

export type GroupCommit = {
  /**
   * Runs `work` inside a transaction that it may share with others, and resolves with what it returned once that is
   * durable. `work` is synchronous; when it throws, nothing of it remains and only this call rejects.
   */
  write<T>(work: () => T): Promise<T>;
  /** Resolves when all that was handed in so far is settled. */
  drain(): Promise<void>;
  /** Why no further write is taken; undefined while writes are. */
  readonly failure: StorageUnavailableError | undefined;
  /** Refuses further writes with this reason. */
  stop(reason: StorageUnavailableError): void;
};

type Job = { work: () => unknown; resolve: (value: unknown) => void; reject: (error: unknown) => void };

/** Enough to make the sync's share small, few enough that a batch does not hold the event loop for long. */
const BATCH_MAX = 128;

/**
 * Writers that arrive in one turn of the event loop share a transaction and its sync. BEGIN to COMMIT runs within
 * one turn, so no reader ever stands between them.
 *
 * After a failed COMMIT nothing of the batch is visible. A full disk leaves the log sound, and the next write may
 * succeed. After any other failure (EIO from fsync above all) the kernel may have dropped the pages that it could
 * not write and call the next sync a success, so this instance takes no further write; opening the file again
 * copies the log into the database file and syncs that, see `openConnection`.
 */
export function createGroupCommit(connection: Connection, listener: TransactionListener): GroupCommit {
  const begin = connection.prepareWrite("BEGIN IMMEDIATE");
  const commit = connection.prepareWrite("COMMIT");
  const waiting: Job[] = [];
  let scheduled = false;
  let failure: StorageUnavailableError | undefined;

  function schedule(): void {
    if (scheduled || waiting.length === 0) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      const batch = waiting.splice(0, BATCH_MAX);
      schedule();
      runBatch(batch);
    });
  }

  function runBatch(batch: Job[]): void {
    if (failure !== undefined) {
      rejectAll(batch, failure);
      return;
    }
    try {
      begin.run([]);
    } catch (error) {
      rejectAll(batch, asUnavailable(error));
      return;
    }
    const results: unknown[] = [];
    try {
      for (const job of batch) results.push(job.work());
    } catch (error) {
      rollBack();
      // One job failed in a way it did not foresee. Alone, each shows whether it was the one.
      if (batch.length === 1) rejectAll(batch, error);
      else for (const job of batch) runBatch([job]);
      return;
    }
    try {
      commit.run([]);
    } catch (error) {
      rollBack();
      if (!isDiskFull(error)) {
        failure ??= new StorageUnavailableError("a commit failed; no more writes until the database is reopened", {
          cause: error,
        });
      }
      rejectAll(batch, asUnavailable(error));
      return;
    }
    listener.committed();
    batch.forEach((job, index) => {
      job.resolve(results[index]);
    });
  }

  function rollBack(): void {
    listener.rolledBack();
    try {
      // Some errors have rolled back already (sqlite.org/lang_transaction.html, section 3).
      if (connection.inTransaction) connection.exec("ROLLBACK");
    } catch (error) {
      failure ??= new StorageUnavailableError("a rollback failed; no more writes until the database is reopened", {
        cause: error,
      });
    }
  }

  return {
    write<T>(work: () => T): Promise<T> {
      if (failure !== undefined) return Promise.reject(failure);
      return new Promise<T>((resolve, reject) => {
        waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
        schedule();
      });
    },
    async drain() {
      while (waiting.length > 0) await new Promise((resolve) => setImmediate(resolve));
    },
    get failure() {
      return failure;
    },
    stop(reason) {
      failure ??= reason;
    },
  };
}

function rejectAll(batch: Job[], error: unknown): void {
  for (const job of batch) job.reject(error);
}

function asUnavailable(error: unknown): StorageUnavailableError {
  if (error instanceof StorageUnavailableError) return error;
  return new StorageUnavailableError("the database refused the transaction", { cause: error });
}

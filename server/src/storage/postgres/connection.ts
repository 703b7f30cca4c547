import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { StorageUnavailableError } from "../storage.ts";
import { encodeParams, type Row, type Statement } from "./statement.ts";

/** `command` is the server's word for what it did: a COMMIT that could not be answers ROLLBACK. */
export type Result = { rows: Row[]; count: number; command: string };

/**
 * One connection to the server, opened by its first statement. It never opens itself again: a statement that follows a
 * loss would run outside of the transaction it belongs to. Whoever finds it lost takes a new one.
 */
export type Connection = {
  /** Sends all at once, in order, and waits for all; one trip to the server. */
  run(statements: Statement[]): Promise<PromiseSettledResult<Result>[]>;
  /** Runs a text of several statements. */
  exec(sql: string): Promise<void>;
  readonly inFlight: number;
  readonly isLost: boolean;
  /** Whether it has ever answered. */
  readonly isProven: boolean;
  /** Lets go of it at once; what is in flight rejects. */
  destroy(): void;
};

/** The server gives up first, so that its word is heard before we stop listening. */
const STATEMENT_MS = 5000;
const LOCK_MS = 4000;
/** A process that stops with locks in its hands holds up the others for so long. */
const IDLE_IN_TRANSACTION_MS = 3000;
const ANSWER_MS = 8000;
const CONNECT_SECONDS = 5;

export function connect(url: string, timeouts: { statementMs?: number; answerMs?: number } = {}): Connection {
  const { statementMs = STATEMENT_MS, answerMs = ANSWER_MS } = timeouts;
  let lost = false;
  let proven = false;
  let inFlight = 0;
  const sql = postgres(url, {
    max: 1,
    fetch_types: false,
    idle_timeout: 0,
    max_lifetime: null,
    connect_timeout: CONNECT_SECONDS,
    keep_alive: 10,
    backoff: false,
    onnotice: () => undefined,
    onclose: () => {
      lost = true;
    },
    connection: {
      application_name: "mandate",
      statement_timeout: statementMs,
      lock_timeout: Math.min(statementMs, LOCK_MS),
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    },
  });

  function destroy(): void {
    lost = true;
    // The driver resolves this when the socket is gone; nobody waits for it.
    sql.end({ timeout: 0 }).catch(() => undefined);
  }

  async function ask({ sql: text, params }: Statement): Promise<Result> {
    if (lost) throw new ConnectionLostError("the connection to the database was lost");
    const values = encodeParams(params);
    try {
      const found = await sql.unsafe(text, values as never[], { prepare: params.length > 0 }).values();
      return { rows: found as unknown as Row[], count: found.count ?? 0, command: found.command ?? "" };
    } catch (error) {
      const isOfServer = sqlStateOf(error) !== undefined;
      if (!isOfServer || isFatal(error)) destroy();
      throw isOfServer ? error : new ConnectionLostError("the connection to the database was lost", { cause: error });
    }
  }

  /** A server that is stopped, or a network that swallows, answers nothing at all. */
  async function within<T>(work: Promise<T>): Promise<T> {
    inFlight++;
    const timer = new AbortController();
    void sleep(answerMs, undefined, { signal: timer.signal, ref: false }).then(destroy, () => undefined);
    try {
      const result = await work;
      if (!lost) proven = true;
      return result;
    } finally {
      timer.abort();
      inFlight--;
    }
  }

  return {
    run: (statements) => within(Promise.allSettled(statements.map(ask))),
    async exec(text) {
      await within(ask({ sql: text, params: [] }));
    },
    get inFlight() {
      return inFlight;
    },
    get isLost() {
      return lost;
    },
    get isProven() {
      return proven;
    },
    destroy,
  };
}

/** The first failure among the results, if there is one. */
export function firstFailure(results: PromiseSettledResult<Result>[]): unknown {
  return results.find((result) => result.status === "rejected")?.reason;
}

export class ConnectionLostError extends Error {
  override name = "ConnectionLostError";
}

/** SQLSTATE of an error that the server reported; undefined for what happened on the way to it. */
export function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof postgres.PostgresError)) return undefined;
  return error.code;
}

/** The server has ended the session, or is about to. */
function isFatal(error: unknown): boolean {
  const { severity } = error as { severity?: string };
  return severity === "FATAL" || severity === "PANIC";
}

/** The server, or the way to it, is gone for now: the same statement may succeed on a new connection. */
export function isLoss(error: unknown): boolean {
  const state = sqlStateOf(error);
  if (state === undefined) return error instanceof ConnectionLostError;
  // 08 connection exception, 57P01-57P05 shutdown, crash, starting, idle; 53300 too many connections; 25P03 idle.
  return /^(08...|57P0[1235]|53300|25P03)$/.test(state);
}

/** Two transactions stood in each other's way, and the server chose this one to begin again. */
export function isCollision(error: unknown): boolean {
  return /^(40001|40P01)$/.test(sqlStateOf(error) ?? "");
}

/** A unique value that was free when this transaction looked has been taken by another. */
export function isDuplicate(error: unknown): boolean {
  return sqlStateOf(error) === "23505";
}

const REASONS: [RegExp, string][] = [
  [/^53100$/, "the disk of the database is full"],
  [/^(55P03|57014)$/, "the database did not answer in time"],
  [/^(28...|3D000)$/, "the database refuses the user, the password or the database's name"],
  [/^(25006|42501)$/, "the database does not let this user write"],
  [/^(53...|58...|XX...)$/, "the database reported a fault of its machine"],
];

/** For callers: what tells of the machine becomes `StorageUnavailableError`, a bug stays a bug. */
export function toStorageError(error: unknown): unknown {
  if (error instanceof StorageUnavailableError) return error;
  if (isLoss(error)) return new StorageUnavailableError("the database cannot be reached", { cause: error });
  const state = sqlStateOf(error);
  if (state === undefined) return error;
  const reason = REASONS.find(([pattern]) => pattern.test(state))?.[1];
  if (reason !== undefined) return new StorageUnavailableError(reason, { cause: error });
  // Its own text may quote what was stored.
  return new Error(`the database refused a statement (SQLSTATE ${state})`);
}

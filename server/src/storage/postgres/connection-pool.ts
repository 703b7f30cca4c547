import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, firstFailure, isLoss, toStorageError } from "./connection.ts";
import { isFindable, type Reader, type Row, type SqlValue, type Statement } from "./statement.ts";

export type ConnectionPool = Reader & {
  /** One statement that may be repeated without harm; the number of rows it touched. */
  execute(sql: string, params: SqlValue[]): Promise<number>;
  close(): void;
};

/** How long a statement may look for a server that answers. Longer than a restart, shorter than a caller's patience. */
const PATIENCE_MS = 4000;
/** After the server refused one more connection, those there are have to do. */
const NO_GROWTH_MS = 5000;
/** So many statements wait on each connection before another is opened. */
const QUEUED_MAX = 2;
/** Other processes need connections, too. */
const IDLE_MS = 3000;

/** Connections for statements that stand alone. A lost one is dropped and its statements are asked again elsewhere. */
export function createConnectionPool(open: () => Connection, connectionsMax: number): ConnectionPool {
  let connections: Connection[] = [];
  const usedAtMs = new WeakMap<Connection, number>();
  let growAgainMs = 0;
  let closed = false;

  function choose(): Connection {
    connections = connections.filter((connection) => !connection.isLost);
    // The first of those with least to do, so that the last ones fall idle.
    const least = connections.reduce<Connection | undefined>(
      (found, other) => (found === undefined || other.inFlight < found.inFlight ? other : found),
      undefined,
    );
    const mayGrow = connections.length < connectionsMax && Date.now() >= growAgainMs;
    if (least !== undefined && (least.inFlight < QUEUED_MAX || !mayGrow)) return least;
    const connection = open();
    connections.push(connection);
    return connection;
  }

  const sweeper = setInterval(() => {
    const idle = (connection: Connection) =>
      connection.inFlight === 0 && Date.now() - (usedAtMs.get(connection) ?? 0) > IDLE_MS;
    for (const connection of connections.slice(1)) if (idle(connection)) connection.destroy();
  }, 1000);
  sweeper.unref();

  async function ask(statement: Statement): Promise<{ rows: Row[]; count: number }> {
    const deadlineMs = Date.now() + PATIENCE_MS;
    for (let attempt = 0; ; attempt++) {
      const connection = choose();
      usedAtMs.set(connection, Date.now());
      const results = await connection.run([statement]);
      const failure = firstFailure(results);
      const [result] = results;
      if (failure === undefined && result?.status === "fulfilled") return result.value;
      if (!connection.isProven) growAgainMs = Date.now() + NO_GROWTH_MS;
      if (closed || !isLoss(failure) || Date.now() > deadlineMs) throw toStorageError(failure);
      await sleep(Math.min(200, 10 * 2 ** attempt));
    }
  }

  return {
    async findRows<R extends Row>(sql: string, params: SqlValue[]) {
      if (!isFindable(params)) return [];
      return (await ask({ sql, params })).rows as R[];
    },
    async findRow<R extends Row>(sql: string, params: SqlValue[]) {
      if (!isFindable(params)) return undefined;
      return (await ask({ sql, params })).rows[0] as R | undefined;
    },
    execute: async (sql, params) => (await ask({ sql, params })).count,
    close() {
      closed = true;
      clearInterval(sweeper);
      for (const connection of connections) connection.destroy();
    },
  };
}

import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Storage, StorageUnavailableError } from "../storage.ts";
import { connect, isLoss } from "./connection.ts";
import { createConnectionPool } from "./connection-pool.ts";
import { createGroupCommit } from "./group-commit.ts";
import { assertSafeServer, MIGRATIONS, migrate } from "./migrate.ts";
import { createPostgresStorage } from "./postgres-storage.ts";

export type PostgresOptions = {
  /** `postgres://user:password@host:port/database?sslmode=verify-full`. */
  url: string;
  /** Of this process, the one that writes included; at least 2. */
  connectionsMax?: number;
  /** How long to wait for a server that does not answer yet. */
  patienceMs?: number;
};

/** A schema change may wait for locks and rewrite a table. */
const MIGRATION_MS = 10 * 60 * 1000;

const PUT_CURSOR_KEY = `INSERT INTO settings (name, value) VALUES ('cursor_key', $1) ON CONFLICT (name) DO NOTHING`;
const FIND_CURSOR_KEY = "SELECT value FROM settings WHERE name = 'cursor_key'";

/**
 * Opens a PostgreSQL database, or one that speaks its protocol, as the storage of this process and any number of others.
 * Throws `SchemaTooNewError`, `SchemaMismatchError` or `StorageUnavailableError`.
 */
export async function openPostgresStorage(options: PostgresOptions): Promise<Storage> {
  const { url, connectionsMax = 10, patienceMs = 0 } = options;
  await prepareDatabase(url, Date.now() + patienceMs);
  const pool = createConnectionPool(() => connect(url), Math.max(1, connectionsMax - 1));
  try {
    await pool.execute(PUT_CURSOR_KEY, [randomBytes(32).toString("base64url")]);
    const row = await pool.findRow<[string]>(FIND_CURSOR_KEY, []);
    if (row === undefined) throw new StorageUnavailableError("the database has no cursor key");
    const group = createGroupCommit(() => connect(url));
    return createPostgresStorage(pool, group, Buffer.from(row[0], "base64url"));
  } catch (error) {
    pool.close();
    throw error;
  }
}

async function prepareDatabase(url: string, deadlineMs: number): Promise<void> {
  for (;;) {
    const connection = connect(url, { statementMs: MIGRATION_MS, answerMs: MIGRATION_MS });
    try {
      await assertSafeServer(connection);
      return await migrate(connection, MIGRATIONS);
    } catch (error) {
      const mayCome = error instanceof StorageUnavailableError && isLoss(error.cause);
      if (!mayCome || Date.now() > deadlineMs) throw error;
    } finally {
      connection.destroy();
    }
    await sleep(100);
  }
}

import { randomBytes } from "node:crypto";
import { type Storage, StorageUnavailableError } from "../storage.ts";
import { connect } from "./connection.ts";
import { createConnectionPool } from "./connection-pool.ts";
import { createGroupCommit } from "./group-commit.ts";
import { assertSafeServer, MIGRATIONS, migrate } from "./migrate.ts";
import { createPostgresStorage } from "./postgres-storage.ts";

export type PostgresOptions = {
  /** `postgres://user:password@host:port/database?sslmode=verify-full`. */
  url: string;
  /** Of this process, the one that writes included; at least 2. */
  connectionsMax?: number;
};

/** A schema change may wait for locks and rewrite a table. */
const MIGRATION_MS = 10 * 60 * 1000;

const PUT_CURSOR_KEY = `INSERT INTO settings (name, value) VALUES ('cursor_key', $1) ON CONFLICT (name) DO NOTHING`;
const FIND_CURSOR_KEY = "SELECT value FROM settings WHERE name = 'cursor_key'";

/**
 * Opens a PostgreSQL database, or one that speaks its protocol, as the storage of this process and any number of others.
 * Throws `SchemaTooNewError`, `SchemaMismatchError` or `StorageUnavailableError`.
 */
export async function openPostgresStorage({ url, connectionsMax = 10 }: PostgresOptions): Promise<Storage> {
  const first = connect(url, { statementMs: MIGRATION_MS, answerMs: MIGRATION_MS });
  try {
    await assertSafeServer(first);
    await migrate(first, MIGRATIONS);
  } finally {
    first.destroy();
  }
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

import { assertKnownMigrations, checksumMigration, type Migration, SchemaMismatchError } from "../migration.ts";
import { SchemaTooNewError, StorageUnavailableError } from "../storage.ts";
import { type Connection, firstFailure, toStorageError } from "./connection.ts";
import { initial } from "./migrations/0001-initial.ts";
import { type Row, readInteger } from "./statement.ts";

/**
 * Several builds may run on one database while servers are replaced one by one. A step that only adds (`expand`) lets
 * the builds before it go on; one that takes something away (`contract`) ends them, and ships a release later.
 */
export type PostgresMigration = Migration & { kind: "expand" | "contract" };

/** In order, numbered from 1 without gaps. */
export const MIGRATIONS: readonly PostgresMigration[] = [initial];

/** "MNDT", and that it is about the schema. */
const LOCK = "1296974932, 1";

const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS schema_migrations (
  number bigint NOT NULL PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, kind text NOT NULL)`;
const LIST = "SELECT number, checksum, kind FROM schema_migrations ORDER BY number";
const NOTE = "INSERT INTO schema_migrations (number, name, checksum, kind) VALUES ($1, $2, $3, $4)";

/**
 * Brings the schema to the one that `migrations` describe, in one transaction, one process at a time. Throws
 * `SchemaTooNewError` when a newer build was here, and `SchemaMismatchError` when an applied migration is not the one
 * that this build knows.
 */
export async function migrate(connection: Connection, migrations: readonly PostgresMigration[]): Promise<void> {
  await ask(connection, "BEGIN");
  try {
    await ask(connection, `SELECT pg_advisory_xact_lock(${LOCK})`);
    await ask(connection, CREATE_TABLE);
    const applied = (await ask(connection, LIST)).map(readApplied);
    assertKnownMigrations(
      applied.map(({ number, checksum }) => [number, checksum]),
      migrations,
    );
    for (const migration of migrations.slice(applied.length)) {
      await connection.exec(migration.sql);
      const { number, name, kind } = migration;
      await ask(connection, NOTE, [number, name, checksumMigration(migration), kind]);
    }
    await ask(connection, "COMMIT");
  } catch (error) {
    if (!connection.isLost) await connection.run([{ sql: "ROLLBACK", params: [] }]);
    throw toStorageError(error);
  }
}

/** Throws when the schema lacks a step of this build, or has one that ended it. Writes nothing. */
export function assertMigrated(rows: Row[], migrations: readonly PostgresMigration[]): void {
  const applied = rows.map(readApplied);
  if (applied.length < migrations.length) {
    throw new SchemaMismatchError("the database lacks a migration that this build needs; restart to apply it");
  }
  assertKnownMigrations(
    applied.slice(0, migrations.length).map(({ number, checksum }) => [number, checksum]),
    migrations,
  );
  if (applied.slice(migrations.length).some(({ kind }) => kind !== "expand")) {
    throw new SchemaTooNewError(
      `the database has schema ${applied.length}, this build knows ${migrations.length}; run the newer build`,
    );
  }
}

export const LIST_MIGRATIONS = LIST;

const SETTINGS = `SELECT current_setting('server_encoding', true), current_setting('fsync', true),
  current_setting('full_page_writes', true), current_setting('synchronous_commit', true)`;

/** A server that would lose what it acknowledged, or change what it was given, is refused. */
export async function assertSafeServer(connection: Connection): Promise<void> {
  const [encoding, fsync, fullPageWrites, synchronousCommit] = (await ask(connection, SETTINGS))[0] ?? [];
  if (encoding !== null && encoding !== undefined && encoding !== "UTF8") {
    throw new StorageUnavailableError(`the database has the encoding ${encoding}; create it with ENCODING 'UTF8'`);
  }
  for (const [name, value] of Object.entries({ fsync, full_page_writes: fullPageWrites })) {
    if (value === "off")
      throw new StorageUnavailableError(`the server has ${name} = off; a power cut would lose commits`);
  }
  if (synchronousCommit === "off") {
    throw new StorageUnavailableError(
      "synchronous_commit is off for this user or database; a crash would lose commits",
    );
  }
}

async function ask(connection: Connection, sql: string, params: (string | number)[] = []): Promise<Row[]> {
  const results = await connection.run([{ sql, params }]);
  const failure = firstFailure(results);
  if (failure !== undefined) throw toStorageError(failure);
  const [result] = results;
  return result?.status === "fulfilled" ? result.value.rows : [];
}

function readApplied(row: Row): { number: number; checksum: string; kind: string } {
  const [number, checksum, kind] = row as [string, string, string];
  return { number: readInteger(number), checksum, kind };
}

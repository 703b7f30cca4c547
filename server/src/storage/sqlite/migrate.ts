import { assertKnownMigrations, checksumMigration, type Migration, SchemaMismatchError } from "../migration.ts";
import type { Connection } from "./connection.ts";
import { initial } from "./migrations/0001-initial.ts";
import { documents } from "./migrations/0002-documents.ts";
import { receiptIds } from "./migrations/0003-receipt-ids.ts";
import { listsOfTheTeam } from "./migrations/0004-lists-of-the-team.ts";

export type { Migration } from "../migration.ts";

/** In order, numbered from 1 without gaps. */
export const MIGRATIONS: readonly Migration[] = [initial, documents, receiptIds, listsOfTheTeam];

/**
 * Brings the schema to the one that `migrations` describe, in one transaction. Throws `SchemaTooNewError` when a
 * newer build was here, and `SchemaMismatchError` when an applied migration is not the one this build knows.
 */
export function migrate(connection: Connection, migrations: readonly Migration[]): void {
  connection.exec("BEGIN EXCLUSIVE");
  try {
    connection.exec(`CREATE TABLE IF NOT EXISTS schema_migrations (
      number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL) STRICT`);
    const applied = findAppliedCount(connection, migrations);
    const note = connection.prepareWrite("INSERT INTO schema_migrations (number, name, checksum) VALUES (?, ?, ?)");
    for (const migration of migrations.slice(applied)) {
      connection.exec(migration.sql);
      note.run([migration.number, migration.name, checksumMigration(migration)]);
    }
    connection.exec("COMMIT");
  } catch (error) {
    if (connection.inTransaction) connection.exec("ROLLBACK");
    throw error;
  }
}

/** Throws like `migrate`, and `SchemaMismatchError` when a migration is missing. Writes nothing. */
export function assertMigrated(connection: Connection, migrations: readonly Migration[]): void {
  if (findAppliedCount(connection, migrations) !== migrations.length) {
    throw new SchemaMismatchError("the database lacks a migration that this build needs; restart to apply it");
  }
}

function findAppliedCount(connection: Connection, migrations: readonly Migration[]): number {
  const rows = connection
    .prepareRead<[number, string]>("SELECT number, checksum FROM schema_migrations ORDER BY number")
    .findRows([]);
  assertKnownMigrations(rows, migrations);
  return rows.length;
}

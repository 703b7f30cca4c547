import { createHash } from "node:crypto";
import { SchemaTooNewError } from "./storage.ts";

/** One step of a schema. A migration that has shipped is never edited; its checksum is in every database. */
export type Migration = { number: number; name: string; sql: string };

/** SHA-256 of the SQL text, hex. */
export function checksumMigration(migration: Migration): string {
  return createHash("sha256").update(migration.sql, "utf8").digest("hex");
}

/** Holds what a database has applied, in order, against what this build knows. */
export function assertKnownMigrations(applied: [number, string][], known: readonly Migration[]): void {
  applied.forEach(([number, checksum], index) => {
    const migration = known[index];
    if (migration === undefined) {
      throw new SchemaTooNewError(
        `the database has schema ${applied.length}, this build knows ${known.length}; run the newer build`,
      );
    }
    if (number !== migration.number || checksum !== checksumMigration(migration)) {
      throw new SchemaMismatchError(`migration ${number} of the database is not the one that this build knows`);
    }
  });
}

/** The database was made by another line of builds; nothing was changed in it. */
export class SchemaMismatchError extends Error {
  override name = "SchemaMismatchError";
}

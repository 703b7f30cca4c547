import { fileURLToPath } from "node:url";
import { openPostgresStorage, type PostgresOptions } from "./postgres/open-postgres-storage.ts";
import { openSqliteStorage } from "./sqlite/open-sqlite-storage.ts";
import type { Storage } from "./storage.ts";

/**
 * Opens the storage that a URL names: a path, `file:` URL or `sqlite://<path>` is an SQLite file, made when absent;
 * `postgres://` or `postgresql://` is a database on a server, which has to exist.
 */
export async function createStorage(url: string, options: Omit<PostgresOptions, "url"> = {}): Promise<Storage> {
  if (/^postgres(ql)?:/i.test(url)) {
    // A URL that cannot be read would be quoted by the error of whoever tries; it may hold a password.
    if (!/^postgres(ql)?:\/\/\S/i.test(url) || !URL.canParse(url)) {
      throw new UnsupportedDatabaseError(
        "the database URL cannot be read; it has the form postgres://user:password@host:5432/database, special characters percent-encoded",
      );
    }
    return openPostgresStorage({ url, ...options });
  }
  if (url.startsWith("sqlite://")) return openSqliteStorage({ file: url.slice("sqlite://".length) });
  if (url.startsWith("file:")) return openSqliteStorage({ file: fileURLToPath(url) });
  if (/^[a-z][a-z0-9+.-]+:/i.test(url)) {
    throw new UnsupportedDatabaseError("a database URL is a file path or begins with sqlite:// or postgres://");
  }
  return openSqliteStorage({ file: url });
}

/** The URL names a kind of database that this build cannot open. */
export class UnsupportedDatabaseError extends Error {
  override name = "UnsupportedDatabaseError";
}

import { fileURLToPath } from "node:url";
import { openSqliteStorage } from "./sqlite/open-sqlite-storage.ts";
import type { Storage } from "./storage.ts";

/**
 * Opens the storage that a URL names: a path, `file:` URL or `sqlite://<path>` is an SQLite file, made when absent.
 * `postgres://` is refused, as this build has no adapter for it.
 */
export async function createStorage(url: string): Promise<Storage> {
  if (/^postgres(ql)?:/i.test(url)) {
    throw new UnsupportedDatabaseError(
      "this build has no PostgreSQL adapter yet; unset MANDATE_DATABASE_URL to use SQLite in the data folder",
    );
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

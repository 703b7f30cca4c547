import type { Storage } from "../storage.ts";
import { openConnection } from "./open-connection.ts";
import { createSqliteStorage } from "./sqlite-storage.ts";

export type SqliteOptions = {
  file: string;
  /** `create`, the default, makes the file when it is absent; `existing` refuses then. */
  mode?: "create" | "existing";
};

/**
 * Opens an SQLite file as the storage of this process alone: WAL, one sync for each group of commits, locked against
 * every other process until `close` or the end of the process, however it ends. Throws `DatabaseInUseError`,
 * `SchemaTooNewError`, `SchemaMismatchError` or `StorageUnavailableError`.
 *
 * The lock is a POSIX lock: it is lost when this process opens and closes the file by other means. Copy a database
 * only after `close`.
 */
export async function openSqliteStorage({ file, mode = "create" }: SqliteOptions): Promise<Storage> {
  return createSqliteStorage(openConnection(file, mode));
}

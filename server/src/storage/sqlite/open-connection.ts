import { chmodSync, closeSync, openSync, statSync } from "node:fs";
import { DatabaseInUseError, StorageUnavailableError } from "../storage.ts";
import { type Connection, connect, isLocked } from "./connection.ts";
import { MIGRATIONS, migrate } from "./migrate.ts";

/**
 * Opens the file for this process alone, makes sure that a commit is durable, and brings the schema up to date.
 * Give it back with `releaseConnection`.
 */
export function openConnection(file: string, mode: "create" | "existing"): Connection {
  prepareFile(file, mode);
  const connection = connect(file, 1000);
  try {
    lockFile(connection, file);
  } catch (error) {
    connection.close();
    throw error;
  }
  try {
    secureConnection(connection);
    migrate(connection, MIGRATIONS);
    // Writes the log of a process that was killed into the database file and syncs that. This matters after a failed
    // sync: the log in the page cache may hold frames that never reached the disk and that no later sync would write.
    checkpoint(connection);
    return connection;
  } catch (error) {
    releaseConnection(connection);
    throw error;
  }
}

/**
 * Leaves one file without a log and gives the lock back. The driver closes a file only when its statements are
 * collected as garbage, so the lock is released by hand; leaving WAL is the only way out of its exclusive mode
 * (sqlite.org/pragma.html#pragma_locking_mode). Where the disk does not allow that, the lock ends with the process.
 */
export function releaseConnection(connection: Connection): void {
  try {
    connection.prepareRead("PRAGMA journal_mode = DELETE").findRow([]);
    connection.prepareRead("PRAGMA locking_mode = NORMAL").findRow([]);
    connection.prepareRead("SELECT count(*) FROM sqlite_schema").findRow([]);
  } catch {
    // Nothing is lost: whatever was acknowledged is in the log, and the next opening reads it.
  } finally {
    connection.close();
  }
}

/** The database holds secrets, sealed as they are: nobody but its owner reads it. SQLite gives -wal the same mode. */
function prepareFile(file: string, mode: "create" | "existing"): void {
  if (file === "" || file.startsWith(":")) throw new TypeError("an SQLite storage is a file; give its path");
  const found = statSync(file, { throwIfNoEntry: false });
  if (found !== undefined) {
    if (!found.isFile()) throw new StorageUnavailableError(`${file} is not a file; name one for the database`);
    if ((found.mode & 0o077) !== 0) chmodSync(file, 0o600);
    return;
  }
  if (mode === "existing") throw new StorageUnavailableError(`there is no database at ${file}`);
  try {
    closeSync(openSync(file, "wx", 0o600));
  } catch (cause) {
    throw new StorageUnavailableError(`cannot make ${file}; the folder must exist and be writable`, { cause });
  }
}

/** "MNDT". A file with tables and another id is not ours: it is left as it is. */
const APPLICATION_ID = 0x4d4e4454;

function lockFile(connection: Connection, file: string): void {
  try {
    // Before the first access to the file, so that the lock is taken at once and the log's index stays in memory.
    readPragma(connection, "locking_mode = EXCLUSIVE");
    connection.exec("BEGIN EXCLUSIVE; COMMIT");
  } catch (error) {
    if (!isLocked(error)) throw error;
    const message = `${file} is in use; stop the process that has it open, as one process writes a file`;
    throw new DatabaseInUseError(message, { cause: error });
  }
  if (readPragma(connection, "application_id") === APPLICATION_ID) return;
  const tables = connection.prepareRead<[number]>("SELECT count(*) FROM sqlite_schema").findRow([])?.[0];
  if (tables !== 0) throw new StorageUnavailableError(`${file} is a database of another program; name another file`);
  connection.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
}

function secureConnection(connection: Connection): void {
  const read = (pragma: string) => readPragma(connection, pragma);
  read("journal_mode = WAL");
  connection.exec("PRAGMA synchronous = FULL");
  // macOS: fsync alone leaves the data in the drive's cache.
  connection.exec("PRAGMA fullfsync = ON");
  connection.exec("PRAGMA foreign_keys = ON");
  connection.exec("PRAGMA trusted_schema = OFF");
  connection.exec("PRAGMA cell_size_check = ON");
  read("wal_autocheckpoint = 2000");
  read("journal_size_limit = 33554432");
  connection.exec("PRAGMA cache_size = -32768");
  connection.exec("PRAGMA temp_store = MEMORY");
  // Asked for is not given: a driver or file system may refuse silently, and then commits would be lost.
  const wanted = { journal_mode: "wal", synchronous: 2, locking_mode: "exclusive", foreign_keys: 1 };
  for (const [pragma, value] of Object.entries(wanted)) {
    const given = read(pragma);
    if (given !== value) throw new StorageUnavailableError(`SQLite gives ${pragma} = ${given}, ${value} is needed`);
  }
}

function readPragma(connection: Connection, pragma: string): string | number | undefined {
  return connection.prepareRead<[string | number]>(`PRAGMA ${pragma}`).findRow([])?.[0];
}

function checkpoint(connection: Connection): void {
  const row = connection.prepareRead<[number, number, number]>("PRAGMA wal_checkpoint(TRUNCATE)").findRow([]);
  if (row?.[0] !== 0) throw new StorageUnavailableError("the log could not be written into the database file");
}

import Database from "libsql";
import { isStorableText } from "../commit-unit.ts";
import { StorageUnavailableError } from "../storage.ts";

export type SqlValue = string | number | null;

/** `run` gives the number of changed rows. */
export type WriteStatement = { run(params: SqlValue[]): number };

/** Text among `params` that cannot be stored finds nothing; see `isStorableText`. */
export type ReadStatement<Row extends SqlValue[]> = {
  findRow(params: SqlValue[]): Row | undefined;
  findRows(params: SqlValue[]): Row[];
};

/**
 * The one place that touches the driver. It hides four habits of libsql 0.5 that would hurt: binding a boolean (or
 * any other unforeseen type) ends the process, statements stay usable, and keep the file locked, after `close`, errors
 * come with half-mapped codes, and after `all` a statement's next `get` runs with the parameters of before.
 */
export type Connection = {
  exec(sql: string): void;
  /** The row type is the caller's promise about the columns; STRICT tables keep it. */
  prepareRead<Row extends SqlValue[]>(sql: string): ReadStatement<Row>;
  prepareWrite(sql: string): WriteStatement;
  readonly inTransaction: boolean;
  close(): void;
};

/** Opens the file as it is, without settings; creates it when absent. */
export function connect(file: string, busyTimeoutMs: number): Connection {
  const database = openDatabase(file, busyTimeoutMs);
  let open = true;

  function use<T>(action: () => T): T {
    if (!open) throw new StorageUnavailableError("the database is closed");
    return translateErrors(action);
  }

  return {
    exec: (sql) => use(() => void database.exec(sql)),
    prepareRead<Row extends SqlValue[]>(sql: string): ReadStatement<Row> {
      // One for `get` and one for `all`, the second made when it is first wanted: see above.
      const one = use(() => database.prepare(sql).raw());
      let many: typeof one | undefined;
      return {
        findRow: (params) =>
          isFindable(params) ? use(() => one.get(assertValues(params)) as Row | undefined) : undefined,
        findRows(params) {
          if (!isFindable(params)) return [];
          many ??= use(() => database.prepare(sql).raw());
          const statement = many;
          return use(() => statement.all(assertValues(params)) as Row[]);
        },
      };
    },
    prepareWrite(sql) {
      const statement = use(() => database.prepare(sql));
      return {
        run(params) {
          if (!isFindable(params)) throw new TypeError("text with U+0000 or an unpaired surrogate cannot be stored");
          return use(() => statement.run(assertValues(params)).changes);
        },
      };
    },
    get inTransaction() {
      return database.inTransaction;
    },
    close() {
      if (!open) return;
      open = false;
      database.close();
    },
  };
}

function openDatabase(file: string, busyTimeoutMs: number) {
  try {
    return new Database(file, { timeout: busyTimeoutMs });
  } catch (cause) {
    // The driver gives no code here.
    throw new StorageUnavailableError(`the database ${file} cannot be opened`, { cause });
  }
}

function isFindable(params: SqlValue[]): boolean {
  for (const value of params) if (typeof value === "string" && !isStorableText(value)) return false;
  return true;
}

function assertValues(params: SqlValue[]): SqlValue[] {
  for (const value of params) {
    if (typeof value !== "string" && value !== null && !Number.isSafeInteger(value)) {
      throw new TypeError("only text, safe integers and null can be bound");
    }
  }
  return params;
}

/** Primary result codes (sqlite.org/rescode.html) that tell of the machine and not of the statement. */
const UNAVAILABLE_CODES = new Map([
  [5, "the database is locked"],
  [6, "the database is locked"],
  [7, "the database ran out of memory"],
  [8, "the database is read-only"],
  [10, "the disk reported an I/O error"],
  [11, "the database file is damaged"],
  [13, "the disk is full"],
  [14, "the database file cannot be opened"],
  [26, "the file is not a database"],
]);

const FULL = 13;

function translateErrors<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    const code = primaryCode(error);
    const reason = code === undefined ? undefined : UNAVAILABLE_CODES.get(code);
    if (reason === undefined) throw error;
    throw new StorageUnavailableError(reason, { cause: error });
  }
}

/** The disk was full, which leaves the database as it was before the transaction. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof StorageUnavailableError && primaryCode(error.cause) === FULL;
}

/** Somebody else holds the file. */
export function isLocked(error: unknown): boolean {
  const code = error instanceof StorageUnavailableError ? primaryCode(error.cause) : undefined;
  return code === 5 || code === 6;
}

function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("rawCode" in error) || typeof error.rawCode !== "number") return undefined;
  return error.rawCode & 0xff;
}

import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checksumMigration, SchemaMismatchError } from "../migration.ts";
import { DatabaseInUseError, SchemaTooNewError, StorageUnavailableError } from "../storage.ts";
import { type Connection, connect } from "./connection.ts";
import { assertMigrated, MIGRATIONS, migrate } from "./migrate.ts";
import { openConnection, releaseConnection } from "./open-connection.ts";

const LIBSQL = createRequire(import.meta.url).resolve("libsql");

let folder: string;
let file: string;
let connections: Connection[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mandate-sqlite-"));
  file = join(folder, "mandate.db");
  connections = [];
});

afterEach(() => {
  for (const connection of connections) releaseConnection(connection);
  rmSync(folder, { recursive: true });
});

function open(mode: "create" | "existing" = "create"): Connection {
  const connection = openConnection(file, mode);
  connections.push(connection);
  return connection;
}

/** Runs code in another process, with `database` opened on the file. */
function runElsewhere(code: string): string {
  const script = `const Database = require(${JSON.stringify(LIBSQL)});
    try { const database = new Database(process.argv[1], { timeout: 50 }); ${code} } catch (e) { console.log(e.code) }`;
  const { stdout, stderr } = spawnSync(process.execPath, ["-e", script, file], { encoding: "utf8" });
  return stdout.trim() + stderr.trim();
}

describe("opening refuses", () => {
  it("a file that another connection of this process has", () => {
    open();
    expect(() => open()).toThrow(DatabaseInUseError);
  });

  it("a file that another process has, and lets no other process in", () => {
    const connection = open();
    expect(runElsewhere("console.log(database.prepare('SELECT count(*) FROM records').raw().get([]))")).toBe(
      "SQLITE_BUSY",
    );
    releaseConnection(connection);
    // SIGKILL ends the other process with the lock in its hands: the lock has to end with it.
    const hold = "database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT'); console.log('locked');";
    expect(runElsewhere(`${hold} process.kill(process.pid, 'SIGKILL')`)).toBe("locked");
    expect(() => open()).not.toThrow();
  });

  it("a file that is not there, when it must be", () => {
    expect(() => open("existing")).toThrow(StorageUnavailableError);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("a file that is no database, and a database of another program, and changes neither", () => {
    writeFileSync(file, "no database".repeat(1000));
    expect(() => open()).toThrow("the file is not a database");
    expect(readFileSync(file, "utf8")).toBe("no database".repeat(1000));
    rmSync(file);
    expect(runElsewhere("database.exec('CREATE TABLE theirs (a)')")).toBe("");
    const before = readFileSync(file);
    expect(() => open()).toThrow("another program");
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it("a path that is not a file", () => {
    for (const path of ["", ":memory:"]) expect(() => openConnection(path, "create")).toThrow(TypeError);
    expect(() => openConnection(folder, "create")).toThrow("is not a file");
    const nowhere = join(folder, "absent", "mandate.db");
    expect(() => openConnection(nowhere, "create")).toThrow("the folder");
  });

  it("the schema of a newer build", () => {
    const connection = open();
    const newer = { number: MIGRATIONS.length + 1, name: "later", sql: "CREATE TABLE later (a TEXT) STRICT" };
    migrate(connection, [...MIGRATIONS, newer]);
    expect(() => assertMigrated(connection, MIGRATIONS)).toThrow(SchemaTooNewError);
    releaseConnection(connection);
    expect(() => open()).toThrow(SchemaTooNewError);
    // It was given back, so the newer build can go on.
    expect(runElsewhere("console.log(database.prepare('SELECT count(*) FROM later').raw().get([])[0])")).toBe("0");
  });

  it("a migration that is not the one it knows", () => {
    const connection = open();
    const edited = MIGRATIONS.map((migration) => ({ ...migration, sql: `${migration.sql}-- edited` }));
    expect(() => migrate(connection, edited)).toThrow(SchemaMismatchError);
  });
});

describe("an open database", () => {
  it("is readable by its owner only, with its log", () => {
    writeFileSync(file, "");
    chmodSync(file, 0o644);
    const connection = open();
    connection.exec("CREATE TABLE t (a)");
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777, name).toBe(0o600);
    expect(readdirSync(folder)).toContain("mandate.db-wal");
  });

  it("syncs every commit", () => {
    const connection = open();
    const read = (pragma: string) => connection.prepareRead<[string | number]>(`PRAGMA ${pragma}`).findRow([])?.[0];
    expect(read("journal_mode")).toBe("wal");
    expect(read("synchronous")).toBe(2);
    expect(read("fullfsync")).toBe(1);
    expect(read("locking_mode")).toBe("exclusive");
    expect(read("foreign_keys")).toBe(1);
    expect(read("busy_timeout")).toBe(1000);
  });

  it("is one file after it was released, and takes nothing more", () => {
    const connection = open();
    const insert = connection.prepareWrite("INSERT INTO settings (name, value) VALUES (?, ?)");
    insert.run(["a", "1"]);
    releaseConnection(connection);
    expect(readdirSync(folder)).toEqual(["mandate.db"]);
    expect(() => insert.run(["b", "2"])).toThrow(StorageUnavailableError);
    expect(runElsewhere("console.log(database.prepare('SELECT name FROM settings').raw().all([]).join())")).toBe("a");
  });
});

describe("a prepared statement", () => {
  it("asks what it is asked now, however it was asked before", () => {
    const connection = connect(file, 0);
    connections.push(connection);
    connection.exec("CREATE TABLE pairs (k TEXT, v TEXT); INSERT INTO pairs VALUES ('a', '1'), ('b', '2')");
    const find = connection.prepareRead<[string]>("SELECT v FROM pairs WHERE k = ?");
    for (const [k, v] of [
      ["a", "1"],
      ["z", undefined],
      ["b", "2"],
    ] as const) {
      const row = v === undefined ? undefined : [v];
      const rows = v === undefined ? [] : [[v]];
      // Each after the other kind of question, and after its own.
      for (const other of ["a", "b", "z"]) {
        find.findRows([other]);
        expect(find.findRow([k])).toEqual(row);
        find.findRow([other]);
        expect(find.findRow([k])).toEqual(row);
        expect(find.findRows([k])).toEqual(rows);
      }
    }
  });
});

describe("migrations", () => {
  it("that have shipped are never edited", () => {
    expect(MIGRATIONS.map(({ number, name }) => `${number} ${name}`)).toEqual([
      "1 initial",
      "2 documents",
      "3 receipt-ids",
      "4 lists-of-the-team",
    ]);
    expect(MIGRATIONS.map(checksumMigration)).toMatchInlineSnapshot(`
      [
        "a7dae6828712f806209fe4680538b59c714fbfe4d7c0729eb686802c7291bc0a",
        "4200185cdc6d9dc48df1e543285726d139a467d3f35107195fb4911072d4efff",
        "f16dcf26ea38481111309e0497821d2c5c3f10c102f8123316fc9fc62118a4fa",
        "af8e309592d8fab4e8a625d5762f864add10a8df777efc026ecb5f6da350e4ea",
      ]
    `);
  });

  it("are applied once, all or nothing", () => {
    const connection = connect(file, 0);
    connections.push(connection);
    const good = { number: 1, name: "good", sql: "CREATE TABLE a (x); INSERT INTO a VALUES (1)" };
    const bad = { number: 2, name: "bad", sql: "INSERT INTO a VALUES (2); CREATE TABLE a (x)" };
    expect(() => migrate(connection, [good, bad])).toThrow();
    expect(connection.inTransaction).toBe(false);
    migrate(connection, [good]);
    migrate(connection, [good]);
    expect(connection.prepareRead("SELECT x FROM a").findRows([])).toEqual([[1]]);
    expect(() => assertMigrated(connection, [good, bad])).toThrow(SchemaMismatchError);
  });
});

describe("the driver", () => {
  it("is never given what it would end the process for", () => {
    const connection = open();
    const insert = connection.prepareWrite("INSERT INTO settings (name, value) VALUES (?, ?)");
    for (const value of [true, 1n, {}, [], undefined, Symbol.iterator, 1.5, Number.NaN, "\0", "\ud800"]) {
      expect(() => insert.run(["a", value as string])).toThrow(TypeError);
    }
    const read = connection.prepareRead("SELECT value FROM settings WHERE name = ?");
    expect(() => read.findRow([true as unknown as string])).toThrow(TypeError);
    expect(connection.prepareRead("SELECT count(*) FROM settings").findRow([])).toEqual([0]);
  });
});

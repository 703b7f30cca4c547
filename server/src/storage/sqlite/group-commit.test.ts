import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { APP, commitOk, makePut, makeReceipt, makeUnit } from "../conformance/fixtures.ts";
import { type Storage, StorageUnavailableError, type StoredRecord } from "../storage.ts";
import type { Connection } from "./connection.ts";
import { openConnection } from "./open-connection.ts";
import { createSqliteStorage } from "./sqlite-storage.ts";

const RUNS = 30 * Number(process.env.MANDATE_FUZZ ?? 1);

/** What the disk does at the next COMMIT: nothing unusual, report that it is full, or fail to sync. */
type Fault = "none" | "full" | "sync";

let folder: string;
let storage: Storage;
let connection: Connection;
let fault: Fault;
let commits: number;

/** The real connection, whose COMMIT fails when `fault` says so. */
function open(cacheCharactersMax?: number): void {
  const real = openConnection(join(folder, "mandate.db"), "create");
  fault = "none";
  commits = 0;
  connection = {
    exec: (sql) => real.exec(sql),
    prepareRead: (sql) => real.prepareRead(sql),
    prepareWrite(sql) {
      const statement = real.prepareWrite(sql);
      if (sql !== "COMMIT") return statement;
      return {
        run(params) {
          commits++;
          if (fault === "none") return statement.run(params);
          const rawCode = fault === "full" ? 13 : 1034;
          const cause = Object.assign(new Error("injected"), { rawCode });
          throw new StorageUnavailableError("injected", { cause });
        },
      };
    },
    get inTransaction() {
      return real.inTransaction;
    },
    close: () => real.close(),
  };
  storage = createSqliteStorage(connection, cacheCharactersMax);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mandate-sqlite-"));
  open();
});

afterEach(async () => {
  await storage.close();
  rmSync(folder, { recursive: true });
});

const key = (id: string) => ({ type: "policy", id }) as const;

describe("a failed commit", () => {
  const commitThree = () =>
    Promise.allSettled([
      storage.commit(makeUnit({ put: [makePut("policy", "p", 2)], receipt: makeReceipt("lost") })),
      storage.commit(makeUnit({ put: [makePut("policy", "q", 1)] })),
      // Refused because of the first, which is lost: so this answer must not leave either.
      storage.commit(makeUnit({ expect: [{ ...key("p"), version: 1 }] })),
    ]);

  it.each(["full", "sync"] as const)("(%s) rejects every unit of the batch and shows nothing of them", async (kind) => {
    await commitOk(storage, { put: [makePut("policy", "p", 1)], receipt: makeReceipt("kept") });
    fault = kind;
    const results = await commitThree();
    for (const result of results) {
      expect(result).toMatchObject({ status: "rejected", reason: expect.any(StorageUnavailableError) });
    }
    expect((await storage.findRecord(APP, key("p")))?.version).toBe(1);
    expect(await storage.findRecord(APP, key("q"), { includeDeleted: true })).toBeUndefined();
    expect(await storage.listReceipts(APP, 0, 10)).toHaveLength(1);
  });

  it("for want of space can be tried again", async () => {
    await commitOk(storage, { put: [makePut("policy", "p", 1)], receipt: makeReceipt("kept") });
    fault = "full";
    await commitThree();
    fault = "none";
    await storage.check();
    const results = await commitThree();
    expect(results).toMatchObject([
      { value: { ok: true, receiptSequence: 2 } },
      { value: { ok: true } },
      { value: { ok: false, reason: "stale" } },
    ]);
  });

  it("for want of a sync ends all writing until the file is opened again (F6)", async () => {
    await commitOk(storage, { put: [makePut("policy", "p", 1)] });
    fault = "sync";
    await commitThree();
    fault = "none";
    const before = commits;
    for (const result of await commitThree()) expect(result.status).toBe("rejected");
    await expect(storage.settleTransaction(APP, "t", "failed")).rejects.toThrow(StorageUnavailableError);
    await expect(storage.prune(0)).rejects.toThrow(StorageUnavailableError);
    await expect(storage.check()).rejects.toThrow(StorageUnavailableError);
    expect(commits).toBe(before);
    expect((await storage.findRecord(APP, key("p")))?.version).toBe(1);
    await storage.close();
    open();
    expect((await commitThree())[0]).toMatchObject({ status: "fulfilled", value: { ok: true } });
  });
});

describe("a full disk (F5)", () => {
  it("refuses what does not fit, keeps reading and recovers without a restart", async () => {
    await commitOk(storage, { put: [makePut("policy", "p", 1)] });
    const pages = connection.prepareRead<[number]>("PRAGMA page_count").findRow([])?.[0] ?? 0;
    connection.prepareRead(`PRAGMA max_page_count = ${pages + 10}`).findRow([]);
    const large = "x".repeat(20_000);
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        storage.commit(makeUnit({ put: [makePut("policy", `large${index}`, 1, { sealed: large })] })),
      ),
    );
    const written = results.flatMap((result, index) => (result.status === "fulfilled" ? [index] : []));
    const refused = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    expect(written.length).toBeLessThan(20);
    expect(refused.length).toBeGreaterThan(0);
    for (const error of refused) expect(error).toBeInstanceOf(StorageUnavailableError);
    for (let index = 0; index < 20; index++) {
      const found = await storage.findRecord(APP, key(`large${index}`));
      expect(found === undefined).toBe(!written.includes(index));
    }
    connection.prepareRead("PRAGMA max_page_count = 1073741823").findRow([]);
    await commitOk(storage, { put: [makePut("policy", "after", 1, { sealed: large })] });
    expect(connection.prepareRead("PRAGMA integrity_check").findRow([])).toEqual(["ok"]);
  });
});

describe("group commit", () => {
  it("makes one transaction of what waits at the same moment, and at most 128 units of one", async () => {
    const commitMany = (count: number) =>
      Promise.all(
        Array.from({ length: count }, (_, index) =>
          storage.commit(makeUnit({ receipt: makeReceipt(`${count}.${index}`) })),
        ),
      );
    await commitMany(64);
    expect(commits).toBe(1);
    await commitMany(300);
    expect(commits).toBe(4);
  });

  it("settles what was handed in before `close`, and refuses what comes after", async () => {
    const commit = storage.commit(makeUnit({ receipt: makeReceipt("last") }));
    await storage.close();
    expect(await commit).toEqual({ ok: true, receiptSequence: 1 });
    await expect(storage.commit(makeUnit({ receipt: makeReceipt("late") }))).rejects.toThrow(StorageUnavailableError);
    await expect(storage.findRecord(APP, key("p"))).rejects.toThrow(StorageUnavailableError);
    await expect(storage.check()).rejects.toThrow(StorageUnavailableError);
    await storage.close();
    open();
    expect(await storage.listReceipts(APP, 0, 10)).toHaveLength(1);
  });
});

describe("the cache of records", () => {
  const ids = ["a", "b", "c", "d", "e"];
  const unit = fc.record({
    id: fc.constantFrom(...ids),
    // Mostly the right next version, sometimes not.
    step: fc.constantFrom(1, 1, 1, 0, 2),
    deleted: fc.boolean(),
    // A send whose id is taken makes the whole batch run again, unit by unit.
    breaks: fc.constantFrom(false, false, false, true),
  });
  const batch = fc.record({
    units: fc.array(unit, { minLength: 1, maxLength: 6 }),
    fault: fc.constantFrom<Fault>("none", "none", "full"),
    reads: fc.array(fc.constantFrom(...ids), { maxLength: 3 }),
  });

  it.each([0, 700, 1_000_000])("of %i characters serves what is committed, and nothing else", async (charactersMax) => {
    await storage.close();
    open(charactersMax);
    const direct = connection.prepareRead<[number, string, number]>(
      "SELECT version, sealed, deleted FROM records WHERE app_id = ? AND type = 'policy' AND id = ?",
    );
    const transaction = {
      id: "taken",
      walletId: "w",
      caip2: "eip155:1",
      hash: "0x",
      signed: "0x",
      referenceId: undefined,
      createdAtMs: 0,
    };
    await commitOk(storage, { transaction: { ...transaction, nonce: "first" } });
    let serial = 0;
    const expectCommitted = async () => {
      for (const id of ids) {
        const row = direct.findRow([APP, id]);
        const found: StoredRecord | undefined = await storage.findRecord(APP, key(id), { includeDeleted: true });
        expect(found && [found.version, found.sealed, found.deleted ? 1 : 0]).toEqual(row);
      }
    };
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { maxLength: 8 }), async (batches) => {
        for (const { units, fault: planned, reads } of batches) {
          fault = planned;
          const pending = units.map(({ id, step, deleted, breaks }) => {
            serial++;
            const version = Math.max(1, (direct.findRow([APP, id])?.[0] ?? 0) + step);
            const put = makePut("policy", id, version, { deleted, sealed: `${"s".repeat(serial % 200)} ${serial}` });
            const sends = breaks ? { transaction: { ...transaction, nonce: `${serial}` } } : {};
            return storage.commit(makeUnit({ put: [put], ...sends }));
          });
          const settled = Promise.allSettled(pending);
          for (const id of reads) await storage.findRecord(APP, key(id));
          await settled;
          await expectCommitted();
        }
      }),
      { numRuns: RUNS },
    );
  });
});

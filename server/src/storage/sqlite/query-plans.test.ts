import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { APP } from "../conformance/fixtures.ts";
import type { Storage } from "../storage.ts";
import type { Connection } from "./connection.ts";
import { openConnection } from "./open-connection.ts";
import { createSqliteStorage } from "./sqlite-storage.ts";

let folder: string;
let storage: Storage;
let connection: Connection;
const queries: string[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mandate-sqlite-"));
  const real = openConnection(join(folder, "mandate.db"), "create");
  connection = {
    ...real,
    prepareRead(sql) {
      queries.push(sql);
      return real.prepareRead(sql);
    },
    get inTransaction() {
      return real.inTransaction;
    },
  };
  storage = createSqliteStorage(connection);
});

afterAll(async () => {
  await storage.close();
  rmSync(folder, { recursive: true });
});

/** Steps that read rows which the query did not ask for. */
const WALK = /^SCAN |^SEARCH \S+ USING .*\(app_id=\?\)$/;

/** Walks that are meant: small tables, results of a step before, and lists in the order of their index. */
const MEANT = [
  /^SCAN (CONSTANT|quorums|q|o|k|schema_migrations|sqlite_schema)\b/,
  /^SCAN transactions USING INDEX transactions_pending$/,
  /^SCAN r USING INDEX records_apps$/,
  /^SEARCH u USING (COVERING )?INDEX users_order /,
  /^SEARCH u USING COVERING INDEX users_key /,
  /^SEARCH transactions USING INDEX transactions_order /,
  /^SEARCH receipts USING (COVERING )?INDEX receipts_sequence /,
];

it("no query walks a table: each goes by an index that names what it looks for", async () => {
  const page = { cursor: undefined, limit: 1 };
  const filters = [
    { userId: "u" },
    { publicKey: "k" },
    { address: "a" },
    { externalId: "e" },
    { entityId: "o" },
    { userId: "u", publicKey: "k", address: "a", externalId: "e", chainType: "c", includeArchived: true },
    { chainType: "c" },
  ];
  for (const filter of filters) await storage.listWallets(APP, filter, page);
  const receiptFilters = [{}, { walletId: "w" }, { signerId: "q" }, { policyId: "p" }, { decision: "DENY" as const }];
  for (const order of ["oldest", "newest"] as const) {
    for (const filter of filters) await storage.listWallets(APP, filter, { ...page, order });
    for (const filter of [{}, { walletId: "w" }, { walletId: "w", caip2: "c", hash: "h" }]) {
      await storage.listTransactions(APP, filter, { ...page, order });
    }
    for (const titled of [false, true]) await storage.listRecords(APP, "policy", { titled }, { ...page, order });
  }
  const userFilters = [{}, { accountType: "email" }, { hasWallet: true, createdFromMs: 1 }, { hasWallet: false }];
  for (const filter of userFilters) {
    await storage.findUsers(APP, { ...filter, createdBeforeMs: 9 }, page);
    await storage.findUsers(APP, filter, page);
  }
  for (const filter of receiptFilters) await storage.listLatestReceipts(APP, filter, undefined, 1);
  expect(queries.length).toBeGreaterThan(20);
  const walks: string[] = [];
  for (const sql of queries.splice(0)) {
    if (sql.startsWith("PRAGMA")) continue;
    const steps = connection.prepareRead<[number, number, number, string]>(`EXPLAIN QUERY PLAN ${sql}`).findRows([]);
    for (const [, , , step] of steps) {
      if (WALK.test(step) && !MEANT.some((meant) => meant.test(step))) walks.push(`${step}: ${sql}`);
    }
  }
  expect(walks).toEqual([]);
});

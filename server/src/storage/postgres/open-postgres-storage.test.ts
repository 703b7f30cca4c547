import { afterAll, beforeAll, describe } from "vitest";
import { findPostgres, type PostgresCluster, startPostgres } from "../../testing/postgres-cluster.ts";
import { describeStorage } from "../conformance.ts";
import type { Storage } from "../storage.ts";
import { openPostgresStorage } from "./open-postgres-storage.ts";

const bin = findPostgres();
if (bin === undefined) console.warn("PostgreSQL is not installed: its conformance suite is skipped");

describe.skipIf(bin === undefined)("on a server", () => {
  let cluster: PostgresCluster;
  beforeAll(async () => {
    cluster = await startPostgres(bin!);
  }, 120_000);
  afterAll(() => cluster?.remove(), 60_000);

  describeStorage("postgres", async () => {
    const url = await cluster.makeSchema();
    let storage = await openPostgresStorage({ url, connectionsMax: 3 });
    const others: Storage[] = [];
    return {
      storage,
      async close() {
        for (const opened of [storage, ...others]) await opened.close();
      },
      async another() {
        const other = await openPostgresStorage({ url, connectionsMax: 3 });
        others.push(other);
        return other;
      },
      async reopen() {
        await storage.close();
        storage = await openPostgresStorage({ url, connectionsMax: 3 });
        return storage;
      },
    };
  });
});

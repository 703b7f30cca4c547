import { afterAll, beforeAll, describe } from "vitest";
import { findPostgres, type PostgresCluster, startPostgres } from "../../testing/postgres-cluster.ts";
import { describeStorage } from "../conformance.ts";
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
    return {
      storage,
      close: () => storage.close(),
      async reopen() {
        await storage.close();
        storage = await openPostgresStorage({ url, connectionsMax: 3 });
        return storage;
      },
    };
  });
});

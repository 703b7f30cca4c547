/** The database of a server under test: its own file, or with `MANDATE_TEST_DATABASE=postgres` a server of its own. */
import { join } from "node:path";
import { findPostgres, startPostgres } from "@mandate/server/testing/postgres-cluster";

export type TestDatabase = { url: string; remove(): Promise<void> };

export const testsOnPostgres = process.env.MANDATE_TEST_DATABASE === "postgres";

export async function startTestDatabase(dataDir: string): Promise<TestDatabase> {
  if (!testsOnPostgres) return { url: join(dataDir, "mandate.db"), remove: async () => undefined };
  const bin = findPostgres();
  if (bin === undefined) throw new Error("MANDATE_TEST_DATABASE=postgres, and PostgreSQL is not installed");
  const cluster = await startPostgres(bin);
  return { url: await cluster.makeDatabase(), remove: () => cluster.remove() };
}

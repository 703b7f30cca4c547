import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeStorage } from "../conformance.ts";
import { openSqliteStorage } from "./open-sqlite-storage.ts";

describeStorage("sqlite", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mandate-sqlite-"));
  const file = join(folder, "mandate.db");
  let storage = await openSqliteStorage({ file });
  return {
    storage,
    async close() {
      await storage.close();
      rmSync(folder, { recursive: true });
    },
    async reopen() {
      await storage.close();
      storage = await openSqliteStorage({ file, mode: "existing" });
      return storage;
    },
  };
});

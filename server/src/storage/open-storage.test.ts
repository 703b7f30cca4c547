import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createStorage, UnsupportedDatabaseError } from "./open-storage.ts";

describe("createStorage", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "mandate-storage-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each(["postgres://db/mandate", "postgresql://db/mandate", "POSTGRES://db", "mysql://db/mandate", "https://x"])(
    "refuses %s, and does not show the URL, which may hold a password",
    async (url) => {
      const error = await createStorage(url).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(UnsupportedDatabaseError);
      expect(String(error)).not.toContain(url);
    },
  );

  it("opens a path, an sqlite URL and a file URL", async () => {
    const names = ["plain.db", "with url.db", "with file.db"];
    const paths = names.map((name) => join(folder, name));
    const urls = [paths[0], `sqlite://${paths[1]}`, pathToFileURL(paths[2] ?? "").href];
    for (const url of urls) {
      const storage = await createStorage(url ?? "");
      expect(storage.kind).toBe("sqlite");
      await storage.check();
      await storage.close();
    }
    expect(readdirSync(folder).sort()).toEqual([...names].sort());
  });
});

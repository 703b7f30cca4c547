import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createStorage, UnsupportedDatabaseError } from "./open-storage.ts";
import { StorageUnavailableError } from "./storage.ts";

describe("createStorage", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "mandate-storage-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each(["postgres:db", "postgres://u:p%@[::/db", "postgres://a b", "mysql://db/mandate", "https://x"])(
    "refuses %s, and does not show the URL, which may hold a password",
    async (url) => {
      const error = await createStorage(url).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(UnsupportedDatabaseError);
      expect(String(error)).not.toContain(url);
    },
  );

  it.each(["postgres", "postgresql"])(
    "says that a %s server does not answer, and keeps the password",
    async (scheme) => {
      // RFC 6335, port 9: discard. Nobody listens there.
      const error = await createStorage(`${scheme}://mandate:hunter2@127.0.0.1:9/mandate`).catch((reason) => reason);
      expect(error).toBeInstanceOf(StorageUnavailableError);
      expect(inspect(error, { depth: 9 })).not.toContain("hunter2");
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

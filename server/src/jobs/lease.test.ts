import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createStorage } from "../storage/open-storage.ts";
import type { Storage } from "../storage/storage.ts";
import { createLease } from "./lease.ts";

describe("a lease", () => {
  let folder: string;
  let storage: Storage;
  let now: number;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "mandate-lease-"));
    storage = await createStorage(join(folder, "test.db"));
    now = 1000;
  });
  afterEach(async () => {
    await storage.close();
    rmSync(folder, { recursive: true });
  });

  const lease = (holder: string, job = "job") =>
    createLease({ documents: storage, nowMs: () => now }, { job, holder, lastsMs: 100 });

  it("is refused to others until it ends, and then taken by one of them", async () => {
    expect(await lease("a").hold()).toBe(true);
    now = 1099;
    expect(await lease("b").hold()).toBe(false);
    now = 1100;
    const taken = await Promise.all(["b", "c", "d"].map((holder) => lease(holder).hold()));
    expect(taken.filter(Boolean)).toHaveLength(1);
    expect(await lease("a").hold()).toBe(false);
  });

  it("is prolonged by its holder, after a restart too", async () => {
    expect(await lease("a").hold()).toBe(true);
    now = 1090;
    expect(await lease("a").hold()).toBe(true);
    now = 1150;
    expect(await lease("b").hold()).toBe(false);
  });

  it("is one of its job alone", async () => {
    expect(await lease("a").hold()).toBe(true);
    expect(await lease("b", "other").hold()).toBe(true);
  });
});

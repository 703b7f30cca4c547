import fs, { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openHighWaterFile } from "./high-water-file.ts";
import { openLogHeadsFile } from "./log-heads-file.ts";
import { openMarkFile } from "./mark-file.ts";

/** What the disk does next: takes `bytes` of a write and then refuses, or fails a sync. */
const fault: { bytes?: number | undefined; sync?: boolean | undefined } = {};

vi.mock("node:fs", async (original) => {
  const real = await original<typeof import("node:fs")>();
  const fail = (code: string, syscall: string) => Object.assign(new Error(code), { code, syscall });
  return {
    ...real,
    writeSync(file: number, bytes: Uint8Array, at: number) {
      if (fault.bytes === undefined) return real.writeSync(file, bytes, at);
      if (fault.bytes === 0) throw fail("ENOSPC", "write");
      const taken = Math.min(fault.bytes, bytes.length - at);
      fault.bytes -= taken;
      return real.writeSync(file, bytes, at, taken);
    },
    fdatasyncSync(file: number) {
      if (fault.sync === true) {
        fault.sync = undefined;
        throw fail("EIO", "fdatasync");
      }
      real.fdatasyncSync(file);
    },
  };
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mandate-marks-"));
});
afterEach(() => {
  fault.bytes = undefined;
  fault.sync = undefined;
  rmSync(folder, { recursive: true });
});

describe("a file of marks", () => {
  it.each([
    ["high-water.log", openHighWaterFile],
    ["log-heads.log", openLogHeadsFile],
  ] as const)("that is gone although keys were sealed stops the start: %s", (name, open) => {
    const path = join(folder, name);
    expect(() => open(path, "existing")).toThrow("is gone");
    open(path, "create");
    expect(() => open(path, "existing")).not.toThrow();
  });

  it("keeps whole lines when the disk fills at any byte, and goes on when there is room", () => {
    const path = join(folder, "marks");
    const file = openMarkFile(path, ["first"]);
    const line = "0123456789";
    for (let bytes = 0; bytes <= line.length; bytes++) {
      fault.bytes = bytes;
      expect(() => file.append(line)).toThrow("ENOSPC");
      expect(readFileSync(path, "utf8")).toBe(`first\n${"then\n".repeat(bytes)}`);
      fault.bytes = undefined;
      file.append("then");
    }
  });

  it("takes nothing more after a failed sync", () => {
    const path = join(folder, "marks");
    const file = openMarkFile(path, []);
    fault.sync = true;
    expect(() => file.append("lost")).toThrow("EIO");
    expect(() => file.append("next")).toThrow("failed before");
    expect(readFileSync(path, "utf8")).toBe("");
  });

  it("remembers the last tree of each log over a restart", () => {
    const path = join(folder, "log-heads.log");
    const heads = openLogHeadsFile(path);
    for (let size = 1; size < 50; size++) heads.raise("app", { size, root: new Uint8Array(32).fill(size) });
    heads.raise("other", { size: 3, root: new Uint8Array(32) });
    const again = openLogHeadsFile(path);
    expect(again.get("app")).toEqual({ size: 49, root: new Uint8Array(32).fill(49) });
    expect(again.get("other")?.size).toBe(3);
    expect(readFileSync(path, "utf8").split("\n").length).toBe(3);
  });

  it("of log heads is refused when a line in it is damaged", () => {
    const path = join(folder, "log-heads.log");
    fs.writeFileSync(path, "app 1 x\n");
    expect(() => openLogHeadsFile(path)).toThrow("is damaged at line 1");
  });
});

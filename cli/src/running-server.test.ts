import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isOtherProcessAlive, ownIdentity } from "./process-identity.ts";
import { lockDataFolder, readRunningServer, removeRunningServer, writeRunningServer } from "./running-server.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mandate-running-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const facts = () => ({
  url: "https://wallets.example.com",
  localUrl: "http://127.0.0.1:3000",
  port: 3000,
  dataDir: folder,
  chains: {},
  startedAt: "2026-01-01T00:00:00.000Z",
  version: "0.1.0",
});

async function withOtherProcess(use: (pid: number) => void): Promise<void> {
  const child = spawn(process.execPath, ["-e", "setInterval(() => undefined, 1000)"], { stdio: "ignore" });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  try {
    use(child.pid as number);
  } finally {
    child.kill("SIGKILL");
    await exited;
  }
}

describe("lockDataFolder", () => {
  it("refuses while another process holds the folder, and says which", async () => {
    await withOtherProcess((pid) => {
      writeFileSync(join(folder, "server.lock"), JSON.stringify({ pid }));
      expect(() => lockDataFolder(folder)).toThrow(new RegExp(`is starting.*process ${pid}`));
      writeFileSync(join(folder, "server.json"), JSON.stringify({ ...facts(), pid }));
      expect(() => lockDataFolder(folder)).toThrow(/runs at http:\/\/127\.0\.0\.1:3000/);
    });
  });

  it("takes over what a crash left behind", () => {
    for (const left of [
      '{"pid":999999999}',
      `{"pid":${process.pid}}`,
      "",
      '{"pid":1',
      '{"pid":"1"}',
      '{"pid":-1}',
      "[]",
    ]) {
      writeFileSync(join(folder, "server.lock"), left);
      lockDataFolder(folder)();
      expect(existsSync(join(folder, "server.lock"))).toBe(false);
    }
  });

  it.runIf(process.platform === "linux")("is not fooled by a process id that was given out again", async () => {
    await withOtherProcess((pid) => {
      expect(isOtherProcessAlive({ pid })).toBe(true);
      expect(isOtherProcessAlive({ pid, startTicks: "1" })).toBe(false);
    });
    expect(ownIdentity().startTicks).toMatch(/^\d+$/);
  });
});

describe("server.json", () => {
  it("counts only while its process runs", async () => {
    expect(readRunningServer(folder)).toBeUndefined();
    writeFileSync(join(folder, "server.json"), JSON.stringify({ ...facts(), pid: 999_999_999 }));
    expect(readRunningServer(folder)).toBeUndefined();
    writeFileSync(join(folder, "server.json"), "{");
    expect(readRunningServer(folder)).toBeUndefined();
    await withOtherProcess((pid) => {
      writeFileSync(join(folder, "server.json"), JSON.stringify({ ...facts(), pid }));
      expect(readRunningServer(folder)).toMatchObject({ url: "https://wallets.example.com", pid });
    });
  });

  it("is written privately and removed", () => {
    writeRunningServer(facts());
    expect(statSync(join(folder, "server.json")).mode & 0o777).toBe(0o600);
    expect(readRunningServer(folder)).toMatchObject({ ...facts(), pid: process.pid });
    removeRunningServer(folder);
    expect(existsSync(join(folder, "server.json"))).toBe(false);
  });
});

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

type Report = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  testResults: { status: string; assertionResults: unknown[] }[];
};

// As Node itself loads it: without a compiler.
const bootstrap = createRequire(import.meta.url)("./tools/bootstrap.cts") as {
  isNodeSupported(version?: string): boolean;
  needsInstall(root: string): boolean;
  npmCommand(npmExecPath?: string): { file: string; args: string[]; shell: boolean };
  countTests(report: Report): { passed: number; failed: number; skipped: number };
};

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "mandate-bootstrap-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("bootstrap", () => {
  it("refuses tasks that it does not know", () => {
    const script = fileURLToPath(new URL("./tools/bootstrap.cts", import.meta.url));
    for (const args of [[], ["stop"], ["--help"]]) {
      const result = spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
      expect(result.status).toBe(2);
      expect(result.stderr).toContain("usage:");
    }
  });

  it("knows the oldest Node that works", () => {
    const versions = ["0.12.0", "18.20.4", "20.18.3", "20.19.0", "20.20.2", "22.0.0", "24.1.0-nightly"];
    expect(versions.map((version) => bootstrap.isNodeSupported(version))).toEqual([
      false,
      false,
      false,
      true,
      true,
      true,
      true,
    ]);
  });

  it("installs when nothing is installed or the lockfile is newer", () => {
    const lock = join(root, "package-lock.json");
    const installed = join(root, "node_modules", ".package-lock.json");
    writeFileSync(lock, "{}");
    expect(bootstrap.needsInstall(root)).toBe(true);
    mkdirSync(join(root, "node_modules"));
    expect(bootstrap.needsInstall(root)).toBe(true);
    writeFileSync(installed, "{}");
    utimesSync(lock, 2_000, 2_000);
    utimesSync(installed, 1_000, 1_000);
    expect(bootstrap.needsInstall(root)).toBe(true);
    utimesSync(installed, 2_000, 2_000);
    expect(bootstrap.needsInstall(root)).toBe(false);
    utimesSync(installed, 3_000, 3_000);
    expect(bootstrap.needsInstall(root)).toBe(false);
  });

  it("installs the compiler too, in production as well, with the npm that runs it", () => {
    expect(bootstrap.npmCommand("/npm/bin/npm-cli.js")).toMatchObject({
      file: process.execPath,
      args: expect.arrayContaining(["/npm/bin/npm-cli.js", "ci", "--include=dev"]),
    });
    expect(bootstrap.npmCommand("/usr/bin/yarn").file).toBe("npm");
  });

  it("counts a test file that cannot be loaded as a failure", () => {
    const report = {
      numPassedTests: 5,
      numFailedTests: 1,
      numPendingTests: 2,
      testResults: [] as Report["testResults"],
    };
    expect(bootstrap.countTests(report)).toEqual({ passed: 5, failed: 1, skipped: 2 });
    report.testResults = [
      { status: "failed", assertionResults: [] },
      { status: "failed", assertionResults: [{ status: "failed" }] },
      { status: "passed", assertionResults: [] },
    ];
    expect(bootstrap.countTests(report)).toEqual({ passed: 5, failed: 2, skipped: 2 });
  });
});

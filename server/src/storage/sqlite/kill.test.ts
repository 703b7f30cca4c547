import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { APP } from "../conformance/fixtures.ts";
import type { Storage } from "../storage.ts";
import { openSqliteStorage } from "./open-sqlite-storage.ts";

const KILLS = 20 * Number(process.env.MANDATE_FUZZ ?? 1);
const SERVER = fileURLToPath(new URL("../../..", import.meta.url));
const BUILT = new URL("../../../dist/storage/sqlite/open-sqlite-storage.js", import.meta.url).href;

/**
 * The writer, run on the build, as a child needs JavaScript. Eight lanes commit without pause; each unit puts the
 * next version of the lane's record, a receipt and a consumed digest. A line goes out after each acknowledgement.
 */
const WRITER = `
import { writeSync } from "node:fs";
const { openSqliteStorage } = await import(${JSON.stringify(BUILT)});
const storage = await openSqliteStorage({ file: process.argv[1] });
async function write(lane) {
  const id = "lane" + lane;
  const current = await storage.findRecord("${APP}", { type: "policy", id });
  for (let version = (current?.version ?? 0) + 1; ; version++) {
    const result = await storage.commit({
      appId: "${APP}",
      expect: version === 1 ? [] : [{ type: "policy", id, version: version - 1 }],
      put: [{ type: "policy", id, version, sealed: "x".repeat(700), deleted: false, createdAtMs: 1, references: [] }],
      receipt: { id: "r " + id + " " + version, receipt: id + " " + version, walletId: undefined, decision: "ALLOW", createdAtMs: 1 },
      consume: [{ digest: id + " " + version, expiresAtMs: 10 }],
      answer: { status: 200, body: "{}" },
    });
    if (!result.ok) throw new Error(JSON.stringify(result));
    writeSync(1, id + " " + version + " " + result.receiptSequence + "\\n");
  }
}
await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(write)).catch((error) => {
  writeSync(2, error.name);
  process.exit(1);
});
`;

type Acknowledged = { id: string; version: number; sequence: number };

let folder: string;
let file: string;

beforeAll(() => {
  const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
  execFileSync(process.execPath, [compiler, "-b", SERVER], { stdio: "inherit" });
}, 120_000);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mandate-kill-"));
  file = join(folder, "mandate.db");
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the writer until it ends, or for `lifeMs` after its first line, then kills it. */
async function runWriter(command: string[], lifeMs: number): Promise<{ lines: Acknowledged[]; error: string }> {
  const [program = "", ...parameters] = command;
  // A group of its own: killing a tracer alone would leave the writer behind.
  const child = spawn(program, [...parameters, "--input-type=module", "-e", WRITER, file], { detached: true });
  const kill = () => child.exitCode === null && child.pid !== undefined && process.kill(-child.pid, "SIGKILL");
  const lines: Acknowledged[] = [];
  let error = "";
  child.stderr.on("data", (chunk) => {
    error += chunk;
  });
  let timer: NodeJS.Timeout | undefined;
  const reader = createInterface({ input: child.stdout });
  reader.on("line", (line) => {
    // A kill cuts at most the last line short; without its sequence it is not counted.
    const [, id = "", version, sequence] = /^(lane\d) (\d+) (\d+)$/.exec(line) ?? [];
    if (id !== "") lines.push({ id, version: Number(version), sequence: Number(sequence) });
    timer ??= setTimeout(kill, lifeMs);
  });
  await Promise.all([once(child, "exit"), once(reader, "close")]);
  clearTimeout(timer);
  return { lines, error };
}

/** All that was acknowledged is there, and every unit is there as a whole or not at all. */
async function expectWhole(storage: Storage, acknowledged: Acknowledged[]): Promise<number> {
  const receipts: string[] = [];
  for (;;) {
    const page = await storage.listReceipts(APP, receipts.length, 1000);
    for (const { sequence, receipt } of page) expect(receipts.push(receipt)).toBe(sequence);
    if (page.length === 0) break;
  }
  const lost = acknowledged.filter(({ id, version, sequence }) => receipts[sequence - 1] !== `${id} ${version}`);
  expect(lost).toEqual([]);
  for (const [lane, receipt] of Object.entries(Object.fromEntries(receipts.map((text) => text.split(" "))))) {
    const record = await storage.findRecord(APP, { type: "policy", id: lane });
    expect(record?.version, lane).toBe(Number(receipt));
    expect(await storage.findConsumed(APP, `${lane} ${receipt}`, 0)).toBeDefined();
    expect(await storage.findConsumed(APP, `${lane} ${Number(receipt) + 1}`, 0)).toBeUndefined();
  }
  return receipts.length;
}

describe("kill -9 (I27, F1)", () => {
  it(`loses nothing that was acknowledged, ${KILLS} times on one file`, async () => {
    const acknowledged: Acknowledged[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const { lines, error } = await runWriter([process.execPath], 5 + Math.random() * 100);
      expect(error).toBe("");
      acknowledged.push(...lines);
    }
    const storage = await openSqliteStorage({ file, mode: "existing" });
    const stored = await expectWhole(storage, acknowledged);
    await storage.close();
    console.info(`${KILLS} kills: ${acknowledged.length} acknowledged, ${stored} stored, 0 lost`);
    expect(acknowledged.length).toBeGreaterThan(KILLS);
  });
});

const hasStrace = spawnSync("strace", ["-V"]).status === 0;
if (!hasStrace) console.info("strace is not installed: the tests with I/O errors are skipped");

describe.skipIf(!hasStrace)("the order of syncs (F4)", () => {
  it("has a sync between any two acknowledgements to one writer", async () => {
    const trace = join(folder, "trace");
    const calls = "trace=fsync,fdatasync,write";
    const { lines } = await runWriter(["strace", "-f", "-o", trace, "-e", calls, process.execPath], 1000);
    const synced = new Map<string, boolean>();
    const violations: string[] = [];
    let syncs = 0;
    let acknowledgements = 0;
    for (const line of readFileSync(trace, "utf8").split("\n")) {
      // Under -f a call that another thread interrupts shows in two halves; the second has the result.
      if (/(fsync|fdatasync)(\(| resumed>).*= 0$/.test(line)) {
        syncs++;
        for (const lane of synced.keys()) synced.set(lane, true);
      }
      const lane = /write\(1, "(lane\d) /.exec(line)?.[1];
      if (lane === undefined) continue;
      acknowledgements++;
      if (synced.get(lane) === false) violations.push(line);
      synced.set(lane, false);
    }
    expect(violations).toEqual([]);
    expect(acknowledgements).toBeGreaterThanOrEqual(lines.length);
    // Eight writers: a sync for each acknowledgement would be no group commit.
    expect(syncs).toBeLessThan(acknowledgements / 2);
    expect(lines.length).toBeGreaterThan(50);
  });
});

describe.skipIf(!hasStrace)("I/O errors (F6)", () => {
  it.each([
    ["fsync,fdatasync", "EIO", 30],
    ["pwrite64", "ENOSPC", 300],
    ["pwrite64", "EIO", 300],
  ])(
    "%s = %s from the %ith on: no acknowledgement follows, nothing acknowledged is lost",
    async (calls, errno, when) => {
      const trace = ["strace", "-f", "-o", join(folder, "trace"), "-e", `trace=${calls}`];
      const inject = ["-e", `inject=${calls}:error=${errno}:when=${when}+`, process.execPath];
      const { lines, error } = await runWriter([...trace, ...inject], 20_000);
      expect(error).toBe("StorageUnavailableError");
      expect(lines.length).toBeGreaterThan(0);
      const storage = await openSqliteStorage({ file, mode: "existing" });
      await expectWhole(storage, lines);
      await storage.close();
    },
  );
});

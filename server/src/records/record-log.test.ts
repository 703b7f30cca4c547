import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeBase64 } from "@mandate/core/encoding/base64";
import { encodeUtf8 } from "@mandate/core/encoding/utf8";
import { parseCheckpoint, parseLogKey, verifyCheckpoint } from "@mandate/core/log/checkpoint";
import { hashLeaf, verifyConsistency, verifyInclusion } from "@mandate/core/log/merkle-tree";
import { createTestSigner, type TestSigner } from "@mandate/signer/testing/harness";
import { askThroughFrames } from "@mandate/signer/testing/honest-api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createStorage } from "../storage/open-storage.ts";
import type { Storage } from "../storage/storage.ts";
import type { LogState } from "./log-state.ts";
import { createRecordLog, entryOf, type RecordLog } from "./record-log.ts";

const APP = "cmandateapp00000000000000";
let folder: string;
let storage: Storage;
let signer: TestSigner;
let logged: string[];
let made = 0;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "mandate-record-"));
  storage = await createStorage(join(folder, "mandate.db"));
  signer = await createTestSigner();
  logged = [];
});
afterEach(async () => {
  await storage.close();
  rmSync(folder, { recursive: true });
});

/** One replica: a record log of its own over the shared storage. */
function replica(who = signer, intervalMs = 1): RecordLog {
  const send = async (message: Parameters<typeof askThroughFrames>[1]) => askThroughFrames(who.state, message);
  const log = { info: () => undefined, error: (_: string, fields?: object) => logged.push(JSON.stringify(fields)) };
  return createRecordLog({ storage, documents: storage, signer: { send }, log, nowMs: () => 1 }, intervalMs);
}

async function commit(count: number, appId = APP): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, () => {
      const id = `r${made++}`;
      const record = { type: "receipt" as const, appId, id, version: 1, deleted: false, createdAtMs: 1, body: {} };
      const receipt = signer.context.sealer.sealRecord(record);
      const stored = { id, receipt, walletId: "w", decision: "ALLOW" as const, createdAtMs: 1 };
      return storage.commit({ appId, expect: [], put: [], receipt: stored });
    }),
  );
}

function rootOf({ checkpoint, key, size }: LogState): Uint8Array {
  const parsed = parseCheckpoint(checkpoint!)!;
  expect(verifyCheckpoint(parsed, parseLogKey(key!)!)).toBe(true);
  expect(parsed.size).toBe(size);
  return parsed.root;
}

const bytes = (hashes: string[]) => hashes.map((hash) => decodeBase64(hash)!);

async function expectProven(log: RecordLog, state: LogState): Promise<void> {
  const root = rootOf(state);
  const receipts = await storage.listReceipts(APP, 0, 10_000);
  for (const { sequence, receipt } of receipts.slice(0, state.size)) {
    const path = bytes(await log.proveInclusion(APP, state, sequence - 1));
    const leaf = hashLeaf(encodeUtf8(entryOf(receipt)));
    expect(verifyInclusion(leaf, { index: sequence - 1, size: state.size }, path, root)).toBe(true);
  }
}

describe("the record", () => {
  it("is empty, then holds what is committed, and proves each entry over full and partial tiles", async () => {
    const log = replica();
    expect(await log.advance(APP)).toMatchObject({ size: 0, checkpoint: undefined });
    const sizes: LogState[] = [];
    for (const count of [1, 6, 249, 1, 300, 3]) {
      await commit(count);
      sizes.push(await log.advance(APP));
    }
    expect(sizes.map(({ size }) => size)).toEqual([1, 7, 256, 257, 557, 560]);
    const state = sizes.at(-1)!;
    await expectProven(log, state);
    for (const old of sizes) {
      const path = bytes(await log.proveConsistency(APP, state, old.size, state.size));
      const now = { size: state.size, root: rootOf(state) };
      expect(verifyConsistency({ size: old.size, root: rootOf(old) }, now, path)).toBe(true);
    }
  });

  it("follows by itself, and what a stop still finds goes in", async () => {
    const log = replica();
    await commit(3);
    log.note(APP);
    await expect.poll(async () => (await replica().advance(APP)).size).toBe(3);
    const slow = replica(signer, 60_000);
    await commit(2);
    slow.note(APP);
    await slow.stop();
    expect((await storage.findDocument({ collection: "record_log", scope: APP, id: "state" }))?.body).toContain(
      '"size":5',
    );
  });

  it("is one log when three replicas with a signer each append to it at once", async () => {
    const signers = [signer, await createTestSigner(), await createTestSigner()];
    const replicas = signers.map((who) => replica(who));
    for (let round = 0; round < 12; round++) {
      await commit(1 + round * 7);
      await Promise.all(replicas.map((log, at) => (round % (at + 2) === 0 ? undefined : log.advance(APP))));
    }
    const [state, ...others] = await Promise.all(replicas.map((log) => log.advance(APP)));
    for (const other of others) expect(other).toEqual(state);
    expect(state!.size).toBe(await storage.findLastSequence(APP));
    await expectProven(replicas[0]!, state!);
    expect(logged).toEqual([]);
  });

  it("continues after a crash between signature and storage", async () => {
    await commit(5);
    const log = replica();
    await log.advance(APP);
    await commit(4);
    const send = async (message: Parameters<typeof askThroughFrames>[1]) => {
      askThroughFrames(signer.state, message);
      throw new Error("the process died");
    };
    const log1 = { info: () => undefined, error: () => undefined };
    const dying = createRecordLog({ storage, documents: storage, signer: { send }, log: log1, nowMs: () => 1 });
    await expect(dying.advance(APP)).rejects.toThrow("died");
    await commit(1);
    expect((await log.advance(APP)).size).toBe(10);
  });

  it("stops, and says so, when a stored receipt is not the signer's", async () => {
    const log = replica();
    await commit(2);
    const foreign = { id: "x", receipt: `1.${"0".repeat(16)}.${"A".repeat(43)}.{}`, walletId: "w" };
    await storage.commit({
      ...{ appId: APP, expect: [], put: [] },
      receipt: { ...foreign, decision: "ALLOW", createdAtMs: 1 },
    });
    await expect(log.advance(APP)).rejects.toThrow("not one that this signer made");
    log.note(APP);
    await expect.poll(() => logged.length).toBe(1);
    expect(await storage.findDocument({ collection: "record_log", scope: APP, id: "state" })).toBeUndefined();
  });
});

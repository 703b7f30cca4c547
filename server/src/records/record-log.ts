import { encodeBase64 } from "@mandate/core/encoding/base64";
import { encodeUtf8 } from "@mandate/core/encoding/utf8";
import { hashLeaf, listConsistencyPath, listInclusionPath } from "@mandate/core/log/merkle-tree";
import { appendToTiles, edgeOfTiles, type Tile } from "@mandate/core/log/tiles";
import type { SignerClient } from "@mandate/signer/client";
import type { SignerCheckpointed } from "@mandate/signer/protocol";
import type { Log } from "../log.ts";
import type { DocumentStore } from "../storage/documents.ts";
import type { StorageReader, StoredReceipt } from "../storage/storage.ts";
import { type LogState, readLogState, readRangeHashes, writeLogState } from "./log-state.ts";

export type RecordLogDeps = {
  storage: StorageReader;
  documents: DocumentStore;
  signer: Pick<SignerClient, "send">;
  log: Log;
  nowMs(): number;
};

/** The record of every app: receipts are in it when they are committed, in its tree a moment later. */
export type RecordLog = {
  /** The app has a new receipt. */
  note(appId: string): void;
  /** Brings all receipts that are committed by now into the tree. */
  advance(appId: string): Promise<LogState>;
  /** Audit path of the leaf `index`, as base64, in the tree of `state`. */
  proveInclusion(appId: string, state: LogState, index: number): Promise<string[]>;
  /** That the tree of `size` continues that of `oldSize`; both at most the state's. */
  proveConsistency(appId: string, state: LogState, oldSize: number, size: number): Promise<string[]>;
  stop(): Promise<void>;
};

/** How long a receipt may wait for its checkpoint: many then share one signature and one commit. */
const INTERVAL_MS = 250;
const BATCH_RECEIPTS_MAX = 500;
const BATCH_CHARACTERS_MAX = 4 * 1024 * 1024;
const ATTEMPTS_MAX = 20;

export function createRecordLog(deps: RecordLogDeps, intervalMs = INTERVAL_MS): RecordLog {
  const noted = new Set<string>();
  const running = new Map<string, Promise<LogState>>();
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();
  let stopped = false;

  function note(appId: string): void {
    if (stopped) return;
    noted.add(appId);
    timer ??= setTimeout(() => {
      timer = undefined;
      round = advanceNoted();
    }, intervalMs);
    timer.unref();
  }

  async function advanceNoted(): Promise<void> {
    const apps = [...noted];
    noted.clear();
    for (const appId of apps) {
      try {
        await advance(appId);
      } catch (error) {
        deps.log.error("the record of an app was not continued", {
          app_id: appId,
          reason: error instanceof Error ? error.message : "",
        });
      }
    }
  }

  /** One at a time for an app: the next one would lose the race against this one. */
  function advance(appId: string): Promise<LogState> {
    const before = running.get(appId) ?? Promise.resolve(undefined);
    const next = before
      .then(undefined, () => undefined)
      .then(() => advanceLog(deps, appId))
      .finally(() => {
        if (running.get(appId) === next) running.delete(appId);
      });
    running.set(appId, next);
    return next;
  }

  return {
    note,
    advance,
    async proveInclusion(appId, state, index) {
      const path = listInclusionPath(index, state.size);
      return (await readRangeHashes(deps.documents, appId, state, path)).map(encodeBase64);
    },
    proveConsistency: (appId, state, oldSize, size) => proveConsistency(deps, appId, state, oldSize, size),
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await round;
      await advanceNoted();
    },
  };
}

async function advanceLog(deps: RecordLogDeps, appId: string): Promise<LogState> {
  let state = await readLogState(deps.documents, appId);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; ) {
    const receipts = takeBatch(await deps.storage.listReceipts(appId, state.size, BATCH_RECEIPTS_MAX));
    if (receipts.length === 0) return state;
    const next = await appendReceipts(deps, appId, state, receipts);
    // Another replica has appended the same receipts meanwhile, as sequences are given by the database.
    if (next === undefined) {
      attempt += 1;
      state = await readLogState(deps.documents, appId);
    } else state = next;
  }
  throw new Error("other replicas kept changing the record");
}

function takeBatch(receipts: StoredReceipt[]): StoredReceipt[] {
  let characters = 0;
  const end = receipts.findIndex(({ receipt }) => {
    characters += receipt.length;
    return characters > BATCH_CHARACTERS_MAX;
  });
  return end < 0 ? receipts : receipts.slice(0, Math.max(1, end));
}

async function appendReceipts(
  deps: RecordLogDeps,
  appId: string,
  state: LogState,
  receipts: StoredReceipt[],
): Promise<LogState | undefined> {
  const partial = state.partial.map((hashes) => [...hashes]);
  const full: Tile[] = [];
  let size = state.size;
  for (const { sequence, receipt } of receipts) {
    if (sequence !== size + 1) throw new Error(`receipt ${size + 1} is missing from storage`);
    full.push(...appendToTiles(partial, size, hashLeaf(encodeUtf8(entryOf(receipt)))));
    size += 1;
  }
  const { checkpoint, key } = await askCheckpoint(deps, appId, state, receipts);
  const next = { ...state, size, checkpoint, key, partial };
  const written = await writeLogState(deps.documents, appId, next, full, deps.nowMs());
  return written ? { ...next, version: state.version + 1 } : undefined;
}

/** What of a sealed receipt is the entry: its canonical JSON. */
export function entryOf(sealed: string): string {
  return sealed.slice(sealed.indexOf("{"));
}

async function askCheckpoint(
  deps: RecordLogDeps,
  appId: string,
  state: LogState,
  receipts: StoredReceipt[],
): Promise<SignerCheckpointed> {
  const query = {
    kind: "checkpoint" as const,
    appId,
    size: state.size,
    edge: edgeOfTiles(state.partial, state.size).hashes.map(encodeBase64),
    receipts: receipts.map(({ receipt }) => receipt),
    ...(state.checkpoint === undefined ? {} : { previous: state.checkpoint }),
  };
  let answer = await deps.signer.send(query);
  // Other replicas signed since this one's signer did; it is shown that they continued its tree.
  if (answer.outcome === "need_consistency") {
    const consistency = await proveConsistency(deps, appId, state, answer.size, state.size);
    answer = await deps.signer.send({ ...query, consistency });
  }
  if (answer.outcome === "checkpoint") return answer;
  throw new Error(answer.outcome === "refused" ? answer.error : `the signer answered ${answer.outcome}`);
}

async function proveConsistency(
  { documents }: RecordLogDeps,
  appId: string,
  state: LogState,
  oldSize: number,
  size: number,
): Promise<string[]> {
  if (oldSize === 0 || oldSize === size) return [];
  const path = listConsistencyPath(oldSize, size);
  return (await readRangeHashes(documents, appId, state, path)).map(encodeBase64);
}

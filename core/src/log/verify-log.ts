import { equalBytes } from "../crypto/equal-bytes.ts";
import { decodeBase64 } from "../encoding/base64.ts";
import { canonicalize } from "../encoding/canonical-json.ts";
import { parseJson } from "../encoding/json.ts";
import type { JsonObject } from "../encoding/json-value.ts";
import { decodeUtf8, encodeUtf8 } from "../encoding/utf8.ts";
import { type LogKey, parseCheckpoint, parseLogKey, type SignedCheckpoint, verifyCheckpoint } from "./checkpoint.ts";
import type { ReadLog } from "./log-files.ts";
import { appendLeafHash, emptyEdge, hashLeaf, rootOfEdge, verifyInclusion } from "./merkle-tree.ts";

export type LogVerdict = { ok: true; origin: string; size: number; root: Uint8Array } | { ok: false; problem: string };

const ENTRY_LIMITS = { bytesMax: 65_535, membersMax: 200_000, depthMax: 80 };

/**
 * Whether a whole log is what its key has signed. `key` is the one that is trusted; without it the log's own counts,
 * and the verdict says only that the log agrees with itself. `earlier` are checkpoints that were seen before.
 */
export function verifyLog(log: ReadLog, trusted: { key?: string; earlier?: readonly string[] } = {}): LogVerdict {
  if (trusted.key !== undefined && trusted.key.trimEnd() !== log.key)
    return fail(`the log's key is not the trusted one: ${log.key}`);
  const key = parseLogKey(log.key);
  if (key === undefined) return fail("the log's key is malformed");
  const checkpoint = openCheckpoint(log.checkpoint, key);
  if (typeof checkpoint === "string") return fail(`the checkpoint ${checkpoint}`);
  const known = new Map<number, SignedCheckpoint>();
  for (const text of trusted.earlier ?? []) {
    const seen = openCheckpoint(text, key);
    if (typeof seen === "string") return fail(`an earlier checkpoint ${seen}`);
    if (seen.size > checkpoint.size)
      return fail(`the log has ${checkpoint.size} entries, but one of ${seen.size} was signed before: it was cut`);
    const twin = known.get(seen.size);
    if (twin !== undefined && !equalBytes(twin.root, seen.root))
      return fail(`two different logs of ${seen.size} entries were signed: it was forked`);
    known.set(seen.size, seen);
  }
  return verifyEntries(log, checkpoint, known);
}

function verifyEntries(log: ReadLog, checkpoint: SignedCheckpoint, known: Map<number, SignedCheckpoint>): LogVerdict {
  if (log.entries.length !== checkpoint.size)
    return fail(`there are ${log.entries.length} entries, and ${checkpoint.size} were signed`);
  const edge = emptyEdge();
  const ids = new Map<string, number>();
  for (const [index, entry] of log.entries.entries()) {
    const hash = hashLeaf(entry);
    if (!equalBytes(hash, log.leafHashes[index]!)) return fail(`entry ${index} is not the one of its hash tile`);
    const problem = judgeEntry(entry, checkpoint.origin, ids, index);
    if (problem !== undefined) return fail(`entry ${index} ${problem}`);
    appendLeafHash(edge, hash);
    const seen = known.get(edge.size);
    if (seen !== undefined && !equalBytes(seen.root, rootOfEdge(edge)))
      return fail(`the first ${edge.size} entries are not those that were signed before: altered or forked`);
  }
  const root = rootOfEdge(edge);
  if (!equalBytes(root, checkpoint.root)) return fail("the entries are not those that were signed");
  return { ok: true, origin: checkpoint.origin, size: checkpoint.size, root };
}

/** What is wrong with an entry as a receipt of this log. */
function judgeEntry(entry: Uint8Array, origin: string, ids: Map<string, number>, index: number): string | undefined {
  const parsed = parseJson(entry, ENTRY_LIMITS);
  if (!parsed.ok || canonicalize(parsed.value) !== decodeUtf8(entry)) return "is not canonical JSON";
  const receipt = parsed.value as JsonObject;
  if (receipt === null || typeof receipt !== "object" || receipt.type !== "receipt") return "is not a receipt";
  if (typeof receipt.app_id !== "string" || !origin.endsWith(`/${receipt.app_id}`)) return "is of another app";
  const { id } = receipt;
  if (typeof id !== "string") return "has no id";
  const twin = ids.get(id);
  if (twin !== undefined) return `is the same receipt as entry ${twin}`;
  ids.set(id, index);
  return undefined;
}

/** The one file that proves one entry: what `GET /v1/records/{id}/proof` answers. */
export function verifyProofFile(text: string, trusted: { key?: string } = {}): LogVerdict {
  const parsed = parseJson(encodeUtf8(text), { bytesMax: 1_000_000 });
  const file = parsed.ok ? parsed.value : undefined;
  if (typeof file !== "object" || file === null || Array.isArray(file) || file.v !== 1)
    return fail("the file is not a proof of this version");
  const { key: keyText, index, entry: entryText, proof } = file;
  if (typeof keyText !== "string" || typeof entryText !== "string" || typeof proof !== "string")
    return fail("the file lacks key, entry or proof");
  if (trusted.key !== undefined && trusted.key.trimEnd() !== keyText)
    return fail(`the proof's key is not the trusted one: ${keyText}`);
  const key = parseLogKey(keyText);
  if (key === undefined) return fail("the proof's key is malformed");
  const read = readProof(proof);
  if (read === undefined || read.index !== index) return fail("the proof is malformed");
  const checkpoint = openCheckpoint(read.checkpoint, key);
  if (typeof checkpoint === "string") return fail(`the checkpoint ${checkpoint}`);
  const entry = encodeUtf8(entryText);
  const problem = judgeEntry(entry, checkpoint.origin, new Map(), read.index);
  if (problem !== undefined) return fail(`the entry ${problem}`);
  const place = { index: read.index, size: checkpoint.size };
  if (!verifyInclusion(hashLeaf(entry), place, read.path, checkpoint.root))
    return fail("the entry is not at this place of the log that was signed");
  return { ok: true, origin: checkpoint.origin, size: checkpoint.size, root: checkpoint.root };
}

/** c2sp.org/tlog-proof@v1, without extra data. */
function readProof(proof: string): { index: number; path: Uint8Array[]; checkpoint: string } | undefined {
  const end = proof.indexOf("\n\n");
  const [magic, indexLine, ...hashes] = proof.slice(0, end).split("\n");
  const match = /^index (0|[1-9][0-9]{0,15})$/.exec(indexLine ?? "");
  if (end < 0 || magic !== "c2sp.org/tlog-proof@v1" || match === null) return undefined;
  const path = hashes.map(decodeBase64);
  if (path.some((hash) => hash?.length !== 32)) return undefined;
  return { index: Number(match[1]), path: path as Uint8Array[], checkpoint: proof.slice(end + 2) };
}

function openCheckpoint(note: string, key: LogKey): SignedCheckpoint | string {
  const checkpoint = parseCheckpoint(note);
  if (checkpoint === undefined) return "is malformed";
  return verifyCheckpoint(checkpoint, key) ? checkpoint : "is not signed by the log's key";
}

function fail(problem: string): LogVerdict {
  return { ok: false, problem };
}

import { concatBytes } from "@noble/hashes/utils.js";
import { decodeUtf8, encodeUtf8 } from "../encoding/utf8.ts";
import { parseCheckpoint } from "./checkpoint.ts";
import { hashLeaf } from "./merkle-tree.ts";
import { appendToTiles, type PartialTiles, TILE_WIDTH, type Tile, tilePath } from "./tiles.ts";

/**
 * A log as files, laid out as c2sp.org/tlog-tiles serves them: `checkpoint`, `key`, hash tiles and bundles of entries
 * (each entry after its length in two bytes, big-endian).
 */
export type LogFiles = Map<string, Uint8Array>;

export type ReadLog = { checkpoint: string; key: string; entries: Uint8Array[]; leafHashes: Uint8Array[] };

const HASH_BYTES = 32;

export function writeLogFiles(checkpoint: string, key: string, entries: readonly Uint8Array[]): LogFiles {
  const files: LogFiles = new Map();
  files.set("checkpoint", encodeUtf8(checkpoint));
  files.set("key", encodeUtf8(`${key}\n`));
  const partial: PartialTiles = [];
  const write = ({ level, index, hashes }: Tile) =>
    files.set(tilePath(level, index, hashes.length), concatBytes(...hashes));
  for (const [index, entry] of entries.entries()) {
    for (const tile of appendToTiles(partial, index, hashLeaf(entry))) write(tile);
  }
  for (const [level, hashes] of partial.entries()) {
    const index = Math.floor(entries.length / TILE_WIDTH ** (level + 1));
    if (hashes.length > 0) write({ level, index, hashes });
  }
  for (let first = 0; first < entries.length; first += TILE_WIDTH) {
    const bundle = entries.slice(first, first + TILE_WIDTH);
    files.set(tilePath("entries", first / TILE_WIDTH, bundle.length), encodeBundle(bundle));
  }
  return files;
}

/** What the files say, or what is missing or malformed. Nothing is verified here but the form. */
export function readLogFiles(
  read: (path: string) => Uint8Array | undefined,
): { ok: true; log: ReadLog } | { ok: false; problem: string } {
  const checkpoint = textOf(read("checkpoint"));
  const key = textOf(read("key"))?.trimEnd();
  if (checkpoint === undefined || key === undefined)
    return { ok: false, problem: "the files `checkpoint` and `key` must be there and be text" };
  const parsed = parseCheckpoint(checkpoint);
  if (parsed === undefined) return { ok: false, problem: "`checkpoint` is not a signed checkpoint" };
  const entries: Uint8Array[] = [];
  const leafHashes: Uint8Array[] = [];
  for (let first = 0; first < parsed.size; first += TILE_WIDTH) {
    const width = Math.min(TILE_WIDTH, parsed.size - first);
    const index = first / TILE_WIDTH;
    const [bundlePath, hashPath] = [tilePath("entries", index, width), tilePath(0, index, width)];
    const bundle = decodeBundle(read(bundlePath));
    if (bundle?.length !== width)
      return { ok: false, problem: `${bundlePath} is missing or does not hold ${width} entries` };
    const hashes = read(hashPath);
    if (hashes?.length !== width * HASH_BYTES)
      return { ok: false, problem: `${hashPath} is missing or does not hold ${width} hashes` };
    entries.push(...bundle);
    for (let at = 0; at < width; at++) leafHashes.push(hashes.slice(at * HASH_BYTES, (at + 1) * HASH_BYTES));
  }
  return { ok: true, log: { checkpoint, key, entries, leafHashes } };
}

function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  const bundle = new Uint8Array(entries.reduce((length, entry) => length + 2 + entry.length, 0));
  let at = 0;
  for (const entry of entries) {
    if (entry.length > 0xffff) throw new RangeError("an entry of the log has at most 65535 bytes");
    bundle.set([entry.length >> 8, entry.length & 0xff], at);
    bundle.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return bundle;
}

function decodeBundle(bundle: Uint8Array | undefined): Uint8Array[] | undefined {
  if (bundle === undefined) return undefined;
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bundle.length; ) {
    if (at + 2 > bundle.length) return undefined;
    const end = at + 2 + bundle[at]! * 256 + bundle[at + 1]!;
    if (end > bundle.length) return undefined;
    entries.push(bundle.slice(at + 2, end));
    at = end;
  }
  return entries;
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : decodeUtf8(bytes);
}

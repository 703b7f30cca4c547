import { decodeBase64, encodeBase64 } from "@mandate/core/encoding/base64";
import { joinHashes, type LeafRange, splitRange, type TreeNode } from "@mandate/core/log/merkle-tree";
import { joinPerfect, locateNode, type PartialTiles, TILE_WIDTH, type Tile } from "@mandate/core/log/tiles";
import type { DocumentStore, PutDocument } from "../storage/documents.ts";

/** Of one app's log: how far it is in the tree, the checkpoint over that, and the tiles that are not full yet. */
export type LogState = {
  /** Of the document, for compare-and-set; 0 before there is one. */
  version: number;
  size: number;
  /** Signed note; undefined while the log is empty. */
  checkpoint: string | undefined;
  /** What verifies it, in its C2SP text. */
  key: string | undefined;
  partial: PartialTiles;
};

const STATES = "record_log";
const TILES = "record_tile";
const HASH_BYTES = 32;

export async function readLogState(documents: DocumentStore, appId: string): Promise<LogState> {
  const stored = await documents.findDocument({ collection: STATES, scope: appId, id: "state" });
  if (stored === undefined) return { version: 0, size: 0, checkpoint: undefined, key: undefined, partial: [] };
  const body = JSON.parse(stored.body) as { size: number; checkpoint: string; key: string; partial: string[] };
  return { ...body, version: stored.version, partial: body.partial.map(decodeHashes) };
}

/** False when another replica was faster. */
export async function writeLogState(
  documents: DocumentStore,
  appId: string,
  { version, size, checkpoint, key, partial }: LogState,
  full: readonly Tile[],
  nowMs: number,
): Promise<boolean> {
  const body = JSON.stringify({ size, checkpoint, key, partial: partial.map(encodeHashes) });
  const put: PutDocument[] = [
    { collection: STATES, scope: appId, id: "state", version: version + 1, body, createdAtMs: nowMs },
    ...full.map(({ level, index, hashes }) => ({
      ...{ collection: TILES, scope: appId, id: tileId(level, index), version: 1 },
      ...{ body: JSON.stringify(encodeHashes(hashes)), createdAtMs: nowMs },
    })),
  ];
  return (await documents.writeDocuments({ put })).ok;
}

/** The hashes of ranges of the tree that `state` describes, in their order. */
export async function readRangeHashes(
  documents: DocumentStore,
  appId: string,
  state: LogState,
  ranges: readonly LeafRange[],
): Promise<Uint8Array[]> {
  const read = createNodeReader(documents, appId, state);
  return Promise.all(ranges.map(async (range) => joinHashes(await Promise.all(splitRange(range).map(read)))));
}

function createNodeReader(documents: DocumentStore, appId: string, state: LogState) {
  const tiles = new Map<string, Promise<Uint8Array[]>>();
  return async (node: TreeNode): Promise<Uint8Array> => {
    const { level, index, offset, count } = locateNode(node);
    const isFull = (index + 1) * TILE_WIDTH ** (level + 1) <= state.size;
    const id = tileId(level, index);
    const hashes = isFull ? (tiles.get(id) ?? readTile(documents, appId, id)) : (state.partial[level] ?? []);
    if (hashes instanceof Promise) tiles.set(id, hashes);
    const found = (await hashes).slice(offset, offset + count);
    if (found.length !== count) throw new Error(`tile ${id} of the record lacks hashes`);
    return joinPerfect(found);
  };
}

async function readTile(documents: DocumentStore, appId: string, id: string): Promise<Uint8Array[]> {
  const stored = await documents.findDocument({ collection: TILES, scope: appId, id });
  if (stored === undefined) throw new Error(`tile ${id} of the record is missing`);
  return decodeHashes(JSON.parse(stored.body) as string);
}

function tileId(level: number, index: number): string {
  return `${level}/${index}`;
}

function encodeHashes(hashes: readonly Uint8Array[]): string {
  return encodeBase64(new Uint8Array(Buffer.concat(hashes)));
}

function decodeHashes(text: string): Uint8Array[] {
  const bytes = decodeBase64(text);
  if (bytes === undefined || bytes.length % HASH_BYTES !== 0) throw new Error("a tile of the record is damaged");
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, at) =>
    bytes.slice(at * HASH_BYTES, (at + 1) * HASH_BYTES),
  );
}

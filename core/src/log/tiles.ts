import { appendLeafHash, emptyEdge, joinHashes, rootOfEdge, type TreeEdge, type TreeNode } from "./merkle-tree.ts";

/**
 * The tree cut into tiles (c2sp.org/tlog-tiles): tile (L, N) holds the hashes of level 8·L with the indexes
 * [256·N, 256·N + 256). Full tiles never change; those at the right edge grow.
 */
export const TILE_WIDTH = 256;
export const TILE_HEIGHT = 8;

export type Tile = { level: number; index: number; hashes: Uint8Array[] };

/** The incomplete tiles of a tree, by tile level; with the full tiles they are the whole tree. */
export type PartialTiles = Uint8Array[][];

/** Changes `partial`; returns the tiles that became full. */
export function appendToTiles(partial: PartialTiles, size: number, leafHash: Uint8Array): Tile[] {
  const full: Tile[] = [];
  let hash = leafHash;
  let index = size;
  for (let level = 0; ; level++) {
    partial[level] ??= [];
    const hashes = partial[level]!;
    hashes.push(hash);
    if (hashes.length < TILE_WIDTH) return full;
    index = Math.floor(index / TILE_WIDTH);
    full.push({ level, index, hashes });
    partial[level] = [];
    hash = joinPerfect(hashes);
  }
}

/** The right edge that the incomplete tiles describe. */
export function edgeOfTiles(partial: PartialTiles, size: number): TreeEdge {
  const hashes: Uint8Array[] = [];
  for (let level = partial.length - 1; level >= 0; level--) {
    const edge = emptyEdge();
    for (const hash of partial[level]!) appendLeafHash(edge, hash);
    hashes.push(...edge.hashes);
  }
  return { size, hashes };
}

/** Where a node of the tree is found: so many hashes of one tile, from `offset`, whose join it is. */
export function locateNode({ level, index }: TreeNode): {
  level: number;
  index: number;
  offset: number;
  count: number;
} {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  const count = 2 ** (level - tileLevel * TILE_HEIGHT);
  const first = index * count;
  const tileIndex = Math.floor(first / TILE_WIDTH);
  return { level: tileLevel, index: tileIndex, offset: first - tileIndex * TILE_WIDTH, count };
}

export function joinPerfect(hashes: readonly Uint8Array[]): Uint8Array {
  const edge = emptyEdge();
  for (const hash of hashes) appendLeafHash(edge, hash);
  return edge.hashes.length === 1 ? rootOfEdge(edge) : joinHashes(edge.hashes);
}

/** `tile/<L>/<N>[.p/<W>]`, with N in groups of three digits, all but the last marked by an x. */
export function tilePath(level: number | "entries", index: number, width: number = TILE_WIDTH): string {
  const groups = [String(index % 1000).padStart(3, "0")];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000))
    groups.unshift(`x${String(rest % 1000).padStart(3, "0")}`);
  return `tile/${level}/${groups.join("/")}${width === TILE_WIDTH ? "" : `.p/${width}`}`;
}

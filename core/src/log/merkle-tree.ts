import { concatBytes } from "@noble/hashes/utils.js";
import { equalBytes } from "../crypto/equal-bytes.ts";
import { sha256 } from "../crypto/primitives.ts";

/**
 * The Merkle tree of RFC 6962 §2.1 over SHA-256. Sizes are counts of leaves, below 2^53. A hash of the tree is named by
 * level and index: `level` 0 are the leaves, and (l, i) covers the leaves [i·2^l, (i+1)·2^l).
 */
export type TreeNode = { level: number; index: number };

/** Leaves `from` (inclusive) to `to` (exclusive). */
export type LeafRange = { from: number; to: number };

/** The right edge of a tree: the roots of its perfect subtrees, largest first. All that appending needs. */
export type TreeEdge = { size: number; hashes: Uint8Array[] };

const LEAF = new Uint8Array([0]);
const NODE = new Uint8Array([1]);

export function hashLeaf(entry: Uint8Array): Uint8Array {
  return sha256(concatBytes(LEAF, entry));
}

export function hashNode(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concatBytes(NODE, left, right));
}

export function emptyEdge(): TreeEdge {
  return { size: 0, hashes: [] };
}

/** Changes `edge`. */
export function appendLeafHash(edge: TreeEdge, leafHash: Uint8Array): void {
  let hash = leafHash;
  // Each trailing one bit of the size is a subtree as large as the one that grew.
  for (let size = edge.size; size % 2 === 1; size = (size - 1) / 2) hash = hashNode(edge.hashes.pop()!, hash);
  edge.hashes.push(hash);
  edge.size += 1;
}

/** Whether the edge has as many hashes as a tree of its size. */
export function isEdge(edge: TreeEdge): boolean {
  if (!Number.isSafeInteger(edge.size) || edge.size < 0) return false;
  return (
    edge.hashes.length === splitRange({ from: 0, to: edge.size }).length &&
    edge.hashes.every((hash) => hash.length === 32)
  );
}

export function rootOfEdge({ hashes }: TreeEdge): Uint8Array {
  return joinHashes(hashes);
}

/** The hash of a range from those of the subtrees that `splitRange` names. Of none: SHA-256 of nothing. */
export function joinHashes(hashes: readonly Uint8Array[]): Uint8Array {
  const last = hashes.at(-1);
  if (last === undefined) return sha256(new Uint8Array(0));
  return hashes.slice(0, -1).reduceRight((right, left) => hashNode(left, right), last);
}

/** The perfect subtrees, largest first, of a range that begins where one of at least its size does. */
export function splitRange({ from, to }: LeafRange): TreeNode[] {
  const nodes: TreeNode[] = [];
  let at = from;
  for (let rest = to - from; rest > 0; ) {
    const level = levelBelow(rest);
    nodes.push({ level, index: at / 2 ** level });
    at += 2 ** level;
    rest -= 2 ** level;
  }
  return nodes;
}

/** The largest level whose subtrees have at most `size` leaves. */
function levelBelow(size: number): number {
  let level = 0;
  while (2 ** (level + 1) <= size) level += 1;
  return level;
}

/** The largest power of two below `size` (RFC 6962 §2.1's k). */
function splitPoint(size: number): number {
  const power = 2 ** levelBelow(size);
  return power === size ? power / 2 : power;
}

/** The ranges whose hashes, in this order, are the audit path of a leaf (RFC 6962 §2.1.1). */
export function listInclusionPath(index: number, size: number): LeafRange[] {
  const path: LeafRange[] = [];
  let range = { from: 0, to: size };
  while (range.to - range.from > 1) {
    const middle = range.from + splitPoint(range.to - range.from);
    const [left, right] = [
      { from: range.from, to: middle },
      { from: middle, to: range.to },
    ];
    path.unshift(index < middle ? right : left);
    range = index < middle ? left : right;
  }
  return path;
}

/** The ranges whose hashes, in this order, prove that the tree of `size` begins with that of `oldSize` (§2.1.2). */
export function listConsistencyPath(oldSize: number, size: number): LeafRange[] {
  const path: LeafRange[] = [];
  let range = { from: 0, to: size };
  let isWhole = true;
  while (oldSize !== range.to) {
    const middle = range.from + splitPoint(range.to - range.from);
    if (oldSize <= middle) {
      path.unshift({ from: middle, to: range.to });
      range = { from: range.from, to: middle };
    } else {
      path.unshift({ from: range.from, to: middle });
      range = { from: middle, to: range.to };
      isWhole = false;
    }
  }
  return isWhole ? path : [range, ...path];
}

/** RFC 9162 §2.1.3.2. */
export function verifyInclusion(
  leafHash: Uint8Array,
  { index, size }: { index: number; size: number },
  path: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return false;
  let hash = leafHash;
  let [node, last] = [index, size - 1];
  for (const sibling of path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = hashNode(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      hash = hashNode(hash, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && equalBytes(hash, root);
}

/** RFC 9162 §2.1.4.2. */
export function verifyConsistency(
  old: { size: number; root: Uint8Array },
  now: { size: number; root: Uint8Array },
  path: readonly Uint8Array[],
): boolean {
  if (!Number.isSafeInteger(old.size) || !Number.isSafeInteger(now.size) || old.size < 0 || old.size > now.size)
    return false;
  if (old.size === now.size) return path.length === 0 && equalBytes(old.root, now.root);
  if (old.size === 0) return path.length === 0;
  const isPower = 2 ** levelBelow(old.size) === old.size;
  const [first, ...rest] = isPower ? [old.root, ...path] : path;
  if (first === undefined) return false;
  let [node, last] = [old.size - 1, now.size - 1];
  while (node % 2 === 1) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  let [oldHash, newHash] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      oldHash = hashNode(sibling, oldHash);
      newHash = hashNode(sibling, newHash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      newHash = hashNode(newHash, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && equalBytes(oldHash, old.root) && equalBytes(newHash, now.root);
}

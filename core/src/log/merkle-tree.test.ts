import { describe, expect, it } from "vitest";
import { sha256 } from "../crypto/primitives.ts";
import { decodeHex, encodeHex } from "../encoding/hex.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";
import {
  appendLeafHash,
  emptyEdge,
  hashLeaf,
  hashNode,
  joinHashes,
  type LeafRange,
  listConsistencyPath,
  listInclusionPath,
  rootOfEdge,
  splitRange,
  verifyConsistency,
  verifyInclusion,
} from "./merkle-tree.ts";
import { appendToTiles, edgeOfTiles, joinPerfect, locateNode, type PartialTiles, tilePath } from "./tiles.ts";

const SIZE = 70;
const leaves = Array.from({ length: SIZE }, (_, index) => hashLeaf(encodeUtf8(`entry ${index}`)));

/** RFC 6962 §2.1, word for word. */
function treeHash(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 0) return sha256(new Uint8Array(0));
  if (hashes.length === 1) return hashes[0]!;
  let k = 1;
  while (k * 2 < hashes.length) k *= 2;
  return hashNode(treeHash(hashes.slice(0, k)), treeHash(hashes.slice(k)));
}

const hashOf = ({ from, to }: LeafRange) => treeHash(leaves.slice(from, to));

describe("the tree of RFC 6962", () => {
  it("has the roots that its reference implementation tests with", () => {
    const inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    const roots = [
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    const edge = emptyEdge();
    for (const [at, input] of inputs.entries()) {
      appendLeafHash(edge, hashLeaf(decodeHex(input)!));
      expect(encodeHex(rootOfEdge(edge))).toBe(roots[at]);
    }
  });

  it("grows by its edge as it is defined", () => {
    const edge = emptyEdge();
    for (let size = 0; size <= SIZE; size++) {
      expect(rootOfEdge(edge)).toEqual(treeHash(leaves.slice(0, size)));
      expect(edge.hashes).toEqual(
        splitRange({ from: 0, to: size }).map(({ level, index }) =>
          hashOf({ from: index * 2 ** level, to: (index + 1) * 2 ** level }),
        ),
      );
      if (size < SIZE) appendLeafHash(edge, leaves[size]!);
    }
  });

  it("proves each entry at each size, and nothing else", () => {
    for (let size = 1; size <= SIZE; size++) {
      const root = treeHash(leaves.slice(0, size));
      for (let index = 0; index < size; index++) {
        const path = listInclusionPath(index, size).map(hashOf);
        expect(verifyInclusion(leaves[index]!, { index, size }, path, root)).toBe(true);
        expect(verifyInclusion(leaves[(index + 1) % SIZE]!, { index, size }, path, root)).toBe(false);
        expect(verifyInclusion(leaves[index]!, { index: index + 1, size }, path, root)).toBe(false);
        expect(verifyInclusion(leaves[index]!, { index, size }, [...path, root], root)).toBe(false);
        if (path.length > 0)
          expect(verifyInclusion(leaves[index]!, { index, size }, path.slice(0, -1), root)).toBe(false);
      }
    }
  });

  it("proves that each size continues each smaller one, and no other tree", () => {
    for (let size = 1; size <= SIZE; size++) {
      const now = { size, root: treeHash(leaves.slice(0, size)) };
      for (let oldSize = 0; oldSize <= size; oldSize++) {
        const old = { size: oldSize, root: treeHash(leaves.slice(0, oldSize)) };
        const path = oldSize === 0 ? [] : listConsistencyPath(oldSize, size).map(hashOf);
        expect(verifyConsistency(old, now, path)).toBe(true);
        if (oldSize === 0) continue;
        const forked = { size: oldSize, root: treeHash([...leaves.slice(1, oldSize), leaves[SIZE - 1]!]) };
        expect(verifyConsistency(forked, now, path)).toBe(false);
        expect(verifyConsistency(old, { size, root: forked.root }, path)).toBe(false);
        expect(verifyConsistency(old, now, [...path, now.root])).toBe(false);
        if (path.length > 0) expect(verifyConsistency(old, now, path.slice(1))).toBe(false);
      }
    }
  });
});

describe("tiles", () => {
  it("are full at 256 and give back every node", () => {
    const partial: PartialTiles = [];
    const full = new Map<string, Uint8Array[]>();
    const edge = emptyEdge();
    const size = 66_000;
    for (let index = 0; index < size; index++) {
      const leaf = sha256(new Uint8Array([index >> 16, (index >> 8) & 255, index & 255]));
      for (const tile of appendToTiles(partial, index, leaf)) full.set(`${tile.level}/${tile.index}`, tile.hashes);
      appendLeafHash(edge, leaf);
    }
    expect(edgeOfTiles(partial, size)).toEqual(edge);
    expect(full.size).toBe(257 + 1);
    const read = (node: { level: number; index: number }) => {
      const { level, index, offset, count } = locateNode(node);
      const hashes = full.get(`${level}/${index}`) ?? partial[level]!;
      return joinPerfect(hashes.slice(offset, offset + count));
    };
    const root = rootOfEdge(edge);
    for (const index of [0, 1, 255, 256, 65_535, 65_536, 65_999]) {
      const path = listInclusionPath(index, size).map((range) => joinHashes(splitRange(range).map(read)));
      const leaf = read({ level: 0, index });
      expect(verifyInclusion(leaf, { index, size }, path, root)).toBe(true);
    }
  });

  it("are named as C2SP names them", () => {
    expect(tilePath(0, 0)).toBe("tile/0/000");
    expect(tilePath("entries", 5, 3)).toBe("tile/entries/005.p/3");
    expect(tilePath(1, 1234067)).toBe("tile/1/x001/x234/067");
  });
});

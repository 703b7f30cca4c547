import { HARDENED_OFFSET, parseDerivationPath } from "./derivation-path.ts";
import { hashChild, makeMasterNode } from "./hd-node.ts";

/**
 * The 32-byte Ed25519 private key (the seed of RFC 8032) at `path` below a seed of 16 to 64 bytes (SLIP-10). Every level
 * must be hardened, as Ed25519 has no other; otherwise it throws.
 */
export function deriveEd25519(seed: Uint8Array, path: string): Uint8Array {
  const indexes = parseDerivationPath(path);
  if (indexes.some((index) => index < HARDENED_OFFSET)) {
    throw new TypeError(`every level of an Ed25519 path must be hardened: ${path}`);
  }
  let node = makeMasterNode("ed25519 seed", seed);
  for (const index of indexes) {
    const child = hashChild(node, index);
    node.fill(0);
    node = child;
  }
  const privateKey = node.slice(0, 32);
  node.fill(0);
  return privateKey;
}

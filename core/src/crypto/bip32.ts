import { HARDENED_OFFSET, parseDerivationPath } from "./derivation-path.ts";
import { type HdNode, hashChild, makeMasterNode } from "./hd-node.ts";
import { secp256k1PublicKey } from "./primitives.ts";
import { addSecp256k1Scalars, isValidSecp256k1PrivateKey } from "./secp256k1.ts";

/**
 * The 32-byte secp256k1 private key at `path` (such as `m/44'/60'/0'/0/0`) below a seed of 16 to 64 bytes (BIP-32,
 * "Master key generation" and "Private parent key → private child key"). Throws for other seeds, for what is no path,
 * and where BIP-32 has no key (probability below 2^-127 a level). Keys and chain codes on the way are overwritten; what
 * the hash functions copied is not.
 */
export function deriveSecp256k1(seed: Uint8Array, path: string): Uint8Array {
  const indexes = parseDerivationPath(path);
  const node = makeMasterNode("Bitcoin seed", seed);
  const key = node.subarray(0, 32);
  try {
    assertKey(isValidSecp256k1PrivateKey(key));
    for (const index of indexes) descend(node, key, index);
    return key.slice();
  } finally {
    node.fill(0);
  }
}

/** Replaces a node, of which `key` is the first half, by its child. */
function descend(node: HdNode, key: Uint8Array, index: number): void {
  const child = hashChild(node, index, index < HARDENED_OFFSET ? secp256k1PublicKey(key, true) : undefined);
  // BIP-32 would take a tweak of zero, which occurs as rarely as those that it refuses.
  const tweak = child.subarray(0, 32);
  const valid = isValidSecp256k1PrivateKey(tweak) && addSecp256k1Scalars(tweak, key);
  node.set(child);
  child.fill(0);
  assertKey(valid);
}

function assertKey(valid: boolean): void {
  if (!valid) throw new Error("the derivation path has no key; use another index");
}

import { hmac } from "@noble/hashes/hmac.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { HARDENED_OFFSET, parseDerivationPath } from "./derivation-path.ts";
import { secp256k1PublicKey } from "./primitives.ts";
import { addSecp256k1Scalars, isValidSecp256k1PrivateKey } from "./secp256k1.ts";

/**
 * The 32-byte secp256k1 private key at `path` (such as `m/44'/60'/0'/0/0`) below a seed of 16 to 64 bytes (BIP-32,
 * "Master key generation" and "Private parent key → private child key"). Throws for other seeds, for what is no path,
 * and where BIP-32 has no key (probability below 2^-127 a level). Keys and chain codes on the way are overwritten; what
 * the hash functions copied is not.
 */
export function deriveSecp256k1(seed: Uint8Array, path: string): Uint8Array {
  if (seed.length < 16 || seed.length > 64) throw new TypeError("seed must have 16 to 64 bytes");
  const indexes = parseDerivationPath(path);
  // key ‖ chain code, 32 bytes each
  const node = hmac(sha512, encodeUtf8("Bitcoin seed"), seed);
  const key = node.subarray(0, 32);
  try {
    assertKey(isValidSecp256k1PrivateKey(key));
    for (const index of indexes) descend(node, key, index);
    return key.slice();
  } finally {
    node.fill(0);
  }
}

/** Replaces a node by its child. */
function descend(node: Uint8Array, key: Uint8Array, index: number): void {
  // 0x00 ‖ ser256(k) for a hardened child, else serP(point(k)); then ser32(i)
  const data = new Uint8Array(37);
  if (index < HARDENED_OFFSET) data.set(secp256k1PublicKey(key, true));
  else data.set(key, 1);
  new DataView(data.buffer).setUint32(33, index);
  const child = hmac(sha512, node.subarray(32), data);
  data.fill(0);
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

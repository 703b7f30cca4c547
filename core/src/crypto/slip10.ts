import { hmac } from "@noble/hashes/hmac.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { HARDENED_OFFSET, parseDerivationPath } from "./derivation-path.ts";

/**
 * The 32-byte Ed25519 private key (the seed of RFC 8032) at `path` below a seed of 16 to 64 bytes (SLIP-10). Every level
 * must be hardened, as Ed25519 has no other; otherwise it throws.
 */
export function deriveEd25519(seed: Uint8Array, path: string): Uint8Array {
  if (seed.length < 16 || seed.length > 64) throw new TypeError("seed must have 16 to 64 bytes");
  const indexes = parseDerivationPath(path);
  if (indexes.some((index) => index < HARDENED_OFFSET)) {
    throw new TypeError(`every level of an Ed25519 path must be hardened: ${path}`);
  }
  // key ‖ chain code, 32 bytes each
  let node = hmac(sha512, encodeUtf8("ed25519 seed"), seed);
  for (const index of indexes) {
    // 0x00 ‖ ser256(k) ‖ ser32(i)  (SLIP-10, "Private parent key → private child key")
    const data = new Uint8Array(37);
    data.set(node.subarray(0, 32), 1);
    new DataView(data.buffer).setUint32(33, index);
    const child = hmac(sha512, node.subarray(32), data);
    data.fill(0);
    node.fill(0);
    node = child;
  }
  const privateKey = node.slice(0, 32);
  node.fill(0);
  return privateKey;
}

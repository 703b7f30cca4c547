import { hmac } from "@noble/hashes/hmac.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { encodeUtf8 } from "../encoding/utf8.ts";

/** What BIP-32 and SLIP-10 share. A node is key ‖ chain code, 32 bytes each; its owner overwrites it. */
export type HdNode = Uint8Array;

/** The first node below a seed of 16 to 64 bytes; other lengths throw. `curve` is the text that the curve's rule names. */
export function makeMasterNode(curve: string, seed: Uint8Array): HdNode {
  if (seed.length < 16 || seed.length > 64) throw new TypeError("seed must have 16 to 64 bytes");
  return hmac(sha512, encodeUtf8(curve), seed);
}

/**
 * HMAC of the parent for the child `index`: over 0x00 ‖ ser256(k) ‖ ser32(i), or serP(point(k)) ‖ ser32(i) where
 * `publicKey` (33 bytes) is given. SLIP-10 for Ed25519 takes it as the child; BIP-32 adds the parent's key to it.
 */
export function hashChild(parent: HdNode, index: number, publicKey?: Uint8Array): HdNode {
  const data = new Uint8Array(37);
  if (publicKey === undefined) data.set(parent.subarray(0, 32), 1);
  else data.set(publicKey);
  new DataView(data.buffer).setUint32(33, index);
  const child = hmac(sha512, parent.subarray(32), data);
  data.fill(0);
  return child;
}

import { concatBytes } from "../chains/concat-bytes.ts";
import { sha256 } from "../crypto/primitives.ts";
import { StarkPoint, toBytes, toInteger } from "./stark-curve.ts";

const ORDER = StarkPoint.Fn.ORDER;
/** The largest multiple of the order below 2^256: values from here up are drawn again, so that none is likelier. */
const LIMIT = (1n << 256n) - ((1n << 256n) % ORDER);

/**
 * A Stark private key from the 32 bytes at an HD path: the first SHA-256 of key ‖ counter below the limit, modulo the order
 * (EIP-2645, "Key derivation"). The counter is one byte, as in the wallets that established the method.
 */
export function grindStarkKey(seedKey: Uint8Array): Uint8Array {
  if (seedKey.length !== 32) throw new TypeError("key must have 32 bytes");
  for (let counter = 0; counter < 256; counter++) {
    const candidate = toInteger(sha256(concatBytes(seedKey, Uint8Array.of(counter))));
    if (candidate < LIMIT && candidate % ORDER !== 0n) return toBytes(candidate % ORDER);
  }
  throw new Error("no counter gives a key; use another index");
}

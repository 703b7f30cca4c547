import { createPublicKey, verify } from "node:crypto";
import { base58 } from "@scure/base";

/** RFC 8410: an Ed25519 public key's SPKI is this prefix and the 32 bytes that a Solana address spells. */
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

/** Whether the holder of a Solana address signed these bytes; told by OpenSSL, not by our own code. */
export function isEd25519Signature(signature: Uint8Array, message: Uint8Array, address: string): boolean {
  const key = createPublicKey({
    key: Buffer.concat([SPKI_PREFIX, base58.decode(address)]),
    format: "der",
    type: "spki",
  });
  return verify(null, message, key, signature);
}

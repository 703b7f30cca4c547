import { ed25519PublicKey, signEd25519, verifyEd25519 } from "./primitives.ts";

/**
 * Signs a message and gives the 64-byte signature only if it verifies against `publicKey` (32 bytes).
 *
 * INVARIANT I19: one (seed, message) has one nonce (RFC 8032 §5.1.6), and two signatures of which a fault spoiled one
 * would give the seed away; so a signature that does not verify throws and is never released. Pass the public key that
 * is stored with the wallet: it also proves that the right seed was opened. Left out, it is derived from the seed.
 */
export function signEd25519Checked(
  message: Uint8Array,
  seed: Uint8Array,
  publicKey: Uint8Array = ed25519PublicKey(seed),
): Uint8Array {
  const signature = signEd25519(seed, message);
  if (!verifyEd25519(publicKey, message, signature)) {
    throw new Error("the signature does not verify against the wallet's public key; it was thrown away");
  }
  return signature;
}

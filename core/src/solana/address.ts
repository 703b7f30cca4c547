import { base58 } from "@scure/base";

// 32 bytes have 32 to 44 digits in base 58.
const ADDRESS = /^[1-9A-HJ-NP-Za-km-z]{32,44}$/;

/**
 * The 32 bytes of an address, which is a public key or derived from a program, in base58 with the Bitcoin alphabet.
 * Undefined for anything else. One address has one spelling: `encodeSolanaAddress(parseSolanaAddress(text)) === text`.
 */
export function parseSolanaAddress(text: string): Uint8Array | undefined {
  // Bounded first: decoding takes time with the square of the length.
  if (!ADDRESS.test(text)) return undefined;
  const address = base58.decode(text);
  return address.length === 32 ? address : undefined;
}

/** The base58 spelling of 32 bytes. */
export function encodeSolanaAddress(address: Uint8Array): string {
  if (address.length !== 32) throw new RangeError("a Solana address has 32 bytes");
  return base58.encode(address);
}

/** The base58 spelling of a 64-byte signature; that of the fee payer is what the network calls the transaction by. */
export function encodeSolanaSignature(signature: Uint8Array): string {
  if (signature.length !== 64) throw new RangeError("an Ed25519 signature has 64 bytes");
  return base58.encode(signature);
}

import { base58 } from "@scure/base";
import type { ChainType } from "../chains/chain-type.ts";
import { concatBytes } from "../chains/concat-bytes.ts";
import { decodeText } from "../chains/decode-text.ts";
import { makeEd25519Chain } from "../chains/ed25519-chain.ts";
import { parseNoRequest } from "../chains/signable-request.ts";
import { equalBytes } from "../crypto/equal-bytes.ts";
import { ed25519PublicKey } from "../crypto/primitives.ts";
import { encodeBase58Ascii } from "../encoding/base58-ascii.ts";
import { encodeSolanaAddress, parseSolanaAddress } from "./address.ts";

const common = makeEd25519Chain({
  derivationPath: (index) => `m/44'/501'/${index}'/0'`,
  address: encodeSolanaAddress,
  canonicalAddress: (text) => (parseSolanaAddress(text) === undefined ? undefined : text),
  readKeyText: (text) => readKeyPair(decodeText(base58, text) ?? new Uint8Array()),
  rpcMethods: [],
  parseRequest: parseNoRequest("solana"),
});

/** Solana: the address is the public key. Its rpc methods are decoded by `core/solana/request`. */
export const solana: ChainType = Object.freeze({
  ...common,
  // base58 of seed ‖ public key, which is what its wallets import (spec 04 §6).
  encodePrivateKeyForExport(seed: Uint8Array) {
    const pair = concatBytes(seed, ed25519PublicKey(seed));
    const text = encodeBase58Ascii(pair);
    pair.fill(0);
    return text;
  },
  parseImportedPrivateKey: (plaintext: Uint8Array) =>
    readKeyPair(plaintext) ?? common.parseImportedPrivateKey(plaintext),
  // What Solana signs is a message without a hash before it, so a longer `hash` could be a whole transaction (I14).
  refuseDigest: (digest: Uint8Array) => (digest.length === 32 ? undefined : "`hash` must have 32 bytes"),
});

/** The seed in seed ‖ public key, or in the seed alone; undefined where the two halves are no pair. */
function readKeyPair(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length === 32) return bytes.slice();
  if (bytes.length !== 64) return undefined;
  const seed = bytes.slice(0, 32);
  return equalBytes(ed25519PublicKey(seed), bytes.subarray(32)) ? seed : undefined;
}

import { secp256k1 } from "@noble/curves/secp256k1.js";
import { deriveSecp256k1 } from "../crypto/bip32.ts";
import { secp256k1PublicKey } from "../crypto/primitives.ts";
import { isValidSecp256k1PrivateKey, signRecoverable } from "../crypto/secp256k1.ts";
import { encodeHex, encodeHexAscii } from "../encoding/hex.ts";
import type { ChainType } from "./chain-type.ts";
import { concatBytes } from "./concat-bytes.ts";
import { readImportedKey } from "./imported-key.ts";

type Secp256k1Chain = Pick<
  ChainType,
  "derivationPath" | "address" | "canonicalAddress" | "rpcMethods" | "parseRequest"
> &
  Partial<Pick<ChainType, "rawSign" | "walletPublicKeyField">> & {
    /** Reads a chain's own text of a private key, for imports. */
    readKeyText?: (text: string) => Uint8Array | undefined;
  };

/** A chain type on secp256k1; what it does not say is what all of them do. */
export function makeSecp256k1Chain(chain: Secp256k1Chain): ChainType {
  const { readKeyText, ...own } = chain;
  return Object.freeze({
    curve: "secp256k1",
    derive: (seed: Uint8Array, index: number) => deriveSecp256k1(seed, chain.derivationPath(index)),
    publicKey: (privateKey: Uint8Array) => secp256k1PublicKey(privateKey, true),
    isAddress: (text: string) => chain.canonicalAddress(text) !== undefined,
    // 64 hex characters without 0x (spec 04 §6).
    encodePrivateKeyForExport: encodeHexAscii,
    parseImportedPrivateKey: (plaintext: Uint8Array) =>
      readImportedKey(plaintext, isValidSecp256k1PrivateKey, readKeyText),
    refuseDigest: (digest: Uint8Array) => (digest.length === 32 ? undefined : "`hash` must have 32 bytes"),
    rawSign: signCompact,
    walletPublicKeyField: encodeHex,
    ...own,
  });
}

/** r ‖ s, 32 bytes each, s low (spec 04 §5). */
export function signCompact(digest: Uint8Array, privateKey: Uint8Array): Uint8Array {
  const { r, s } = signRecoverable(digest, privateKey);
  return concatBytes(r, s);
}

/** The 65-byte form (SEC 1 §2.3.3) of a compressed public key. Throws for bytes that are not a point. */
export function uncompressPublicKey(publicKey: Uint8Array): Uint8Array {
  return secp256k1.Point.fromBytes(publicKey).toBytes(false);
}

/** The 33-byte form of a 65-byte public key. */
export function compressPublicKey(publicKey: Uint8Array): Uint8Array {
  if (publicKey.length !== 65 || publicKey[0] !== 4) throw new TypeError("public key must be 65 bytes, uncompressed");
  return concatBytes(Uint8Array.of(2 + (publicKey[64]! & 1)), publicKey.subarray(1, 33));
}

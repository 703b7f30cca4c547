import { signEd25519Checked } from "../crypto/ed25519.ts";
import { ed25519PublicKey } from "../crypto/primitives.ts";
import { deriveEd25519 } from "../crypto/slip10.ts";
import { encodeHex, encodeHexAscii } from "../encoding/hex.ts";
import type { ChainType } from "./chain-type.ts";
import { readImportedKey } from "./imported-key.ts";

type Ed25519Chain = Pick<
  ChainType,
  "derivationPath" | "address" | "canonicalAddress" | "rpcMethods" | "parseRequest"
> & {
  /** Reads a chain's own text of a private key, for imports. */
  readKeyText?: (text: string) => Uint8Array | undefined;
};

/** A chain type on Ed25519 with SLIP-10 derivation; what it does not say is what all of them do. */
export function makeEd25519Chain({ readKeyText, ...own }: Ed25519Chain): ChainType {
  return Object.freeze({
    curve: "ed25519",
    derive: (seed: Uint8Array, index: number) => deriveEd25519(seed, own.derivationPath(index)),
    publicKey: ed25519PublicKey,
    isAddress: (text: string) => own.canonicalAddress(text) !== undefined,
    encodePrivateKeyForExport: encodeHexAscii,
    // Every 32 bytes are a seed (RFC 8032 §5.1.5).
    parseImportedPrivateKey: (plaintext: Uint8Array) => readImportedKey(plaintext, () => true, readKeyText),
    // Ed25519 hashes what it signs, so the wire lets a caller pass a signing message of any length as `hash`.
    refuseDigest: (digest: Uint8Array) => (digest.length > 0 ? undefined : "`hash` must not be empty"),
    rawSign: (digest: Uint8Array, privateKey: Uint8Array) => signEd25519Checked(digest, privateKey),
    walletPublicKeyField: encodeHex,
    ...own,
  });
}

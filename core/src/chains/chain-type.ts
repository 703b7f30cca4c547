import type { JsonValue } from "../encoding/json-value.ts";
import type { ParsedSignable, SigningContext } from "./signable-request.ts";

/**
 * What a wallet needs to know about its chain (spec 04 §3, §5–7). One value per chain type; `chain-types.ts` is the table.
 *
 * A private key is 32 bytes: a scalar, or the seed of RFC 8032. A public key is 33 bytes compressed (SEC 1 §2.3.3) on
 * secp256k1, 32 bytes on Ed25519 (RFC 8032 §5.1.2) and on the Stark curve (the x-coordinate). Functions that take a key
 * throw for one of the wrong shape, as a bug; functions that read input answer undefined.
 */
export type ChainType = {
  readonly curve: "secp256k1" | "ed25519" | "starknet";
  /** The HD path of the wallet with this index, from 0. */
  readonly derivationPath: (index: number) => string;
  /** The private key at that path below a seed of 16 to 64 bytes (BIP-32 or SLIP-10). */
  readonly derive: (seed: Uint8Array, index: number) => Uint8Array;
  readonly publicKey: (privateKey: Uint8Array) => Uint8Array;
  /** The wallet's address in its canonical spelling. */
  readonly address: (publicKey: Uint8Array) => string;
  /** The canonical spelling of an address in a request; undefined when it is not one of this chain. */
  readonly canonicalAddress: (text: string) => string | undefined;
  readonly isAddress: (text: string) => boolean;
  /** The ASCII text that is encrypted for the owner on export (spec 04 §6), as bytes that can be overwritten. */
  readonly encodePrivateKeyForExport: (privateKey: Uint8Array) => Uint8Array;
  /** The private key in the plaintext of an import (spec 04 §7): raw bytes, or one of the chain's usual texts in ASCII. */
  readonly parseImportedPrivateKey: (plaintext: Uint8Array) => Uint8Array | undefined;
  /** What keeps a digest from being signed by `raw_sign`, in words for the caller; undefined when it can be. */
  readonly refuseDigest: (digest: Uint8Array) => string | undefined;
  /** The 64 bytes that `raw_sign` answers, verified before they are returned (I19). Throws for a digest that is refused. */
  readonly rawSign: (digest: Uint8Array, privateKey: Uint8Array) => Uint8Array;
  /** `public_key` of the wallet object; undefined where the wire has none. */
  readonly walletPublicKeyField: (publicKey: Uint8Array) => string | undefined;
  /** Methods of `POST /v1/wallets/{id}/rpc` that the row itself decodes and signs. */
  readonly rpcMethods: readonly string[];
  /** Decodes the body of such a method, strictly at every level. */
  readonly parseRequest: (body: JsonValue, context: SigningContext) => ParsedSignable;
};

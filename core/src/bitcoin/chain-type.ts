import { schnorr, secp256k1 } from "@noble/curves/secp256k1.js";
import { ripemd160 } from "@noble/hashes/legacy.js";
import { bech32, bech32m } from "@scure/base";
import { decodeBech32 } from "../chains/decode-text.ts";
import { makeSecp256k1Chain } from "../chains/secp256k1-chain.ts";
import { parseNoRequest } from "../chains/signable-request.ts";
import { sha256 } from "../crypto/primitives.ts";
import { signTaproot, taprootOutputKey } from "./taproot.ts";
import { parseWif } from "./wif.ts";

/** The human-readable part of mainnet (BIP-173, "Segwit address format"). */
const PREFIX = "bc";

/** Pay to witness public key hash: version 0 and the RIPEMD-160 of the SHA-256 of the key (BIP-141, BIP-173, BIP-84). */
export const bitcoinSegwit = makeSecp256k1Chain({
  derivationPath: (index) => `m/84'/0'/0'/0/${index}`,
  address: (publicKey) => bech32.encode(PREFIX, [0, ...bech32.toWords(ripemd160(sha256(publicKey)))]),
  canonicalAddress: (text) => {
    const program = decodeBech32(bech32, text, PREFIX, 0);
    return program?.length === 20 ? text.toLowerCase() : undefined;
  },
  readKeyText: parseWif,
  rpcMethods: [],
  parseRequest: parseNoRequest("bitcoin-segwit"),
});

/** Pay to taproot by key path: version 1 and the output key of BIP-86, in bech32m (BIP-341, BIP-350). */
export const bitcoinTaproot = makeSecp256k1Chain({
  derivationPath: (index) => `m/86'/0'/0'/0/${index}`,
  address: (publicKey) => bech32m.encode(PREFIX, [1, ...bech32m.toWords(taprootOutputKey(publicKey))]),
  canonicalAddress: (text) => {
    const program = decodeBech32(bech32m, text, PREFIX, 1);
    return program?.length === 32 && isXCoordinate(program) ? text.toLowerCase() : undefined;
  },
  readKeyText: parseWif,
  // Schnorr with the tweaked key: what a key-path spend of the wallet's address needs (BIP-341, "Script validation rules").
  rawSign: signTaproot,
  rpcMethods: [],
  parseRequest: parseNoRequest("bitcoin-taproot"),
});

/** Whether the bytes are the x-coordinate of a point (BIP-340, "lift_x"); coins sent to anything else are lost. */
function isXCoordinate(bytes: Uint8Array): boolean {
  try {
    schnorr.utils.lift_x(secp256k1.Point.Fp.fromBytes(bytes));
    return true;
  } catch {
    return false;
  }
}

import type { ChainType } from "../chains/chain-type.ts";
import { readImportedKey } from "../chains/imported-key.ts";
import { parseNoRequest } from "../chains/signable-request.ts";
import { deriveSecp256k1 } from "../crypto/bip32.ts";
import { decodeHex, encodeHex, encodeHexAscii } from "../encoding/hex.ts";
import { canonicalStarknetAddress, starknetAccountAddress } from "./account-address.ts";
import { grindStarkKey } from "./grind-key.ts";
import { isSignableStarkHash, isValidStarkPrivateKey, signStark, starkPublicKey } from "./stark-curve.ts";

/** Starknet with OpenZeppelin's account contract. Coin type 9004 (SLIP-44) and BIP-32 first, then EIP-2645's grinding. */
export const starknet: ChainType = Object.freeze({
  curve: "starknet",
  derivationPath,
  derive(seed: Uint8Array, index: number) {
    const node = deriveSecp256k1(seed, derivationPath(index));
    const privateKey = grindStarkKey(node);
    node.fill(0);
    return privateKey;
  },
  publicKey: starkPublicKey,
  address: starknetAccountAddress,
  canonicalAddress: canonicalStarknetAddress,
  isAddress: (text: string) => canonicalStarknetAddress(text) !== undefined,
  encodePrivateKeyForExport: encodeHexAscii,
  parseImportedPrivateKey: (plaintext: Uint8Array) => readImportedKey(plaintext, isValidStarkPrivateKey, parseShortHex),
  refuseDigest: (digest: Uint8Array) =>
    isSignableStarkHash(digest) ? undefined : "`hash` must have 32 bytes and be below 2^251",
  rawSign: signStark,
  walletPublicKeyField: encodeHex,
  rpcMethods: [],
  parseRequest: parseNoRequest("starknet"),
});

function derivationPath(index: number): string {
  return `m/44'/9004'/0'/0/${index}`;
}

/** Starknet's tools drop leading zeros of field elements. */
function parseShortHex(text: string): Uint8Array | undefined {
  const digits = /^0x([0-9a-fA-F]{1,64})$/.exec(text)?.[1];
  return digits === undefined ? undefined : decodeHex(digits.padStart(64, "0"));
}

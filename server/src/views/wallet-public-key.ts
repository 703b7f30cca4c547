import { chainTypes, isChainType } from "@mandate/core/chains/chain-types";
import { compressPublicKey } from "@mandate/core/chains/secp256k1-chain";
import { decodeHex } from "@mandate/core/encoding/hex";

/** The wire's `public_key` of a wallet (spec 04 §1), from the key in its record; Ethereum has none. */
export function viewPublicKey(chainType: string, verifyingKey: string): string | undefined {
  if (!isChainType(chainType)) return undefined;
  const key = decodeHex(verifyingKey);
  if (key === undefined) throw new Error("a wallet record without a key");
  const short = key.length === 65 ? compressPublicKey(key) : key;
  return chainTypes[chainType].walletPublicKeyField(short);
}

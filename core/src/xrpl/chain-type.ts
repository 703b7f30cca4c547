import { makeSecp256k1Chain } from "../chains/secp256k1-chain.ts";
import { decodeHex } from "../encoding/hex.ts";
import { encodeXrplAddress, parseXrplAddress, xrplAccountId } from "./address.ts";
import { parseXrplRequest } from "./request.ts";

/** XRP Ledger with secp256k1 keys. */
export const xrpl = makeSecp256k1Chain({
  derivationPath: (index) => `m/44'/144'/0'/0/${index}`,
  address: (publicKey) => encodeXrplAddress(xrplAccountId(publicKey)),
  canonicalAddress: (text) => (parseXrplAddress(text) === undefined ? undefined : text),
  readKeyText: parsePaddedKey,
  rpcMethods: ["xrpl_signTransaction"],
  parseRequest: parseXrplRequest,
});

/** The ledger's tools write a secp256k1 key with a leading zero byte, 66 hex digits. */
function parsePaddedKey(text: string): Uint8Array | undefined {
  return /^00[0-9a-fA-F]{64}$/.test(text) ? decodeHex(text.slice(2)) : undefined;
}

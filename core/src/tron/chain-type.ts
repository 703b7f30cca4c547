import { makeSecp256k1Chain } from "../chains/secp256k1-chain.ts";
import { encodeTronAddress, parseTronBase58, tronAddressBytes } from "./address.ts";
import { parseTronRequest } from "./request.ts";

/** TRON, coin type 195 (SLIP-44). */
export const tron = makeSecp256k1Chain({
  derivationPath: (index) => `m/44'/195'/0'/0/${index}`,
  address: (publicKey) => encodeTronAddress(tronAddressBytes(publicKey)),
  canonicalAddress: (text) => (parseTronBase58(text) === undefined ? undefined : text),
  rpcMethods: ["tron_signTransaction", "tron_sendTransaction"],
  parseRequest: parseTronRequest,
});

import { ethereumAddressBytes } from "../crypto/secp256k1.ts";
import { parseEthereumAddress, toChecksumAddress } from "../ethereum/address.ts";
import { makeSecp256k1Chain, uncompressPublicKey } from "./secp256k1-chain.ts";
import { parseNoRequest } from "./signable-request.ts";

/** Ethereum and its kin: EIP-55 addresses, BIP-44 coin type 60. */
export const ethereum = makeSecp256k1Chain({
  derivationPath: (index) => `m/44'/60'/0'/0/${index}`,
  address: (publicKey) => toChecksumAddress(ethereumAddressBytes(uncompressPublicKey(publicKey))),
  canonicalAddress: (text) => {
    const address = parseEthereumAddress(text);
    return address === undefined ? undefined : toChecksumAddress(address);
  },
  // The wallet object of an Ethereum wallet has no `public_key` (spec 04 §1).
  walletPublicKeyField: () => undefined,
  rpcMethods: [],
  parseRequest: parseNoRequest("ethereum"),
});

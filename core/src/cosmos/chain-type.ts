import { ripemd160 } from "@noble/hashes/legacy.js";
import { bech32 } from "@scure/base";
import { decodeBech32 } from "../chains/decode-text.ts";
import { makeSecp256k1Chain } from "../chains/secp256k1-chain.ts";
import { parseNoRequest } from "../chains/signable-request.ts";
import { sha256 } from "../crypto/primitives.ts";

const PREFIX = "cosmos";

/** Cosmos Hub: bech32 of the RIPEMD-160 of the SHA-256 of the compressed key (Cosmos SDK ADR-028, "Legacy Public Key Addresses"). */
export const cosmos = makeSecp256k1Chain({
  derivationPath: (index) => `m/44'/118'/0'/0/${index}`,
  address: (publicKey) => bech32.encode(PREFIX, bech32.toWords(ripemd160(sha256(publicKey)))),
  canonicalAddress,
  rpcMethods: [],
  parseRequest: parseNoRequest("cosmos"),
});

/** Accounts have 20 bytes, module and multi-key accounts 32 (ADR-028). Bech32 may be all upper case (BIP-173). */
function canonicalAddress(text: string): string | undefined {
  const bytes = decodeBech32(bech32, text, PREFIX);
  return bytes?.length === 20 || bytes?.length === 32 ? text.toLowerCase() : undefined;
}

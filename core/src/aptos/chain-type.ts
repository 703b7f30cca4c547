import type { ChainType } from "../chains/chain-type.ts";
import { makeEd25519Chain } from "../chains/ed25519-chain.ts";
import { parseNoRequest } from "../chains/signable-request.ts";
import { decodeHex } from "../encoding/hex.ts";
import { aptosAddress, canonicalAptosAddress } from "./address.ts";
import { parseAptosRequest } from "./request.ts";

const shared = {
  derivationPath: (index: number) => `m/44'/637'/${index}'/0'/0'`,
  address: aptosAddress,
  canonicalAddress: canonicalAptosAddress,
  readKeyText: parsePrivateKeyText,
};

/** Aptos with legacy single-signer Ed25519 accounts. */
export const aptos: ChainType = makeEd25519Chain({
  ...shared,
  rpcMethods: ["aptos_signTransaction"],
  parseRequest: parseAptosRequest,
});

/** Movement, whose accounts are those of Aptos. */
export const movement: ChainType = makeEd25519Chain({
  ...shared,
  rpcMethods: [],
  parseRequest: parseNoRequest("movement"),
});

/** `ed25519-priv-0x…` (AIP-80). */
function parsePrivateKeyText(text: string): Uint8Array | undefined {
  const prefix = "ed25519-priv-0x";
  return text.startsWith(prefix) ? decodeHex(text.slice(prefix.length)) : undefined;
}

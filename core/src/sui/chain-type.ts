import { bech32 } from "@scure/base";
import { decodeBech32 } from "../chains/decode-text.ts";
import { makeEd25519Chain } from "../chains/ed25519-chain.ts";
import { parseNoRequest } from "../chains/signable-request.ts";
import { SUI_ED25519_FLAG, suiAddress } from "./address.ts";

/** Sui with Ed25519 keys (Sui, "Keys and Addresses"). */
export const sui = makeEd25519Chain({
  derivationPath: (index) => `m/44'/784'/${index}'/0'/0'`,
  address: suiAddress,
  // A wallet's address is always written in full; the short form is for the framework's objects.
  canonicalAddress: (text) => (/^0x[0-9a-fA-F]{64}$/.test(text) ? text.toLowerCase() : undefined),
  readKeyText: parsePrivateKeyText,
  rpcMethods: [],
  parseRequest: parseNoRequest("sui"),
});

/** `suiprivkey1…`: bech32 of flag ‖ 32-byte key (SIP-15). */
function parsePrivateKeyText(text: string): Uint8Array | undefined {
  const bytes = decodeBech32(bech32, text, "suiprivkey");
  return bytes?.length === 33 && bytes[0] === SUI_ED25519_FLAG ? bytes.slice(1) : undefined;
}

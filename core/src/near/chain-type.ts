import { base58 } from "@scure/base";
import { decodeText } from "../chains/decode-text.ts";
import { makeEd25519Chain } from "../chains/ed25519-chain.ts";
import { equalBytes } from "../crypto/equal-bytes.ts";
import { ed25519PublicKey } from "../crypto/primitives.ts";
import { encodeHex } from "../encoding/hex.ts";
import { isNearAccountId } from "./account-id.ts";
import { parseNearRequest } from "./request.ts";

/** NEAR: the implicit account of the key, which is its hex (NEAR Protocol Specification, "NEAR-implicit account ID"). */
export const near = makeEd25519Chain({
  derivationPath: (index) => `m/44'/397'/${index}'`,
  address: encodeHex,
  canonicalAddress: (text) => (isNearAccountId(text) ? text : undefined),
  readKeyText: parseSecretKey,
  rpcMethods: ["near_signTransaction"],
  parseRequest: parseNearRequest,
});

/** `ed25519:` and the base58 of seed ‖ public key, as NEAR's command line writes keys. */
function parseSecretKey(text: string): Uint8Array | undefined {
  const prefix = "ed25519:";
  const bytes = text.startsWith(prefix) ? decodeText(base58, text.slice(prefix.length)) : undefined;
  if (bytes?.length !== 64) return undefined;
  const seed = bytes.slice(0, 32);
  return equalBytes(ed25519PublicKey(seed), bytes.subarray(32)) ? seed : undefined;
}

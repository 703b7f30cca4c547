import { makeEd25519Chain } from "../chains/ed25519-chain.ts";
import { parseNoRequest } from "../chains/signable-request.ts";
import { decodeStrkey, encodeStrkey, STRKEY_PUBLIC_KEY, STRKEY_SECRET_SEED } from "./strkey.ts";

/** Stellar: the StrKey of the public key (SEP-23), keys by SEP-5. */
export const stellar = makeEd25519Chain({
  derivationPath: (index) => `m/44'/148'/${index}'`,
  address: (publicKey) => encodeStrkey(STRKEY_PUBLIC_KEY, publicKey),
  canonicalAddress: (text) => (decodeStrkey(STRKEY_PUBLIC_KEY, text) === undefined ? undefined : text),
  readKeyText: (text) => decodeStrkey(STRKEY_SECRET_SEED, text),
  rpcMethods: [],
  parseRequest: parseNoRequest("stellar"),
});

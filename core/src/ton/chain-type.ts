import { makeEd25519Chain } from "../chains/ed25519-chain.ts";
import { parseNoRequest } from "../chains/signable-request.ts";
import { encodeTonAddress, parseTonAddress } from "./address.ts";
import { walletV4R2AccountId } from "./wallet-v4r2.ts";

/** TON: the address of the key's wallet contract, version v4R2, in the basechain. */
export const ton = makeEd25519Chain({
  derivationPath: (index) => `m/44'/607'/${index}'`,
  address: (publicKey) => encodeTonAddress(walletV4R2AccountId(publicKey)),
  canonicalAddress: (text) => {
    const accountId = parseTonAddress(text);
    return accountId === undefined ? undefined : encodeTonAddress(accountId);
  },
  rpcMethods: [],
  parseRequest: parseNoRequest("ton"),
});

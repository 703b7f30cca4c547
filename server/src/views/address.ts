import { chainTypes, isChainType } from "@mandate/core/chains/chain-types";
import { parseEthereumAddress, toChecksumAddress } from "@mandate/core/ethereum/address";

/** One spelling for one account: Ethereum addresses as EIP-55 has them, whatever case they came in; others as they are. */
export function normalizeAddress(text: string): string {
  const bytes = parseEthereumAddress(text.trim());
  return bytes === undefined ? text : toChecksumAddress(bytes);
}

/**
 * How the wallets' records may spell an address that a caller gives: as its chain does, or as each chain does that could
 * have it where none is named. The text itself where it is an address of no chain.
 */
export function listAddressSpellings(text: string, chainType?: string): string[] {
  const named = chainType !== undefined && isChainType(chainType) ? [chainTypes[chainType]] : Object.values(chainTypes);
  const spellings = named.flatMap((chain) => chain.canonicalAddress(text) ?? []);
  return spellings.length === 0 ? [text] : [...new Set(spellings)];
}

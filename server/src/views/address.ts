import { parseEthereumAddress, toChecksumAddress } from "@mandate/core/ethereum/address";

/** One spelling for one account: Ethereum addresses as EIP-55 has them, whatever case they came in; others as they are. */
export function normalizeAddress(text: string): string {
  const bytes = parseEthereumAddress(text.trim());
  return bytes === undefined ? text : toChecksumAddress(bytes);
}

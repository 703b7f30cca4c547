/**
 * The methods that a rule can name and the chain types whose policies may name them (03 §3.1). A request whose method
 * is not here (`secp256k1_sign`, `raw_sign`) is only ever allowed by a `*` rule.
 */
const chainTypesByMethod = new Map<string, readonly string[] | "any">([
  ["*", "any"],
  ["exportPrivateKey", "any"],
  ["exportSeedPhrase", "any"],
  ["transfer", "any"],
  ["personal_sign", ["ethereum"]],
  ["eth_signTypedData_v4", ["ethereum"]],
  ["eth_signTransaction", ["ethereum"]],
  ["eth_sendTransaction", ["ethereum"]],
  ["eth_signUserOperation", ["ethereum"]],
  ["eth_sign7702Authorization", ["ethereum"]],
  ["wallet_sendCalls", ["ethereum"]],
  ["earn_deposit", ["ethereum"]],
  ["earn_withdraw", ["ethereum"]],
  ["signTransaction", ["solana"]],
  ["signAndSendTransaction", ["solana"]],
  ["signMessage", ["solana"]],
  ["signTransactionBytes", ["tron", "sui"]],
  ["signRawMessageBytes", ["tron", "sui"]],
  ["tron_signTransaction", ["tron"]],
  ["tron_sendTransaction", ["tron"]],
  ["xrpl_signTransaction", ["xrpl"]],
]);

/** The chain types a wallet, hence a policy, can have (04 §3). */
export const policyChainTypes: readonly string[] = [
  "ethereum",
  "solana",
  "tron",
  "sui",
  "xrpl",
  "cosmos",
  "stellar",
  "aptos",
  "movement",
  "bitcoin-segwit",
  "bitcoin-taproot",
  "near",
  "ton",
  "starknet",
  "pearl",
  "spark",
];

export function isPolicyMethod(method: string): boolean {
  return chainTypesByMethod.has(method);
}

export function isMethodOfChainType(method: string, chainType: string): boolean {
  const chainTypes = chainTypesByMethod.get(method);
  return chainTypes !== undefined && (chainTypes === "any" || chainTypes.includes(chainType));
}

export function policyMethodsOf(chainType: string): string[] {
  return [...chainTypesByMethod.keys()].filter((method) => isMethodOfChainType(method, chainType));
}

/** Whether a rule of this method is about something that gets signed, and so about what a raw hash may hide. */
export function isSigningMethod(method: string): boolean {
  return method !== "exportPrivateKey" && method !== "exportSeedPhrase";
}

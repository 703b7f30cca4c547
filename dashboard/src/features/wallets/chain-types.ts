import type { Wallet } from "../../lib/api/types.ts";

export type ChainType = Wallet["chain_type"];

const names: Record<ChainType, string> = {
  ethereum: "Ethereum",
  solana: "Solana",
  cosmos: "Cosmos",
  stellar: "Stellar",
  sui: "Sui",
  aptos: "Aptos",
  movement: "Movement",
  tron: "Tron",
  "bitcoin-segwit": "Bitcoin (SegWit)",
  "bitcoin-taproot": "Bitcoin (Taproot)",
  pearl: "Pearl",
  near: "NEAR",
  ton: "TON",
  starknet: "Starknet",
  xrpl: "XRP Ledger",
  spark: "Spark",
};

export const chainTypeOptions = Object.entries(names).map(([value, label]) => ({ value: value as ChainType, label }));

export function nameChainType(chainType: ChainType): string {
  return names[chainType];
}

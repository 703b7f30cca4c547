/** A token that has a name on a chain. */
export type KnownToken = { address: string; decimals: number };

export type KnownChain = {
  /** The wire's name of the chain. */
  name: string;
  caip2: string;
  /** The wire's name of what fees are paid in, where it has one. */
  native: string | undefined;
  tokens: { readonly [asset: string]: KnownToken };
};

const usd = (address: string): KnownToken => ({ address, decimals: 6 });

function evm(chainId: number, name: string, native: string | undefined, tokens: KnownChain["tokens"] = {}): KnownChain {
  return { name, caip2: `eip155:${chainId}`, native, tokens };
}

/**
 * The wire's names of chains (spec 04 §2), and of tokens the best known. Any other chain is named by its CAIP-2
 * identifier, any other token by its address.
 */
export const knownChains: readonly KnownChain[] = [
  evm(1, "ethereum", "eth", {
    usdc: usd("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"),
    usdt: usd("0xdAC17F958D2ee523a2206206994597C13D831ec7"),
  }),
  evm(42_161, "arbitrum", "eth", {
    usdc: usd("0xaf88d065e77c8cC2239327C5EDb3A432268e5831"),
    usdt: usd("0xFd086bC7CD5C481DCC9C85ebE478A1C0b69FCbb9"),
  }),
  evm(43_114, "avalanche", "avax", { usdc: usd("0xB97EF9Ef8734C71904D8002F8b6Bc66Dd9c48a6E") }),
  evm(8453, "base", "eth", { usdc: usd("0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913") }),
  evm(4217, "tempo", undefined),
  evm(59_144, "linea", "eth"),
  evm(10, "optimism", "eth", { usdc: usd("0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85") }),
  evm(137, "polygon", "pol", { usdc: usd("0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359") }),
  evm(56, "bsc", "bnb"),
  evm(324, "zksync_era", "eth"),
  evm(4663, "robinhood", "eth"),
  evm(130, "unichain", "eth"),
  evm(480, "worldchain", "eth"),
  evm(57_073, "ink", "eth"),
  evm(1868, "soneium", "eth"),
  evm(4326, "megaeth", "eth"),
  evm(999, "hyperevm", undefined),
  evm(5042, "arc", undefined),
  evm(42_431, "tempo_testnet", undefined),
  evm(560_048, "hoodi", "eth"),
  evm(11_155_111, "sepolia", "eth", { usdc: usd("0x1c7D4B196Cb0C7B01d743Fbc6116a902379C7238") }),
  evm(421_614, "arbitrum_sepolia", "eth"),
  evm(43_113, "avalanche_fuji", "avax"),
  evm(84_532, "base_sepolia", "eth", { usdc: usd("0x036CbD53842c5426634e7929541eC2318f3dCF7e") }),
  evm(59_141, "linea_testnet", "eth"),
  evm(11_155_420, "optimism_sepolia", "eth"),
  evm(80_002, "polygon_amoy", "pol"),
  evm(97, "bsc_testnet", "bnb"),
  evm(46_630, "robinhood_testnet", "eth"),
  evm(763_373, "ink_sepolia", "eth"),
  {
    name: "solana",
    caip2: "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp",
    native: "sol",
    tokens: {
      usdc: usd("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"),
      usdt: usd("Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB"),
    },
  },
  {
    name: "solana_devnet",
    caip2: "solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1",
    native: "sol",
    tokens: { usdc: usd("4zMMC9srt5Ri5X14GAgXhaHii3GnPAEERYPJgZJDncDU") },
  },
  { name: "solana_testnet", caip2: "solana:4uhcVJyU9pJkvQyS88uRDiswHXSCkY3z", native: "sol", tokens: {} },
];

const byName = new Map(knownChains.map((chain) => [chain.name, chain]));
const byCaip2 = new Map(knownChains.map((chain) => [chain.caip2, chain]));

/** Chains of developers' machines (anvil, hardhat, geth --dev) count in ether. */
const localChains = new Set(["eip155:31337", "eip155:1337"]);

/** The chain with this name or CAIP-2 identifier; undefined for a name that nobody knows. */
export function findChain(text: string): KnownChain | undefined {
  const known = byName.get(text) ?? byCaip2.get(text);
  if (known !== undefined || !text.includes(":")) return known;
  const native = text.startsWith("solana:") ? "sol" : localChains.has(text) ? "eth" : undefined;
  return { name: text, caip2: text, native, tokens: {} };
}

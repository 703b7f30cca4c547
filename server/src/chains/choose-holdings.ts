import type { assets } from "@mandate/contract/holdings";
import { chainTypes } from "@mandate/core/chains/chain-types";
import { ApiError } from "../api-error.ts";
import { findChain, type KnownChain } from "./known-chains.ts";

export type AssetName = (typeof assets)[number];

/** One asset on one chain: what fees are paid in, or a token by its address. */
export type Holding = { chain: KnownChain; asset: string; token: string | undefined; decimals: number | undefined };

/** What a caller names: assets by name, on chains or on all there are; or tokens as `chain:address`. */
export type Wanted = {
  asset?: AssetName[] | undefined;
  chain?: string[] | undefined;
  token?: string[] | undefined;
};

type Family = { namespace: "eip155" | "solana"; nativeDecimals: number };

const families: { readonly [chainType: string]: Family } = {
  ethereum: { namespace: "eip155", nativeDecimals: 18 },
  solana: { namespace: "solana", nativeDecimals: 9 },
};

/** Each is a question or two to a node. */
const HOLDINGS_MAX = 40;

/** What is asked for, one by one. `configured` are the CAIP-2 chains that have an RPC node. */
export function chooseHoldings(chainType: string, wanted: Wanted, configured: Iterable<string>): Holding[] {
  const family = requireFamily(chainType);
  if (wanted.token !== undefined) {
    if (wanted.asset !== undefined || wanted.chain !== undefined)
      throw new ApiError("invalid_data", "token cannot be used together with asset or chain");
    return limit(wanted.token.map((text) => readToken(family, text)));
  }
  if (wanted.chain !== undefined) {
    const chains = wanted.chain.map((text) => requireChain(family, text));
    return limit(
      chains.flatMap((chain) => (wanted.asset ?? [nativeOf(chain)]).map((one) => holdingOf(family, chain, one))),
    );
  }
  // Without a chain: on every chain that has a node and the asset.
  const chains = [...configured]
    .filter((caip2) => caip2.startsWith(`${family.namespace}:`))
    .map((id) => findChain(id)!);
  if (chains.length === 0) {
    const example = family.namespace === "solana" ? "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp" : "eip155:1";
    const text = `this server has no RPC node for ${chainType} wallets; set MANDATE_RPC_URLS=${example}=<url>`;
    throw new ApiError("not_supported", text);
  }
  const found = chains.flatMap((chain) =>
    (wanted.asset ?? (chain.native === undefined ? [] : [chain.native]))
      .filter((one) => one === chain.native || Object.hasOwn(chain.tokens, one))
      .map((one) => holdingOf(family, chain, one)),
  );
  return limit(found);
}

/** The one asset, or one of several, on one chain. */
export function chooseOnChain(chainType: string, text: string, wanted: Omit<Wanted, "chain">): Holding[] {
  const family = requireFamily(chainType);
  const chain = requireChain(family, text);
  const named = (wanted.asset ?? []).map((one) => holdingOf(family, chain, one));
  return limit([...named, ...(wanted.token ?? []).map((token) => tokenHolding(family, chain, token))]);
}

function requireFamily(chainType: string): Family {
  const family = Object.hasOwn(families, chainType) ? families[chainType] : undefined;
  if (family === undefined) {
    throw new ApiError(
      "not_supported",
      `this server reads the chains of ethereum and solana wallets, not of ${chainType}`,
    );
  }
  return family;
}

function requireChain({ namespace }: Family, text: string): KnownChain {
  const chain = findChain(text);
  if (chain === undefined) {
    throw new ApiError(
      "invalid_data",
      `there is no chain \`${text}\`; name it by its CAIP-2 chain ID, e.g. 'eip155:8453'`,
    );
  }
  if (!chain.caip2.startsWith(`${namespace}:`))
    throw new ApiError("invalid_data", `the wallet has no account on \`${text}\``);
  return chain;
}

function nativeOf(chain: KnownChain): string {
  if (chain.native !== undefined) return chain.native;
  throw new ApiError("not_supported", `the asset of \`${chain.name}\` that fees are paid in has no name; name a token`);
}

function holdingOf({ nativeDecimals }: Family, chain: KnownChain, asset: string): Holding {
  if (asset === chain.native) return { chain, asset, token: undefined, decimals: nativeDecimals };
  const token = Object.hasOwn(chain.tokens, asset) ? chain.tokens[asset] : undefined;
  if (token !== undefined) return { chain, asset, token: token.address, decimals: token.decimals };
  const text = `this server does not know the address of \`${asset}\` on \`${chain.name}\`; name it by token`;
  throw new ApiError("not_supported", text);
}

/** `chain:address`, where the chain may be CAIP-2, with a colon of its own. */
function readToken(family: Family, text: string): Holding {
  const colon = text.lastIndexOf(":");
  return tokenHolding(family, requireChain(family, text.slice(0, colon)), text.slice(colon + 1));
}

/** A token goes by its address: its symbol is whatever its contract says. */
function tokenHolding({ namespace }: Family, chain: KnownChain, text: string): Holding {
  const chainType = namespace === "solana" ? chainTypes.solana : chainTypes.ethereum;
  const address = chainType.canonicalAddress(text);
  if (address === undefined)
    throw new ApiError("invalid_data", `\`${text}\` is no address of a token on \`${chain.name}\``);
  return { chain, asset: address, token: address, decimals: undefined };
}

function limit(holdings: Holding[]): Holding[] {
  if (holdings.length > HOLDINGS_MAX)
    throw new ApiError("invalid_data", `at most ${HOLDINGS_MAX} assets can be asked for at once`);
  return holdings;
}

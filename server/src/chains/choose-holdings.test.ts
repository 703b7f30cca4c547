import { describe, expect, it } from "vitest";
import { ApiError } from "../api-error.ts";
import { chooseHoldings, chooseOnChain, type Wanted } from "./choose-holdings.ts";

const configured = ["eip155:1", "eip155:100", "eip155:8453", "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"];
const USDC = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";

function refusalOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ApiError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "none";
}

const listed = (wanted: Wanted, chainType = "ethereum") =>
  chooseHoldings(chainType, wanted, configured).map(({ chain, asset, token }) => [chain.name, asset, token]);

describe("holdings", () => {
  it.each<[string, string, Wanted, RegExp]>([
    ["another chain type", "tron", {}, /^not_supported: .*tron/],
    ["a name of Object.prototype", "constructor", {}, /^not_supported/],
    ["a chain that nobody knows", "ethereum", { chain: ["goerli"] }, /^invalid_data: there is no chain `goerli`/],
    ["a chain of another kind", "ethereum", { chain: ["solana"] }, /^invalid_data: the wallet has no account/],
    ["token beside chain", "ethereum", { chain: ["base"], token: [`base:${USDC}`] }, /^invalid_data: token cannot/],
    ["token beside asset", "ethereum", { asset: ["eth"], token: [`base:${USDC}`] }, /^invalid_data: token cannot/],
    ["a token that is no address", "ethereum", { token: ["base:xyz"] }, /^invalid_data: `xyz` is no address/],
    ["an Ethereum address on Solana", "solana", { token: [`solana:${USDC}`] }, /^invalid_data/],
    [
      "an asset without a known address",
      "ethereum",
      { asset: ["eurc"], chain: ["base"] },
      /^not_supported: .*by token/,
    ],
    ["another chain's fee asset", "ethereum", { asset: ["pol"], chain: ["base"] }, /^not_supported/],
    ["a fee asset without a name", "ethereum", { chain: ["eip155:100"] }, /^not_supported/],
    ["too many", "ethereum", { token: Array(41).fill(`base:${USDC}`) }, /^invalid_data: at most 40/],
  ])("refuse %s", (_, chainType, wanted, refusal) => {
    expect(refusalOf(() => chooseHoldings(chainType, wanted, configured))).toMatch(refusal);
  });

  it("say which setting is missing where no chain of the wallet has a node", () => {
    expect(refusalOf(() => chooseHoldings("solana", {}, ["eip155:1"]))).toMatch(/^not_supported: .*MANDATE_RPC_URLS/);
  });

  it("are, unless chains are named, those of every chain that has a node", () => {
    expect(listed({})).toEqual([
      ["ethereum", "eth", undefined],
      ["base", "eth", undefined],
    ]);
    expect(listed({}, "solana")).toEqual([["solana", "sol", undefined]]);
    expect(listed({ asset: ["usdt"] })).toEqual([["ethereum", "usdt", expect.stringMatching(/^0xdAC1/)]]);
  });

  it("are each asset on each chain", () => {
    const names = listed({ asset: ["eth", "usdc"], chain: ["ethereum", "eip155:8453"] }).map(([chain, asset]) => [
      chain,
      asset,
    ]);
    expect(names).toEqual([
      ["ethereum", "eth"],
      ["ethereum", "usdc"],
      ["base", "eth"],
      ["base", "usdc"],
    ]);
  });

  it("name a token by its address, on a chain by name or by CAIP-2", () => {
    expect(listed({ token: [`ethereum:${USDC.toLowerCase()}`, `eip155:100:${USDC}`] })).toEqual([
      ["ethereum", USDC, USDC],
      ["eip155:100", USDC, USDC],
    ]);
  });

  it("are on one chain where the question is about one", () => {
    const [holding] = chooseOnChain("ethereum", "base", { token: [USDC.toLowerCase()] });
    expect(holding).toMatchObject({ token: USDC, chain: { caip2: "eip155:8453" } });
    expect(refusalOf(() => chooseOnChain("ethereum", "solana", { asset: ["sol"] }))).toMatch(/^invalid_data/);
  });
});

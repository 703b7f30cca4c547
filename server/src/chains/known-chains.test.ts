import { toChecksumAddress } from "@mandate/core/ethereum/address";
import { parseSolanaAddress } from "@mandate/core/solana/address";
import { type Chain, isAddress } from "viem";
import * as viemChains from "viem/chains";
import { describe, expect, it } from "vitest";
import { findChain, knownChains } from "./known-chains.ts";

const viemsChains = Object.values(viemChains as unknown as { [name: string]: Chain });

describe("known chains", () => {
  it("know nothing under other names, and take CAIP-2 as it is", () => {
    expect(findChain("goerli")).toBeUndefined();
    expect(findChain("__proto__")).toBeUndefined();
    expect(findChain("eip155:100")).toEqual({ name: "eip155:100", caip2: "eip155:100", native: undefined, tokens: {} });
    expect(findChain("solana:local")).toMatchObject({ native: "sol" });
    expect(findChain("eip155:8453")).toBe(findChain("base"));
  });

  it("have names and identifiers of their own", () => {
    expect(new Set(knownChains.map(({ name }) => name)).size).toBe(knownChains.length);
    expect(new Set(knownChains.map(({ caip2 }) => caip2)).size).toBe(knownChains.length);
  });

  it.each(knownChains.filter(({ caip2 }) => caip2.startsWith("eip155:")))(
    "agree with viem about $name",
    ({ caip2, native }) => {
      // Two chains may have claimed one number.
      const currencies = viemsChains
        .filter(({ id }) => caip2 === `eip155:${id}`)
        .map(
          ({ nativeCurrency: { symbol, decimals } }) => `${symbol.toLowerCase().replace("tbnb", "bnb")} ${decimals}`,
        );
      if (native === undefined) expect(currencies.some((one) => /^(usd|hype|usdc) /.test(one))).toBe(true);
      else expect(currencies).toContain(`${native} 18`);
    },
  );

  it("spell every token's address as its chain does", () => {
    for (const { caip2, tokens } of knownChains) {
      for (const { address } of Object.values(tokens)) {
        if (caip2.startsWith("solana:")) expect(parseSolanaAddress(address), address).toBeDefined();
        else {
          expect(isAddress(address, { strict: true }), address).toBe(true);
          expect(toChecksumAddress(Buffer.from(address.slice(2), "hex"))).toBe(address);
        }
      }
    }
  });
});

import { type ChainTypeName, chainTypes } from "@mandate/core/chains/chain-types";
import { describe, expect, it } from "vitest";
import { oracles, xrplDigest } from "./chain-oracles.ts";

const SEEDS = Array.from({ length: 8 }, (_, index) =>
  Uint8Array.from({ length: 64 }, (_, at) => (at * 37 + index * 101) & 0xff),
);

/** Below the order of every curve, so that Starknet can sign it too. */
const digest = Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 3 : at * 7));

describe("every chain type, held against an independent library", () => {
  it("has an oracle", () => {
    expect(Object.keys(oracles).sort()).toEqual(Object.keys(chainTypes).sort());
  });

  describe.each(Object.keys(chainTypes) as ChainTypeName[])("%s", (name) => {
    const chain = chainTypes[name];
    const oracle = oracles[name]!;
    const message = name === "xrpl" ? xrplDigest : digest;

    it("has the address that the library derives from its public key", () => {
      for (const seed of SEEDS) {
        for (const index of [0, 1, 7]) {
          const publicKey = chain.publicKey(chain.derive(seed, index));
          expect(chain.address(publicKey)).toBe(oracle.address(publicKey));
        }
      }
    });

    it("signs what the library verifies, and nothing else", async () => {
      for (const seed of SEEDS) {
        const privateKey = chain.derive(seed, 0);
        const publicKey = chain.publicKey(privateKey);
        const signature = chain.rawSign(message, privateKey);
        expect(await oracle.verify(signature, message, publicKey)).toBe(true);
        const other = chain.publicKey(chain.derive(seed, 1));
        expect(await oracle.verify(signature, message, other)).toBe(false);
        const changed = signature.with(40, signature[40]! ^ 1);
        expect(await verifyOrThrow(() => oracle.verify(changed, message, publicKey))).toBe(false);
      }
    });
  });
});

/** Some libraries throw for what is no signature at all. */
async function verifyOrThrow(verify: () => boolean | Promise<boolean>): Promise<boolean> {
  try {
    return await verify();
  } catch {
    return false;
  }
}

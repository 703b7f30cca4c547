import { describe, expect, it } from "vitest";
import type { JsonObject } from "../encoding/json-value.ts";
import { parseImportTarget } from "./import-target.ts";

const address = "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826";
const key = { chain_type: "ethereum", address, entropy_type: "private-key" };
const hd = { ...key, entropy_type: "hd", index: 3 };

describe("what is imported", () => {
  it.each<[string, JsonObject]>([
    ["no chain type", { ...key, chain_type: null }],
    ["an unknown chain type", { ...key, chain_type: "spark" }],
    ["a name of Object.prototype", { ...key, chain_type: "constructor" }],
    ["an address of another chain", { ...key, chain_type: "solana" }],
    ["an address with a wrong character", { ...key, address: `${address.slice(0, -1)}g` }],
    ["no address", { ...key, address: 1 }],
    ["another entropy type", { ...key, entropy_type: "mnemonic" }],
    ["an index of a private key", { ...key, index: 0 }],
    ["a seed phrase without index", { ...hd, index: null }],
    ["a negative index", { ...hd, index: -1 }],
    ["an index with a fraction", { ...hd, index: 0.5 }],
    ["a hardened index", { ...hd, index: 2 ** 31 }],
    ["an index in text", { ...hd, index: "0" }],
  ])("is refused with %s", (_, body) => {
    expect(parseImportTarget(body)).toMatchObject({ ok: false, status: 400 });
  });

  it("has one name whatever the spelling of its address, and another for everything else", () => {
    const idOf = (body: JsonObject) => {
      const parsed = parseImportTarget(body);
      if (!parsed.ok) throw new Error(parsed.message);
      return parsed.target.id;
    };
    expect(idOf({ ...key, address: address.toLowerCase() })).toBe(idOf(key));
    expect(new Set([idOf(key), idOf(hd), idOf({ ...hd, index: 4 })]).size).toBe(3);
  });
});

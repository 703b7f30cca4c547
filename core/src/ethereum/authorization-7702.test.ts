import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { signSecp256k1 } from "../crypto/primitives.ts";
import { decodeHex0x, encodeHex0x } from "../encoding/hex.ts";
import type { JsonValue } from "../encoding/json-value.ts";
import { vectorsPath } from "../testing/vectors.ts";
import { authorizationDigest, parseAuthorizationParams } from "./authorization-7702.ts";

const vectors = vectorsPath("ethereum");
const contract = "0x69007702764179f14f51cdce752f4f775d74e139";

describe("parseAuthorizationParams", () => {
  it.each<JsonValue>([
    null,
    {},
    { contract },
    { chain_id: 1 },
    { contract: "0x", chain_id: 1 },
    { contract, chain_id: "1" },
    { contract, chain_id: -1 },
    { contract, chain_id: 1, nonce: null },
    { contract, chain_id: 1, nonce: "0xffffffffffffffff" },
    { contract, chain_id: 1, chainId: 1 },
    { contract, chain_id: 1, executor: "other" },
  ])("refuses %j", (params) => {
    expect(parseAuthorizationParams(params)).toMatchObject({ ok: false, code: "invalid_data" });
  });

  it("does not guess what `executor` does to the nonce", () => {
    const params = { contract, chain_id: 1, executor: "self" };
    expect(parseAuthorizationParams(params)).toMatchObject({ ok: false, code: "not_supported" });
  });

  it("reads quantities, and a missing nonce as 0", () => {
    const authorization = { contract: decodeHex0x(contract), chainId: 1n, nonce: 0n };
    expect(parseAuthorizationParams({ contract, chain_id: "0x1" })).toEqual({ ok: true, authorization });
    const numbered = { ok: true, authorization: { ...authorization, nonce: 7n } };
    expect(parseAuthorizationParams({ contract, chain_id: 1, nonce: 7 })).toEqual(numbered);
  });
});

describe.skipIf(vectors === undefined)("own-viem-ethers-agree.json", () => {
  it("signs every authorization", () => {
    const { authorizations } = JSON.parse(readFileSync(join(vectors!, "own-viem-ethers-agree.json"), "utf8"));
    expect(authorizations).toHaveLength(100);
    for (const { private_key, contract, chain_id, nonce, r, s, y_parity } of authorizations) {
      const parsed = parseAuthorizationParams({ contract, chain_id, nonce });
      if (!parsed.ok) throw new Error(parsed.message);
      const own = signSecp256k1(authorizationDigest(parsed.authorization), decodeHex0x(private_key)!);
      expect([encodeHex0x(own.r), encodeHex0x(own.s), own.recovery]).toEqual([r, s, y_parity]);
    }
  });
});

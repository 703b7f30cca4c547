import { describe, expect, it } from "vitest";
import { decodeHex, encodeHex } from "../encoding/hex.ts";
import type { JsonValue } from "../encoding/json-value.ts";
import { tronAddressBytes } from "../tron/address.ts";
import { type ChainTypeName, chainTypes } from "./chain-types.ts";
import { parseRawSignRequest } from "./raw-sign.ts";
import type { ParsedSignable } from "./signable-request.ts";

const seed = new Uint8Array(32).fill(1);
const HASH = `0x${"05".repeat(32)}`;

function parse(params: JsonValue, name: ChainTypeName = "cosmos"): ParsedSignable {
  const chain = chainTypes[name];
  const publicKey = chain.publicKey(chain.derive(seed, 0));
  return parseRawSignRequest({ params }, name, { address: chain.address(publicKey), publicKey });
}

function methods(parsed: ParsedSignable): string[] {
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.value.operations.map(({ method }) => method);
}

describe("raw_sign", () => {
  it.each<[string, JsonValue]>([
    ["nothing", {}],
    ["null", null],
    ["text", "0x"],
    ["hash and bytes", { hash: HASH, bytes: "a", encoding: "utf-8", hash_function: "sha256" }],
    ["an unknown member", { hash: HASH, x: 1 }],
    ["a hash without prefix", { hash: HASH.slice(2) }],
    ["a short hash", { hash: HASH.slice(0, -2) }],
    ["a long hash", { hash: `${HASH}00` }],
    ["a hash that is a number", { hash: 5 }],
    ["bytes without a hash function", { bytes: "a", encoding: "utf-8" }],
    ["a hash function of a prototype", { bytes: "a", encoding: "utf-8", hash_function: "constructor" }],
    ["another hash function", { bytes: "a", encoding: "utf-8", hash_function: "sha512" }],
    ["another encoding", { bytes: "a", encoding: "utf8", hash_function: "sha256" }],
    ["odd hex", { bytes: "abc", encoding: "hex", hash_function: "sha256" }],
    ["unpadded base64", { bytes: "YQ", encoding: "base64", hash_function: "sha256" }],
    ["a lone surrogate", { bytes: "\ud800", encoding: "utf-8", hash_function: "sha256" }],
    ["more than the wire's bound", { bytes: "a".repeat(300_003), encoding: "utf-8", hash_function: "sha256" }],
  ])("refuses %s", (_name, params) => {
    expect(parse(params)).toMatchObject({ ok: false, status: 400, code: "invalid_data" });
  });

  it("refuses unknown members of the body and unknown chain types", () => {
    const context = { address: "", publicKey: new Uint8Array(33) };
    for (const body of [null, [], { params: { hash: HASH }, method: "raw_sign" }, { hash: HASH }] as JsonValue[]) {
      expect(parseRawSignRequest(body, "cosmos", context).ok).toBe(false);
    }
    for (const name of ["spark", "__proto__", ""]) {
      expect(parseRawSignRequest({ params: { hash: HASH } }, name, context).ok).toBe(false);
    }
  });

  it("refuses a digest that Starknet's curve cannot sign", () => {
    expect(parse({ hash: `0x${"ff".repeat(32)}` }, "starknet").ok).toBe(false);
    expect(parse({ hash: `0x07${"ff".repeat(31)}` }, "starknet").ok).toBe(true);
  });

  // FIPS 180-4 and FIPS 202 examples for "abc"; RFC 7693 has BLAKE2b-512, the 256-bit one is from the reference code.
  it.each([
    ["sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    ["keccak256", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"],
    ["blake2b256", "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"],
  ])("hashes bytes with %s, in every encoding, and signs the digest", (hashFunction, digest) => {
    for (const [encoding, bytes] of [
      ["utf-8", "abc"],
      ["hex", "616263"],
      ["hex", "0x616263"],
      ["base64", "YWJj"],
    ] as const) {
      for (const name of ["cosmos", "stellar"] as const) {
        const parsed = parse({ bytes, encoding, hash_function: hashFunction }, name);
        if (!parsed.ok) throw new Error(parsed.message);
        expect(encodeHex(parsed.value.digest)).toBe(digest);
        const chain = chainTypes[name];
        const key = chain.derive(seed, 0);
        expect(parsed.value.sign(key).data).toEqual({
          signature: `0x${encodeHex(chain.rawSign(decodeHex(digest)!, key))}`,
          encoding: "hex",
        });
      }
    }
  });

  it("lets Ed25519 wallets sign messages of any length as `hash`", () => {
    expect(parse({ hash: "0x00" }, "aptos").ok).toBe(true);
    expect(parse({ hash: "0x" }, "aptos").ok).toBe(false);
  });

  it("refuses to sign with another wallet's key", () => {
    const parsed = parse({ hash: HASH }, "stellar");
    if (!parsed.ok) throw new Error(parsed.message);
    expect(() => parsed.value.sign(new Uint8Array(32).fill(9))).toThrow();
  });

  describe("as a policy sees it", () => {
    it("is opaque for a hash, on every chain", () => {
      for (const name of Object.keys(chainTypes) as ChainTypeName[]) {
        expect(methods(parse({ hash: HASH }, name))).toEqual(["raw_sign"]);
      }
    });

    it("is opaque for bytes on chains without a method of their own", () => {
      const params = { bytes: "hello", encoding: "utf-8", hash_function: "sha256" };
      expect(methods(parse(params, "cosmos"))).toEqual(["raw_sign"]);
      expect(methods(parse(params, "ethereum"))).toEqual(["raw_sign"]);
    });

    it("is a message for text on tron, and opaque for what a node might read as a transaction", () => {
      const text = { bytes: "hello", encoding: "utf-8", hash_function: "sha256" };
      expect(methods(parse(text, "tron"))).toEqual(["signRawMessageBytes"]);
      // A transaction of another owner, then one with a memo field in the wrong place.
      const foreign =
        "0a02fa7322082b2f6684f998649540d0d4d3f9a5315a68080112640a2d747970652e676f6f676c65617069732e636f6d2f70726f746f636f6c2e5472616e73666572436f6e747261637412330a154179309abcff2cf531070ca9222a1f72c4a5136874121541c6a137bb170cc0dd40fcb83f18b389fa9426ac461880b489137092b9f4f7a531";
      for (const bytes of [foreign, `${foreign}0a020000`, "5a00"]) {
        expect(methods(parse({ bytes, encoding: "hex", hash_function: "sha256" }, "tron"))).toEqual(["raw_sign"]);
        expect(methods(parse({ bytes, encoding: "hex", hash_function: "keccak256" }, "tron"))).toEqual([
          "signRawMessageBytes",
        ]);
      }
    });

    it("is a transaction where the wallet owns its contract", () => {
      const owner = ownerHex();
      const bytes = `0a02fa7322082b2f6684f998649540d0d4d3f9a5315a68080112640a2d747970652e676f6f676c65617069732e636f6d2f70726f746f636f6c2e5472616e73666572436f6e747261637412330a15${owner}121541c6a137bb170cc0dd40fcb83f18b389fa9426ac461880b489137092b9f4f7a531`;
      expect(methods(parse({ bytes, encoding: "hex", hash_function: "sha256" }, "tron"))).toEqual([
        "signTransactionBytes",
      ]);
    });
  });
});

function ownerHex(): string {
  const chain = chainTypes.tron;
  return encodeHex(tronAddressBytes(chain.publicKey(chain.derive(seed, 0))));
}

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chainTypes } from "../chains/chain-types.ts";
import { concatBytes } from "../chains/concat-bytes.ts";
import { verifyEd25519 } from "../crypto/primitives.ts";
import { decodeBase64, encodeBase64 } from "../encoding/base64.ts";
import { decodeHex } from "../encoding/hex.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { decodeNearTransaction } from "./transaction.ts";

const fuzz = Number(process.env.MANDATE_FUZZ ?? 1);

// near-api-js and Trust Wallet Core, `TWNEARSigner`, transfer of 1 yoctonear from test.near to whatever.near
const published = {
  key: "ed25519:3hoMW1HvnRLSFCLZnvPzWeoGwtdHzke34B2cTHM8rhcbG3TbuLKtShTv3DvyejnXKXKBiV7YPkLeqUHN1ghnqpFv",
  signed:
    "CQAAAHRlc3QubmVhcgCRez0mjUtY9/7BsVC9aNab4+5dTMOYVeNBU4Rlu3eGDQEAAAAAAAAADQAAAHdoYXRldmVyLm5lYXIPpHP9JpAd8pa+atxMxN800EDvokNSJLaYaRDmMML+9gEAAAADAQAAAAAAAAAAAAAAAAAAAACWmoMzIYbul1Xkg5MlUlgG4Ymj0tK7S0dg6URD6X4cTyLe7vAFmo6XExAO2m4ZFE2n6KDvflObIHCLodjQIb0B",
};

const chain = chainTypes.near;
const privateKey = chain.parseImportedPrivateKey(encodeUtf8(published.key))!;
const publicKey = chain.publicKey(privateKey);
const context = { address: chain.address(publicKey), publicKey };
const signed = decodeBase64(published.signed)!;
const unsigned = signed.slice(0, -65);
const request = (transaction: unknown): never => ({ method: "near_signTransaction", params: { transaction } }) as never;

const u32 = (value: number): Uint8Array =>
  Uint8Array.of(value & 255, (value >> 8) & 255, (value >> 16) & 255, value >> 24);
const u64 = (value: number): Uint8Array => concatBytes(u32(value), u32(0));
const u128 = (value: number): Uint8Array => concatBytes(u64(value), u64(0));
const text = (value: string): Uint8Array => concatBytes(u32(value.length), encodeUtf8(value));
const key = concatBytes(Uint8Array.of(0), publicKey);
const tag = (value: number): Uint8Array => Uint8Array.of(value);
const withActions = (...actions: Uint8Array[]): Uint8Array =>
  concatBytes(text("a.near"), key, u64(1), text("b.near"), new Uint8Array(32), u32(actions.length), ...actions);

describe("near transactions", () => {
  it.each<[string, Uint8Array]>([
    ["an action we do not know", withActions(concatBytes(tag(8), u128(1)))],
    ["an action without its end", withActions(concatBytes(tag(3), u64(1)))],
    ["fewer actions than counted", concatBytes(withActions().slice(0, -4), u32(2), tag(0))],
    ["a count of billions", concatBytes(withActions().slice(0, -4), decodeHex("ffffffff")!)],
    [
      "a secp256k1 key",
      concatBytes(text("a.near"), tag(1), new Uint8Array(64), u64(1), text("b.near"), new Uint8Array(36)),
    ],
    ["an account id in upper case", concatBytes(text("A.near"), withActions().slice(10))],
    ["an empty account id", concatBytes(text(""), withActions().slice(10))],
    ["version 1", concatBytes(tag(1), withActions())],
    ["a byte too many", concatBytes(unsigned, tag(0))],
    ["the signed form", signed],
    ["nothing", new Uint8Array()],
  ])("refuses %s", (_name, bytes) => {
    expect(decodeNearTransaction(bytes)).toBeUndefined();
    expect(chain.parseRequest(request(encodeBase64(bytes)), context)).toMatchObject({
      ok: false,
      code: "invalid_data",
    });
  });

  it("refuses every truncation, and never throws", () => {
    const every = withActions(
      tag(0),
      concatBytes(tag(1), text("code")),
      concatBytes(tag(2), text("mint"), text("{}"), u64(5), u128(6)),
      concatBytes(tag(3), u128(7)),
      concatBytes(tag(4), u128(8), key),
      concatBytes(tag(5), key, u64(1), tag(0), tag(1), u128(9), text("c.near"), u32(1), text("mint")),
      concatBytes(tag(5), key, u64(1), tag(1)),
      concatBytes(tag(6), tag(1), new Uint8Array(64)),
      concatBytes(tag(7), text("d.near")),
    );
    expect(decodeNearTransaction(every)?.actions).toHaveLength(9);
    for (let length = 0; length < every.length; length++) {
      expect(decodeNearTransaction(every.subarray(0, length))).toBeUndefined();
    }
    const mutation = fc.property(fc.nat(every.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const mutated = every.slice();
      mutated[at]! ^= flip;
      decodeNearTransaction(mutated);
    });
    fc.assert(mutation, { numRuns: 1000 * fuzz });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => void decodeNearTransaction(noise)));
  });

  it.each<[string, unknown]>([
    ["hex", "00"],
    ["unpadded base64", published.signed.slice(0, -87)],
    ["a number", 1],
    ["nothing", undefined],
  ])("refuses %s in place of base64", (_name, value) => {
    expect(chain.parseRequest(request(value), context).ok).toBe(false);
  });

  it("refuses a transaction of another key", () => {
    const other = chain.publicKey(new Uint8Array(32).fill(1));
    const parsed = chain.parseRequest(request(encodeBase64(unsigned)), {
      address: chain.address(other),
      publicKey: other,
    });
    expect(parsed).toMatchObject({ ok: false, message: "the transaction's public key is not the wallet's" });
  });

  it("signs as near-api-js does", () => {
    const parsed = chain.parseRequest(request(encodeBase64(unsigned)), context);
    if (!parsed.ok) throw new Error(parsed.message);
    expect(parsed.value.operations).toEqual([{ method: "near_signTransaction" }]);
    expect(decodeNearTransaction(unsigned)).toMatchObject({
      signerId: "test.near",
      receiverId: "whatever.near",
      nonce: 1n,
    });
    expect(parsed.value.sign(privateKey).data).toEqual({ signed_transaction: published.signed, encoding: "base64" });
    expect(verifyEd25519(publicKey, parsed.value.digest, signed.slice(-64))).toBe(true);
    expect(() => parsed.value.sign(new Uint8Array(32).fill(1))).toThrow();
  });
});

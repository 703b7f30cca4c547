import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeHex, encodeHex } from "../encoding/hex.ts";
import { canonicalStarknetAddress, contractAddress, starknetAccountAddress } from "./account-address.ts";
import { grindStarkKey } from "./grind-key.ts";
import { pedersenHash, pedersenHashOfElements } from "./pedersen.ts";
import {
  isSignableStarkHash,
  isValidStarkPrivateKey,
  StarkPoint,
  signStark,
  starkPublicKey,
  toBytes,
  toInteger,
  verifyStark,
} from "./stark-curve.ts";

const bytes = (hex: string): Uint8Array => decodeHex(hex.padStart(64, "0"))!;
const ORDER = StarkPoint.Fn.ORDER;
const fuzz = Number(process.env.MANDATE_FUZZ ?? 1);

describe("Stark curve", () => {
  it("refuses keys and hashes out of range", () => {
    for (const key of [0n, ORDER, ORDER + 1n, (1n << 256n) - 1n]) {
      expect(isValidStarkPrivateKey(toBytes(key))).toBe(false);
      expect(() => signStark(toBytes(1n), toBytes(key))).toThrow(TypeError);
    }
    expect(isValidStarkPrivateKey(new Uint8Array(31).fill(1))).toBe(false);
    expect(isSignableStarkHash(toBytes(1n << 251n))).toBe(false);
    expect(isSignableStarkHash(toBytes((1n << 251n) - 1n))).toBe(true);
    expect(() => signStark(toBytes(1n << 251n), toBytes(1n))).toThrow(TypeError);
  });

  // starkware-libs/crypto-cpp, src/starkware/crypto/ffi/crypto_lib_test.go
  it.each([
    [
      "03c1e9550e66958296d11b60f8e8e7a7ad990d07fa65d5f7652c4a6c87d4e3cc",
      "077a3b314db07c45076d11f62b6f9e748a39790441823307743cf00d6597ea43",
    ],
    ["12", "019661066e96a8b9f06a1d136881ee924dfb6a885239caa5fd3f87a54c6b25c4"],
  ])("derives the public key of %s (crypto-cpp)", (privateKey, publicKey) => {
    expect(encodeHex(starkPublicKey(bytes(privateKey)))).toBe(publicKey);
  });

  it("verifies crypto-cpp's signature and no other", () => {
    const publicKey = bytes("1ef15c18599971b7beced415a40f0c7deacfd9b0d1819e03d723d8bc943cfca");
    const hash = bytes("2");
    const signature = decodeHex(
      "0411494b501a98abd8262b0da1351e17899a0c4ef23dd2f96fec5ba847310b20" +
        "0405c3191ab3883ef2b763af35bc5f5d15b3b4e99461d70e84c654a351a7c81b",
    )!;
    expect(verifyStark(signature, hash, publicKey)).toBe(true);
    expect(verifyStark(signature, bytes("3"), publicKey)).toBe(false);
    expect(verifyStark(signature, hash, starkPublicKey(toBytes(2n)))).toBe(false);
    expect(verifyStark(signature.slice(1), hash, publicKey)).toBe(false);
    for (let i = 0; i < 64; i++) {
      const spoiled = signature.slice();
      spoiled[i]! ^= 1;
      expect(verifyStark(spoiled, hash, publicKey)).toBe(false);
    }
  });

  it("signs what verifies, the same way twice, and differently for every hash", () => {
    const scalar = fc.bigInt({ min: 1n, max: ORDER - 1n });
    const hash = fc.bigInt({ min: 0n, max: (1n << 251n) - 1n });
    const property = fc.property(scalar, hash, (key, message) => {
      const signature = signStark(toBytes(message), toBytes(key));
      expect(verifyStark(signature, toBytes(message), starkPublicKey(toBytes(key)))).toBe(true);
      expect(signStark(toBytes(message), toBytes(key))).toEqual(signature);
      const other = signStark(toBytes(message ^ 1n), toBytes(key));
      expect(other.subarray(0, 32)).not.toEqual(signature.subarray(0, 32));
    });
    fc.assert(property, { numRuns: 8 * fuzz });
  });
});

describe("Pedersen hash", () => {
  it("refuses what is no field element", () => {
    expect(() => pedersenHash(-1n, 0n)).toThrow(RangeError);
    expect(() => pedersenHash(0n, StarkPoint.Fp.ORDER)).toThrow(RangeError);
  });

  // starkware-libs/starkex-resources, crypto/starkware/crypto/signature/test, signature_test_data.json, "hash_test"
  it.each([
    [
      0x03d937c035c878245caf64531a5756109c53068da139362728feb561405371cbn,
      0x0208a0a10250e382e1e4bbe2880906c2791bf6275695e02fbbc6aeff9cd8b31an,
      0x030e480bed5fe53fa909cc0f8c4d99b8f9f2c016be4c41e13a4848797979c662n,
    ],
    [
      0x058f580910a6ca59b28927c08fe6c43e2e303ca384badc365795fc645d479d45n,
      0x078734f65a067be9bdb39de18434d71e79f7b6466a4b66bbd979ab9e7515fe0bn,
      0x068cc0b76cddd1dd4ed2301ada9b7c872b23875d5ff837b3a87993e0d9996b87n,
    ],
  ])("gives StarkWare's published value for %s", (a, b, hash) => {
    expect(pedersenHash(a, b)).toBe(hash);
  });

  it("hashes no elements as 0 and 0", () => {
    // starkware-libs/cairo-lang, compute_hash_on_elements([]), which starknet.js pins too
    expect(pedersenHashOfElements([])).toBe(0x49ee3eba8c1600700ee1b87eb599f16716b0b1022947733551fde4050ca6804n);
  });
});

describe("account address", () => {
  // The accounts that starknet-devnet lists at start with seed 0 (its README). It computes their addresses with salt 20
  // and the class hash of its first version, whatever the class of the account is.
  it.each([
    [
      "b8fd4ddd415902d96f61b7ad201022d495997c2dff8eb9e0eb86253e30fabc",
      "a20a02f0ac53692d144b20cb371a60d7",
      "49dfb8ce986e21d354ac93ea65e6a11f639c1934ea253e5ff14ca62eca0f38e",
    ],
    [
      "7a1bb2744a7dd29bffd44341dbd78008adb4bc11733601e7eddff322ada9cb",
      "e1406455b7d66b1690803be066cbe5e",
      "78662e7352d062084b0010068b99288486c2d8b914f6e2a55ce945f8792c8b1",
    ],
  ])("is starknet-devnet's for %s", (publicKey, privateKey, address) => {
    expect(toInteger(starkPublicKey(bytes(privateKey)))).toBe(BigInt(`0x${publicKey}`));
    const devnetClassHash = 0x3fcbf77b28c96f4f2fb5bd2d176ab083a12a5e123adeb0de955d7ee228c9854n;
    const classHash = 0x061dac032f228abef9c6626f995015233097ae253a7f72d68552db02f2971b8fn;
    const calldata = [BigInt(`0x${publicKey}`)];
    expect(contractAddress(20n, devnetClassHash, calldata).toString(16)).toBe(address);
    expect(starknetAccountAddress(bytes(publicKey))).toBe(
      `0x${contractAddress(calldata[0]!, classHash, calldata).toString(16).padStart(64, "0")}`,
    );
  });

  it("has one spelling and a bound", () => {
    expect(canonicalStarknetAddress("0x1Ab")).toBe(`0x${"1ab".padStart(64, "0")}`);
    const bound = (1n << 251n) - 256n;
    expect(canonicalStarknetAddress(`0x${(bound - 1n).toString(16)}`)).toBeDefined();
    for (const text of [`0x${bound.toString(16)}`, "0x", "1ab", "0x1g", `0x${"0".repeat(65)}`, ""]) {
      expect(canonicalStarknetAddress(text)).toBeUndefined();
    }
  });
});

describe("key grinding", () => {
  it("refuses keys of another length and gives valid keys", () => {
    expect(() => grindStarkKey(new Uint8Array(31))).toThrow(TypeError);
    for (let i = 0; i < 50; i++) expect(isValidStarkPrivateKey(grindStarkKey(new Uint8Array(32).fill(i)))).toBe(true);
  });

  it("gives starknet.js's published value", () => {
    // 0xs/starknet.js and starkware-libs/starkex-resources tests of grindKey
    const key = bytes("86F3E7293141F20A8BAFF320E8EE4ACCB9D4A4BF2B4D295E8CEE784DB46E0519");
    expect(toInteger(grindStarkKey(key)).toString(16)).toBe(
      "5c8c8683596c732541a59e03007b2d30dbbbb873556fe65b5fb63c16688f941",
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chainTypes } from "../chains/chain-types.ts";
import { concatBytes } from "../chains/concat-bytes.ts";
import { decodeHex, encodeHex0x } from "../encoding/hex.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { decodeAptosTransaction } from "./transaction.ts";

const fuzz = Number(process.env.MANDATE_FUZZ ?? 1);
const bytes = (hex: string): Uint8Array => decodeHex(hex)!;

// Trust Wallet Core, tests/chains/Aptos/SignerTests.cpp: broadcast on Aptos' devnet and testnet
const privateKey = bytes("5d996aa76b3212142792d9130796cd2e11e3c445a93118c08414df4f66bc60ec");
const published = [
  {
    name: "TxSign",
    raw: "07968dab936c1bad187c60ce4082f307d030d780e91e694ae03aef16aba73f3063000000000000000200000000000000000000000000000000000000000000000000000000000000010d6170746f735f6163636f756e74087472616e7366657200022007968dab936c1bad187c60ce4082f307d030d780e91e694ae03aef16aba73f3008e803000000000000fe4d3200000000006400000000000000c2276ada0000000021",
    signed:
      "07968dab936c1bad187c60ce4082f307d030d780e91e694ae03aef16aba73f3063000000000000000200000000000000000000000000000000000000000000000000000000000000010d6170746f735f6163636f756e74087472616e7366657200022007968dab936c1bad187c60ce4082f307d030d780e91e694ae03aef16aba73f3008e803000000000000fe4d3200000000006400000000000000c2276ada00000000210020ea526ba1710343d953461ff68641f1b7df5f23b9042ffa2d2a798d3adb3f3d6c405707246db31e2335edc4316a7a656a11691d1d1647f6e864d1ab12f43428aaaf806cf02120d0b608cdd89c5c904af7b137432aacdd60cc53f9fad7bd33578e01",
  },
  {
    name: "ClaimNftTxSign",
    raw: "07968dab936c1bad187c60ce4082f307d030d780e91e694ae03aef16aba73f3013000000000000000200000000000000000000000000000000000000000000000000000000000000030f746f6b656e5f7472616e73666572730c636c61696d5f736372697074000520783135e8b00430253a22ba041d860c373d7a1501ccf7ac2d1ad37a8ed2775aee209125e4054d884fdc7296b66e12c0d63a7baa0d88c77e8e784987c0a967c670ac0f0e546f70617a2054726f6f706572731514546f70617a2054726f6f70657220233230303638080000000000000000fe4d3200000000006400000000000000c2276ada0000000002",
    signed:
      "07968dab936c1bad187c60ce4082f307d030d780e91e694ae03aef16aba73f3013000000000000000200000000000000000000000000000000000000000000000000000000000000030f746f6b656e5f7472616e73666572730c636c61696d5f736372697074000520783135e8b00430253a22ba041d860c373d7a1501ccf7ac2d1ad37a8ed2775aee209125e4054d884fdc7296b66e12c0d63a7baa0d88c77e8e784987c0a967c670ac0f0e546f70617a2054726f6f706572731514546f70617a2054726f6f70657220233230303638080000000000000000fe4d3200000000006400000000000000c2276ada00000000020020ea526ba1710343d953461ff68641f1b7df5f23b9042ffa2d2a798d3adb3f3d6c40ede1ffb5f8f663741c2ca9597af44af81c98f7a910261bb4125f758fd0c0ebbf5bacb34f1196ad45153177729eb6d478676b364ab747da17602713f65ca2dd0a",
  },
];

const chain = chainTypes.aptos;
const publicKey = chain.publicKey(privateKey);
const context = { address: chain.address(publicKey), publicKey };
const request = (transaction: unknown): never =>
  ({ method: "aptos_signTransaction", params: { transaction } }) as never;

const sender = bytes(context.address.slice(2));
const tail = new Uint8Array(25);
const identifier = (name: string): Uint8Array => Uint8Array.of(name.length, ...encodeUtf8(name));
const withPayload = (...parts: (Uint8Array | number[])[]): Uint8Array =>
  concatBytes(sender, new Uint8Array(8), ...parts.map((part) => Uint8Array.from(part)), tail);
const call = concatBytes(new Uint8Array(32), identifier("coin"), identifier("transfer"));
const nested = (depth: number): number[] => [...new Array<number>(depth).fill(6), 2];

describe("aptos transactions", () => {
  it.each<[string, Uint8Array]>([
    ["a module bundle", withPayload([1, 0])],
    ["an orderless payload", withPayload([4, 0])],
    ["a type that does not exist", withPayload([2], call, [1, 11], [0])],
    ["types nested without end", withPayload([2], call, [1, ...nested(1000)], [0])],
    ["a name that is no identifier", withPayload([2], new Uint8Array(32), identifier("a b"), identifier("f"), [0, 0])],
    ["a length with a superfluous byte", withPayload([2], call, [0x80, 0x00], [0])],
    ["a length of 32 bits and more", withPayload([2], call, [0], [0xff, 0xff, 0xff, 0xff, 0x1f])],
    ["more arguments than bytes", withPayload([2], call, [0], [0xff, 0xff, 0x03])],
    ["an option that is neither", withPayload([3], new Uint8Array(32), [2])],
    ["a script argument that does not exist", withPayload([0, 0, 0, 1, 10])],
    ["a fee payer's transaction", concatBytes(Uint8Array.of(0), bytes(published[0]!.raw), Uint8Array.of(1), sender)],
    ["the signed form", bytes(published[0]!.signed)],
    ["nothing", new Uint8Array()],
  ])("refuses %s", (_name, bcs) => {
    expect(decodeAptosTransaction(bcs)).toBeUndefined();
    expect(chain.parseRequest(request(encodeHex0x(bcs)), context)).toMatchObject({ ok: false, code: "invalid_data" });
  });

  it.each<[string, unknown]>([
    ["no prefix", published[0]!.raw],
    ["odd hex", "0x0"],
    ["no bytes", "0x"],
    ["a number", 1],
    ["nothing", undefined],
  ])("refuses %s in place of hex", (_name, value) => {
    expect(chain.parseRequest(request(value), context).ok).toBe(false);
  });

  it("refuses another sender", () => {
    const raw = bytes(published[0]!.raw);
    raw[0]! ^= 1;
    expect(chain.parseRequest(request(encodeHex0x(raw)), context)).toMatchObject({
      message: "the transaction's sender is not the wallet's address",
    });
  });

  it("refuses every truncation, and never throws", () => {
    const raw = bytes(published[1]!.raw);
    for (let length = 0; length < raw.length; length++) {
      expect(decodeAptosTransaction(raw.subarray(0, length))).toBeUndefined();
    }
    const mutation = fc.property(fc.nat(raw.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const mutated = raw.slice();
      mutated[at]! ^= flip;
      decodeAptosTransaction(mutated);
    });
    fc.assert(mutation, { numRuns: 1000 * fuzz });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => void decodeAptosTransaction(noise)));
  });

  it.each<[string, Uint8Array, string]>([
    ["a script", withPayload([0, 2, 1, 2, 1, ...nested(3), 3, 0, 7, 5, 1, 4, 1, 9]), "Script"],
    [
      "a struct type",
      withPayload([2], call, [1, 7], new Uint8Array(32), identifier("a"), identifier("B"), [0, 0]),
      "EntryFunction",
    ],
    ["a multisig without payload", withPayload([3], new Uint8Array(32), [0]), "Multisig"],
    ["a multisig with a call", withPayload([3], new Uint8Array(32), [1, 0], call, [0, 0]), "Multisig"],
  ])("reads %s", (_name, bcs, payload) => {
    expect(decodeAptosTransaction(bcs)).toMatchObject({ payload, sender });
  });

  for (const { name, raw, signed } of published) {
    it(`signs as Aptos accepted it: ${name}`, () => {
      const parsed = chain.parseRequest(request(`0x${raw}`), context);
      if (!parsed.ok) throw new Error(parsed.message);
      expect(parsed.value.operations).toEqual([{ method: "aptos_signTransaction" }]);
      expect(parsed.value.sign(privateKey).data).toEqual({ signed_transaction: `0x${signed}`, encoding: "hex" });
      expect(() => parsed.value.sign(new Uint8Array(32))).toThrow();
    });
  }
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chainTypes } from "../chains/chain-types.ts";
import { concatBytes } from "../chains/concat-bytes.ts";
import { parseRawSignRequest } from "../chains/raw-sign.ts";
import { decodeBase64 } from "../encoding/base64.ts";
import { decodeHex, encodeHex, encodeHex0x } from "../encoding/hex.ts";
import { decodeSuiTransaction } from "./transaction.ts";
import { transferAmount, transferRecipient } from "./transfer.ts";

const fuzz = Number(process.env.MANDATE_FUZZ ?? 1);

// Trust Wallet Core, sui_sign.rs, test_sui_sign_direct_pay_sui: broadcast on Sui's devnet
const published = {
  privateKey: decodeHex("3823dce5288ab55dd1c00d97e91933c613417fdb282a0b8b01a7f5f5a533b266")!,
  unsigned: decodeBase64(
    "AAACAAgQJwAAAAAAAAAgJZ/4B0q0Jcu0ifI24Y4I8D8aeFa998eih3vWT3OLUBUCAgABAQAAAQEDAAAAAAEBANV1rX8Y6UhGKlz2mPVk7zlKdSpx/sYkk6+KBVwBLA1QAQbywsjB2JZN8QGdZhbpcFcZvrq9kx2idVy5SM635olk7AIAAAAAAAAgYEVuxmf1zRBGdoDr+VDtMpIFF12s2Ua7I2ru1XyGF8/Vda1/GOlIRipc9pj1ZO85SnUqcf7GJJOvigVcASwNUAEAAAAAAAAA0AcAAAAAAAAA",
  )!,
  signature: decodeBase64(
    "APxPduNVvHj2CcRcHOtiP2aBR9qP3vO2Cb0g12PI64QofDB6ks33oqe/i/iCTLcop2rBrkczwrayZuJOdi7gvwNqfN7sFqdcD/Z4e8I1YQlGkDMCK7EOgmydRDqfH8C9jg==",
  )!,
};

const sender = new Uint8Array(32).fill(0xaa);
const recipient = new Uint8Array(32).fill(0xbb);

/** Tiny BCS writers: counts here are below 128. */
const list = (...items: Uint8Array[]): Uint8Array => concatBytes(Uint8Array.of(items.length), ...items);
const u64 = (value: number): Uint8Array => Uint8Array.from({ length: 8 }, (_, i) => Math.floor(value / 256 ** i) % 256);
const pure = (value: Uint8Array): Uint8Array => Uint8Array.of(0, value.length, ...value);
const ownedObject = concatBytes(Uint8Array.of(1, 0), new Uint8Array(40), Uint8Array.of(32), new Uint8Array(32));
const gasCoin = Uint8Array.of(0);
const input = (index: number): Uint8Array => Uint8Array.of(1, index, 0);
const result = (command: number): Uint8Array => Uint8Array.of(2, command, 0);
const nested = (command: number, index: number): Uint8Array => Uint8Array.of(3, command, 0, index, 0);
const split = (coin: Uint8Array, ...amounts: Uint8Array[]): Uint8Array =>
  concatBytes(Uint8Array.of(2), coin, list(...amounts));
const transfer = (to: Uint8Array, ...objects: Uint8Array[]): Uint8Array =>
  concatBytes(Uint8Array.of(1), list(...objects), to);
const merge = (coin: Uint8Array, ...from: Uint8Array[]): Uint8Array =>
  concatBytes(Uint8Array.of(3), coin, list(...from));
const call = (...args: Uint8Array[]): Uint8Array =>
  concatBytes(Uint8Array.of(0), new Uint8Array(32), Uint8Array.of(1, 0x61, 1, 0x62, 0), list(...args));

function transaction(inputs: Uint8Array[], commands: Uint8Array[]): Uint8Array {
  const gas = concatBytes(list(), sender, u64(1000), u64(5_000_000));
  return concatBytes(Uint8Array.of(0, 0), list(...inputs), list(...commands), sender, gas, Uint8Array.of(0));
}

/** What the policy would be shown of the transfer at `at`. */
function read(inputs: Uint8Array[], commands: Uint8Array[], at: number): [bigint | undefined, Uint8Array | undefined] {
  const decoded = decodeSuiTransaction(transaction(inputs, commands));
  const command = decoded?.commands[at];
  if (decoded === undefined || command?.name !== "TransferObjects") throw new Error("not a transfer");
  return [transferAmount(decoded, command), transferRecipient(decoded, command)];
}

describe("sui transactions", () => {
  const plain = [pure(u64(5)), pure(recipient)];

  it.each<[string, Uint8Array]>([
    ["another version", concatBytes(Uint8Array.of(1), transaction([], []).slice(1))],
    ["a system transaction", concatBytes(Uint8Array.of(0, 1), transaction([], []).slice(2))],
    ["an input that is not known", transaction([Uint8Array.of(2, 0)], [])],
    ["a command that is not known", transaction([], [Uint8Array.of(7)])],
    ["an argument that is not known", transaction([], [transfer(Uint8Array.of(4), gasCoin)])],
    ["an expiration that is not known", concatBytes(transaction([], []).slice(0, -1), Uint8Array.of(2))],
    ["a count in a longer spelling", concatBytes(Uint8Array.of(0x80, 0x00), transaction([], []).slice(1))],
    ["a byte too many", concatBytes(transaction([], []), Uint8Array.of(0))],
    ["nothing", new Uint8Array()],
  ])("refuses %s", (_name, bytes) => {
    expect(decodeSuiTransaction(bytes)).toBeUndefined();
  });

  it("refuses every truncation, and never throws", () => {
    const whole = published.unsigned;
    expect(decodeSuiTransaction(whole)).toBeDefined();
    for (let length = 0; length < whole.length; length++) {
      expect(decodeSuiTransaction(whole.subarray(0, length))).toBeUndefined();
    }
    const mutation = fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const mutated = whole.slice();
      mutated[at]! ^= flip;
      const decoded = decodeSuiTransaction(mutated);
      for (const command of decoded?.commands ?? []) {
        if (command.name !== "TransferObjects") continue;
        transferAmount(decoded!, command);
        transferRecipient(decoded!, command);
      }
    });
    fc.assert(mutation, { numRuns: 1000 * fuzz });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => void decodeSuiTransaction(noise)));
  });

  it("adds up thousands of coins in one pass", () => {
    const count = 8000;
    const uleb = Uint8Array.of((count & 127) | 128, count >> 7);
    const repeat = (width: number, at: (index: number) => number[]): Uint8Array =>
      Uint8Array.from({ length: count * width }, (_, i) => at(Math.floor(i / width))[i % width]!);
    const splits = concatBytes(
      Uint8Array.of(2),
      gasCoin,
      uleb,
      repeat(3, () => [1, 0, 0]),
    );
    const objects = concatBytes(
      Uint8Array.of(1),
      uleb,
      repeat(5, (i) => [3, 0, 0, i & 255, i >> 8]),
      input(1),
    );
    const startedMs = performance.now();
    expect(read(plain, [splits, objects], 1)).toEqual([5n * BigInt(count), recipient]);
    // 64 million steps, were it quadratic.
    expect(performance.now() - startedMs).toBeLessThan(1000);
  });

  describe("amount and recipient of a transfer", () => {
    it.each<[string, Uint8Array[], Uint8Array[], number]>([
      ["an object", [ownedObject, pure(recipient)], [transfer(input(1), input(0))], 0],
      ["the gas coin itself", plain, [transfer(input(1), gasCoin)], 0],
      [
        "a coin split off an object",
        [...plain, ownedObject],
        [split(input(2), input(0)), transfer(input(1), result(0))],
        1,
      ],
      ["a split by a computed amount", plain, [split(gasCoin, result(5)), transfer(input(1), result(0))], 1],
      [
        "a split by an amount of 4 bytes",
        [pure(new Uint8Array(4)), plain[1]!],
        [split(gasCoin, input(0)), transfer(input(1), result(0))],
        1,
      ],
      ["a result of a Move call", plain, [call(), transfer(input(1), result(0))], 1],
      ["the whole of two splits", plain, [split(gasCoin, input(0), input(0)), transfer(input(1), result(0))], 1],
      ["a split that is not there", plain, [transfer(input(1), nested(9, 0))], 0],
      ["a split result that is not there", plain, [split(gasCoin, input(0)), transfer(input(1), nested(0, 1))], 1],
      [
        "a coin that grew by a merge",
        [...plain, ownedObject],
        [split(gasCoin, input(0)), merge(result(0), input(2)), transfer(input(1), result(0))],
        2,
      ],
      [
        "a coin that grew under its other name",
        [...plain, ownedObject],
        [split(gasCoin, input(0)), merge(nested(0, 0), input(2)), transfer(input(1), result(0))],
        2,
      ],
      [
        "a coin that a call touched",
        plain,
        [split(gasCoin, input(0)), call(result(0)), transfer(input(1), result(0))],
        2,
      ],
      ["a coin counted twice", plain, [split(gasCoin, input(0)), transfer(input(1), result(0), nested(0, 0))], 1],
      [
        "an amount that a call may have changed",
        plain,
        [call(input(0)), split(gasCoin, input(0)), transfer(input(1), result(1))],
        2,
      ],
      ["no objects", plain, [transfer(input(1))], 0],
    ])("is not known for %s", (_name, inputs, commands, at) => {
      expect(read(inputs, commands, at)[0]).toBeUndefined();
    });

    it.each<[string, Uint8Array[], Uint8Array[], number]>([
      ["an object", [ownedObject], [transfer(input(0), gasCoin)], 0],
      ["a result", plain, [call(), transfer(result(0), gasCoin)], 1],
      ["bytes of another length", [pure(new Uint8Array(31))], [transfer(input(0), gasCoin)], 0],
      ["an input that is not there", [], [transfer(input(0), gasCoin)], 0],
      ["an input that a call may have changed", plain, [call(input(1)), transfer(input(1), gasCoin)], 1],
    ])("has no recipient that is %s", (_name, inputs, commands, at) => {
      expect(read(inputs, commands, at)[1]).toBeUndefined();
    });

    it("adds up the coins that the transaction itself splits off", () => {
      const commands = [split(gasCoin, input(0), input(2)), transfer(input(1), nested(0, 0), nested(0, 1))];
      expect(read([...plain, pure(u64(1_000_000_007))], commands, 1)).toEqual([1_000_000_012n, recipient]);
      const merged = [merge(gasCoin, input(2)), split(gasCoin, input(0)), transfer(input(1), result(1))];
      expect(read([...plain, ownedObject], merged, 2)).toEqual([5n, recipient]);
    });
  });
});

describe("raw_sign of sui transactions", () => {
  const chain = chainTypes.sui;
  const publicKey = chain.publicKey(published.privateKey);
  const context = { address: chain.address(publicKey), publicKey };
  const raw = (bytes: Uint8Array, hashFunction = "blake2b256"): ReturnType<typeof parseRawSignRequest> =>
    parseRawSignRequest(
      { params: { bytes: encodeHex(bytes), encoding: "hex", hash_function: hashFunction } },
      "sui",
      context,
    );
  const intent = Uint8Array.of(0, 0, 0);
  const methods = (parsed: ReturnType<typeof parseRawSignRequest>): string[] =>
    parsed.ok ? parsed.value.operations.map(({ method }) => method) : [parsed.message];

  it("treats bytes under a transaction's intent that are none of the wallet's as a hash", () => {
    const others = transaction([], [transfer(gasCoin, gasCoin)]);
    for (const bytes of [
      concatBytes(intent, published.unsigned.slice(1)),
      concatBytes(Uint8Array.of(0, 0, 1), published.unsigned),
      concatBytes(intent, others),
      Uint8Array.of(0),
      intent,
    ]) {
      expect(methods(raw(bytes))).toEqual(["raw_sign"]);
    }
  });

  it("takes other bytes and other hash functions as a message", () => {
    expect(methods(raw(Uint8Array.of(3, 0, 0, 1, 2)))).toEqual(["signRawMessageBytes"]);
    expect(methods(raw(published.unsigned.slice(3)))).not.toContain("signTransactionBytes");
    expect(methods(raw(concatBytes(intent, published.unsigned), "sha256"))).toEqual(["signRawMessageBytes"]);
  });

  it("shows the policy every command, and signs as Sui accepted it", () => {
    const parsed = raw(concatBytes(intent, published.unsigned));
    expect(methods(parsed)).toEqual(["signTransactionBytes", "signTransactionBytes"]);
    if (!parsed.ok) throw new Error(parsed.message);
    expect(parsed.value.sign(published.privateKey).data).toEqual({
      signature: encodeHex0x(published.signature.slice(1, 65)),
      encoding: "hex",
    });
    expect(published.signature.slice(65)).toEqual(publicKey);
  });

  it("denies a transaction without commands: there is nothing to allow", () => {
    const empty = concatBytes(
      Uint8Array.of(0, 0, 0, 0),
      decodeHex(context.address.slice(2))!,
      Uint8Array.of(0),
      decodeHex(context.address.slice(2))!,
      new Uint8Array(17),
    );
    expect(decodeSuiTransaction(empty)?.commands).toEqual([]);
    expect(methods(raw(concatBytes(intent, empty)))).toEqual([]);
  });
});

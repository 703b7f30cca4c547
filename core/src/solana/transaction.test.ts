import { describe, expect, it } from "vitest";
import { address, buildMessage, buildTransaction, instruction, transfer } from "../testing/solana-fixtures.ts";
import { encodeMessage } from "./message.ts";
import { decodeTransaction, encodeTransaction, isSignaturePresent, withSignature } from "./transaction.ts";

const transaction = buildTransaction(buildMessage([transfer(address(1), 5n)]));
const bytes = encodeTransaction(transaction);

describe("decodeTransaction", () => {
  it("refuses a transaction cut short, a byte more and a byte in front", () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(decodeTransaction(bytes.slice(0, length)).ok, `${length}`).toBe(false);
    }
    expect(decodeTransaction(Uint8Array.of(...bytes, 0)).ok).toBe(false);
    expect(decodeTransaction(Uint8Array.of(0, ...bytes)).ok).toBe(false);
    expect(decodeTransaction(transaction.message.accountKeys[0]!).ok).toBe(false);
    expect(decodeTransaction(encodeMessage(transaction.message)).ok).toBe(false);
  });

  it("refuses another number of signatures than the message needs", () => {
    for (const count of [0, 2, 3]) {
      const signatures = Array.from({ length: count }, () => new Uint8Array(64));
      const decoded = decodeTransaction(encodeTransaction({ ...transaction, signatures }));
      expect(decoded).toEqual({ ok: false, message: `the message needs 1 signatures, the transaction has ${count}` });
    }
  });

  it("refuses more than 1232 bytes", () => {
    const sized = (data: number) =>
      encodeTransaction(buildTransaction(buildMessage([instruction(address(9), [], new Uint8Array(data))])));
    const most = 1232 - (sized(200).length - 200);
    expect(decodeTransaction(sized(most)).ok).toBe(true);
    expect(decodeTransaction(sized(most + 1))).toMatchObject({
      ok: false,
      message: expect.stringContaining("1233 bytes"),
    });
  });

  it("reads what encodeTransaction writes", () => {
    expect(decodeTransaction(bytes)).toEqual({ ok: true, value: transaction });
  });
});

describe("withSignature", () => {
  it("sets one signature and leaves the others and the message alone", () => {
    const three = {
      message: transaction.message,
      signatures: [1, 2, 3].map((n) => new Uint8Array(64).fill(n)),
    };
    const signature = new Uint8Array(64).fill(9);
    const signed = withSignature(three, 1, signature);
    expect(signed.signatures.map((one) => one[0])).toEqual([1, 9, 3]);
    expect(signed.message).toBe(three.message);
    expect(three.signatures[1]![0]).toBe(2);
    expect(signed.signatures.every(isSignaturePresent)).toBe(true);
    expect(isSignaturePresent(new Uint8Array(64))).toBe(false);
    expect(() => withSignature(three, 3, signature)).toThrow(RangeError);
  });
});

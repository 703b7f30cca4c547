import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { address, buildMessage, buildTransaction, transfer, vectorMessages } from "../testing/solana-fixtures.ts";
import { encodeMessage } from "./message.ts";
import { encodeTransaction } from "./transaction.ts";
import { mayBeTransaction } from "./transaction-lookalike.ts";

const message = encodeMessage(buildMessage([transfer(address(1), 5n)]));

describe("mayBeTransaction sees", () => {
  it("every message and transaction of the vectors (99)", () => {
    for (const bytes of [message, ...vectorMessages]) {
      expect(mayBeTransaction(bytes)).toBe(true);
      const signatures = new Uint8Array(64 * (bytes[0] === 0x80 ? bytes[1]! : bytes[0]!));
      expect(mayBeTransaction(Uint8Array.of(signatures.length / 64, ...signatures, ...bytes))).toBe(true);
    }
    expect([0, 99]).toContain(vectorMessages.length);
  });

  it("messages that our own decoder refuses but another might take", () => {
    const { accountKeys, ...rest } = buildMessage([transfer(address(1), 5n)]);
    const twice = encodeMessage({ accountKeys: [...accountKeys, accountKeys[0]!], ...rest });
    const outOfBounds = encodeMessage({
      accountKeys,
      ...rest,
      instructions: [{ ...rest.instructions[0]!, programIdIndex: 200 }],
    });
    const longSpelling = Uint8Array.of(...message.slice(0, 4), message[4]! | 0x80, 0, ...message.slice(5));
    for (const bytes of [twice, outOfBounds, longSpelling, Uint8Array.of(...message, 1, 2, 3)]) {
      expect(mayBeTransaction(bytes)).toBe(true);
    }
  });

  it("versions that are yet to come", () => {
    for (let first = 0x81; first <= 0xbf; first++) expect(mayBeTransaction(message.with(0, first))).toBe(true);
  });

  it("a whole transaction", () => {
    expect(mayBeTransaction(encodeTransaction(buildTransaction(buildMessage([]))))).toBe(true);
  });
});

describe("mayBeTransaction does not mind", () => {
  it("text", () => {
    const texts = [
      "",
      "hello",
      "example.com wants you to sign in with your Solana account:\n6KgCSMNsSjSDnbj1XNErPST71sjQCx5k4JZgvRXmd89i\n",
      "0".repeat(5000),
      "é".repeat(2000),
      "🙂".repeat(400),
      "\n\n\nhello".repeat(200),
      "\t{\n".repeat(500),
      "\u{10ffff}".repeat(300),
    ];
    for (const text of texts) expect(mayBeTransaction(encodeUtf8(text)), text.slice(0, 20)).toBe(false);
    fc.assert(
      fc.property(
        fc.string({ maxLength: 2000, unit: fc.constantFrom("a", " ", "~", "é", "\n", "漢", "\t") }),
        (text) => {
          expect(mayBeTransaction(encodeUtf8(text))).toBe(false);
        },
      ),
      { numRuns: 300 * Number(process.env.MANDATE_FUZZ ?? 1) },
    );
  });

  it("the standard's off-chain message, hashes and short challenges", () => {
    const offChain = Uint8Array.of(0xff, ...encodeUtf8("solana offchain"), 0, 0, 5, 0, ...encodeUtf8("hello"));
    expect(mayBeTransaction(offChain)).toBe(false);
    for (let first = 0; first < 256; first++) {
      expect(mayBeTransaction(new Uint8Array(32).fill(first))).toBe(false);
      expect(mayBeTransaction(new Uint8Array(64).fill(first))).toBe(false);
    }
  });

  it("long bytes that begin like one, in linear time", () => {
    const start = performance.now();
    for (const fill of [0, 1, 2, 0x7f, 0x80, 0xff]) mayBeTransaction(new Uint8Array(225_000).fill(fill).with(0, 1));
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { address, buildMessage, hex, instruction, transfer, vectorMessages } from "../testing/solana-fixtures.ts";
import { describeInstruction } from "./instructions/decode.ts";
import { decodeMessage, encodeMessage } from "./message.ts";
import { instructionsOf } from "./message-accounts.ts";
import { decodeTransaction, encodeTransaction } from "./transaction.ts";
import { mayBeTransaction } from "./transaction-lookalike.ts";
import type { SolanaMessage } from "./types.ts";

const fuzz = Number(process.env.MANDATE_FUZZ ?? 1);
const numRuns = (count: number) => ({ numRuns: count * fuzz });

const made = [
  buildMessage([transfer(address(1), 5n)]),
  buildMessage([transfer(address(1), 5n), instruction(address(9), [address(2), { lookup: 1 }], 1, 2, 3)]),
  buildMessage([transfer(address(1), 5n)], { version: "legacy" }),
].map(encodeMessage);
const messages = [...made, ...vectorMessages].filter((bytes) => decodeMessage(bytes).ok);

/** What must hold of any bytes; whether they were accepted. */
function check(bytes: Uint8Array): boolean {
  const decoded = decodeMessage(bytes);
  if (!decoded.ok) return false;
  if (hex(encodeMessage(decoded.value)) !== hex(bytes)) expect.fail(`not the identity: ${hex(bytes)}`);
  if (summarize(decoded.value) !== decodeAnotherWay(bytes)) expect.fail(`decoded otherwise: ${hex(bytes)}`);
  if (!mayBeTransaction(bytes)) expect.fail(`could be signed as a message: ${hex(bytes)}`);
  for (const one of instructionsOf(decoded.value)) JSON.stringify(describeInstruction(one));
  return true;
}

describe("I8: decode is the inverse of encode, or refuses", () => {
  it("for every byte of the vectors changed", () => {
    let [accepted, refused] = [0, 0];
    for (const message of messages) {
      for (let at = 0; at < message.length; at++) {
        // All 255 changes in a full run; else one of three: a bit, the sign, everything.
        const changes = fuzz > 1 ? Array.from({ length: 255 }, (_, i) => i + 1) : [[1, 0x80, 0xff][at % 3]!];
        for (const change of changes) {
          if (check(message.with(at, message[at]! ^ change))) accepted++;
          else refused++;
        }
      }
    }
    expect([made.length, 91]).toContain(messages.length);
    // Keys, hashes and amounts may be anything; lengths, indexes and versions may not.
    expect(accepted).toBeGreaterThan(500);
    expect(refused).toBeGreaterThan(100);
  });

  it("for bytes cut out, doubled and put in", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...messages),
        fc.nat(),
        fc.nat({ max: 40 }),
        fc.uint8Array({ maxLength: 40 }),
        (message, at, count, inserted) => {
          const start = at % message.length;
          check(Uint8Array.from([...message.slice(0, start), ...inserted, ...message.slice(start + count)]));
          check(Uint8Array.from([...message.slice(0, start + count), ...message.slice(start)]));
        },
      ),
      numRuns(500),
    );
  });

  it("for bytes of all kinds, without throwing", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1300 }), (bytes) => {
        check(bytes);
        const transaction = decodeTransaction(bytes);
        if (transaction.ok) expect(encodeTransaction(transaction.value)).toEqual(bytes);
        mayBeTransaction(bytes);
      }),
      numRuns(500),
    );
  });
});

function summarize(message: SolanaMessage): string {
  const { version, requiredSignatures, readonlySigned, readonlyUnsigned, accountKeys, recentBlockhash } = message;
  return JSON.stringify([
    version,
    [requiredSignatures, readonlySigned, readonlyUnsigned],
    accountKeys.map(hex),
    hex(recentBlockhash),
    message.instructions.map((one) => [one.programIdIndex, one.accountIndexes, hex(one.data)]),
    message.addressTableLookups.map((one) => [hex(one.tableAddress), one.writableIndexes, one.readonlyIndexes]),
  ]);
}

/** A second decoder, from the format's description and without our reader: hex text, consumed from the left. */
function decodeAnotherWay(bytes: Uint8Array): string {
  let rest = hex(bytes);
  const take = (count: number): string => {
    const taken = rest.slice(0, 2 * count);
    rest = rest.slice(2 * count);
    return taken;
  };
  const byte = (): number => Number.parseInt(take(1), 16);
  const length = (): number => {
    const first = byte();
    if (first < 128) return first;
    const second = byte();
    return second < 128 ? (first % 128) + second * 128 : (first % 128) + (second % 128) * 128 + byte() * 16384;
  };
  const list = <T>(item: () => T): T[] => Array.from({ length: length() }, item);
  const version = rest.startsWith("80") ? 0 : "legacy";
  if (version === 0) take(1);
  const header = [byte(), byte(), byte()];
  const keys = list(() => take(32));
  const blockhash = take(32);
  const instructions = list(() => [byte(), list(byte), list(() => take(1)).join("")]);
  const lookups = version === 0 ? list(() => [take(32), list(byte), list(byte)]) : [];
  return JSON.stringify([version, header, keys, blockhash, instructions, lookups]);
}

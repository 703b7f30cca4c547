import {
  AccountRole,
  appendTransactionMessageInstructions,
  type Blockhash,
  compileTransactionMessage,
  createTransactionMessage,
  getAddressDecoder,
  getCompiledTransactionMessageDecoder,
  getCompiledTransactionMessageEncoder,
  type Instruction,
  pipe,
  setTransactionMessageFeePayer,
  setTransactionMessageLifetimeUsingBlockhash,
} from "@solana/kit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hex } from "../testing/solana-fixtures.ts";
import { encodeSolanaAddress, parseSolanaAddress } from "./address.ts";
import { decodeMessage, encodeMessage } from "./message.ts";
import { instructionsOf } from "./message-accounts.ts";
import type { SolanaMessage } from "./types.ts";

const fuzz = Number(process.env.MANDATE_FUZZ ?? 1);

const encoder = getCompiledTransactionMessageEncoder();
const decoder = getCompiledTransactionMessageDecoder();
const textOf = getAddressDecoder();
// Few enough that accounts are shared between instructions and between roles.
const ADDRESSES = Array.from({ length: 12 }, (_, index) =>
  textOf.decode(Uint8Array.from({ length: 32 }, (_, at) => (at * 31 + index * 7 + 1) & 0xff)),
);
const [payer, tableA, tableB, blockhash] = ADDRESSES.splice(0, 4);

const account = fc.record({
  address: fc.constantFrom(...ADDRESSES.slice(0, 6)),
  role: fc.constantFrom(
    AccountRole.READONLY,
    AccountRole.WRITABLE,
    AccountRole.READONLY_SIGNER,
    AccountRole.WRITABLE_SIGNER,
  ),
});
const lookup = fc.record({
  address: fc.nat(200).map((index) => textOf.decode(new Uint8Array(32).fill(0x60).with(0, index))),
  addressIndex: fc.nat(255),
  lookupTableAddress: fc.constantFrom(tableA!, tableB!),
  role: fc.constantFrom(AccountRole.READONLY, AccountRole.WRITABLE),
});

const generated = fc
  .record({
    version: fc.constantFrom("legacy" as const, 0 as const),
    instructions: fc.array(
      fc.record({
        programAddress: fc.constantFrom(...ADDRESSES.slice(6)),
        accounts: fc.array(account, { maxLength: 5 }),
        lookups: fc.array(lookup, { maxLength: 3 }),
        data: fc.uint8Array({ maxLength: 60 }),
      }),
      { maxLength: 5 },
    ),
  })
  .map(({ version, instructions }) => ({
    version,
    instructions: instructions.map(({ programAddress, accounts, lookups, data }) => ({
      programAddress,
      accounts: version === 0 ? [...accounts, ...lookups] : accounts,
      data,
    })),
  }));

function compile({ version, instructions }: { version: "legacy" | 0; instructions: Instruction[] }) {
  const message = pipe(
    createTransactionMessage({ version: version as 0 }),
    (draft) => setTransactionMessageFeePayer(payer!, draft),
    (draft) =>
      setTransactionMessageLifetimeUsingBlockhash(
        { blockhash: blockhash as unknown as Blockhash, lastValidBlockHeight: 1n },
        draft,
      ),
    (draft) => appendTransactionMessageInstructions(instructions, draft),
  );
  return new Uint8Array(encoder.encode(compileTransactionMessage(message)));
}

/** Both readings in one spelling. */
function summarizeOurs(message: SolanaMessage): unknown {
  return {
    version: message.version,
    header: [message.requiredSignatures, message.readonlySigned, message.readonlyUnsigned],
    accounts: message.accountKeys.map((key) => textOf.decode(key)),
    lifetime: textOf.decode(message.recentBlockhash),
    instructions: message.instructions.map((one) => [one.programIdIndex, one.accountIndexes, hex(one.data)]),
    lookups: message.addressTableLookups.map((one) => [
      textOf.decode(one.tableAddress),
      one.writableIndexes,
      one.readonlyIndexes,
    ]),
  };
}

function summarizeKit(bytes: Uint8Array): unknown {
  const message = decoder.decode(bytes);
  return {
    version: message.version,
    header: [
      message.header.numSignerAccounts,
      message.header.numReadonlySignerAccounts,
      message.header.numReadonlyNonSignerAccounts,
    ],
    accounts: message.staticAccounts,
    lifetime: message.lifetimeToken,
    instructions: message.instructions.map((one) => [
      one.programAddressIndex,
      one.accountIndices ?? [],
      hex(Uint8Array.from(one.data ?? [])),
    ]),
    lookups: ("addressTableLookups" in message ? (message.addressTableLookups ?? []) : []).map((one) => [
      one.lookupTableAddress,
      one.writableIndexes,
      one.readonlyIndexes,
    ]),
  };
}

describe("I8, I14: messages that @solana/kit compiles", () => {
  it("are read as it reads them, instruction by instruction, and encoded to its bytes", () => {
    let accepted = 0;
    fc.assert(
      fc.property(generated, (draft) => {
        let bytes: Uint8Array;
        try {
          bytes = compile(draft);
        } catch {
          // A program that also signs, or an account both named and looked up: it makes no such message.
          return;
        }
        const decoded = decodeMessage(bytes);
        if (!decoded.ok) return;
        accepted++;
        expect(summarizeOurs(decoded.value)).toEqual(summarizeKit(bytes));
        expect(encodeMessage(decoded.value)).toEqual(bytes);
        const read = instructionsOf(decoded.value);
        expect(read.map(({ programId, data }) => [textOf.decode(programId), hex(data)])).toEqual(
          draft.instructions.map(({ programAddress, data }) => [programAddress, hex(data)]),
        );
        for (const [at, { accounts }] of read.entries()) {
          expect(accounts.map(({ address }) => (address === undefined ? "looked up" : textOf.decode(address)))).toEqual(
            draft.instructions[at]!.accounts.map((one) =>
              "lookupTableAddress" in one ? expect.stringMatching(/./) : one.address,
            ),
          );
        }
      }),
      { numRuns: Math.ceil(300 * fuzz) },
    );
    expect(accepted).toBeGreaterThan(100 * fuzz);
  });

  it("after a change of some bytes are refused, or read as it reads them", () => {
    fc.assert(
      fc.property(
        generated,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }),
        fc.option(fc.nat(1000), { nil: undefined }),
        (draft, changes, cut) => {
          let bytes: Uint8Array;
          try {
            bytes = compile(draft);
          } catch {
            return;
          }
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
          if (cut !== undefined) bytes = bytes.subarray(0, cut % bytes.length);
          const decoded = decodeMessage(bytes);
          if (!decoded.ok) return;
          expect(summarizeOurs(decoded.value)).toEqual(summarizeKit(bytes));
          expect(encodeMessage(decoded.value)).toEqual(bytes);
        },
      ),
      { numRuns: Math.ceil(1000 * fuzz) },
    );
  });

  it("name addresses in the same spelling", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (key) => {
        expect(encodeSolanaAddress(key)).toBe(textOf.decode(key));
        expect(parseSolanaAddress(textOf.decode(key))).toEqual(key);
      }),
      { numRuns: Math.ceil(50 * fuzz) },
    );
  });
});

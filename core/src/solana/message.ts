import { equalBytes } from "../crypto/equal-bytes.ts";
import { encodeHex } from "../encoding/hex.ts";
import { accept, type Parsed, refuse } from "../ethereum/parsed.ts";
import { type ByteReader, hasMore, MalformedBytes, readFrom, takeByte, takeBytes } from "./byte-reader.ts";
import { encodeCompactU16, takeCompactU16 } from "./compact-u16.ts";
import type { AddressTableLookup, CompiledInstruction, SolanaMessage } from "./types.ts";

/** What fits in one packet: the IPv6 minimum of 1,280 bytes less 48 of headers. Signatures count. */
export const TRANSACTION_BYTES_MAX = 1232;
/** Account indexes are one byte. */
const ACCOUNTS_MAX = 256;

/**
 * Decodes the bytes that a transaction's signatures are over, in the legacy or the v0 format, under the runtime's own
 * rules (`sanitize` of solana-message): lengths in their shortest spelling, indexes in bounds, a writable fee payer that
 * is no program, no account twice, programs named in the message itself, no bytes after the end.
 *
 * INVARIANT (I8): what is accepted encodes back to exactly `bytes`; everything else is refused.
 */
export function decodeMessage(bytes: Uint8Array): Parsed<SolanaMessage> {
  if (bytes.length > TRANSACTION_BYTES_MAX) return refuse("the message is longer than a transaction may be");
  try {
    const message = takeMessage(readFrom(bytes));
    checkMessage(message, bytes.length);
    if (!equalBytes(encodeMessage(message), bytes)) return refuse("the message is not in its canonical encoding");
    return accept(message);
  } catch (error) {
    if (error instanceof MalformedBytes) return refuse(error.message);
    throw error;
  }
}

/** The bytes that are signed. */
export function encodeMessage(message: SolanaMessage): Uint8Array {
  const bytes: number[] = message.version === "legacy" ? [] : [0x80 | message.version];
  bytes.push(message.requiredSignatures, message.readonlySigned, message.readonlyUnsigned);
  bytes.push(...encodeCompactU16(message.accountKeys.length));
  for (const key of message.accountKeys) bytes.push(...key);
  bytes.push(...message.recentBlockhash);
  bytes.push(...encodeCompactU16(message.instructions.length));
  for (const { programIdIndex, accountIndexes, data } of message.instructions) {
    bytes.push(programIdIndex, ...withLength(accountIndexes), ...withLength(data));
  }
  if (message.version === "legacy") return Uint8Array.from(bytes);
  bytes.push(...encodeCompactU16(message.addressTableLookups.length));
  for (const { tableAddress, writableIndexes, readonlyIndexes } of message.addressTableLookups) {
    bytes.push(...tableAddress, ...withLength(writableIndexes), ...withLength(readonlyIndexes));
  }
  return Uint8Array.from(bytes);
}

function withLength(items: number[] | Uint8Array): number[] {
  return [...encodeCompactU16(items.length), ...items];
}

function takeMessage(reader: ByteReader): SolanaMessage {
  // A legacy message begins with the number of signatures, of which there can never be 128.
  const isVersioned = (reader.bytes[0] ?? 0) >= 0x80;
  if (isVersioned && takeByte(reader) !== 0x80) {
    throw new MalformedBytes("the message's version is not supported; use a legacy or v0 message");
  }
  const [requiredSignatures, readonlySigned, readonlyUnsigned] = [takeByte(reader), takeByte(reader), takeByte(reader)];
  const accountKeys = takeMany(reader, () => takeBytes(reader, 32));
  const recentBlockhash = takeBytes(reader, 32);
  const instructions = takeMany(reader, (): CompiledInstruction => {
    const programIdIndex = takeByte(reader);
    const accountIndexes = takeIndexes(reader);
    return { programIdIndex, accountIndexes, data: takeBytes(reader, takeCompactU16(reader)) };
  });
  const addressTableLookups = isVersioned
    ? takeMany(reader, (): AddressTableLookup => {
        const tableAddress = takeBytes(reader, 32);
        const writableIndexes = takeIndexes(reader);
        return { tableAddress, writableIndexes, readonlyIndexes: takeIndexes(reader) };
      })
    : [];
  if (hasMore(reader)) throw new MalformedBytes("there are bytes after the end of the message");
  return {
    version: isVersioned ? 0 : "legacy",
    requiredSignatures,
    readonlySigned,
    readonlyUnsigned,
    accountKeys,
    recentBlockhash,
    instructions,
    addressTableLookups,
  };
}

/** As many items as the length in front of them says; running out of bytes ends it, whatever the length claims. */
function takeMany<Item>(reader: ByteReader, take: () => Item): Item[] {
  const count = takeCompactU16(reader);
  const items: Item[] = [];
  while (items.length < count) items.push(take());
  return items;
}

function takeIndexes(reader: ByteReader): number[] {
  return [...takeBytes(reader, takeCompactU16(reader))];
}

function checkMessage(message: SolanaMessage, messageBytes: number): void {
  const { requiredSignatures, readonlySigned, readonlyUnsigned, accountKeys, addressTableLookups } = message;
  if (requiredSignatures + readonlyUnsigned > accountKeys.length) {
    throw new MalformedBytes("the header counts more accounts than the message has");
  }
  if (readonlySigned >= requiredSignatures) throw new MalformedBytes("the message has no writable fee payer");
  if (1 + 64 * requiredSignatures + messageBytes > TRANSACTION_BYTES_MAX) {
    throw new MalformedBytes(`the message with its signatures has more than ${TRANSACTION_BYTES_MAX} bytes`);
  }
  if (new Set(accountKeys.map(encodeHex)).size !== accountKeys.length) {
    throw new MalformedBytes("the message names an account twice");
  }
  let accountCount = accountKeys.length;
  for (const { writableIndexes, readonlyIndexes } of addressTableLookups) {
    const loaded = writableIndexes.length + readonlyIndexes.length;
    if (loaded === 0) throw new MalformedBytes("an address table lookup loads no account");
    accountCount += loaded;
  }
  if (accountCount > ACCOUNTS_MAX) throw new MalformedBytes(`the message has more than ${ACCOUNTS_MAX} accounts`);
  for (const { programIdIndex, accountIndexes } of message.instructions) {
    // The runtime wants programs in the message itself, so that what runs can be told without the chain.
    if (programIdIndex >= accountKeys.length) {
      throw new MalformedBytes("the program of an instruction is not among the message's account keys");
    }
    if (programIdIndex === 0) throw new MalformedBytes("the fee payer cannot be a program");
    if (accountIndexes.some((index) => index >= accountCount)) {
      throw new MalformedBytes("an instruction names an account that the message does not have");
    }
  }
}

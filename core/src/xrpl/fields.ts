import type { ByteReader } from "../chains/byte-reader.ts";
import { readAmount } from "./amount.ts";
import type { XrplAmount } from "./types.ts";

/** Type codes of the ledger's binary format (XRPL, "Serialization Format", "Type List"). */
export const FIELD_TYPES = { uint16: 1, uint32: 2, amount: 6, blob: 7, account: 8, object: 14, array: 15, paths: 18 };

/** rippled refuses deeper objects (`STVar.cpp`). */
const DEPTH_MAX = 10;
const OBJECT_END = 0xe1;
const ARRAY_END = 0xf1;
const PATH_END = 0x00;
const PATH_SEPARATOR = 0xff;
const PATH_STEP_FLAGS = 0x01 | 0x10 | 0x20;

export type XrplField = { type: number; number: number; value: number | Uint8Array | XrplAmount | undefined };

/**
 * Reads fields up to the end of the bytes, or to the end marker of an object, in canonical order: by type, then by number,
 * none twice (XRPL, "Canonical Field Order"). A field of a type that is not in the list fails, as its length is not known.
 */
export function readFields(
  reader: ByteReader,
  visit: (field: XrplField, start: number, end: number) => void,
  isInner = false,
  depth = 0,
): void {
  if (depth > DEPTH_MAX) reader.fail();
  let previous = -1;
  for (;;) {
    if (!isInner && reader.remaining === 0) return;
    const start = reader.at;
    const { type, number, isEnd } = readHeader(reader, isInner ? OBJECT_END : undefined);
    if (isEnd) return;
    const order = type * 0x10000 + number;
    if (order <= previous) reader.fail();
    previous = order;
    const value = readValue(reader, type, depth);
    visit({ type, number, value }, start, reader.at);
  }
}

/** XRPL, "Field IDs": codes below 16 share a byte; 0 stands for one that follows, which then is 16 or more. */
function readHeader(reader: ByteReader, end: number | undefined): { type: number; number: number; isEnd: boolean } {
  const first = reader.u8();
  if (first === end) return { type: 0, number: 0, isEnd: true };
  let type = first >> 4;
  let number = first & 15;
  if (type === 0) type = readLargeCode(reader);
  if (number === 0) number = readLargeCode(reader);
  return { type, number, isEnd: false };
}

function readLargeCode(reader: ByteReader): number {
  const code = reader.u8();
  return code >= 16 ? code : reader.fail();
}

function readValue(reader: ByteReader, type: number, depth: number): XrplField["value"] {
  switch (type) {
    case 1:
      return Number(reader.uintBigEndian(2));
    case 2:
      return Number(reader.uintBigEndian(4));
    case 6:
      return readAmount(reader);
    case 7:
      return reader.bytes(readVariableLength(reader));
    case 8:
      return readVariableLength(reader) === 20 ? reader.bytes(20) : reader.fail();
    case 14:
      readFields(reader, () => {}, true, depth + 1);
      return undefined;
    case 15:
      readArray(reader, depth + 1);
      return undefined;
    case 18:
      readPathSet(reader);
      return undefined;
    case 19: {
      const length = readVariableLength(reader);
      return length % 32 === 0 ? reader.bytes(length) : reader.fail();
    }
    case 24:
      return readIssue(reader);
    default:
      return reader.bytes(FIXED_LENGTHS.get(type) ?? reader.fail());
  }
}

/** UInt64, Hash128, Hash256, Number, UInt8, Hash160, UInt96, Hash192, UInt384, UInt512, Currency. */
const FIXED_LENGTHS: ReadonlyMap<number, number> = new Map([
  [3, 8],
  [4, 16],
  [5, 32],
  [9, 12],
  [16, 1],
  [17, 20],
  [20, 12],
  [21, 24],
  [22, 48],
  [23, 64],
  [26, 20],
]);

/** XRPL, "Length Prefixing": one, two or three bytes. Their ranges do not overlap, so every length has one spelling. */
function readVariableLength(reader: ByteReader): number {
  const first = reader.u8();
  if (first <= 192) return first;
  if (first <= 240) return 193 + (first - 193) * 256 + reader.u8();
  if (first <= 254) return 12481 + (first - 241) * 65536 + reader.u8() * 256 + reader.u8();
  return reader.fail();
}

/** Every member is an object under a header of its own. */
function readArray(reader: ByteReader, depth: number): void {
  for (;;) {
    const { type, isEnd } = readHeader(reader, ARRAY_END);
    if (isEnd) return;
    if (type !== FIELD_TYPES.object) reader.fail();
    readFields(reader, () => {}, true, depth + 1);
  }
}

/** XRPL, "PathSet Fields": steps of a flag byte and 20 bytes for each flag; no path and no set is empty. */
function readPathSet(reader: ByteReader): void {
  let steps = 0;
  for (;;) {
    const flags = reader.u8();
    if (flags === PATH_END || flags === PATH_SEPARATOR) {
      if (steps === 0) reader.fail();
      if (flags === PATH_END) return;
      steps = 0;
      continue;
    }
    if ((flags & ~PATH_STEP_FLAGS) !== 0) reader.fail();
    for (const flag of [0x01, 0x10, 0x20]) if ((flags & flag) !== 0) reader.bytes(20);
    steps++;
  }
}

/** XRP is 20 zero bytes and has no issuer; any other currency is followed by one. */
function readIssue(reader: ByteReader): undefined {
  const currency = reader.bytes(20);
  if (currency.some((byte) => byte !== 0)) reader.bytes(20);
  return undefined;
}

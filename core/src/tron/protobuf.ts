import type { ByteReader } from "../chains/byte-reader.ts";
import { readAll } from "../chains/byte-reader.ts";
import { concatBytes } from "../chains/concat-bytes.ts";

/** Wire types of Protocol Buffers ("Encoding", "Message Structure"). TRON's transactions need these two. */
const VARINT = 0;
const LENGTH_DELIMITED = 2;
const INT64_MAX = (1n << 63n) - 1n;

/** One field of a message, in the order of the bytes. */
export type ProtobufField = { number: number; value: bigint | Uint8Array };

/**
 * The bytes of a message: fields in the given order; those with proto3's default value (0, no bytes) are left out, as every
 * canonical writer does. Integers are int64 from 0.
 */
export function encodeMessage(fields: readonly ProtobufField[]): Uint8Array {
  return concatBytes(...fields.map(encodeField));
}

function encodeField({ number, value }: ProtobufField): Uint8Array {
  if (typeof value === "bigint") {
    return value === 0n
      ? new Uint8Array()
      : concatBytes(encodeVarint(BigInt((number << 3) | VARINT)), encodeVarint(value));
  }
  if (value.length === 0) return new Uint8Array();
  const tag = encodeVarint(BigInt((number << 3) | LENGTH_DELIMITED));
  return concatBytes(tag, encodeVarint(BigInt(value.length)), value);
}

function encodeVarint(value: bigint): Uint8Array {
  if (value < 0n || value > INT64_MAX) throw new RangeError("an integer must be from 0 to 2^63 - 1");
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return Uint8Array.of(...bytes, Number(rest));
}

/**
 * The fields of a message of varints and byte strings, whatever their order; undefined for other wire types, malformed or
 * truncated bytes. Liberties that the encoding allows are read here: a caller that needs one spelling encodes the answer again.
 */
export function decodeMessage(bytes: Uint8Array): ProtobufField[] | undefined {
  return readAll(bytes, (reader) => {
    const fields: ProtobufField[] = [];
    while (reader.remaining > 0) {
      const tag = readVarint(reader);
      const number = Number(tag >> 3n);
      if (number < 1 || number > 0x1fffffff) reader.fail();
      const wireType = Number(tag & 7n);
      if (wireType === VARINT) fields.push({ number, value: readVarint(reader) });
      else if (wireType === LENGTH_DELIMITED) fields.push({ number, value: reader.bytes(readLength(reader)) });
      else reader.fail();
    }
    return fields;
  });
}

/**
 * Whether a lenient reader may find a field with this number: walks the message with every wire type and stops at the first
 * byte that makes no sense. Errs on the side of yes.
 */
export function mayHoldField(bytes: Uint8Array, wanted: number): boolean {
  let found = false;
  const walked = readAll(bytes, (reader) => {
    while (reader.remaining > 0) {
      const tag = readVarint(reader);
      if (Number((tag >> 3n) & 0x1fffffffn) === wanted) found = true;
      skipValue(reader, Number(tag & 7n));
    }
    return true;
  });
  return found && walked === true;
}

function skipValue(reader: ByteReader, wireType: number): void {
  if (wireType === VARINT) readVarint(reader);
  else if (wireType === LENGTH_DELIMITED) reader.bytes(readLength(reader));
  else if (wireType === 1) reader.bytes(8);
  else if (wireType === 5) reader.bytes(4);
  // 3 and 4 begin and end a group, whose fields follow as if they were the message's own.
  else if (wireType > 5) reader.fail();
}

function readLength(reader: ByteReader): number {
  const length = readVarint(reader);
  return length <= BigInt(reader.remaining) ? Number(length) : reader.fail();
}

/** At most ten bytes, which hold 64 bits and more; what is above them is dropped, as the format's readers do. */
function readVarint(reader: ByteReader): bigint {
  let value = 0n;
  for (let i = 0n; i < 10n; i++) {
    const byte = reader.u8();
    value |= BigInt(byte & 0x7f) << (7n * i);
    if (byte < 0x80) return value & 0xffffffffffffffffn;
  }
  return reader.fail();
}

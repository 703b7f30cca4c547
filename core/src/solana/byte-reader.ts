/** Bytes and how far they are read. The functions of this file move on, or throw `MalformedBytes` where bytes lack. */
export type ByteReader = { readonly bytes: Uint8Array; at: number };

export function readFrom(bytes: Uint8Array): ByteReader {
  return { bytes, at: 0 };
}

export function takeByte(reader: ByteReader): number {
  const byte = reader.bytes[reader.at];
  if (byte === undefined) throw new MalformedBytes("the data ends too early");
  reader.at++;
  return byte;
}

/** A copy. */
export function takeBytes(reader: ByteReader, count: number): Uint8Array {
  if (reader.bytes.length - reader.at < count) throw new MalformedBytes("the data ends too early");
  reader.at += count;
  return reader.bytes.slice(reader.at - count, reader.at);
}

/** An unsigned integer of `byteCount` bytes, least significant first. */
export function takeInteger(reader: ByteReader, byteCount: number): bigint {
  return takeBytes(reader, byteCount).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

export function hasMore(reader: ByteReader): boolean {
  return reader.at < reader.bytes.length;
}

/** Never leaves this folder: the exported decoders answer with its message. */
export class MalformedBytes extends Error {}

import { type ByteReader, MalformedBytes, takeByte } from "./byte-reader.ts";

/**
 * Reads a length as Solana spells it: 7 bits a byte, least significant first, the top bit set where another byte
 * follows, 0 to 65535 in at most 3 bytes. Any spelling but the shortest is refused, as by the runtime (`short_vec`).
 */
export function takeCompactU16(reader: ByteReader): number {
  let value = 0;
  for (let shift = 0; shift <= 14; shift += 7) {
    const byte = takeByte(reader);
    value |= (byte & 0x7f) << shift;
    if (byte >= 0x80) continue;
    if (byte === 0 && shift > 0) throw new MalformedBytes("a length is not in its shortest spelling");
    if (value > 0xffff) break;
    return value;
  }
  throw new MalformedBytes("a length is over 65535");
}

/** The one spelling of a length from 0 to 65535. */
export function encodeCompactU16(value: number): number[] {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff) throw new RangeError("not a length from 0 to 65535");
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return bytes;
}

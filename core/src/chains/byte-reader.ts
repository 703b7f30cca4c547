/** Thrown by a reader and caught by `readAll`; nothing else sees it. */
class Malformed extends Error {}

/**
 * Reads binary formats front to back with the bounds checked, little-endian unless the name says otherwise. A read that
 * fails leaves `readAll` with undefined, so a decoder is written as if every read succeeded.
 */
export class ByteReader {
  #at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get at(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  fail(): never {
    throw new Malformed();
  }

  bytes(length: number): Uint8Array {
    if (length > this.remaining) this.fail();
    const slice = this.#bytes.slice(this.#at, this.#at + length);
    this.#at += length;
    return slice;
  }

  u8(): number {
    return this.bytes(1)[0]!;
  }

  u16(): number {
    return Number(this.uint(2));
  }

  u32(): number {
    return Number(this.uint(4));
  }

  u64(): bigint {
    return this.uint(8);
  }

  u128(): bigint {
    return this.uint(16);
  }

  uint(length: number): bigint {
    const bytes = this.bytes(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
    return value;
  }

  uintBigEndian(length: number): bigint {
    let value = 0n;
    for (const byte of this.bytes(length)) value = (value << 8n) | BigInt(byte);
    return value;
  }

  /** A byte that is 0 or 1. */
  bool(): boolean {
    const byte = this.u8();
    return byte <= 1 ? byte === 1 : this.fail();
  }

  /** An unsigned LEB128 of at most 32 bits in its shortest form (BCS, "ULEB128-Encoded Integers"). */
  uleb128(): number {
    let value = 0;
    for (let i = 0; i < 5; i++) {
      const byte = this.u8();
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return (byte === 0 && i > 0) || value > 0xffffffff ? this.fail() : value;
    }
    return this.fail();
  }

  /** `read` repeated; a count beyond what is left fails before any work, as every item has at least one byte. */
  list<Item>(count: number, read: (index: number) => Item): Item[] {
    if (count > this.remaining) this.fail();
    return Array.from({ length: count }, (_, index) => read(index));
  }
}

/** What `decode` reads, if it reads all of `bytes`; undefined when the bytes are malformed, too few or too many. */
export function readAll<Value>(bytes: Uint8Array, decode: (reader: ByteReader) => Value): Value | undefined {
  const reader = new ByteReader(bytes);
  try {
    const value = decode(reader);
    return reader.remaining === 0 ? value : undefined;
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

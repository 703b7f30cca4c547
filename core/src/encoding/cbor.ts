import { decodeUtf8 } from "./utf8.ts";

/** Keys of maps are integers and texts, which is all that CTAP uses. */
export type CborValue = number | boolean | null | string | Uint8Array | CborValue[] | Map<number | string, CborValue>;

const DEPTH_MAX = 8;
const ITEMS_MAX = 1000;

/**
 * Reads one CBOR item (RFC 8949) at `at` and says where it ends; undefined for what is not well-formed, and for what
 * the CTAP2 canonical form has no use for: indefinite lengths, lengths and integers that are longer than need be, tags,
 * floats, a key twice. The order of keys is left open, since authenticators differ and nothing rests on it.
 */
export function readCbor(bytes: Uint8Array, at = 0): { value: CborValue; end: number } | undefined {
  const reader = new Reader(bytes, at);
  try {
    return { value: reader.readItem(0), end: reader.at };
  } catch (thrown) {
    if (thrown instanceof Malformed) return undefined;
    throw thrown;
  }
}

/** How the reader's depths reach `readCbor`; not an Error, as nobody reads its stack. */
class Malformed {}

class Reader {
  readonly #bytes: Uint8Array;
  #items = 0;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  readItem(depth: number): CborValue {
    this.#items += 1;
    if (depth > DEPTH_MAX || this.#items > ITEMS_MAX) throw new Malformed();
    const head = this.#readByte();
    const [major, info] = [head >> 5, head & 0x1f];
    if (major === 7) return readSimple(info);
    const argument = this.#readArgument(info);
    switch (major) {
      case 0:
        return argument;
      case 1:
        return -1 - argument;
      case 2:
        return this.#take(argument).slice();
      case 3:
        return this.#readText(argument);
      case 4:
        return this.#readArray(argument, depth);
      case 5:
        return this.#readMap(argument, depth);
      default:
        throw new Malformed();
    }
  }

  #readArray(length: number, depth: number): CborValue[] {
    const items: CborValue[] = [];
    for (let i = 0; i < length; i++) items.push(this.readItem(depth + 1));
    return items;
  }

  #readMap(length: number, depth: number): Map<number | string, CborValue> {
    const map = new Map<number | string, CborValue>();
    for (let i = 0; i < length; i++) {
      const key = this.readItem(depth + 1);
      if ((typeof key !== "number" && typeof key !== "string") || map.has(key)) throw new Malformed();
      map.set(key, this.readItem(depth + 1));
    }
    return map;
  }

  #readText(length: number): string {
    const text = decodeUtf8(this.#take(length));
    if (text === undefined) throw new Malformed();
    return text;
  }

  /** The integer or length after the first byte, in its only form (RFC 8949 §4.2.1). */
  #readArgument(info: number): number {
    if (info < 24) return info;
    if (info > 27) throw new Malformed();
    const size = 1 << (info - 24);
    let argument = 0;
    for (const byte of this.#take(size)) argument = argument * 256 + byte;
    const least = size === 1 ? 24 : 2 ** (4 * size);
    if (argument < least || !Number.isSafeInteger(argument)) throw new Malformed();
    return argument;
  }

  #readByte(): number {
    return this.#take(1)[0]!;
  }

  #take(length: number): Uint8Array {
    const end = this.at + length;
    if (end > this.#bytes.length) throw new Malformed();
    const taken = this.#bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }
}

function readSimple(info: number): CborValue {
  if (info === 20 || info === 21) return info === 21;
  if (info === 22) return null;
  throw new Malformed();
}

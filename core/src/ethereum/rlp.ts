import { accept, type Parsed, refuse } from "./parsed.ts";

/** A byte string, a list, or a non-negative integer, which stands for its shortest big-endian bytes (zero has none). */
export type RlpInput = Uint8Array | bigint | readonly RlpInput[];
export type RlpItem = Uint8Array | RlpItem[];

/** Deeper than any Ethereum object; keeps the recursion below the stack's end. */
const DEPTH_MAX = 64;

/** Recursive length prefix encoding (yellow paper, appendix B). Throws for a negative integer. */
export function encodeRlp(item: RlpInput): Uint8Array {
  const prepared = prepare(item);
  const out = new Uint8Array(prepared.size);
  write(prepared, out, 0);
  return out;
}

/**
 * Decodes one item and accepts only what `encodeRlp` would have written: shortest lengths, no byte after the item.
 * The byte strings are views into `bytes`.
 */
export function decodeRlp(bytes: Uint8Array): Parsed<RlpItem> {
  const read = readItem(bytes, 0, bytes.length, 0);
  if (typeof read === "string") return refuse(read);
  return read.end === bytes.length ? accept(read.item) : refuse("bytes follow the RLP item");
}

/** `size` counts the prefix too; `content` is the length behind it. */
type Prepared = { size: number; content: number; node: Uint8Array | Prepared[] };

function prepare(item: RlpInput): Prepared {
  if (item instanceof Uint8Array || typeof item === "bigint") {
    const node = typeof item === "bigint" ? bytesFromInteger(item) : item;
    const content = node.length;
    const size = content === 1 && node[0]! < 0x80 ? 1 : prefixSize(content) + content;
    return { size, content, node };
  }
  const node = item.map(prepare);
  const content = node.reduce((sum, child) => sum + child.size, 0);
  return { size: prefixSize(content) + content, content, node };
}

function write(item: Prepared, out: Uint8Array, at: number): number {
  if (item.node instanceof Uint8Array) {
    const start = item.size === 1 && item.content === 1 ? at : writePrefix(0x80, item.content, out, at);
    out.set(item.node, start);
    return at + item.size;
  }
  let end = writePrefix(0xc0, item.content, out, at);
  for (const child of item.node) end = write(child, out, end);
  return end;
}

function prefixSize(content: number): number {
  return content < 56 ? 1 : 1 + lengthOfLength(content);
}

function lengthOfLength(length: number): number {
  return length < 0x100 ? 1 : length < 0x10000 ? 2 : length < 0x1000000 ? 3 : 4;
}

function writePrefix(base: number, content: number, out: Uint8Array, at: number): number {
  if (content < 56) {
    out[at] = base + content;
    return at + 1;
  }
  const width = lengthOfLength(content);
  out[at] = base + 55 + width;
  for (let i = 0; i < width; i++) out[at + 1 + i] = content >>> (8 * (width - 1 - i));
  return at + 1 + width;
}

/** The shortest big-endian bytes of an integer ≥ 0; none for zero. */
export function bytesFromInteger(value: bigint): Uint8Array {
  if (value < 0n) throw new RangeError("RLP has no negative integers");
  if (value === 0n) return new Uint8Array(0);
  if (value < 0x100000000n) {
    let rest = Number(value);
    const bytes = new Uint8Array(lengthOfLength(rest));
    for (let i = bytes.length - 1; i >= 0; i--, rest >>>= 8) bytes[i] = rest;
    return bytes;
  }
  const hex = value.toString(16);
  const bytes = new Uint8Array((hex.length + 1) >> 1);
  const odd = hex.length & 1;
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = Number.parseInt(hex.slice(Math.max(0, 2 * i - odd), 2 * i + 2 - odd), 16);
  }
  return bytes;
}

/** The integer of big-endian bytes. */
export function integerFromBytes(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

function readItem(bytes: Uint8Array, at: number, end: number, depth: number): { item: RlpItem; end: number } | string {
  if (at >= end) return "the RLP item ends too early";
  const first = bytes[at]!;
  if (first < 0x80) return { item: bytes.subarray(at, at + 1), end: at + 1 };

  const isList = first >= 0xc0;
  const short = first - (isList ? 0xc0 : 0x80);
  let start = at + 1;
  let content = short;
  if (short >= 56) {
    const width = short - 55;
    content = 0;
    for (let i = 0; i < width; i++) {
      const byte = bytes[start + i];
      if (byte === undefined || start + i >= end) return "the RLP item ends too early";
      if (i === 0 && byte === 0) return "an RLP length begins with a zero byte";
      content = content * 256 + byte;
      if (content > bytes.length) return "the RLP item ends too early";
    }
    if (content < 56) return "an RLP length is not in its shortest form";
    start += width;
  }
  const stop = start + content;
  if (stop > end) return "the RLP item ends too early";
  if (!isList) {
    if (content === 1 && bytes[start]! < 0x80) return "an RLP byte is not in its shortest form";
    return { item: bytes.subarray(start, stop), end: stop };
  }
  if (depth >= DEPTH_MAX) return "the RLP lists are nested too deeply";
  const items: RlpItem[] = [];
  for (let next = start; next < stop; ) {
    const read = readItem(bytes, next, stop, depth + 1);
    if (typeof read === "string") return read;
    items.push(read.item);
    next = read.end;
  }
  return { item: items, end: stop };
}

import { decodeUtf8 } from "../encoding/utf8.ts";
import type { AbiParameter, AbiType, CompiledAbi } from "./abi.ts";
import type { ElementaryType, ScalarValue } from "./elementary-type.ts";

export { type CompiledAbi, compileAbi } from "./abi.ts";

/** Scalars as in `ScalarValue`; arrays and tuples are their members in order (an array's members have no name). */
export type AbiValue = bigint | boolean | string | Uint8Array | DecodedArgument[];
export type DecodedArgument = { name: string; type: string; value: AbiValue };
export type DecodedCall = { functionName: string; signature: string; args: DecodedArgument[] };

const NOT_CANONICAL = Symbol("not canonical");
const SELECTOR_BYTES = 4;

/**
 * Decodes a call against a compiled ABI; undefined when no function, or more than one, has its selector and when the
 * arguments are not exactly what an encoder in strict mode writes (Solidity, "Contract ABI specification", "Strict
 * Encoding Mode"): clean words, tails in order without gaps or overlaps, zero padding, no byte after the last.
 *
 * INVARIANT (I12): encoding the answer again gives `data`. Hence no two readings, and no bytes that a rule cannot see.
 * Each byte is read once, so the work is bounded by the length of `data`.
 */
export function decodeCalldata(abi: CompiledAbi, data: Uint8Array): DecodedCall | undefined {
  if (data.length < SELECTOR_BYTES || data.length % 32 !== SELECTOR_BYTES) return undefined;
  const selector = ((data[0]! << 24) | (data[1]! << 16) | (data[2]! << 8) | data[3]!) >>> 0;
  const fragment = abi.functions.get(selector);
  if (fragment === undefined) return undefined;
  const reader = new Reader(data);
  const args = reader.readTuple(fragment.inputs.components, SELECTOR_BYTES);
  if (args === NOT_CANONICAL || reader.end !== data.length) return undefined;
  return { functionName: fragment.name, signature: fragment.signature, args };
}

/**
 * The scalar at a dotted path below a call's arguments: parameter names, tuple member names, array indices, such as
 * `order.items.0.amount`. Undefined when the path leads nowhere, ends at an array or tuple, or meets a name that is
 * used twice.
 */
export function argumentAt(call: DecodedCall, path: string): ScalarValue | undefined {
  let members = call.args;
  let isArray = false;
  const steps = path.split(".");
  for (const [depth, step] of steps.entries()) {
    const found: DecodedArgument | undefined = isArray ? findIndex(members, step) : findNamed(members, step);
    if (found === undefined) return undefined;
    const value: AbiValue = found.value;
    if (!Array.isArray(value)) return depth === steps.length - 1 ? { type: found.type, value } : undefined;
    members = value;
    isArray = found.type.endsWith("]");
  }
  return undefined;
}

function findNamed(members: DecodedArgument[], name: string): DecodedArgument | undefined {
  if (name === "") return undefined;
  const found = members.filter((member) => member.name === name);
  return found.length === 1 ? found[0] : undefined;
}

function findIndex(members: DecodedArgument[], index: string): DecodedArgument | undefined {
  return /^(0|[1-9][0-9]{0,5})$/.test(index) ? members[Number(index)] : undefined;
}

/** Reads one encoding front to back. `end` is the first byte that no value has claimed yet. */
class Reader {
  end = SELECTOR_BYTES;
  readonly #data: Uint8Array;
  readonly #view: DataView;

  constructor(data: Uint8Array) {
    this.#data = data;
    this.#view = new DataView(data.buffer, data.byteOffset, data.length);
  }

  /** Reads heads and tails of a tuple whose heads begin at `start`, which is also what its offsets count from. */
  readTuple(components: AbiParameter[], start: number): DecodedArgument[] | typeof NOT_CANONICAL {
    let words = 0;
    for (const component of components) words += component.type.words;
    if (!this.#claim(start, words * 32)) return NOT_CANONICAL;
    const values: DecodedArgument[] = [];
    let head = start;
    for (const { name, type } of components) {
      const value = this.#readMember(type, head, start);
      if (value === NOT_CANONICAL) return NOT_CANONICAL;
      values.push({ name, type: type.name, value });
      head += type.words * 32;
    }
    return values;
  }

  /** Reads a member whose head is at `head` in a sequence that begins at `start`. */
  #readMember(type: AbiType, head: number, start: number): AbiValue | typeof NOT_CANONICAL {
    if (!type.isDynamic) return this.#readStatic(type, head);
    // A canonical tail begins where the previous one ended; no other offset can be written by an encoder.
    const offset = this.#readLength(head);
    if (offset === undefined || start + offset !== this.end) return NOT_CANONICAL;
    return this.#readTail(type, this.end);
  }

  #readTail(type: AbiType, start: number): AbiValue | typeof NOT_CANONICAL {
    if (type.kind === "tuple") return this.readTuple(type.components, start);
    if (type.kind === "array") {
      if (type.length !== undefined) return this.#readItems(type.item, type.length, start);
      if (!this.#claim(start, 32)) return NOT_CANONICAL;
      const length = this.#readLength(start);
      return length === undefined ? NOT_CANONICAL : this.#readItems(type.item, length, start + 32);
    }
    if (!this.#claim(start, 32)) return NOT_CANONICAL;
    const length = this.#readLength(start);
    if (length === undefined) return NOT_CANONICAL;
    const from = start + 32;
    const padded = Math.ceil(length / 32) * 32;
    if (!this.#claim(from, padded) || !this.#isZero(from + length, from + padded)) return NOT_CANONICAL;
    const bytes = this.#data.slice(from, from + length);
    if (type.elementary.kind === "bytes") return bytes;
    return decodeUtf8(bytes) ?? NOT_CANONICAL;
  }

  #readItems(item: AbiType, length: number, start: number): DecodedArgument[] | typeof NOT_CANONICAL {
    // Every item has at least one word, so a length beyond the data fails here, before any allocation.
    if (!this.#claim(start, length * item.words * 32)) return NOT_CANONICAL;
    const values: DecodedArgument[] = [];
    for (let i = 0; i < length; i++) {
      const value = this.#readMember(item, start + i * item.words * 32, start);
      if (value === NOT_CANONICAL) return NOT_CANONICAL;
      values.push({ name: "", type: item.name, value });
    }
    return values;
  }

  #readStatic(type: AbiType, head: number): AbiValue | typeof NOT_CANONICAL {
    if (type.kind === "elementary") return this.#readWord(type.elementary, head);
    const members =
      type.kind === "tuple"
        ? type.components
        : Array.from({ length: type.length ?? 0 }, () => ({ name: "", type: type.item }));
    const values: DecodedArgument[] = [];
    let at = head;
    for (const member of members) {
      const value = this.#readStatic(member.type, at);
      if (value === NOT_CANONICAL) return NOT_CANONICAL;
      values.push({ name: member.name, type: member.type.name, value });
      at += member.type.words * 32;
    }
    return values;
  }

  #readWord(type: ElementaryType, at: number): AbiValue | typeof NOT_CANONICAL {
    const end = at + 32;
    switch (type.kind) {
      case "uint":
        return this.#isZero(at, end - type.bits / 8) ? this.#readUint(at) : NOT_CANONICAL;
      case "int": {
        const low = end - type.bits / 8;
        const isNegative = this.#data[low]! >= 0x80;
        if (!this.#isFilled(at, low, isNegative ? 0xff : 0)) return NOT_CANONICAL;
        const word = this.#readUint(at);
        return isNegative ? word - 2n ** 256n : word;
      }
      case "address":
        return this.#isZero(at, at + 12) ? this.#data.slice(at + 12, end) : NOT_CANONICAL;
      case "bool": {
        const last = this.#data[end - 1]!;
        return this.#isZero(at, end - 1) && last <= 1 ? last === 1 : NOT_CANONICAL;
      }
      case "fixedBytes":
        return this.#isZero(at + type.size, end) ? this.#data.slice(at, at + type.size) : NOT_CANONICAL;
      default:
        return NOT_CANONICAL;
    }
  }

  #readUint(at: number): bigint {
    const low = this.#view.getBigUint64(at + 24);
    if (this.#isZero(at, at + 24)) return low;
    return (
      (this.#view.getBigUint64(at) << 192n) |
      (this.#view.getBigUint64(at + 8) << 128n) |
      (this.#view.getBigUint64(at + 16) << 64n) |
      low
    );
  }

  /** A length or offset; undefined when it is larger than any data. */
  #readLength(at: number): number | undefined {
    return this.#isZero(at, at + 28) ? this.#view.getUint32(at + 28) : undefined;
  }

  /** Takes the next `length` bytes, which must begin exactly at the end of what is taken and lie within the data. */
  #claim(start: number, length: number): boolean {
    if (start !== this.end || start + length > this.#data.length) return false;
    this.end = start + length;
    return true;
  }

  #isZero(from: number, to: number): boolean {
    return this.#isFilled(from, to, 0);
  }

  #isFilled(from: number, to: number, byte: number): boolean {
    for (let i = from; i < to; i++) if (this.#data[i] !== byte) return false;
    return true;
  }
}

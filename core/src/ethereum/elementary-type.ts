/**
 * The types that Solidity's ABI and EIP-712 share. `bits` and `size` are in range: 8 ≤ bits ≤ 256 in steps of 8,
 * 1 ≤ size ≤ 32 bytes.
 */
export type ElementaryType =
  | { kind: "uint" | "int"; name: string; bits: number }
  | { kind: "fixedBytes"; name: string; size: number }
  | { kind: "address" | "bool" | "bytes" | "string"; name: string };

/** The type of this canonical name; undefined for any other, also for the aliases `uint` and `int`. */
export function parseElementaryType(name: string): ElementaryType | undefined {
  if (name === "address" || name === "bool" || name === "bytes" || name === "string") return { kind: name, name };
  const integer = /^(u?int)([1-9][0-9]{0,2})$/.exec(name);
  if (integer !== null) {
    const bits = Number(integer[2]);
    const kind = integer[1] === "uint" ? "uint" : "int";
    return bits <= 256 && bits % 8 === 0 ? { kind, name, bits } : undefined;
  }
  const bytes = /^bytes([1-9][0-9]?)$/.exec(name);
  const size = bytes === null ? 0 : Number(bytes[1]);
  return size >= 1 && size <= 32 ? { kind: "fixedBytes", name, size } : undefined;
}

/** Array suffixes of a type name, innermost first: `T[2][]` gives `{ base: "T", lengths: [2, undefined] }`. */
export type ArraySuffixes = { base: string; lengths: (number | undefined)[] };

const DIMENSIONS_MAX = 8;

/** Splits the array suffixes off; undefined for a malformed suffix, a length of 0 or more than 8 dimensions. */
export function splitArraySuffixes(name: string): ArraySuffixes | undefined {
  const bracket = name.indexOf("[");
  if (bracket < 0) return { base: name, lengths: [] };
  const suffixes = name.slice(bracket);
  if (suffixes.length > 64 || !/^(\[([1-9][0-9]{0,5})?\])+$/.test(suffixes)) return undefined;
  const lengths = [...suffixes.matchAll(/\[([0-9]*)\]/g)].map((match) => (match[1] ? Number(match[1]) : undefined));
  return lengths.length <= DIMENSIONS_MAX ? { base: name.slice(0, bracket), lengths } : undefined;
}

/** One value of an elementary type. `address`, `bytes` and `bytesN` are bytes, integers are bigint. */
export type ScalarValue = { type: string; value: bigint | boolean | string | Uint8Array };

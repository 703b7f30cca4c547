/**
 * How a field's value is typed. `uint` and `int` are exact integers, the rest compares as text in one canonical
 * spelling: addresses and bytes as lower-case 0x hex, truth values as `true` and `false`, strings as they are.
 */
export type ValueType = "address" | "uint" | "int" | "string" | "bool" | "bytes";

/** A value in its canonical form, so that `===` is equality: a bigint for `uint` and `int`, text for the rest. */
export type Value = bigint | string;

const UINT256_MAX = (1n << 256n) - 1n;
const INT256_MIN = -(1n << 255n);
// 2^256 - 1 has 78 decimal digits; a longer text is refused before BigInt, whose cost grows with the length, sees it.
const DECIMAL = /^-?[0-9]{1,78}$/;
const HEX_QUANTITY = /^0x[0-9a-fA-F]{1,64}$/;
const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
const BYTES = /^0x(?:[0-9a-fA-F]{2})*$/;

/** Reads a text as a value of the type, or returns undefined when it is none. No trimming, no rounding, no guessing. */
export function parseValue(type: ValueType, text: string): Value | undefined {
  switch (type) {
    case "uint":
    case "int": {
      if (!DECIMAL.test(text) && !HEX_QUANTITY.test(text)) return undefined;
      const integer = BigInt(text);
      return integer <= UINT256_MAX && integer >= (type === "int" ? INT256_MIN : 0n) ? integer : undefined;
    }
    case "address":
      return ADDRESS.test(text) ? text.toLowerCase() : undefined;
    case "bytes":
      return BYTES.test(text) ? text.toLowerCase() : undefined;
    case "bool":
      return text === "true" || text === "false" ? text : undefined;
    case "string":
      return text;
  }
}

/** What a text has to look like, for the message that refuses it. */
export const valueForms: Readonly<Record<ValueType, string>> = {
  address: "a 20-byte address as 0x followed by 40 hex digits",
  uint: "an integer from 0 to 2^256 - 1, in decimal or as 0x followed by hex digits",
  int: "an integer from -2^255 to 2^256 - 1, in decimal or as 0x followed by hex digits",
  string: "a string",
  bool: "'true' or 'false'",
  bytes: "0x followed by an even number of hex digits",
};

/** Texts read as values of one type. `unreadable` is the first text that is none. */
export type ValueSet = { readonly values: ReadonlySet<Value>; readonly unreadable: string | undefined };

/** Texts whose type is known only once a field is observed; each reading is made once and kept. */
export type TypedTexts = { readonly texts: readonly string[]; readonly read: Map<ValueType, ValueSet> };

export function typedTexts(texts: readonly string[]): TypedTexts {
  return { texts, read: new Map() };
}

export function readTextsAs(typed: TypedTexts, type: ValueType): ValueSet {
  const before = typed.read.get(type);
  if (before !== undefined) return before;
  const values = new Set<Value>();
  let unreadable: string | undefined;
  for (const text of typed.texts) {
    const value = parseValue(type, text);
    if (value === undefined) unreadable ??= text;
    else values.add(value);
  }
  const set = { values, unreadable };
  typed.read.set(type, set);
  return set;
}

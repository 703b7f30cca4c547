import { decodeHex, encodeHex, encodeHex0x } from "../encoding/hex.ts";
import { parseSolanaAddress } from "../solana/address.ts";
import { parseSuiAddress } from "../sui/address.ts";
import { parseAnyTronAddress } from "../tron/address.ts";
import { parseXrplAddress } from "../xrpl/address.ts";
import { currencyCode, ISO_CODE } from "../xrpl/amount.ts";
import { parseDecimal } from "./decimal.ts";

/**
 * How a field's value is typed. `uint` and `int` are exact integers, the rest compares as text in one canonical
 * spelling: Ethereum addresses and bytes as lower-case 0x hex, Solana addresses as base58, truth values as `true` and
 * `false`, strings as they are. Tron's addresses are compared by their 21 bytes, Sui's by their 32, the XRP Ledger's and
 * its currencies in the ledger's own spelling; `decimal` is an exact decimal fraction, as an integer multiple of 10^-96.
 */
export type ValueType =
  | "address"
  | "solanaAddress"
  | "uint"
  | "int"
  | "string"
  | "bool"
  | "bytes"
  | "tronAddress"
  | "suiAddress"
  | "xrplAddress"
  | "xrplCurrency"
  | "decimal";
/** A value in its canonical form, so that `===` is equality: a bigint for `uint`, `int` and `decimal`, text for the rest. */
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
    case "solanaAddress":
      return parseSolanaAddress(text) === undefined ? undefined : text;
    case "bytes":
      return BYTES.test(text) ? text.toLowerCase() : undefined;
    case "bool":
      return text === "true" || text === "false" ? text : undefined;
    case "string":
      return text;
    case "tronAddress": {
      const address = parseAnyTronAddress(text);
      return address === undefined ? undefined : encodeHex(address);
    }
    case "suiAddress": {
      const address = parseSuiAddress(text);
      return address === undefined ? undefined : encodeHex0x(address);
    }
    case "xrplAddress":
      return parseXrplAddress(text) === undefined ? undefined : text;
    case "xrplCurrency":
      return parseCurrency(text);
    case "decimal":
      return parseDecimal(text);
  }
}

/** The native currency has no issuer and no value field, so `XRP` is no code here. */
function parseCurrency(text: string): string | undefined {
  if (text === "XRP") return undefined;
  if (ISO_CODE.test(text)) return text;
  const bytes = text.length === 40 ? decodeHex(text) : undefined;
  return bytes === undefined ? undefined : currencyCode(bytes);
}

/** What a text has to look like, for the message that refuses it. */
export const valueForms: Readonly<Record<ValueType, string>> = {
  address: "a 20-byte address as 0x followed by 40 hex digits",
  solanaAddress: "a Solana address: 32 bytes in base58",
  uint: "an integer from 0 to 2^256 - 1, in decimal or as 0x followed by hex digits",
  int: "an integer from -2^255 to 2^256 - 1, in decimal or as 0x followed by hex digits",
  string: "a string",
  tronAddress: "a Tron address: T…, hex that begins with 41, or 0x followed by the last 40 hex digits",
  suiAddress: "a Sui address as 0x followed by 1 to 64 hex digits",
  xrplAddress: "a classic XRP Ledger address that begins with r",
  xrplCurrency: "a currency code of three characters or 40 hex digits",
  decimal: "a decimal number",
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

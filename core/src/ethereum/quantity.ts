import type { JsonValue } from "../encoding/json-value.ts";
import { accept, type Parsed, refuse } from "./parsed.ts";

export const UINT256_MAX = 2n ** 256n - 1n;
export const UINT64_MAX = 2n ** 64n - 1n;

export const QUANTITY_MESSAGES = {
  hex: "Invalid hex string: must start with '0x' and not contain decimal points",
  quantity: "Invalid quantity: must be either a hex string starting with '0x' or a non-negative integer.",
  large: 'Please use hex string prefixed with "0x" to represent large numbers (e.g. "0xDE0B6B3A7640000").',
  range: "Invalid quantity: must be less than 2^256.",
  chain: "Chain ID must be a valid CAIP-2 chain ID, e.g. 'eip155:1'",
} as const;

/** `decimalStrings`: also accept decimal strings without a leading zero. */
export type QuantityOptions = { decimalStrings?: boolean | undefined };

const HEX_QUANTITY = /^0x[0-9a-fA-F]+$/;
const DECIMAL = /^(0|[1-9][0-9]{0,77})$/;

/**
 * An integer 0 ≤ n < 2^256 as the wire spells it: `0x` hex, or a JSON integer up to 2^53 − 1 (spec 00 §11).
 * Decimal strings are refused unless the options ask for them.
 */
export function parseQuantity(value: JsonValue, options: QuantityOptions = {}): Parsed<bigint> {
  if (typeof value === "number") {
    if (!Number.isInteger(value) || value < 0) return refuse(QUANTITY_MESSAGES.quantity);
    // Beyond this a JSON number may already have been rounded.
    return Number.isSafeInteger(value) ? accept(BigInt(value)) : refuse(QUANTITY_MESSAGES.large);
  }
  if (typeof value !== "string") return refuse(QUANTITY_MESSAGES.quantity);
  if (HEX_QUANTITY.test(value)) {
    return value.length <= 66 ? accept(BigInt(value)) : refuse(QUANTITY_MESSAGES.range);
  }
  if (!/^[0-9]+$/.test(value)) return refuse(QUANTITY_MESSAGES.hex);
  if (options.decimalStrings !== true) return refuse(QUANTITY_MESSAGES.large);
  if (!DECIMAL.test(value)) return refuse(QUANTITY_MESSAGES.quantity);
  const integer = BigInt(value);
  return integer <= UINT256_MAX ? accept(integer) : refuse(QUANTITY_MESSAGES.range);
}

/** The chain ID of an Ethereum CAIP-2 reference such as `eip155:1`: decimal, no leading zero, at least 1. */
export function parseChainReference(caip2: JsonValue): Parsed<bigint> {
  const reference = typeof caip2 === "string" ? /^eip155:([1-9][0-9]{0,31})$/.exec(caip2)?.[1] : undefined;
  return reference === undefined ? refuse(QUANTITY_MESSAGES.chain) : accept(BigInt(reference));
}

/** The shortest hex spelling behind `0x`, as JSON-RPC wants quantities: `0x0`, `0x5208`. */
export function encodeQuantity(value: bigint): string {
  return `0x${value.toString(16)}`;
}

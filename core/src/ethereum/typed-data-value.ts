import { decodeHex0x } from "../encoding/hex.ts";
import type { JsonValue } from "../encoding/json-value.ts";
import { isWellFormedText } from "../encoding/utf8.ts";
import { parseChecksummedAddress } from "./address.ts";
import type { ElementaryType } from "./elementary-type.ts";
import { accept, type Parsed, refuse, shorten } from "./parsed.ts";

const HEX_INTEGER = /^0x[0-9a-fA-F]{1,64}$/;
const DECIMAL_INTEGER = /^(0|-?[1-9][0-9]{0,77})$/;

/**
 * One typed-data value of an elementary type. Integers may be JSON integers up to 2^53 − 1, decimal strings or `0x` hex
 * and must fit the type; `bytes` are `0x` hex of whole bytes; nothing is converted between kinds.
 */
export function parseTypedDataScalar(
  type: ElementaryType,
  value: JsonValue,
): Parsed<bigint | boolean | string | Uint8Array> {
  switch (type.kind) {
    case "bool":
      return typeof value === "boolean" ? accept(value) : refuse("must be true or false");
    case "string":
      return typeof value === "string" && isWellFormedText(value) ? accept(value) : refuse("must be a string");
    case "bytes":
    case "fixedBytes":
      return parseBytes(type, value);
    case "address":
      return parseAddress(value);
    case "uint":
    case "int":
      return parseInteger(type, value);
  }
}

function parseBytes(type: ElementaryType, value: JsonValue): Parsed<Uint8Array> {
  const bytes = typeof value === "string" ? decodeHex0x(value) : undefined;
  if (bytes === undefined) return refuse("must be a 0x-prefixed hex string of whole bytes");
  return type.kind === "fixedBytes" && bytes.length !== type.size
    ? refuse(`must have exactly ${type.size} bytes`)
    : accept(bytes);
}

function parseAddress(value: JsonValue): Parsed<Uint8Array> {
  if (typeof value !== "string") return refuse("must be an address string");
  const address = parseChecksummedAddress(value);
  // First line: the wire's text (spec 03 §3.3).
  return address === undefined
    ? refuse(
        `Address "${shorten(value)}" is invalid.\n\n` +
          "- An address is 0x followed by 40 hex digits (20 bytes).\n" +
          "- Unless all its letters are lower case, they must match the EIP-55 checksum.",
      )
    : accept(address);
}

function parseInteger(type: ElementaryType & { kind: "uint" | "int" }, value: JsonValue): Parsed<bigint> {
  let integer: bigint;
  if (typeof value === "number" && Number.isSafeInteger(value)) integer = BigInt(value);
  else if (typeof value === "string" && (HEX_INTEGER.test(value) || DECIMAL_INTEGER.test(value)))
    integer = BigInt(value);
  else return refuse("must be an integer: a number up to 2^53 - 1, a decimal string or a 0x-prefixed hex string");
  const fits =
    type.kind === "uint"
      ? integer >= 0n && integer < 1n << BigInt(type.bits)
      : integer >= -(1n << BigInt(type.bits - 1)) && integer < 1n << BigInt(type.bits - 1);
  return fits ? accept(integer) : refuse(`does not fit in ${type.name}`);
}

import type { JsonObject, JsonValue } from "./json-value.ts";
import { isWellFormedText } from "./utf8.ts";

/**
 * The canonical text of a JSON value (RFC 8785): members in order of their names' UTF-16 code units, numbers as
 * ECMAScript prints them, the shortest escapes, no white space. Sign and hash its UTF-8.
 *
 * Throws a TypeError, as a bug, for what is not JSON: undefined, NaN, infinities, lone surrogates. Values from
 * `parseJson` never hold those.
 */
export function canonicalize(value: JsonValue): string {
  switch (typeof value) {
    case "string":
      return canonicalizeString(value);
    case "number":
      if (!Number.isFinite(value)) throw new TypeError("a number without canonical JSON reached canonicalize");
      // ECMAScript's own form, which RFC 8785 §3.2.2.3 prescribes; -0 prints as 0.
      return String(value);
    case "boolean":
      return value ? "true" : "false";
    case "object":
      if (value === null) return "null";
      return Array.isArray(value) ? canonicalizeArray(value) : canonicalizeObject(value);
    default:
      throw new TypeError(`a value of type ${typeof value} reached canonicalize`);
  }
}

/** Printable ASCII without `"` and `\\`: nearly every name and value, and nothing to escape. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** The canonical text of one string, quotes included. */
export function canonicalizeString(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  if (!isWellFormedText(text)) throw new TypeError("a lone surrogate reached canonicalize");
  // JSON.stringify escapes well-formed text exactly as RFC 8785 §3.2.2.2 asks.
  return JSON.stringify(text);
}

function canonicalizeArray(array: JsonValue[]): string {
  let text = "[";
  for (let i = 0; i < array.length; i++) {
    if (i > 0) text += ",";
    text += canonicalize(array[i]!);
  }
  return `${text}]`;
}

function canonicalizeObject(object: JsonObject): string {
  // Without a comparator, sort compares UTF-16 code units (ECMA-262 §23.1.3.30, RFC 8785 §3.2.3).
  const names = Object.keys(object).sort();
  let text = "{";
  for (let i = 0; i < names.length; i++) {
    if (i > 0) text += ",";
    text += `${canonicalizeString(names[i]!)}:${canonicalize(object[names[i]!]!)}`;
  }
  return `${text}}`;
}

import { decodeBase64 } from "../encoding/base64.ts";
import type { JsonValue } from "../encoding/json-value.ts";
import {
  accept,
  findUnknownMember,
  isJsonObject,
  memberOf,
  type Parsed,
  refuse,
  unknownMemberMessage,
} from "../ethereum/parsed.ts";
import { mayBeTransaction } from "./transaction-lookalike.ts";

/** The same bound, in characters, that hex strings have on the wire (spec 00 §11). */
const BASE64_CHARACTERS_MAX = 300_002;

/**
 * The bytes of one base64 member of `params`, whose only other member is `encoding: "base64"` (spec 04 §4.2). Base64 is
 * read strictly, so that one byte string has one spelling.
 */
export function parseBase64Params(params: JsonValue | undefined, name: "message" | "transaction"): Parsed<Uint8Array> {
  if (!isJsonObject(params)) return refuse(`\`params\` must be an object with \`${name}\` and \`encoding\``);
  const unknown = findUnknownMember(params, new Set([name, "encoding"]));
  if (unknown !== undefined) return refuse(unknownMemberMessage(unknown));
  const text = memberOf(params, name);
  if (typeof text !== "string") return refuse(`\`${name}\` must be a string`);
  if (memberOf(params, "encoding") !== "base64") return refuse("`encoding` must be `base64`");
  if (text.length > BASE64_CHARACTERS_MAX)
    return refuse(`\`${name}\` has more than ${BASE64_CHARACTERS_MAX} characters`);
  const bytes = decodeBase64(text);
  return bytes === undefined ? refuse(`\`${name}\` must be standard base64 with padding`) : accept(bytes);
}

/** The bytes of `signMessage` params; bytes that could be a transaction are refused (I14). */
export function parseSignMessageParams(params: JsonValue | undefined): Parsed<Uint8Array> {
  const message = parseBase64Params(params, "message");
  if (message.ok && mayBeTransaction(message.value)) {
    return refuse("`message` could be a transaction; sign it with `signTransaction`, under the rules for transactions");
  }
  return message;
}

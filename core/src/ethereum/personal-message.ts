import { keccak256 } from "../crypto/primitives.ts";
import { decodeHex } from "../encoding/hex.ts";
import type { JsonValue } from "../encoding/json-value.ts";
import { encodeUtf8, isWellFormedText } from "../encoding/utf8.ts";
import {
  accept,
  findUnknownMember,
  isJsonObject,
  memberOf,
  type Parsed,
  refuse,
  unknownMemberMessage,
} from "./parsed.ts";

/** Wire bound on a message and on every hex string, in characters (spec 00 §11). */
export const HEX_CHARACTERS_MAX = 300_002;

const MEMBERS = new Set(["message", "encoding"]);

/** keccak-256 over 0x19 ‖ "Ethereum Signed Message:\n" ‖ length in bytes ‖ message (EIP-191, version 0x45). */
export function personalMessageDigest(message: Uint8Array): Uint8Array {
  const prefix = encodeUtf8(`\x19Ethereum Signed Message:\n${message.length}`);
  const bytes = new Uint8Array(prefix.length + message.length);
  bytes.set(prefix);
  bytes.set(message, prefix.length);
  return keccak256(bytes);
}

/**
 * The message bytes of `personal_sign` params `{message, encoding}`. `utf-8` takes the text as it is, even when it looks
 * like hex; `hex` takes whole bytes with or without `0x` (spec 04 §4.1).
 */
export function parsePersonalSignParams(params: JsonValue | undefined): Parsed<Uint8Array> {
  if (!isJsonObject(params)) return refuse("`params` must be an object with `message` and `encoding`");
  const unknown = findUnknownMember(params, MEMBERS);
  if (unknown !== undefined) return refuse(unknownMemberMessage(unknown));
  const message = memberOf(params, "message");
  const encoding = memberOf(params, "encoding");
  if (typeof message !== "string") return refuse("`message` must be a string");
  if (message.length > HEX_CHARACTERS_MAX) return refuse(`\`message\` has more than ${HEX_CHARACTERS_MAX} characters`);
  if (encoding === "utf-8") {
    return isWellFormedText(message) ? accept(encodeUtf8(message)) : refuse("`message` is not well-formed text");
  }
  if (encoding !== "hex") return refuse("`encoding` must be `utf-8` or `hex`");
  const bytes = decodeHex(message.startsWith("0x") ? message.slice(2) : message);
  return bytes === undefined ? refuse("`message` must be an even number of hex digits") : accept(bytes);
}

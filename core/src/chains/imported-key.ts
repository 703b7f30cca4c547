import { decodeHex } from "../encoding/hex.ts";
import { decodeUtf8 } from "../encoding/utf8.ts";

const KEY_BYTES = 32;
/** Longest text of a key that any chain has, WIF and AIP-80 included. */
const TEXT_MAX = 200;

/**
 * Reads the plaintext of an import (spec 04 §7): 32 raw bytes, else what `readText` makes
 * of the text, else ASCII hex with or without `0x`. Thirty-two bytes are always raw, so no plaintext has two readings.
 */
export function readImportedKey(
  plaintext: Uint8Array,
  isKey: (key: Uint8Array) => boolean,
  readText: (text: string) => Uint8Array | undefined = () => undefined,
): Uint8Array | undefined {
  const key = plaintext.length === KEY_BYTES ? plaintext.slice() : readKeyText(plaintext, readText);
  return key !== undefined && key.length === KEY_BYTES && isKey(key) ? key : undefined;
}

function readKeyText(
  plaintext: Uint8Array,
  readText: (text: string) => Uint8Array | undefined,
): Uint8Array | undefined {
  if (plaintext.length > TEXT_MAX) return undefined;
  const text = decodeUtf8(plaintext);
  if (text === undefined) return undefined;
  return readText(text) ?? decodeHex(text.startsWith("0x") ? text.slice(2) : text);
}

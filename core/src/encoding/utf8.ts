// The WHATWG Encoding classes are part of every engine we run in but not of the ECMAScript library, the only one that
// core is compiled against. This file alone names them.
declare const TextEncoder: new () => { encode(text: string): Uint8Array };
declare const TextDecoder: new (
  label: "utf-8",
  options: { fatal: boolean; ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string };

const ENCODER = new TextEncoder();
// "ignoreBOM" means: do not treat the mark as special, keep it as U+FEFF.
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The UTF-8 of well-formed text. A lone surrogate has no UTF-8; writing U+FFFD in its place would let two texts share
 * one signature, so it throws: text from our JSON parser cannot contain one, anything else is checked by its caller
 * with `isWellFormedText`.
 */
export function encodeUtf8(text: string): Uint8Array {
  if (!isWellFormedText(text)) throw new RangeError("text with a lone surrogate has no UTF-8");
  return ENCODER.encode(text);
}

/** The text of UTF-8 bytes; undefined when they are not UTF-8 (RFC 3629). A byte-order mark is kept as U+FEFF. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return DECODER.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Whether every surrogate in the text is half of a pair. */
export function isWellFormedText(text: string): boolean {
  // ES2024; present in every supported engine.
  return (text as unknown as { isWellFormed(): boolean }).isWellFormed();
}

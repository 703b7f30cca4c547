type TextCoder = { decode(text: string): Uint8Array };

/** Longest address or key text of any chain; base58 takes quadratic time, so longer text is refused unread. */
const TEXT_MAX = 200;

/** The bytes behind a text of a checksummed or base-n encoding; undefined where the decoder refuses it. */
export function decodeText(coder: TextCoder, text: string): Uint8Array | undefined {
  if (text.length > TEXT_MAX) return undefined;
  try {
    return coder.decode(text);
  } catch {
    return undefined; // scure throws for every text that is not of the encoding, and for nothing else
  }
}

type Bech32Coder = {
  decode(text: `${string}1${string}`): { prefix: string; words: number[] };
  fromWords(words: number[]): Uint8Array;
};

/**
 * The bytes of a bech32 or bech32m text with the given prefix, without the leading word `version` where there is one.
 * Undefined for a wrong checksum, prefix, version, mixed case or padding (BIP-173, BIP-350).
 */
export function decodeBech32(
  coder: Bech32Coder,
  text: string,
  prefix: string,
  version?: number,
): Uint8Array | undefined {
  if (text.length > TEXT_MAX) return undefined;
  try {
    const decoded = coder.decode(text as `${string}1${string}`);
    if (decoded.prefix !== prefix) return undefined;
    if (version === undefined) return coder.fromWords(decoded.words);
    return decoded.words[0] === version ? coder.fromWords(decoded.words.slice(1)) : undefined;
  } catch {
    return undefined;
  }
}

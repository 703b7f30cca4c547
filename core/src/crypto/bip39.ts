import { entropyToMnemonic, mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { pbkdf2HmacSha512 } from "./primitives.ts";

export type ParsedMnemonic = { ok: true; entropy: Uint8Array } | { ok: false; message: string };

const ENTROPY_LENGTHS = [16, 20, 24, 28, 32];
const WORD_COUNTS = [12, 15, 18, 21, 24];
const WORDS = new Set(wordlist);

/** The English seed phrase of 16, 20, 24, 28 or 32 bytes of entropy: 12 to 24 words with single spaces (BIP-39). */
export function mnemonicFromEntropy(entropy: Uint8Array): string {
  if (!ENTROPY_LENGTHS.includes(entropy.length)) throw new TypeError("entropy must have 16, 20, 24, 28 or 32 bytes");
  return entropyToMnemonic(entropy, wordlist);
}

/**
 * The entropy of an English seed phrase. Strict: after NFKD, exactly words of the list in lower case with single spaces,
 * and the right checksum, because a phrase read with a mistake is another wallet. Messages quote no word.
 */
export function entropyFromMnemonic(text: string): ParsedMnemonic {
  const words = text.normalize("NFKD").split(" ");
  if (!WORD_COUNTS.includes(words.length)) {
    return { ok: false, message: "seed phrase must have 12, 15, 18, 21 or 24 words separated by single spaces" };
  }
  const wrong = words.findIndex((word) => !WORDS.has(word));
  if (wrong !== -1) {
    return { ok: false, message: `word ${wrong + 1} of the seed phrase is not in the English BIP-39 list` };
  }
  try {
    return { ok: true, entropy: mnemonicToEntropy(words.join(" "), wordlist) };
  } catch {
    return { ok: false, message: "seed phrase has a wrong checksum; check the words and their order" };
  }
}

/** The 64-byte seed of a valid English seed phrase (BIP-39, "From mnemonic to seed"). An invalid phrase throws. */
export function seedFromMnemonic(mnemonic: string, passphrase = ""): Uint8Array {
  const parsed = entropyFromMnemonic(mnemonic);
  if (!parsed.ok) throw new TypeError(parsed.message);
  parsed.entropy.fill(0);
  const password = encodeUtf8(mnemonic.normalize("NFKD"));
  const seed = pbkdf2HmacSha512(password, encodeUtf8(`mnemonic${passphrase.normalize("NFKD")}`), 2048, 64);
  password.fill(0);
  return seed;
}

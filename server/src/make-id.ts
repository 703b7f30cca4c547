import { randomBytes } from "node:crypto";

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

/** 24 lower-case alphanumerics beginning with a letter, for ids that carry no authority. */
export function makeId(): string {
  let text = "";
  // 252 is the largest multiple of 36 in a byte; the rest is dropped so that every character is equally likely.
  while (text.length < 24) {
    for (const byte of randomBytes(48)) {
      if (byte >= 252 || text.length === 24) continue;
      const character = ALPHABET[byte % 36]!;
      if (text.length > 0 || character > "9") text += character;
    }
  }
  return text;
}

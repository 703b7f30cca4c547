import type { SignerContext } from "./context.ts";

const FIRST = "abcdefghijklmnopqrstuvwxyz";
const REST = "0123456789abcdefghijklmnopqrstuvwxyz";

/** 24 lower-case alphanumerics, the first a letter: the wire's id format. 123 bits of randomness. */
export function makeId(ctx: SignerContext): string {
  return pick(ctx, FIRST, 1) + pick(ctx, REST, 23);
}

/** `did:privy:` and 25 characters beginning with c, the wire's user id. */
export function makeUserId(ctx: SignerContext): string {
  return `did:privy:c${pick(ctx, REST, 24)}`;
}

function pick(ctx: SignerContext, alphabet: string, length: number): string {
  let text = "";
  // Bytes at or above the largest multiple of the alphabet are dropped, so that every character is equally likely.
  const limit = 256 - (256 % alphabet.length);
  while (text.length < length) {
    for (const byte of ctx.random(length * 2)) {
      if (byte < limit && text.length < length) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}

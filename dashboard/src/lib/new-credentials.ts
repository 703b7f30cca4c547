const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const ALPHABET = `${LETTERS}0123456789`;

/** An app ID: 25 lower-case letters and digits, the first a letter. */
export function makeAppId(): string {
  return pick(LETTERS, 1) + pick(ALPHABET, 24);
}

/** An app secret of 256 bits, behind the prefix that secret scanners look for, made here; the server learns its SHA-256 only. */
export async function makeAppSecret(): Promise<{ secret: string; sha256: string }> {
  const secret = `mandate_app_secret_${bytesToBase64Url(crypto.getRandomValues(new Uint8Array(32)))}`;
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret));
  const sha256 = [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { secret, sha256 };
}

/** Letters drawn evenly: values at the end of the byte range that would favour some are drawn again. */
function pick(alphabet: string, count: number): string {
  const limit = 256 - (256 % alphabet.length);
  let text = "";
  while (text.length < count) {
    for (const byte of crypto.getRandomValues(new Uint8Array(count))) {
      if (byte < limit && text.length < count) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}

function bytesToBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

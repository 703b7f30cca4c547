const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** Base58 (draft-msporny-base58-03 §3) as ASCII bytes: for keys, since a string could not be overwritten. */
export function encodeBase58Ascii(bytes: Uint8Array): Uint8Array {
  const firstNonZero = bytes.findIndex((byte) => byte !== 0);
  const zeros = firstNonZero === -1 ? bytes.length : firstNonZero;
  // 138 of 100 digits hold any byte: log 256 / log 58 is below 1.38.
  const digits = new Uint8Array(Math.ceil((bytes.length - zeros) * 1.38) + 1);
  let length = 0;
  for (const byte of bytes.subarray(zeros)) {
    let carry = byte;
    for (let at = 0; at < length || carry > 0; at++) {
      carry += 256 * digits[at]!;
      digits[at] = carry % 58;
      carry = Math.floor(carry / 58);
      length = Math.max(length, at + 1);
    }
  }
  const text = new Uint8Array(zeros + length).fill(ALPHABET.charCodeAt(0));
  for (let at = 0; at < length; at++) text[zeros + at] = ALPHABET.charCodeAt(digits[length - 1 - at]!);
  digits.fill(0);
  return text;
}

/**
 * The value of a JSON number literal (RFC 8259 §6; the grammar is the caller's to check), or undefined when an IEEE
 * double cannot stand for it, so that what was signed and what is acted on would differ:
 * - it overflows, or a non-zero literal becomes 0;
 * - an integer is neither held exactly nor the very number that ECMAScript prints for the double (JSON.stringify
 *   writes 2^66 + 2^40 or so as 73786976294838210000, and RFC 8785 signs that text);
 * - a fraction has more than the 17 digits that tell doubles apart, or vanishes: 1.00000000000000000001.
 * Decimals such as 0.1 are fine. -0 gives 0, as RFC 8785 §3.2.2.3 writes both alike.
 */
export function readJsonNumber(literal: string): number | undefined {
  const value = Number(literal);
  if (value === 0) return /[1-9]/.test(literal.split(/e/i, 1)[0]!) ? undefined : 0;
  // Any decimal of up to 15 digits survives the way into a double and back.
  if (literal.length <= 15 && !/e/i.test(literal)) return value;
  return isLossless(literal, value) ? value : undefined;
}

function isLossless(literal: string, value: number): boolean {
  if (!Number.isFinite(value)) return false;
  const written = normalize(literal);
  const printed = normalize(String(value));
  if (written.digits === printed.digits && written.exponent === printed.exponent) return true;
  if (Number.isInteger(value)) return /^-?\d+$/.test(literal) && BigInt(literal) === BigInt(value);
  return written.digits.length <= 17;
}

/** The literal's magnitude as digits × 10^exponent, digits with no zero at either end. */
function normalize(literal: string): { digits: string; exponent: number } {
  const [mantissa, exponent = "0"] = literal.toLowerCase().split("e") as [string, string?];
  const [whole, fraction = ""] = mantissa.replace("-", "").split(".") as [string, string?];
  const all = whole + fraction;
  let start = 0;
  while (all[start] === "0") start++;
  let end = all.length;
  while (end > start && all[end - 1] === "0") end--;
  return { digits: all.slice(start, end), exponent: Number(exponent) - fraction.length + (all.length - end) };
}

/** Decimal fractions are compared as multiples of 10^-96, the smallest step of any amount that a chain can express. */
export const DECIMAL_PLACES = 96;

/** Bounds the work on a text that is a condition's value; no amount needs more. */
const DIGITS_MAX = 100;
const EXPONENT_MAX = 100;

/** The multiple of 10^-96 of a decimal text such as `-1.50` or `1e-7`; undefined when it is none, or finer than that. */
export function parseDecimal(text: string): bigint | undefined {
  const match = /^(-?)([0-9]{1,100})(?:\.([0-9]{1,100}))?(?:[eE]([+-]?[0-9]{1,3}))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = "", exponentText = "0"] = match;
  const exponent = Number(exponentText);
  if (whole.length + fraction.length > 2 * DIGITS_MAX || Math.abs(exponent) > EXPONENT_MAX) return undefined;
  return scaleDecimal(BigInt(`${sign}${whole}${fraction}`), exponent - fraction.length);
}

/** The multiple of 10^-96 that mantissa · 10^exponent is; undefined when it is not a whole one. */
export function scaleDecimal(mantissa: bigint, exponent: number): bigint | undefined {
  const shift = exponent + DECIMAL_PLACES;
  if (shift >= 0) return mantissa * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  return mantissa % divisor === 0n ? mantissa / divisor : undefined;
}

/** The shortest decimal text of a multiple of 10^-96. */
export function formatDecimal(scaled: bigint): string {
  const sign = scaled < 0n ? "-" : "";
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(DECIMAL_PLACES + 1, "0");
  const fraction = digits.slice(-DECIMAL_PLACES).replace(/0+$/, "");
  return `${sign}${digits.slice(0, -DECIMAL_PLACES)}${fraction === "" ? "" : `.${fraction}`}`;
}

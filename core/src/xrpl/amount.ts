import type { ByteReader } from "../chains/byte-reader.ts";
import type { XrplAmount } from "./types.ts";

const NOT_XRP = 1n << 63n;
const POSITIVE = 1n << 62n;
const MPT = 1n << 61n;
/** Every drop there ever was (XRPL, "Amount Fields"). */
const DROPS_MAX = 100_000_000_000_000_000n;
const EXPONENT_BIAS = 97;
export const EXPONENT_MIN = -96;
const EXPONENT_MAX = 80;
const MANTISSA_MIN = 10n ** 15n;
const MANTISSA_MAX = 10n ** 16n - 1n;

/** Reads an amount (XRPL, "Amount Fields", "Token Amount Format") in its one normalised form; anything else fails. */
export function readAmount(reader: ByteReader): XrplAmount {
  const word = reader.uintBigEndian(8);
  if ((word & NOT_XRP) === 0n) return (word & MPT) === 0n ? readDrops(reader, word) : readMpt(reader);
  const currency = reader.bytes(20);
  const issuer = reader.bytes(20);
  // XRP must not appear as an issued currency.
  if (currency.every((byte) => byte === 0) || currencyCode(currency) === "XRP") reader.fail();
  if (word === NOT_XRP) return { kind: "issued", mantissa: 0n, exponent: 0, currency, issuer };
  const mantissa = word & ((1n << 54n) - 1n);
  const exponent = Number((word >> 54n) & 0xffn) - EXPONENT_BIAS;
  if (mantissa < MANTISSA_MIN || mantissa > MANTISSA_MAX) reader.fail();
  if (exponent < EXPONENT_MIN || exponent > EXPONENT_MAX) reader.fail();
  return { kind: "issued", mantissa: (word & POSITIVE) === 0n ? -mantissa : mantissa, exponent, currency, issuer };
}

function readDrops(reader: ByteReader, word: bigint): XrplAmount {
  const drops = word & (POSITIVE - 1n);
  // Zero is positive, and nothing that a transaction names is negative.
  if ((word & POSITIVE) === 0n || drops > DROPS_MAX) reader.fail();
  return { kind: "drops", drops };
}

/** A leading byte, eight bytes of value, and the 24 bytes of the issuance (XLS-33). Eight of them were read. */
function readMpt(reader: ByteReader): XrplAmount {
  reader.bytes(25);
  return { kind: "mpt" };
}

/**
 * The spelling of a 20-byte currency: three characters where it has the standard format, else 40 upper-case hex digits
 * (XRPL, "Currency Codes").
 */
export function currencyCode(currency: Uint8Array): string {
  const isStandard = currency.every((byte, index) => (index >= 12 && index < 15) || byte === 0);
  const code = String.fromCharCode(...currency.subarray(12, 15));
  if (isStandard && ISO_CODE.test(code)) return code;
  return Array.from(currency, (byte) => byte.toString(16).padStart(2, "0"))
    .join("")
    .toUpperCase();
}

/** XRPL, "Currency Codes", "Standard Currency Codes". */
export const ISO_CODE = /^[A-Za-z0-9?!@#$%^&*<>(){}[\]|]{3}$/;

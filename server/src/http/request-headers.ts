import type { ErrorCode } from "@mandate/contract/errors";

type Parsed<T> = { ok: true; value: T | undefined } | { ok: false; code: ErrorCode; message: string };

/** `privy-idempotency-key` (spec 00 §6): opaque, 1 to 256 visible ASCII characters. */
export function parseIdempotencyKey(header: string | undefined): Parsed<string> {
  if (header === undefined) return { ok: true, value: undefined };
  if (!/^[\x21-\x7e]{1,256}$/.test(header)) {
    return {
      ok: false,
      code: "invalid_data",
      message: "privy-idempotency-key must have 1 to 256 visible ASCII characters",
    };
  }
  return { ok: true, value: header };
}

/**
 * `privy-request-expiry` (spec 00 §7) in Unix milliseconds. Whoever waits after this call must compare the value with
 * the clock again before the result leaves.
 */
export function parseRequestExpiry(header: string | undefined, nowMs: number): Parsed<number> {
  if (header === undefined) return { ok: true, value: undefined };
  const value = Number(header);
  if (!/^[0-9]{1,16}$/.test(header) || !Number.isSafeInteger(value)) {
    return {
      ok: false,
      code: "invalid_data",
      message: "privy-request-expiry must be Unix milliseconds as a decimal string",
    };
  }
  if (value < nowMs) {
    return {
      ok: false,
      code: "request_expired",
      message: "The request has expired: `privy-request-expiry` lies in the past",
    };
  }
  return { ok: true, value };
}

/** `privy-authorization-signature`: some clients send it empty when they have none (spec 00 §4). */
export function readAuthorizationSignature(header: string | undefined): string | undefined {
  return header === undefined || header.trim() === "" ? undefined : header;
}

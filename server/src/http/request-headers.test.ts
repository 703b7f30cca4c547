import { describe, expect, it } from "vitest";
import { parseIdempotencyKey, parseRequestExpiry, readAuthorizationSignature } from "./request-headers.ts";

describe("privy-idempotency-key", () => {
  it.each(["", " ", "a b", "a\tb", "é", "x".repeat(257)])("refuses %j", (header) => {
    expect(parseIdempotencyKey(header)).toMatchObject({ ok: false, code: "invalid_data" });
  });
  it.each([undefined, "a", "x".repeat(256), "did:privy:abc-auto-eth"])("takes %j", (header) => {
    expect(parseIdempotencyKey(header)).toEqual({ ok: true, value: header });
  });
});

describe("privy-request-expiry", () => {
  const nowMs = 1_700_000_000_000;
  it.each(["", "x", "1e13", "0x1", "-1", "+1", " 1", "1.5", "NaN", "1".repeat(17), "9007199254740993"])(
    "refuses %j",
    (header) => {
      expect(parseRequestExpiry(header, nowMs)).toMatchObject({ ok: false, code: "invalid_data" });
    },
  );
  it.each(["0", String(nowMs - 1), "1700000000"])("calls %s expired", (header) => {
    expect(parseRequestExpiry(header, nowMs)).toMatchObject({ ok: false, code: "request_expired" });
  });
  it("takes now, later and absence", () => {
    expect(parseRequestExpiry(String(nowMs), nowMs)).toEqual({ ok: true, value: nowMs });
    expect(parseRequestExpiry(String(nowMs + 1), nowMs)).toEqual({ ok: true, value: nowMs + 1 });
    expect(parseRequestExpiry(undefined, nowMs)).toEqual({ ok: true, value: undefined });
  });
});

it("takes an empty privy-authorization-signature for none", () => {
  expect([undefined, "", " ", "a,b"].map(readAuthorizationSignature)).toEqual([undefined, undefined, undefined, "a,b"]);
});

import { expect, it } from "vitest";
import { createRateLimiter, tooManyRequestsResponse } from "./rate-limit.ts";

function createLimiter(limit: { capacity: number; refillPerSecond: number; keysMax: number }) {
  const clock = { ms: 1_000_000 };
  return { clock, take: createRateLimiter(limit, () => clock.ms) };
}

it("refuses what exceeds the capacity, and says when to come back", () => {
  const { clock, take } = createLimiter({ capacity: 2, refillPerSecond: 0.5, keysMax: 10 });
  expect(take("a")).toEqual({ allowed: true, limit: 2, remaining: 1, retryAfterSeconds: 0, resetSeconds: 2 });
  expect(take("a")).toEqual({ allowed: true, limit: 2, remaining: 0, retryAfterSeconds: 2, resetSeconds: 4 });
  const refused = take("a");
  expect(refused).toEqual({ allowed: false, limit: 2, remaining: 0, retryAfterSeconds: 2, resetSeconds: 4 });
  expect(tooManyRequestsResponse(refused)).toEqual({
    status: 429,
    body: { error: "Too many requests. Please wait to try again.", code: "too_many_requests" },
    headers: { "retry-after": "2", "x-ratelimit-limit": "2", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "4" },
  });
  clock.ms += 1_999;
  expect(take("a").allowed).toBe(false);
  clock.ms += 1;
  expect(take("a").allowed).toBe(true);
});

it("keeps keys apart and never exceeds the capacity however long it waits", () => {
  const { clock, take } = createLimiter({ capacity: 1, refillPerSecond: 1, keysMax: 10 });
  expect(take("a").allowed).toBe(true);
  expect(take("b").allowed).toBe(true);
  clock.ms += 1e9;
  expect([take("a"), take("a")].map((state) => state.allowed)).toEqual([true, false]);
});

it("gives nothing for a clock that steps back and forth", () => {
  const { clock, take } = createLimiter({ capacity: 1, refillPerSecond: 1, keysMax: 10 });
  take("a");
  for (let i = 0; i < 10; i++) {
    clock.ms += i % 2 === 0 ? -500 : 500;
    expect(take("a").allowed).toBe(false);
  }
});

it("remembers at most keysMax keys, and those seen last", () => {
  const { take } = createLimiter({ capacity: 1, refillPerSecond: 0.001, keysMax: 3 });
  for (const key of ["a", "b", "c"]) take(key);
  expect(take("a").allowed).toBe(false);
  take("d");
  expect(take("a").allowed).toBe(false);
  expect(take("b").allowed).toBe(true);
});

import { errorResponse, type HttpResponse } from "./response.ts";

export type RateLimit = {
  /** Requests that may come at once. */
  capacity: number;
  refillPerSecond: number;
  /** Keys remembered; the one not seen for longest is forgotten first. */
  keysMax: number;
};

export type RateLimitState = {
  allowed: boolean;
  limit: number;
  remaining: number;
  /** Until a request is allowed again; 0 when one is. */
  retryAfterSeconds: number;
  /** Until the full capacity is there again. */
  resetSeconds: number;
};

type Bucket = { tokens: number; atMs: number };

/**
 * Token buckets in memory, one per key, for one process. Keys should be what the caller cannot make up at will (an
 * authenticated app, a peer address): forgetting a key fills its bucket.
 */
export function createRateLimiter(limit: RateLimit, nowMs: () => number): (key: string) => RateLimitState {
  const { capacity, refillPerSecond, keysMax } = limit;
  // A Map remembers the order of insertion, and `take` inserts anew: the first key is the one not seen for longest.
  const buckets = new Map<string, Bucket>();
  return (key) => {
    const now = nowMs();
    const known = buckets.get(key);
    const elapsedSeconds = known === undefined ? 0 : Math.max(0, now - known.atMs) / 1000;
    let tokens = known === undefined ? capacity : Math.min(capacity, known.tokens + elapsedSeconds * refillPerSecond);
    const allowed = tokens >= 1;
    if (allowed) tokens -= 1;
    buckets.delete(key);
    if (buckets.size >= keysMax) buckets.delete(buckets.keys().next().value as string);
    // A clock that steps back must not make the same second count twice.
    buckets.set(key, { tokens, atMs: Math.max(now, known?.atMs ?? now) });
    return {
      allowed,
      limit: capacity,
      remaining: Math.floor(tokens),
      retryAfterSeconds: tokens >= 1 ? 0 : Math.ceil((1 - tokens) / refillPerSecond),
      resetSeconds: Math.ceil((capacity - tokens) / refillPerSecond),
    };
  };
}

/** Headers for any answer of a limited operation (spec 00 §8). */
export function describeRateLimit(state: RateLimitState): { [name: string]: string } {
  return {
    "x-ratelimit-limit": String(state.limit),
    "x-ratelimit-remaining": String(state.remaining),
    "x-ratelimit-reset": String(state.resetSeconds),
  };
}

export function tooManyRequestsResponse(state: RateLimitState): HttpResponse {
  return errorResponse("too_many_requests", undefined, {
    headers: { ...describeRateLimit(state), "retry-after": String(Math.max(1, state.retryAfterSeconds)) },
  });
}

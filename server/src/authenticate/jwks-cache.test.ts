import { describe, expect, it } from "vitest";
import { ApiError } from "../api-error.ts";
import { createJwksCache } from "./jwks-cache.ts";

const url = "https://login.example/keys";
const x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
const y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
const setOf = (...kids: string[]) => ({
  keys: kids.map((kid) => ({ kty: "EC", crv: "P-256", x, y, kid, alg: "ES256", use: "sig" })),
});

function makeCache() {
  const state = { nowMs: 1_000_000, fetches: 0, answer: async (): Promise<unknown> => setOf("a") };
  const cache = createJwksCache(
    () => state.nowMs,
    () => {
      state.fetches += 1;
      return state.answer();
    },
  );
  return { state, cache };
}

const failing = () => Promise.reject(new Error("status 503"));

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.catch((thrown: unknown) => thrown);
  return error instanceof ApiError ? error.code : "no ApiError";
}

describe("I21: a key set", () => {
  it("that cannot be had is refused to all who wait for it, and asked for again by the next", async () => {
    const { state, cache } = makeCache();
    state.answer = failing;
    const codes = await Promise.all([cache.get(url, "a"), cache.get(url, undefined), cache.get(url, "b")].map(codeOf));
    expect(codes).toEqual(Array(3).fill("missing_or_invalid_token"));
    expect(state.fetches).toBe(1);
    state.answer = async () => setOf("a");
    expect(await cache.get(url, "a")).toEqual(setOf("a"));
    expect(state.fetches).toBe(2);
  });

  it("is not used beyond five minutes when it cannot be had again", async () => {
    const { state, cache } = makeCache();
    await cache.get(url, "a");
    state.answer = failing;
    state.nowMs += 5 * 60_000 - 1;
    expect(await cache.get(url, "a")).toEqual(setOf("a"));
    state.nowMs += 1;
    expect(await codeOf(cache.get(url, "a"))).toBe("missing_or_invalid_token");
    expect(state.fetches).toBe(2);
  });

  it("is fetched again for a key it does not hold, at most once a second", async () => {
    const { state, cache } = makeCache();
    await cache.get(url, "a");
    state.answer = async () => setOf("b");
    for (let count = 0; count < 50; count++) expect(await cache.get(url, `unknown-${count}`)).toEqual(setOf("a"));
    expect(state.fetches).toBe(1);
    state.nowMs += 1000;
    expect(await cache.get(url, "b")).toEqual(setOf("b"));
    expect(await cache.get(url, "a")).toEqual(setOf("b"));
    expect(state.fetches).toBe(2);
  });

  it("stays in use while it is fresh and the fetch for an unknown key fails", async () => {
    const { state, cache } = makeCache();
    await cache.get(url, "a");
    state.answer = failing;
    state.nowMs += 1000;
    expect(await cache.get(url, "b")).toEqual(setOf("a"));
    expect(await cache.get(url, "a")).toEqual(setOf("a"));
    expect(state.fetches).toBe(2);
  });

  it("of a token without `kid` is fetched once", async () => {
    const { state, cache } = makeCache();
    await Promise.all([cache.get(url, undefined), cache.get(url, undefined)]);
    state.nowMs += 60_000;
    await cache.get(url, undefined);
    expect(state.fetches).toBe(1);
  });
});

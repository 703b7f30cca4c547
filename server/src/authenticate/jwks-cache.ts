import type { JsonValue } from "@mandate/core/encoding/json-value";
import { parseJwks } from "@mandate/core/jwt/jwks";
import { ApiError } from "../api-error.ts";

/** Key sets of identity providers, fetched over HTTP with a time-out, kept for a while, never trusted when stale. */
export type JwksCache = {
  /**
   * The key set at `url`. A token's `kid` that the kept set does not hold is a key that the provider may have begun to
   * use since, and has the set fetched again, at most once a second. Throws an ApiError when there is no set to be had.
   */
  get(url: string, kid: string | undefined): Promise<unknown>;
};

const FRESH_MS = 5 * 60 * 1000;
const REFETCH_MS = 1000;
const TIMEOUT_MS = 5000;
const BYTES_MAX = 256 * 1024;
const URLS_MAX = 1000;

type KeySet = { json: unknown; kids: ReadonlySet<string>; fetchedAtMs: number };

export function createJwksCache(nowMs: () => number, fetchJson = fetchJsonOverHttp): JwksCache {
  const kept = new Map<string, KeySet>();
  const underway = new Map<string, Promise<KeySet>>();
  const triedAtMs = new Map<string, number>();

  /** Callers of the same moment share one request. */
  function fetchOnce(url: string): Promise<KeySet> {
    const current = underway.get(url);
    if (current !== undefined) return current;
    if (triedAtMs.size >= URLS_MAX) for (const map of [kept, triedAtMs]) map.clear();
    triedAtMs.set(url, nowMs());
    const fetching = fetchJson(url)
      .then((json) => {
        const set = { json, kids: kidsOf(json), fetchedAtMs: nowMs() };
        kept.set(url, set);
        return set;
      })
      .finally(() => underway.delete(url));
    underway.set(url, fetching);
    return fetching;
  }

  return {
    async get(url, kid) {
      const known = kept.get(url);
      const isFresh = known !== undefined && nowMs() - known.fetchedAtMs < FRESH_MS;
      const mayRefetch = nowMs() - (triedAtMs.get(url) ?? Number.NEGATIVE_INFINITY) >= REFETCH_MS;
      if (isFresh && (kid === undefined || known.kids.has(kid) || !mayRefetch)) return known.json;
      try {
        return (await fetchOnce(url)).json;
      } catch {
        if (isFresh) return known.json;
        // INVARIANT I21: a key set that cannot be had now counts as none; an old one never widens what is accepted.
        kept.delete(url);
        throw new ApiError(
          "missing_or_invalid_token",
          "the key set of the app's identity provider cannot be fetched at the moment",
        );
      }
    },
  };
}

function kidsOf(json: unknown): ReadonlySet<string> {
  const parsed = parseJwks(json as JsonValue);
  return new Set(parsed.ok ? parsed.keys.flatMap(({ kid }) => (kid === undefined ? [] : [kid])) : []);
}

async function fetchJsonOverHttp(url: string): Promise<unknown> {
  const response = await fetch(url, {
    signal: AbortSignal.timeout(TIMEOUT_MS),
    redirect: "error",
    headers: { accept: "application/json" },
  });
  if (!response.ok || response.body === null) throw new Error(`status ${response.status}`);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.length;
    if (length > BYTES_MAX) throw new Error("key set too large");
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}

import { canonicalizeString } from "../encoding/canonical-json.ts";
import { isWellFormedText } from "../encoding/utf8.ts";
import {
  candidatePayloads,
  canonicalHeaders,
  canonicalPayload,
  rawPath,
  type SignedRequest,
  signedBodies,
  withoutTrailingSlash,
} from "./authorization-payload.ts";

/** A request that no signature authorised, with what more the server knows about it. */
export type MismatchedRequest = SignedRequest & {
  /** Origins the client may have meant, such as one made of the Host header; only ever compared, never trusted. */
  likelyOrigins?: string[];
  /** The body's text as received. */
  rawBody?: string;
};

export type MismatchExplanation = {
  /** The canonical payload that should have been signed; empty when the target is not in origin form. */
  expected: string;
  /** One sentence per mistake that the caller's signature matches; empty when none was recognised. */
  hints: string[];
};

const VERIFICATIONS_MAX = 24;
const OFFICIAL_ORIGINS = ["https://api.privy.io", "https://auth.privy.io"];

/**
 * Tries the common mistakes on a signature that did not verify and says in words which of them explain it. `verify`
 * answers whether any of the caller's signatures verifies over that canonical text; it is called at most 24 times.
 *
 * INVARIANT: what matches here explains a refusal and never authorises anything.
 */
export function explainMismatch(
  request: MismatchedRequest,
  verify: (canonical: string) => boolean,
): MismatchExplanation {
  const authorised = new Set<string>();
  for (const { canonical } of candidatePayloads(request)) authorised.add(canonical);
  const expected = authorised.values().next().value ?? "";
  const hints: string[] = [];
  const tried = new Set<string>();
  for (const { canonical, hint } of mistakes(request)) {
    if (authorised.has(canonical) || tried.has(canonical)) continue;
    if (tried.size === VERIFICATIONS_MAX) break;
    tried.add(canonical);
    if (verify(canonical)) hints.push(hint);
  }
  return { expected, hints };
}

type Mistake = { canonical: string; hint: string };

/** One mistake at a time over what should have been signed, the commonest first. */
function* mistakes(request: MismatchedRequest): Generator<Mistake> {
  if (candidatePayloads(request).next().done) return;
  const origin = withoutTrailingSlash(request.origins[0]!);
  const path = rawPath(request.target);
  const body = signedBodies(request)[0];
  const headers = canonicalHeaders(request);
  const sign = (change: { url?: string; body?: string | undefined; headers?: string; method?: string }) =>
    canonicalPayload({ method: request.method, url: origin + path, body, headers, ...change });

  const unsigned = (hint: string, part: Parameters<typeof canonicalHeaders>[0]): Mistake => ({
    canonical: sign({ headers: canonicalHeaders(part) }),
    hint,
  });
  const { appId, idempotencyKey, requestExpiry } = request;
  if (requestExpiry !== undefined) {
    const kept = idempotencyKey === undefined ? { appId } : { appId, idempotencyKey };
    yield unsigned("the signature leaves out the header `privy-request-expiry`, which the request carries", kept);
  }
  if (idempotencyKey !== undefined) {
    const kept = requestExpiry === undefined ? { appId } : { appId, requestExpiry };
    yield unsigned("the signature leaves out the header `privy-idempotency-key`, which the request carries", kept);
  }
  if (idempotencyKey !== undefined && requestExpiry !== undefined) {
    yield unsigned(
      "the signature leaves out the headers `privy-idempotency-key` and `privy-request-expiry`, which the request carries",
      { appId },
    );
  }
  yield* wrongUrls(request, origin, path, (url) => sign({ url }));
  yield* wrongBodies(request, origin + path, headers, (changed) => sign({ body: changed }));
  const lower = request.method.toLowerCase();
  yield {
    canonical: sign({ method: lower }),
    hint: `the signature covers the method as \`${lower}\`; write it in upper case`,
  };
}

function* wrongUrls(
  request: MismatchedRequest,
  origin: string,
  path: string,
  sign: (url: string) => string,
): Generator<Mistake> {
  const others = new Set([...(request.likelyOrigins ?? []).slice(0, 3).map(withoutTrailingSlash), ...OFFICIAL_ORIGINS]);
  for (const other of others) {
    const hint = `the signature covers the origin \`${other}\`; sign the URL that is called, here \`${origin}\``;
    yield { canonical: sign(other + path), hint };
  }
  for (const own of request.origins.slice(0, 3).map(withoutTrailingSlash)) {
    const swapped = own.startsWith("https:") ? own.replace("https:", "http:") : own.replace("http:", "https:");
    const hint = `the signature covers the scheme of \`${swapped}\`; this server's public origin is \`${own}\``;
    yield { canonical: sign(swapped + path), hint };
  }
  const slash = path.endsWith("/") ? path.slice(0, -1) : `${path}/`;
  yield {
    canonical: sign(origin + slash),
    hint: "the signature covers the URL with and the request comes without a trailing slash, or the other way round",
  };
  if (request.target !== path) {
    yield {
      canonical: sign(origin + request.target),
      hint: "the signature covers the query string; sign the URL without it",
    };
  }
  const otherPrefix = path.startsWith("/api/v1/") ? path.slice(4) : `/api${path}`;
  for (const base of [origin, ...OFFICIAL_ORIGINS]) {
    const hint = `the signature covers \`${base}${otherPrefix}\`; sign the path that is called, \`${path}\``;
    yield { canonical: sign(base + otherPrefix), hint };
  }
  yield { canonical: sign(path), hint: "the signature covers the path alone; sign the whole URL with scheme and host" };
}

function* wrongBodies(
  request: MismatchedRequest,
  url: string,
  headers: string,
  sign: (body: string | undefined) => string,
): Generator<Mistake> {
  const { rawBody, method } = request;
  if (request.body === undefined || rawBody === undefined || !isWellFormedText(rawBody)) return;
  const notCanonical =
    "the signature covers JSON that is not canonical; sort the members and drop white space (RFC 8785)";
  yield { canonical: sign(rawBody), hint: notCanonical };
  // The order in which the documentation and the SDKs write the payload's members.
  yield {
    canonical: `{"version":1,"method":"${method}","url":${canonicalizeString(url)},"body":${rawBody},"headers":${headers}}`,
    hint: notCanonical,
  };
  yield {
    canonical: sign(canonicalizeString(rawBody)),
    hint: "the signature covers the body as a string of JSON; put the JSON value itself into the payload",
  };
  yield { canonical: sign(undefined), hint: "the signature does not cover the body that the request carries" };
}

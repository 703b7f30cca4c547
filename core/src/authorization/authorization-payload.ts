import { canonicalize, canonicalizeString } from "../encoding/canonical-json.ts";
import type { JsonValue } from "../encoding/json-value.ts";

/** A request as it arrived, as far as an authorization signature covers it. */
export type SignedRequest = {
  /** Upper case. */
  method: string;
  /** The raw request target, origin form, query included; never decoded or normalised. */
  target: string;
  /** Our own public origins, most used first, as `https://wallets.example.com`. Never taken from the request. */
  origins: string[];
  appId: string;
  idempotencyKey?: string;
  /** The header as received: Unix milliseconds as decimal text. */
  requestExpiry?: string;
  /** From `parseJson`; undefined when the request has no body at all. */
  body: JsonValue | undefined;
};

/** What a client may have signed for a request. `canonical` is RFC 8785 text; its UTF-8 is the signed message. */
export type AuthorizationPayload = { url: string; canonical: string };

/**
 * Every payload that a conforming client may have signed for this request, the likeliest first; a signature over any
 * of them authorises it. They differ only in what the wire does not carry: which of our origins the client called, a
 * slash doubled by a base URL that ends in one, and how the client signs the absence of a body.
 *
 * A generator, because the first one nearly always matches. Yields nothing for a target that is not in origin form.
 */
export function* candidatePayloads(request: SignedRequest): Generator<AuthorizationPayload> {
  const { method } = request;
  const origins = new Set(request.origins.map(withoutTrailingSlash));
  const bodies = signedBodies(request);
  const headers = canonicalHeaders(request);
  for (const path of signedPaths(request.target)) {
    for (const origin of origins) {
      const url = origin + path;
      for (const body of bodies) yield { url, canonical: canonicalPayload({ method, url, body, headers }) };
    }
  }
}

/**
 * The canonical payload from its canonical parts; `body` undefined leaves the member out. The member order is that of
 * RFC 8785, and equals `canonicalize({ version: 1, method, url, body, headers })`.
 */
export function canonicalPayload(parts: {
  method: string;
  url: string;
  body: string | undefined;
  headers: string;
}): string {
  const { method, url, body, headers } = parts;
  const start = body === undefined ? "{" : `{"body":${body},`;
  return `${start}"headers":${headers},"method":${canonicalizeString(method)},"url":${canonicalizeString(url)},"version":1}`;
}

/** The canonical `headers` member: the three signed headers and no other. */
export function canonicalHeaders(request: Pick<SignedRequest, "appId" | "idempotencyKey" | "requestExpiry">): string {
  const { appId, idempotencyKey, requestExpiry } = request;
  let text = `{"privy-app-id":${canonicalizeString(appId)}`;
  if (idempotencyKey !== undefined) text += `,"privy-idempotency-key":${canonicalizeString(idempotencyKey)}`;
  if (requestExpiry !== undefined) text += `,"privy-request-expiry":${canonicalizeString(requestExpiry)}`;
  return `${text}}`;
}

export function withoutTrailingSlash(origin: string): string {
  return origin.endsWith("/") ? origin.slice(0, -1) : origin;
}

/** The target without its query. */
export function rawPath(target: string): string {
  const queryAt = target.indexOf("?");
  return queryAt < 0 ? target : target.slice(0, queryAt);
}

/** `/v1/x` and `/api/v1/x` are different resources to a signature and never stand for each other. */
function signedPaths(target: string): string[] {
  const path = rawPath(target);
  if (!path.startsWith("/")) return [];
  // A client whose base URL ends in a slash signs `//v1`, and the slash may or may not have reached us.
  return path.startsWith("//") ? [path, path.slice(1)] : [path, `/${path}`];
}

/**
 * Clients sign an absent body as "", {}, null or nothing, and some send {} for it; these are one fact about a request,
 * so all four are accepted for both. An empty array is signed as itself or "". Undefined leaves the member out.
 */
export function signedBodies({ method, body }: SignedRequest): (string | undefined)[] {
  if (body === undefined) {
    return method === "DELETE" ? ['""', "{}", undefined, "null"] : [undefined, '""', "{}", "null"];
  }
  if (isEmptyObject(body)) return ['""', "{}", undefined, "null"];
  if (Array.isArray(body) && body.length === 0) return ["[]", '""'];
  return [canonicalize(body)];
}

function isEmptyObject(body: JsonValue): boolean {
  return typeof body === "object" && body !== null && !Array.isArray(body) && Object.keys(body).length === 0;
}

import { isOriginAllowed } from "@mandate/core/login/origin";
import { findApp, originsOf, readAppSettings } from "../apps/app-settings.ts";
import { isPageAllowed, readClientId } from "../authenticate/browser-client.ts";
import type { Deps } from "../deps.ts";
import type { Handler, HttpRequest } from "./request.ts";

/** What browser SDKs send besides what browsers always allow. */
const REQUEST_HEADERS = [
  "accept",
  "authorization",
  "content-type",
  "farcaster-channel-token",
  "privy-app-id",
  "privy-authorization-signature",
  "privy-ca-id",
  "privy-client",
  "privy-client-id",
  "privy-idempotency-key",
  "privy-request-expiry",
  "privy-retry-attempt",
  "privy-ui",
  "x-native-app-identifier",
  "x-privy-skip-simulation",
].join(", ");
const METHODS = "GET, POST, PATCH, PUT, DELETE, OPTIONS";
const EXPOSED = "mandate-receipt, request-id, retry-after, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset";
const PREFLIGHT_SECONDS = 600;
/** How long a change of an app's origins may take to reach preflights; the request itself is judged by what holds now. */
const ORIGINS_FRESH_MS = 1000;

/**
 * Lets the pages of an app's allowed origins read answers (Fetch Standard §3.2), errors included. A request names its
 * app, and only that app's origins count. A preflight names none, so it is answered for every origin that some app
 * allows. Where an origin is not allowed, no header of CORS is sent. The operator's paths are for no page.
 */
export function withCors(deps: Deps, handler: Handler): Handler {
  const listOrigins = createOriginList(deps);
  return async (request) => {
    const { origin } = request.headers;
    if (origin === undefined || /^\/*operator(\/|$)/.test(request.path)) return handler(request);
    if (request.method === "OPTIONS" && request.headers["access-control-request-method"] !== undefined) {
      const isAllowed = isPageAllowed(deps, origin, await listOrigins());
      return { status: 204, headers: isAllowed ? preflightHeaders(origin) : { vary: "Origin" } };
    }
    const [answer, origins] = await Promise.all([handler(request), originsOfCaller(deps, request)]);
    const isAllowed = isOriginAllowed(origin, origins);
    return { ...answer, headers: { ...answer.headers, ...(isAllowed ? answerHeaders(origin) : { vary: "Origin" }) } };
  };
}

async function originsOfCaller(deps: Deps, request: HttpRequest): Promise<string[]> {
  const app = await findApp(deps, request.headers["privy-app-id"] ?? "");
  return app === undefined ? [] : (originsOf(app, readClientId(request)) ?? []);
}

function answerHeaders(origin: string): { [name: string]: string } {
  return {
    "access-control-allow-origin": origin,
    "access-control-allow-credentials": "true",
    "access-control-expose-headers": EXPOSED,
    vary: "Origin",
  };
}

function preflightHeaders(origin: string): { [name: string]: string } {
  return {
    "access-control-allow-origin": origin,
    "access-control-allow-credentials": "true",
    "access-control-allow-methods": METHODS,
    "access-control-allow-headers": REQUEST_HEADERS,
    "access-control-max-age": String(PREFLIGHT_SECONDS),
    vary: "Origin",
  };
}

function createOriginList(deps: Deps): () => Promise<string[]> {
  let known: { origins: string[]; atMs: number } | undefined;
  return async () => {
    if (known !== undefined && Math.abs(deps.nowMs() - known.atMs) < ORIGINS_FRESH_MS) return known.origins;
    const apps = (await deps.storage.listApps()).map(({ sealed }) => readAppSettings(sealed));
    const origins = apps.flatMap((app) => [
      ...app.allowedOrigins,
      ...app.clients.flatMap(({ allowedOrigins }) => allowedOrigins ?? []),
    ]);
    known = { origins: [...new Set(origins)], atMs: deps.nowMs() };
    return known.origins;
  };
}

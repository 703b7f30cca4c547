import type { Route } from "@mandate/contract/route";
import { routes } from "@mandate/contract/routes";
import { validate } from "@mandate/contract/validate";
import { SignerUnavailableError } from "@mandate/signer/client";
import { ApiError } from "./api-error.ts";
import type { AppSettings } from "./apps/app-settings.ts";
import { authenticateUser, type SignedInUser } from "./authenticate/access-token.ts";
import { authenticateApp } from "./authenticate/app-credentials.ts";
import { authenticateClient } from "./authenticate/browser-client.ts";
import { authenticateOperator } from "./authenticate/operator.ts";
import type { Deps } from "./deps.ts";
import { withCors } from "./http/cors.ts";
import { createRateLimiter, tooManyRequestsResponse } from "./http/rate-limit.ts";
import type { Handler, HttpRequest } from "./http/request.ts";
import { parseIdempotencyKey, parseRequestExpiry } from "./http/request-headers.ts";
import { errorResponse, type HttpResponse } from "./http/response.ts";
import { createRouter } from "./http/router.ts";
import type { Call, RouteHandler } from "./routes/handler.ts";
import { handlers } from "./routes/handlers.ts";
import { StorageUnavailableError } from "./storage/storage.ts";
import { auditTeam } from "./team/audit-team.ts";
import { authenticateTeam } from "./team/team-caller.ts";

/** The life of a request up to its handler: matched, authenticated, limited, validated. */
export function createApp(deps: Deps): Handler {
  const limiters = createLimiters(deps);
  const served = Object.fromEntries(
    Object.entries(handlers).map(([id, handler]) => {
      const route = routes[id as keyof typeof handlers];
      const handle = handler as RouteHandler<Route>;
      return [id, (request: HttpRequest) => serve(deps, limiters, route, handle, request)];
    }),
  );
  return withCors(deps, createRouter(routes, served as never));
}

async function serve(
  deps: Deps,
  limiters: Limiters,
  route: Route,
  handle: RouteHandler<Route>,
  request: HttpRequest,
): Promise<HttpResponse> {
  try {
    const blocked = limiters.beforeAuthentication(request.remoteAddress);
    if (blocked !== undefined) return blocked;
    if (route.caller === "team") {
      const team = await authenticateTeam(deps, route, request);
      return await auditTeam(deps, route, { ...request, team }, (known) =>
        answerCall(deps, limiters, route, handle, known, { appId: "" }),
      );
    }
    const caller = await authenticate(deps, route, request);
    request.annotations.appId = caller.appId;
    return await answerCall(deps, limiters, route, handle, request, caller);
  } catch (error) {
    if (error instanceof ApiError && error.code === "invalid_credentials") limiters.failed(request.remoteAddress);
    return answerError(deps, request, error);
  }
}

async function answerCall(
  deps: Deps,
  limiters: Limiters,
  route: Route,
  handle: RouteHandler<Route>,
  request: HttpRequest,
  { appId, app, user }: Caller,
): Promise<HttpResponse> {
  const limited = limiters.request(route, appId === "" ? request.remoteAddress : appId);
  if (limited !== undefined) return limited;
  assertHeaders(deps, request);
  const known = user === undefined ? request : { ...request, userId: user.id };
  const { params, query } = request;
  const call = { request: known, appId, app, user, params, query, body: readBody(route, request) };
  const answer = await handle(deps, call as unknown as Call<Route>);
  return { ...answer, headers: { ...request.answerHeaders, ...answer.headers } };
}

type Caller = { appId: string; app?: AppSettings; user?: SignedInUser };

async function authenticate(deps: Deps, route: Route, request: HttpRequest): Promise<Caller> {
  const isBasic = /^basic /i.test(request.headers.authorization ?? "");
  switch (route.caller) {
    case "app":
      return { appId: await authenticateApp(deps, request) };
    case "app-or-user":
      if (!/^bearer /i.test(request.headers.authorization ?? ""))
        return { appId: await authenticateApp(deps, request) };
      return authenticateSignedIn(deps, request);
    case "user":
      return authenticateSignedIn(deps, request);
    case "client": {
      // A server may sign a user in with its secret (spec 00 §3.3), and then is no browser.
      if (isBasic) await authenticateApp(deps, request);
      const app = await authenticateClient(deps, request);
      return { appId: app.id, app };
    }
    case "team":
    case "operator":
      authenticateOperator(deps, request);
      return { appId: "" };
    case "public":
      return { appId: "" };
  }
}

async function authenticateSignedIn(deps: Deps, request: HttpRequest): Promise<Caller> {
  const app = await authenticateClient(deps, request);
  return { appId: app.id, app, user: await authenticateUser(deps, app, request.headers.authorization) };
}

function assertHeaders(deps: Deps, request: HttpRequest): void {
  const headers = [
    parseIdempotencyKey(request.headers["privy-idempotency-key"]),
    parseRequestExpiry(request.headers["privy-request-expiry"], deps.nowMs()),
  ];
  for (const header of headers) if (!header.ok) throw new ApiError(header.code, header.message);
}

function readBody(route: Route, request: HttpRequest): unknown {
  const { body: schema, bodyErrorCode, findUnsupported } = route.request;
  // Older clients send `{}` where there is nothing to say; anything more would be ignored, and so is refused.
  if (schema === undefined) {
    const isEmpty = request.body === undefined || JSON.stringify(request.body) === "{}";
    if (!isEmpty) throw new ApiError("invalid_data", "this operation takes no body");
    return undefined;
  }
  const unsupported = findUnsupported?.(request.body);
  if (unsupported !== undefined) throw new ApiError("not_supported", unsupported);
  const checked = validate(schema, request.body ?? {}, bodyErrorCode);
  if (!checked.ok) throw new ApiError(checked.code, checked.message);
  return checked.value;
}

function answerError(deps: Deps, request: HttpRequest, error: unknown): HttpResponse {
  if (error instanceof ApiError) {
    request.annotations.code = error.code;
    return errorResponse(error.code, error.message, { status: error.status, details: error.details });
  }
  if (error instanceof SignerUnavailableError || error instanceof StorageUnavailableError) {
    deps.log.error("the request could not be served", { request_id: request.requestId, reason: error.name });
    return errorResponse("unavailable", undefined, { headers: { "retry-after": "1" } });
  }
  throw error;
}

type Limiters = {
  /** Refuses an address that has guessed wrong too often. */
  beforeAuthentication(remoteAddress: string): HttpResponse | undefined;
  failed(remoteAddress: string): void;
  request(route: Route, key: string): HttpResponse | undefined;
};

const FAILURES = { capacity: 1000, refillPerSecond: 50, keysMax: 10_000 };

/**
 * Requests in general; the creation of users, which the wire limits on its own (spec 00 §8); and wrong credentials by
 * address, so that a short secret cannot be guessed at the speed of the network.
 */
function createLimiters(deps: Deps): Limiters {
  const { requestsPerSecondMax, usersPerMinuteMax } = deps.config;
  const general = createRateLimiter(
    { capacity: requestsPerSecondMax * 2, refillPerSecond: requestsPerSecondMax, keysMax: 10_000 },
    deps.nowMs,
  );
  const users = createRateLimiter(
    { capacity: usersPerMinuteMax, refillPerSecond: usersPerMinuteMax / 60, keysMax: 10_000 },
    deps.nowMs,
  );
  const failures = createRateLimiter(FAILURES, deps.nowMs);
  const blocked = new Map<string, number>();
  return {
    beforeAuthentication(remoteAddress) {
      const untilMs = blocked.get(remoteAddress);
      if (untilMs === undefined) return undefined;
      if (untilMs <= deps.nowMs()) {
        blocked.delete(remoteAddress);
        return undefined;
      }
      const retryAfterSeconds = Math.ceil((untilMs - deps.nowMs()) / 1000);
      const state = {
        allowed: false,
        limit: FAILURES.capacity,
        remaining: 0,
        retryAfterSeconds,
        resetSeconds: retryAfterSeconds,
      };
      return tooManyRequestsResponse(state);
    },
    failed(remoteAddress) {
      const state = failures(remoteAddress);
      if (state.allowed) return;
      if (blocked.size >= FAILURES.keysMax) blocked.clear();
      blocked.set(remoteAddress, deps.nowMs() + state.retryAfterSeconds * 1000);
    },
    request(route, key) {
      const states = route.id === "createUser" ? [general(key), users(key)] : [general(key)];
      const refused = states.find((state) => !state.allowed);
      return refused === undefined ? undefined : tooManyRequestsResponse(refused);
    },
  };
}

import type { JsonValue } from "@mandate/core/encoding/json-value";
import type { TeamCaller } from "../team/team-caller.ts";
import type { HttpResponse } from "./response.ts";

/** One request, after framing, size and JSON were judged and before anything else was. */
export type HttpRequest = {
  readonly method: string;
  /** The request target as it stood on the request line: what authorization signatures are checked against. */
  readonly target: string;
  /** The part of the target before `?`, not decoded. */
  readonly path: string;
  /** Decoded parameters of the route's path. */
  readonly params: { readonly [name: string]: string };
  /** The query as the route's schema made it: see `RouteHandler`. Text by name until a route was found. */
  readonly query: { readonly [name: string]: unknown };
  /** By lower-case name. What authority depends on was sent once; other repeated headers are joined by `, `. */
  readonly headers: { readonly [name: string]: string };
  readonly rawBody: Uint8Array;
  /** The strictly parsed body; undefined when there was none. Its objects have no prototype. */
  readonly body: JsonValue | undefined;
  /** Our own; a caller's is never taken over. */
  readonly requestId: string;
  /** Who calls with an access token, once that was verified. */
  readonly userId?: string;
  readonly remoteAddress: string;
  readonly receivedAtMs: number;
  /** Aborted when the caller is gone. What was begun must still end well. */
  readonly signal: AbortSignal;
  /** Who calls an operation of the team. */
  readonly team?: TeamCaller;
  /** What handlers add to the request's log line. No secrets, nothing of the body. */
  readonly annotations: { operation?: string; appId?: string; code?: string };
  /** Headers that handlers add to a success, beside those of the answer itself. */
  readonly answerHeaders: { [name: string]: string };
};

export type Handler = (request: HttpRequest) => Promise<HttpResponse>;

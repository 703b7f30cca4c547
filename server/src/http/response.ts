import { type ErrorCode, errors, makeErrorBody } from "@mandate/contract/errors";

/** What a handler answers. `body` is JSON; without one the answer is empty. Header names are lower-case. */
export type HttpResponse = {
  status: number;
  body?: unknown;
  /** For pages: bytes instead of JSON; their `content-type` and `cache-control` are among the headers. */
  rawBody?: Uint8Array;
  headers?: { [name: string]: string };
};

/** The answer for a code. Codes that tell clients whether to try again say so in `x-should-retry` (spec 00 §5.4). */
export function errorResponse(
  code: ErrorCode,
  message?: string,
  options: { status?: number; headers?: { [name: string]: string }; details?: unknown } = {},
): HttpResponse {
  const entry: { status: number; shouldRetry?: boolean } = errors[code];
  const headers: { [name: string]: string } = { ...options.headers };
  if (entry.shouldRetry !== undefined) headers["x-should-retry"] = String(entry.shouldRetry);
  return {
    status: options.status ?? entry.status,
    body: makeErrorBody(code, message, options.details),
    headers,
  };
}

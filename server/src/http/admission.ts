import type { Handler, HttpRequest } from "./request.ts";
import { errorResponse } from "./response.ts";

export type Admission = {
  handler: Handler;
  /** Requests that are being worked on at this moment. */
  inFlight(): number;
};

/** Asked by supervisors and load balancers: exactly when there is much to do they must get their answer. */
const ALWAYS = new Set(["/healthz", "/readyz"]);

/**
 * Takes at most `max` requests at once and turns the others away at once, with 503 and `Retry-After`. Latency is what
 * is in flight divided by what is done per second: without a bound it grows until every caller has given up, and then
 * the work is for nobody.
 */
export function admitRequests(handler: Handler, max: number, onRefused: (request: HttpRequest) => void): Admission {
  let inFlight = 0;
  return {
    inFlight: () => inFlight,
    async handler(request) {
      if (ALWAYS.has(request.path)) return handler(request);
      if (inFlight >= max) {
        onRefused(request);
        const message = "the server has more requests than it can work on; try again in a moment";
        return errorResponse("unavailable", message, { headers: { "retry-after": "1" } });
      }
      inFlight += 1;
      try {
        return await handler(request);
      } finally {
        inFlight -= 1;
      }
    },
  };
}

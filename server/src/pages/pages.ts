import type { Deps } from "../deps.ts";
import type { Handler } from "../http/request.ts";
import { createDashboardPage } from "./dashboard.ts";
import { createOAuthCallback } from "./oauth-callback.ts";
import { createWalletFramePage } from "./wallet-frame.ts";

/** Pages come before the API: paths that no route has. What no page serves goes on to the API. */
export function servePages(deps: Deps, api: Handler): Handler {
  const pages = [createWalletFramePage(deps), createDashboardPage(deps), createOAuthCallback(deps)];
  return async (request) => {
    if (request.method === "GET" || request.method === "HEAD") {
      for (const page of pages) {
        const answer = await page(request);
        if (answer !== undefined) return answer;
      }
    }
    return api(request);
  };
}

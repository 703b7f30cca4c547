import { ApiError } from "../api-error.ts";
import { type AppSettings, originsOf } from "../apps/app-settings.ts";
import { isPageAllowed } from "../authenticate/browser-client.ts";
import type { Deps } from "../deps.ts";

/**
 * The page that a sign-in returns to: one of an origin that the app, or the client of it that asks, allows. Everything
 * else would make this server lead users, and codes, wherever somebody likes.
 */
export function readRedirectTarget(deps: Deps, app: AppSettings, clientId: string | undefined, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPage = url !== undefined && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
  if (!isPage || !isPageAllowed(deps, url.origin, originsOf(app, clientId) ?? [])) {
    throw new ApiError(
      "invalid_origin",
      "redirect_to is not a page of one of the app's allowed origins; add its origin in the app's settings",
    );
  }
  return url;
}

/** As the SDKs read it (`privy_oauth_code`, `…_state`, `…_provider`), in place of what may have been there. */
export function withAnswer(target: URL, answer: { [name: string]: string }): string {
  const url = new URL(target);
  for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value);
  return url.href;
}

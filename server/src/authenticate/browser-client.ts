import { isOriginAllowed } from "@mandate/core/login/origin";
import { ApiError } from "../api-error.ts";
import { type AppSettings, findApp, originsOf } from "../apps/app-settings.ts";
import type { Deps } from "../deps.ts";
import type { HttpRequest } from "../http/request.ts";

/**
 * Which app a page or a native client speaks for (spec 00 §3.2). It proves nothing but where it runs: a browser says
 * so in `Origin`, which must be one that the app, or the client it names, allows. Programs that are no browser send
 * none, and gain nothing by it: what they are refused elsewhere they are refused here.
 */
export async function authenticateClient(deps: Deps, request: HttpRequest): Promise<AppSettings> {
  const appId = request.headers["privy-app-id"];
  if (appId === undefined || !/^[A-Za-z0-9_-]{1,64}$/.test(appId))
    throw new ApiError("missing_or_invalid_privy_app_id");
  const app = await findApp(deps, appId);
  if (app === undefined) throw new ApiError("missing_or_invalid_privy_app_id");
  const origins = originsOf(app, readClientId(request));
  if (origins === undefined) throw new ApiError("missing_or_invalid_privy_client_id");
  const { origin } = request.headers;
  if (origin !== undefined && !isPageAllowed(deps, origin, origins)) {
    throw new ApiError(
      "invalid_origin",
      `the origin \`${shown(origin)}\` is not among the app's allowed origins; add it in the app's settings`,
    );
  }
  return app;
}

/** Our own pages, the wallet frame among them, are same-origin with this server. */
export function isPageAllowed(deps: Deps, origin: string, origins: readonly string[]): boolean {
  return isOriginAllowed(origin, origins) || deps.config.publicOrigins.includes(origin);
}

/** Clients send the header empty when they have none. */
export function readClientId(request: HttpRequest): string | undefined {
  const header = request.headers["privy-client-id"];
  return header === undefined || header === "" ? undefined : header;
}

function shown(origin: string): string {
  return /^[\x21-\x7e]{1,200}$/.test(origin) ? origin : "…";
}

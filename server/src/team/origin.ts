import { ApiError } from "../api-error.ts";
import type { Config } from "../config/config.ts";
import type { HttpRequest } from "../http/request.ts";

/** The origins that the dashboard is served at. */
export function dashboardOrigins(config: Config): string[] {
  return config.publicOrigins.length > 0 ? config.publicOrigins : [`http://${config.host}:${config.port}`];
}

/** Where the dashboard was opened, by the host that the caller names; the first place where that one is none of ours. */
export function dashboardOriginOf(config: Config, request: HttpRequest): string {
  const { host } = request.headers;
  const origins = dashboardOrigins(config);
  return origins.find((origin) => new URL(origin).host === host) ?? origins[0]!;
}

/** Whether the caller came by HTTPS, as far as the operator said: TLS ends in front of this server. */
export function isSecure(config: Config, request: HttpRequest): boolean {
  return dashboardOriginOf(config, request).startsWith("https:");
}

/**
 * Refuses what a page of another site could have sent: such a page can set neither the header nor these two, which
 * browsers fill in themselves (Fetch §3.2, Fetch Metadata §2). Reads are held to it too, so that no answer leaks.
 */
export function assertOwnPage(config: Config, request: HttpRequest): void {
  const { origin, "sec-fetch-site": site, "mandate-dashboard": header } = request.headers;
  const isOwnOrigin = origin === undefined || dashboardOrigins(config).includes(origin);
  const isOwnSite = site === undefined || site === "same-origin";
  const isTold = origin !== undefined || site !== undefined || request.method === "GET" || request.method === "HEAD";
  if (header !== "1" || !isOwnOrigin || !isOwnSite || !isTold) throw new ApiError("cross_site_request");
}

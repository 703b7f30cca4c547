import { findApp } from "../apps/app-settings.ts";
import type { Deps } from "../deps.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";
import { type Flow, keepAnswer, takeFlow } from "../oauth/oauth-flow.ts";
import { readRedirectTarget, withAnswer } from "../oauth/redirect-target.ts";

const PATH = /^\/+api\/v1\/oauth\/callback$/;

/**
 * Where a provider sends the user back to (RFC 6749 §4.1.2). The provider's code stays here; the front end gets one of
 * ours, at the page that was named when the sign-in began and whose origin the app still allows. Without a sign-in that
 * was begun there is nowhere to lead to, so people see a page.
 */
export function createOAuthCallback(deps: Deps) {
  return async (request: HttpRequest): Promise<HttpResponse | undefined> => {
    if (request.method !== "GET" || !PATH.test(request.path)) return undefined;
    request.annotations.operation = "oauthCallback";
    const { state, code, iss, error } = request.query;
    const begun = typeof state === "string" ? await takeFlow(deps, state) : undefined;
    const target = begun === undefined ? undefined : await findTarget(deps, begun);
    if (begun === undefined || target === undefined) return failurePage();
    request.annotations.appId = begun.appId;
    const { flow } = begun;
    const answer = { privy_oauth_state: flow.stateCode, privy_oauth_provider: flow.provider };
    if (typeof code !== "string" || code === "" || error !== undefined) {
      // How the SDKs are told that the user, or the provider, said no.
      const reason = typeof error === "string" && /^[a-z_]{1,40}$/.test(error) ? error : "server_error";
      return redirect(withAnswer(target, { ...answer, privy_oauth_code: "undefined", privy_oauth_error: reason }));
    }
    const kept = { ...flow, state: state as string, code, iss: typeof iss === "string" ? iss : null };
    const ours = await keepAnswer(deps, begun.appId, kept);
    return redirect(withAnswer(target, { ...answer, privy_oauth_code: ours }));
  };
}

/** Undefined when the app, or the origin among its own, is gone. */
async function findTarget(deps: Deps, { appId, flow }: { appId: string; flow: Flow }): Promise<URL | undefined> {
  const app = await findApp(deps, appId);
  if (app === undefined) return undefined;
  try {
    return readRedirectTarget(deps, app, flow.clientId ?? undefined, flow.redirectTo);
  } catch {
    return undefined;
  }
}

const safe = { "cache-control": "no-store", "referrer-policy": "no-referrer" };

function redirect(location: string): HttpResponse {
  return { status: 302, headers: { ...safe, location } };
}

function failurePage(): HttpResponse {
  const html = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Sign-in ended</title></head>
<body><main><h1>This sign-in has ended</h1><p>It was finished before, took too long, or was not started here. Go back to the app and sign in again.</p></main></body>
</html>
`;
  return {
    status: 400,
    rawBody: Buffer.from(html, "utf8"),
    headers: {
      ...safe,
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    },
  };
}

import type { ErrorCode } from "@mandate/contract/errors";

export type AppCredentials = { appId: string; appSecret: string };

type Refusal = { ok: false; code: ErrorCode; message: string };

/**
 * Reads app ID and secret of a server call (spec 00 §3.1): Basic credentials and a `privy-app-id` equal to their user
 * name. It decides nothing about the secret; whoever does must compare in constant time.
 */
export function parseAppCredentials(headers: {
  readonly [name: string]: string;
}): ({ ok: true } & AppCredentials) | Refusal {
  const appId = headers["privy-app-id"];
  if (appId === undefined || !isAppId(appId)) {
    return { ok: false, code: "missing_or_invalid_privy_app_id", message: "Missing or invalid privy-app-id header" };
  }
  const basic = parseBasicAuthorization(headers.authorization);
  if (!basic.ok) return basic;
  if (basic.user !== appId) {
    return {
      ok: false,
      code: "missing_or_invalid_privy_app_id",
      message: "The privy-app-id header is not the user name of the Basic credentials",
    };
  }
  return { ok: true, appId, appSecret: basic.password };
}

/** RFC 7617, with credentials of printable ASCII in canonical base64. */
export function parseBasicAuthorization(
  header: string | undefined,
): { ok: true; user: string; password: string } | Refusal {
  if (header === undefined || header === "") {
    return refuse("Missing Authorization header: send Basic credentials of app ID and app secret");
  }
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header)?.[1];
  const bytes = encoded === undefined ? undefined : Buffer.from(encoded, "base64");
  // Buffer skips what it does not understand, so only text that it writes back the same was base64.
  if (bytes === undefined || bytes.toString("base64") !== encoded) {
    return refuse("Malformed Authorization header: send Basic credentials of app ID and app secret");
  }
  const credentials = bytes.toString("latin1");
  const colon = credentials.indexOf(":");
  if (colon < 1 || !/^[\x20-\x7e]*$/.test(credentials)) {
    return refuse("Malformed Authorization header: Basic credentials are app ID, colon, app secret");
  }
  return { ok: true, user: credentials.slice(0, colon), password: credentials.slice(colon + 1) };
}

function isAppId(value: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(value);
}

function refuse(message: string): Refusal {
  return { ok: false, code: "invalid_credentials", message };
}

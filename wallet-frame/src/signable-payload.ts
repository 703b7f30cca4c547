import { canonicalize } from "@mandate/core/encoding/canonical-json";
import { parseJson } from "@mandate/core/encoding/json";
import type { JsonObject, JsonValue } from "@mandate/core/encoding/json-value";
import { decodeUtf8 } from "@mandate/core/encoding/utf8";
import { isJsonObject } from "@mandate/core/ethereum/parsed";

export type PayloadRules = {
  /** Origins under which this server is reached; what is signed for another one is none of ours. */
  origins: readonly string[];
  appId: string;
};

const MEMBERS = new Set(["version", "method", "url", "body", "headers"]);
const METHODS = new Set(["POST", "PUT", "PATCH", "DELETE"]);
const HEADERS = new Set(["privy-app-id", "privy-idempotency-key", "privy-request-expiry"]);

/**
 * Why these bytes are not signed, or undefined when they are one canonical authorization payload, version 1 (spec 01
 * §1), for this server and this app. Nothing else is ever signed with a user's key: no text, no token, no request to
 * somebody else.
 */
export function refusePayload(bytes: Uint8Array, rules: PayloadRules): string | undefined {
  const parsed = parseJson(bytes);
  if (!parsed.ok || !isJsonObject(parsed.value)) return "the message is not an authorization payload";
  const payload = parsed.value;
  if (Object.keys(payload).some((member) => !MEMBERS.has(member))) return "the payload has unknown members";
  if (payload.version !== 1) return "the payload's version is not 1";
  if (typeof payload.method !== "string" || !METHODS.has(payload.method)) return "the payload's method is not signed";
  return (
    refuseUrl(payload.url, rules.origins) ??
    refuseHeaders(payload.headers, rules.appId) ??
    refuseSpelling(payload, bytes)
  );
}

function refuseUrl(url: JsonValue | undefined, origins: readonly string[]): string | undefined {
  if (typeof url !== "string") return "the payload has no url";
  const isOurs = origins.some((origin) => /^\/{1,2}(api\/)?v1\/[^?#]+$/.test(afterOrigin(url, origin)));
  return isOurs ? undefined : "the payload's url is not one of this server";
}

function afterOrigin(url: string, origin: string): string {
  return url.startsWith(origin) ? url.slice(origin.length) : "";
}

function refuseHeaders(headers: JsonValue | undefined, appId: string): string | undefined {
  if (!isJsonObject(headers)) return "the payload has no headers";
  if (Object.keys(headers).some((name) => !HEADERS.has(name))) return "the payload has headers that are not signed";
  if (Object.values(headers).some((value) => typeof value !== "string")) return "the payload's headers are not text";
  return headers["privy-app-id"] === appId ? undefined : "the payload is for another app";
}

function refuseSpelling(payload: JsonObject, bytes: Uint8Array): string | undefined {
  return canonicalize(payload) === decodeUtf8(bytes)
    ? undefined
    : "the payload is not in its canonical form (RFC 8785)";
}

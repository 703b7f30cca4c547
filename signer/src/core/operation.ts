import { equalBytes } from "@mandate/core/crypto/equal-bytes";
import { sha256 } from "@mandate/core/crypto/primitives";
import { decodeBase64 } from "@mandate/core/encoding/base64";
import { decodeHex } from "@mandate/core/encoding/hex";
import { parseJson } from "@mandate/core/encoding/json";
import type { JsonObject, JsonValue } from "@mandate/core/encoding/json-value";
import { decodeUtf8, encodeUtf8 } from "@mandate/core/encoding/utf8";
import type { SignerRequest } from "../protocol.ts";
import type { SignerContext } from "./context.ts";
import { RecordSet } from "./record-set.ts";
import type { AppBody } from "./records.ts";
import { invalidData, Refusal } from "./refusal.ts";
import { type AuthorityRoute, matchAuthorityRoute } from "./route.ts";
import type { AuthorityRecord } from "./seal.ts";
import { authorizeTeam } from "./team.ts";

/** One request on its way through the signer: parsed here from the caller's own bytes, by nobody before. */
export type Operation = {
  ctx: SignerContext;
  nowMs: number;
  appId: string;
  method: string;
  /** As it was sent, with the query if there was one. */
  target: string;
  route: AuthorityRoute;
  /** Undefined when there were no bytes. */
  body: JsonValue | undefined;
  rawBody: Uint8Array;
  signatureHeader: string | undefined;
  idempotencyKey: string | undefined;
  requestExpiry: string | undefined;
  requestExpiryMs: number | undefined;
  records: RecordSet;
  request: SignerRequest;
  /** The member of the team who asks, as the API says; see `team.ts`. */
  team: { memberId: string } | undefined;
};

const APP_ID = /^[A-Za-z0-9_-]{1,64}$/;

export function openOperation(ctx: SignerContext, request: SignerRequest): Operation {
  const headers = request.headers;
  const appId = headers["privy-app-id"];
  if (appId === undefined || !APP_ID.test(appId)) {
    throw new Refusal(401, "missing_or_invalid_privy_app_id", "the privy-app-id header is missing or malformed");
  }
  const route = matchAuthorityRoute(request.method, request.target);
  if (route === undefined) throw new Refusal(404, "not_found", "no such operation");

  const nowMs = ctx.nowMs();
  const requestExpiry = emptyAsAbsent(headers["privy-request-expiry"]);
  const requestExpiryMs = parseExpiry(requestExpiry);
  if (requestExpiryMs !== undefined && requestExpiryMs < nowMs) {
    throw new Refusal(
      400,
      "request_expired",
      "the privy-request-expiry of this request lies in the past; sign it again with a later one (Unix milliseconds)",
    );
  }

  let body: JsonValue | undefined;
  if (request.body.length > 0) {
    const parsed = parseJson(request.body);
    if (!parsed.ok) throw invalidData(parsed.message);
    body = parsed.value;
  }

  return {
    ctx,
    nowMs,
    appId,
    method: request.method,
    target: request.target,
    route,
    body,
    rawBody: request.body,
    signatureHeader: emptyAsAbsent(headers["privy-authorization-signature"]),
    idempotencyKey: emptyAsAbsent(headers["privy-idempotency-key"]),
    requestExpiry,
    requestExpiryMs,
    records: new RecordSet(request.records, appId, ctx.sealer, ctx.highWater, request.absent),
    request,
    team: request.team,
  };
}

/**
 * The caller holds the app's secret. What an ownerless wallet obeys is this secret alone, so the signer checks it
 * itself against the sealed hashes (SHA-256 of a 256-bit random secret; a slow hash would add nothing but load).
 */
export function authenticateApp(op: Operation): AuthorityRecord<AppBody> {
  const app = op.records.get("app", op.appId);
  // A path of the team's is for the team alone, and the team has no other.
  if (op.team !== undefined || op.route.params.app !== undefined) {
    authorizeTeam(op, "app secret");
    if (app.deleted) throw new Refusal(404, "not_found", "App not found");
    op.records.markUsed(app);
    return app;
  }
  const secret = parseBasicSecret(op.request.headers.authorization, op.appId);
  const digest = secret === undefined ? undefined : sha256(encodeUtf8(secret));
  let known = false;
  for (const { sha256: hex } of app.body.secrets) {
    const expected = decodeHex(hex);
    // Every stored hash is compared, whatever matched before, so that timing tells nothing (I22).
    if (digest !== undefined && expected !== undefined && equalBytes(digest, expected)) known = true;
  }
  if (!known || app.deleted) throw new Refusal(401, "invalid_credentials", "Invalid app ID or app secret.");
  op.records.markUsed(app);
  return app;
}

function parseBasicSecret(header: string | undefined, appId: string): string | undefined {
  const match = header === undefined ? null : /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header);
  const bytes = match?.[1] === undefined ? undefined : decodeBase64(match[1]);
  const text = bytes === undefined ? undefined : decodeUtf8(bytes);
  if (text === undefined || !text.startsWith(`${appId}:`)) return undefined;
  return text.slice(appId.length + 1);
}

function parseExpiry(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (!/^\d{1,16}$/.test(header) || !Number.isSafeInteger(Number(header))) {
    throw invalidData("privy-request-expiry must be a Unix time in milliseconds, in decimal digits");
  }
  return Number(header);
}

function emptyAsAbsent(header: string | undefined): string | undefined {
  return header === undefined || header.trim() === "" ? undefined : header;
}

/** The body as an object with only the members named. */
export function requireBody(op: Operation, members: readonly string[]): JsonObject {
  return requireObject(op.body ?? {}, "body", members);
}

export function requireObject(value: JsonValue | undefined, at: string, members: readonly string[]): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalidData(`${at} must be an object`);
  const unknown = Object.keys(value).filter((key) => !members.includes(key));
  if (unknown.length > 0) {
    const names = unknown.slice(0, 5).map((key) => `'${key.slice(0, 60)}'`);
    throw invalidData(`Unrecognized key(s) in object: ${names.join(", ")}`);
  }
  return value;
}

export function requireText(value: JsonValue | undefined, at: string, lengthMax: number): string {
  if (typeof value !== "string")
    throw invalidData(value === undefined ? `Required at ${at}` : `Expected string at ${at}`);
  if (value.length === 0 || value.length > lengthMax) throw invalidData(`${at} must have 1 to ${lengthMax} characters`);
  return value;
}

/** Absent, null and the empty text all mean that there is none. */
export function optionalText(value: JsonValue | undefined, at: string, lengthMax: number): string | null {
  return value === undefined || value === null || value === "" ? null : requireText(value, at, lengthMax);
}

export function requireList(value: JsonValue | undefined, at: string, itemsMax: number): JsonValue[] {
  if (!Array.isArray(value)) throw invalidData(value === undefined ? `Required at ${at}` : `Expected array at ${at}`);
  if (value.length > itemsMax) throw invalidData(`${at} may have at most ${itemsMax} entries`);
  return value;
}

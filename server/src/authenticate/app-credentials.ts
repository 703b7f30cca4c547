import { createHash, timingSafeEqual } from "node:crypto";
import { readSealedRecord } from "@mandate/signer/protocol";
import { ApiError } from "../api-error.ts";
import type { Deps } from "../deps.ts";
import { parseAppCredentials } from "../http/basic-authorization.ts";
import type { HttpRequest } from "../http/request.ts";

/**
 * Which app calls, proven by its secret (spec 00 §3.1). The signer checks the same again where authority depends on it;
 * here it keeps strangers from storage. Unknown app and wrong secret answer alike, after the same work (I22).
 */
export async function authenticateApp(deps: Deps, request: HttpRequest): Promise<string> {
  const credentials = parseAppCredentials(request.headers);
  if (!credentials.ok) throw new ApiError(credentials.code, credentials.message);
  const { appId, appSecret } = credentials;
  const record = await deps.storage.findRecord(appId, { type: "app", id: appId });
  const secrets =
    record === undefined ? [NO_SECRET] : (readSealedRecord(record.sealed).body.secrets as { sha256: string }[]);
  const digest = createHash("sha256").update(appSecret).digest();
  let known = false;
  for (const { sha256 } of secrets) {
    const expected = Buffer.from(sha256, "hex");
    if (expected.length === digest.length && timingSafeEqual(expected, digest)) known = true;
  }
  if (!known || record === undefined) throw new ApiError("invalid_credentials");
  return appId;
}

/** Compared against where there is no app, so that the answer takes as long. */
const NO_SECRET = { sha256: "00".repeat(32) };

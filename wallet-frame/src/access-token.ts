import { decodeBase64Url } from "@mandate/core/encoding/base64url";
import { parseJson } from "@mandate/core/encoding/json";
import { isJsonObject } from "@mandate/core/ethereum/parsed";
import { FrameError } from "./message.ts";

/** Whose token it says it is. The server verifies that; the frame only sorts its keys by it. */
export type TokenClaims = { userId: string; sessionId: string; appId: string };

/** Access tokens change every few minutes, the session stays: keys are kept by session (spec client-wire §4). */
export function readAccessToken(token: string): TokenClaims {
  const parts = token.split(".");
  const bytes = parts.length === 3 ? decodeBase64Url(parts[1]!) : undefined;
  const parsed = bytes === undefined ? undefined : parseJson(bytes);
  const claims = parsed?.ok === true ? parsed.value : undefined;
  if (isJsonObject(claims)) {
    const { sub, sid, aud, aid } = claims;
    const appId = aid ?? aud;
    if (typeof sub === "string" && typeof sid === "string" && typeof appId === "string") {
      return { userId: sub, sessionId: sid, appId };
    }
  }
  throw new FrameError("invalid_request_arguments", "`accessToken` is not an access token of this server");
}

import { decodeBase64 } from "@mandate/core/encoding/base64";
import { readAccessToken } from "./access-token.ts";
import { createApi } from "./api.ts";
import { importWallet } from "./import-wallet.ts";
import { FrameError, type FrameMessage, type FrameReply, textOf } from "./message.ts";
import { refusePayload } from "./signable-payload.ts";
import { createUserKeys } from "./user-keys.ts";

export type FrameOptions = {
  appId: string;
  /** Where the API is: the frame's own origin in a browser. */
  origin: string;
  /** All origins under which this server is reached; signed URLs begin with one of them. */
  origins: readonly string[];
  fetch: typeof fetch;
  subtle: SubtleCrypto;
  /** From the platform's generator. */
  random: (length: number) => Uint8Array;
  nowMs: () => number;
};

export type Frame = { answer(message: FrameMessage): Promise<FrameReply> };

/**
 * The wallet frame without its window: messages in, replies out, the same in a browser and in a test. It holds the
 * user's key and signs the requests of the app's page that the user's session covers (spec client-wire §9).
 *
 * The page already holds the access token, so the frame is no wall against the page; it is the wall between the key and
 * every other page, and it signs nothing but requests to this server.
 */
export function createFrame(options: FrameOptions): Frame {
  const { appId, origins, random } = options;
  const api = createApi(options);
  const keys = createUserKeys({ api, subtle: options.subtle, nowMs: options.nowMs });

  async function sign(message: FrameMessage): Promise<{ signature: string }> {
    for (const member of ["requesterAppId", "targetAppId"]) {
      const other = message.data[member];
      if (other !== undefined && other !== null && other !== appId) {
        throw new FrameError("invalid_request_arguments", "wallets of other apps cannot be used here");
      }
    }
    const accessToken = textOf(message, "accessToken");
    if (readAccessToken(accessToken).appId !== appId) {
      throw new FrameError("invalid_request_arguments", "`accessToken` is for another app");
    }
    const payload = decodeBase64(textOf(message, "message"));
    if (payload === undefined) throw new FrameError("invalid_request_arguments", "`message` is not base64");
    const refusal = refusePayload(payload, { origins, appId });
    if (refusal !== undefined) throw new FrameError("invalid_request_arguments", refusal);
    return { signature: await keys.sign(accessToken, payload) };
  }

  async function dispatch(message: FrameMessage): Promise<{ [member: string]: unknown }> {
    switch (message.event) {
      case "privy:iframe:ready":
        return {};
      case "privy:user-signer:sign":
        return sign(message);
      case "privy:mfa:clear": {
        const { userId } = message.data;
        keys.clear(typeof userId === "string" ? userId : undefined);
        return {};
      }
      case "privy:wallets:import":
        return importWallet(message, { api, appId, random });
      // Without a second factor there is nothing to verify; the SDK asks before every export all the same.
      case "privy:mfa:verify":
        return {};
      default:
        throw new FrameError("error", `\`${message.event}\` is not supported by this server`);
    }
  }

  return {
    async answer(message) {
      const { id, event } = message;
      try {
        return { id, event, data: await dispatch(message) };
      } catch (thrown) {
        const error =
          thrown instanceof FrameError
            ? thrown
            : new FrameError("error", "the wallet frame failed; nothing was signed");
        return { id, event, error: { type: error.type, message: error.message } };
      }
    },
  };
}

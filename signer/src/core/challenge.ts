import { equalBytes } from "@mandate/core/crypto/equal-bytes";
import { encodeBase64Url } from "@mandate/core/encoding/base64url";
import { encodeUtf8 } from "@mandate/core/encoding/utf8";
import type { SignerAccepted, SignerAnswered } from "../protocol.ts";
import { requireLiveApp } from "./caller.ts";
import { assertOn } from "./login-methods.ts";
import type { Operation } from "./operation.ts";

export const CHALLENGE_MS = 10 * 60 * 1000;
/** How far the clock of another server, which made it, may run ahead. */
const AHEAD_MAX_MS = 5 * 60 * 1000;
const STAMP_BYTES = 24;

/**
 * A challenge for a passkey to sign: time, randomness, and a MAC over both for this app. The signer makes it, so that it
 * knows by itself when the answer was signed: whoever keeps an answer, the API included, has nothing after ten minutes.
 * Nothing is stored for it; what is stored is that it was used.
 */
export function issueChallenge(op: Operation): SignerAnswered {
  assertOn(requireLiveApp(op), "passkey");
  const stamp = new Uint8Array(STAMP_BYTES);
  new DataView(stamp.buffer).setBigUint64(0, BigInt(op.nowMs));
  stamp.set(op.ctx.random(STAMP_BYTES - 8), 8);
  const challenge = encodeBase64Url(Uint8Array.of(...stamp, ...macOf(op, stamp)));
  return { outcome: "answered", result: { challenge } };
}

/** What the commit has to use up, so that the challenge is answered once; undefined for one that is not to be answered. */
export function useChallenge(op: Operation, challenge: Uint8Array): SignerAccepted["consume"] | undefined {
  const stamp = challenge.subarray(0, STAMP_BYTES);
  if (stamp.length !== STAMP_BYTES || !equalBytes(challenge.subarray(STAMP_BYTES), macOf(op, stamp))) return undefined;
  const issuedAtMs = Number(new DataView(stamp.buffer, stamp.byteOffset).getBigUint64(0));
  const expiresAtMs = issuedAtMs + CHALLENGE_MS;
  if (expiresAtMs <= op.nowMs || issuedAtMs > op.nowMs + AHEAD_MAX_MS) return undefined;
  return [{ digest: `challenge:${encodeBase64Url(stamp)}`, expiresAtMs }];
}

function macOf(op: Operation, stamp: Uint8Array): Uint8Array {
  return op.ctx.sealer.macChallenge(Uint8Array.of(...encodeUtf8(`${op.appId}\n`), ...stamp));
}

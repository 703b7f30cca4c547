import { hpkeSeal } from "@mandate/core/crypto/hpke";
import { deriveP256Scalar, parseHpkeRecipientKey } from "@mandate/core/crypto/p256";
import { p256KeyPairFromScalar } from "@mandate/core/crypto/p256-pkcs8";
import { sha256 } from "@mandate/core/crypto/primitives";
import { encodeBase64 } from "@mandate/core/encoding/base64";
import { encodeHex } from "@mandate/core/encoding/hex";
import { encodeUtf8 } from "@mandate/core/encoding/utf8";
import type { SignerAccepted } from "../protocol.ts";
import { accept } from "./accept.ts";
import { authenticateCaller, requireLiveUser } from "./caller.ts";
import { makeId } from "./id.ts";
import { type Operation, requireBody, requireText } from "./operation.ts";
import { putRecord } from "./put-record.ts";
import type { AppBody, UserBody } from "./records.ts";
import { invalidData, Refusal } from "./refusal.ts";
import type { AuthorityRecord } from "./seal.ts";
import { claimsToBeOurs, verifyAccessToken } from "./tokens.ts";

const LIFETIME_MS = 3600 * 1000;

/**
 * Issues a user key against a token of the user (spec 02 §4): a fresh P-256 key that counts as the user until it
 * expires, at the latest when the token does. Only its encryption to the caller's key leaves the signer; the form
 * without encryption that the wire also knows is refused (I30).
 *
 * Which user a subject is was sealed when the user was created; the API names the candidate by the records it sends
 * and the signer compares.
 */
export function authenticateUser(op: Operation): SignerAccepted {
  const caller = authenticateCaller(op);
  const app = op.records.get("app", op.appId);
  const body = requireBody(op, ["user_jwt", "encryption_type", "recipient_public_key"]);
  const token = requireText(body.user_jwt, "user_jwt", 16_384);
  if (body.encryption_type !== "HPKE" || body.recipient_public_key === undefined) {
    throw invalidData(
      "encryption_type must be HPKE and recipient_public_key a P-256 public key: a user key only leaves this server encrypted",
    );
  }
  const recipient = parseHpkeRecipientKey(requireText(body.recipient_public_key, "recipient_public_key", 2000));
  if (!recipient.ok) throw invalidData(`recipient_public_key: ${recipient.message}`);
  const holder = identifyHolder(op, app, token);
  if (caller.kind === "user" && caller.userId !== holder.user.id)
    throw new Refusal(401, "missing_or_invalid_token", "user_jwt is another user's than the access token");
  const { user, sessionId } = holder;
  op.records.markUsed(user);

  const expiresAtMs = Math.min(op.nowMs + LIFETIME_MS, holder.expiresAtMs);
  const scalar = deriveP256Scalar(op.ctx.random(48));
  const ephemeral = deriveP256Scalar(op.ctx.random(48));
  const pair = p256KeyPairFromScalar(scalar);
  const plaintext = encodeUtf8(pair.pkcs8Base64);
  const sealed = hpkeSeal({ recipientPoint: recipient.point, ephemeralScalar: ephemeral, plaintext });
  for (const bytes of [scalar, ephemeral, plaintext]) bytes.fill(0);

  const put = putRecord(op, {
    type: "user_key",
    id: makeId(op.ctx),
    version: 1,
    body: {
      user_id: user.id,
      public_key: pair.spkiBase64,
      expires_at: expiresAtMs,
      token_sha256: encodeHex(sha256(encodeUtf8(token))),
      session_id: sessionId,
    },
  });
  return accept(op, {
    changesState: false,
    put: [put],
    answer: {
      encrypted_authorization_key: {
        encryption_type: "HPKE",
        encapsulated_key: encodeBase64(sealed.encapsulatedKey),
        ciphertext: encodeBase64(sealed.ciphertext),
      },
      expires_at: expiresAtMs,
    },
    more: { user_id: user.id, public_key: pair.spkiBase64, expires_at: expiresAtMs },
  });
}

type Holder = { user: AuthorityRecord<UserBody>; sessionId: string | null; expiresAtMs: number };

/** Whose token it is: an access token of this server names the user, one of the app's own provider an identity. */
function identifyHolder(op: Operation, app: AuthorityRecord<AppBody>, token: string): Holder {
  if (claimsToBeOurs(op, app, token)) {
    const verdict = verifyAccessToken(op, app, token);
    if (!verdict.ok) throw new Refusal(401, "missing_or_invalid_token", verdict.message);
    const { userId, sessionId, expiresAtMs } = verdict;
    return { user: requireLiveUser(op, userId), sessionId, expiresAtMs };
  }
  if (app.body.jwt === null) {
    throw new Refusal(
      400,
      "feature_not_enabled",
      "this is no access token of this app, and the app has no identity provider of its own; create it with --jwt-public-key or --jwks-url",
    );
  }
  const verdict = op.ctx.verifyUserToken(token, app.body.jwt, op.request.jwks as never, op.nowMs);
  if (!verdict.ok) throw new Refusal(401, verdict.code, verdict.message);
  const user = op.records.findUserByIdentity(`custom_auth:${verdict.subject}`);
  if (user === undefined) {
    throw new Refusal(
      401,
      "user_does_not_exist",
      "the token is valid, but no user of this app has its subject as custom_auth account; create the user first",
    );
  }
  return { user, sessionId: null, expiresAtMs: verdict.expiresAtMs };
}

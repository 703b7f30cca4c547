import { deriveP256Scalar, p256PublicKey } from "@mandate/core/crypto/p256";
import { decodeHex } from "@mandate/core/encoding/hex";
import type { JsonValue } from "@mandate/core/encoding/json-value";
import type { PutRecord, SignerAccepted } from "../protocol.ts";
import { accept } from "./accept.ts";
import { readSettings, SETTINGS_MEMBERS } from "./app-settings.ts";
import { makeId } from "./id.ts";
import { type Operation, requireBody, requireText } from "./operation.ts";
import { authorizeOperator } from "./operator.ts";
import { putRecord } from "./put-record.ts";
import type { AppBody } from "./records.ts";
import { invalidData, Refusal } from "./refusal.ts";
import type { AuthorityRecord } from "./seal.ts";

/** A browser SDK insists on 25 characters. */
const APP_ID = /^[a-z][a-z0-9]{24}$/;
/** Each of them is compared on every request. */
const SECRETS_MAX = 10;

/**
 * Pins an app: whose secret opens it and who may vouch for its users. Authorised by the operator's key over this very
 * request, so that an API that was taken over cannot pin an identity provider of its own.
 */
export function createApp(op: Operation): SignerAccepted {
  authorizeOperator(op);
  const body = requireBody(op, ["id", "secret_sha256", ...SETTINGS_MEMBERS]);
  const id = requireText(body.id, "id", 25);
  if (!APP_ID.test(id)) throw invalidData("id must have 25 lower-case letters and digits, beginning with a letter");
  if (id !== op.appId) throw invalidData("id must equal the privy-app-id header");
  if (op.records.has("app", id)) throw invalidData(`an app with the id \`${id}\` exists already`);
  const secret = readSecret(op, body.secret_sha256);
  const app: AppBody = {
    ...readSettings(op, id, body, undefined),
    secrets: [secret],
    token_key: makeTokenKey(op, id),
  };
  return accept(op, { changesState: true, put: [putRecord(op, { type: "app", id, version: 1, body: app })] });
}

/** Changes what the operator may say about an app. Its ID, secrets and token key stay. */
export function updateApp(op: Operation): SignerAccepted {
  authorizeOperator(op);
  const app = requireApp(op);
  const body = requireBody(op, SETTINGS_MEMBERS);
  if (Object.keys(body).length === 0) throw invalidData("At least one field must be provided");
  const { secrets, token_key } = app.body;
  const next: AppBody = { ...readSettings(op, app.id, body, app.body), secrets, token_key };
  return accept(op, { changesState: true, put: [putNext(op, app, next)], more: { changed: Object.keys(body).sort() } });
}

/** One more secret for an app, beside those it has: a lost one is replaced without a moment in which none works. */
export function createAppSecret(op: Operation): SignerAccepted {
  authorizeOperator(op);
  const app = requireApp(op);
  const { secret_sha256: sha256 } = requireBody(op, ["secret_sha256"]);
  const secret = readSecret(op, sha256);
  if (app.body.secrets.some((known) => known.sha256 === secret.sha256)) {
    throw invalidData("this secret is one of the app's already");
  }
  if (app.body.secrets.length >= SECRETS_MAX) throw invalidData(`an app has at most ${SECRETS_MAX} secrets`);
  const body: AppBody = { ...app.body, secrets: [...app.body.secrets, secret] };
  return accept(op, {
    changesState: true,
    put: [putNext(op, app, body)],
    answer: { id: secret.id, app_id: app.id, created_at: secret.created_at },
  });
}

/** The secret opens nothing from here on. The last one stays: an app without a secret could not be used at all. */
export function deleteAppSecret(op: Operation): SignerAccepted {
  authorizeOperator(op);
  const app = requireApp(op);
  requireBody(op, []);
  const kept = app.body.secrets.filter(({ id }) => id !== op.route.params.secret);
  if (kept.length === app.body.secrets.length) throw new Refusal(404, "not_found", "the app has no such secret");
  if (kept.length === 0) throw invalidData("this is the app's last secret; make another one first");
  const body: AppBody = { ...app.body, secrets: kept };
  return accept(op, { changesState: true, put: [putNext(op, app, body)], answer: { success: true } });
}

/** Its secrets open nothing from here on, and nobody can do anything with what it has. The ID is never given again. */
export function deleteApp(op: Operation): SignerAccepted {
  authorizeOperator(op);
  const app = requireApp(op);
  requireBody(op, []);
  const { id, version, createdAtMs, body } = app;
  const put = putRecord(op, { type: "app", id, version: version + 1, createdAtMs, deleted: true, body });
  return accept(op, { changesState: true, put: [put], answer: { success: true } });
}

function requireApp(op: Operation): AuthorityRecord<AppBody> {
  const id = op.route.params.id!;
  if (id !== op.appId) throw invalidData("the app in the path must equal the privy-app-id header");
  const app = op.records.get("app", id);
  if (app.deleted) throw new Refusal(404, "not_found", "App not found");
  op.records.markUsed(app);
  return app;
}

function putNext(op: Operation, app: AuthorityRecord<AppBody>, body: AppBody): PutRecord {
  const { id, version, createdAtMs } = app;
  return putRecord(op, { type: "app", id, version: version + 1, createdAtMs, body });
}

function readSecret(op: Operation, value: JsonValue | undefined): AppBody["secrets"][number] {
  const sha256 = requireText(value, "secret_sha256", 64);
  if (decodeHex(sha256)?.length !== 32 || sha256 !== sha256.toLowerCase()) {
    throw invalidData("secret_sha256 must be the SHA-256 of the app secret, 64 hex digits");
  }
  return { id: makeId(op.ctx), sha256, created_at: op.nowMs };
}

function makeTokenKey(op: Operation, appId: string): AppBody["token_key"] {
  const scalar = deriveP256Scalar(op.ctx.random(48));
  const { spkiBase64 } = p256PublicKey(scalar);
  const header = { type: "app_token_key" as const, appId, id: appId, version: 1 };
  const sealed = op.ctx.sealer.sealSecret(header, scalar, op.ctx.random(32));
  scalar.fill(0);
  const lines = spkiBase64.match(/.{1,64}/g)!.join("\n");
  return {
    kid: makeId(op.ctx),
    public_key_pem: `-----BEGIN PUBLIC KEY-----\n${lines}\n-----END PUBLIC KEY-----\n`,
    sealed,
  };
}

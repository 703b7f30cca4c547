import { deriveP256Scalar, p256PublicKey } from "@mandate/core/crypto/p256";
import { decodeHex } from "@mandate/core/encoding/hex";
import type { JsonValue } from "@mandate/core/encoding/json-value";
import { encodeUtf8 } from "@mandate/core/encoding/utf8";
import type { SignerAccepted } from "../protocol.ts";
import { accept } from "./accept.ts";
import { makeId } from "./id.ts";
import { type Operation, optionalText, requireBody, requireList, requireObject, requireText } from "./operation.ts";
import { authorizeOperator } from "./operator.ts";
import { putRecord } from "./put-record.ts";
import type { AppBody, JwtPin } from "./records.ts";
import { invalidData, Refusal } from "./refusal.ts";

const MEMBERS = ["id", "name", "secret_sha256", "allowed_origins", "jwt", "test_accounts", "server_side_access"];
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
  const body = requireBody(op, MEMBERS);
  const id = requireText(body.id, "id", 25);
  if (!APP_ID.test(id)) throw invalidData("id must have 25 lower-case letters and digits, beginning with a letter");
  if (id !== op.appId) throw invalidData("id must equal the privy-app-id header");
  if (op.records.has("app", id)) throw invalidData(`an app with the id \`${id}\` exists already`);
  const secret = readSecret(op, body.secret_sha256);
  if (body.server_side_access !== undefined && typeof body.server_side_access !== "boolean") {
    throw invalidData("server_side_access must be true or false");
  }
  const app: AppBody = {
    name: requireText(body.name, "name", 100),
    secrets: [secret],
    allowed_origins: readOrigins(body.allowed_origins ?? []),
    jwt: body.jwt === undefined || body.jwt === null ? null : readJwtPin(body.jwt),
    server_side_access: body.server_side_access === true,
    test_accounts: readTestAccounts(op, id, body.test_accounts ?? []),
    token_key: makeTokenKey(op, id),
  };
  return accept(op, { changesState: true, put: [putRecord(op, { type: "app", id, version: 1, body: app })] });
}

/** One more secret for an app, beside those it has: a lost one is replaced without a moment in which none works. */
export function createAppSecret(op: Operation): SignerAccepted {
  authorizeOperator(op);
  const { secret_sha256: sha256 } = requireBody(op, ["secret_sha256"]);
  const id = op.route.params.id!;
  if (id !== op.appId) throw invalidData("the app in the path must equal the privy-app-id header");
  const app = op.records.get("app", id);
  if (app.deleted) throw new Refusal(404, "not_found", "App not found");
  op.records.markUsed(app);
  const secret = readSecret(op, sha256);
  if (app.body.secrets.some((known) => known.sha256 === secret.sha256)) {
    throw invalidData("this secret is one of the app's already");
  }
  if (app.body.secrets.length >= SECRETS_MAX) throw invalidData(`an app has at most ${SECRETS_MAX} secrets`);
  const body: AppBody = { ...app.body, secrets: [...app.body.secrets, secret] };
  const { version, createdAtMs } = app;
  return accept(op, {
    changesState: true,
    put: [putRecord(op, { type: "app", id, version: version + 1, createdAtMs, body })],
    answer: { id: secret.id, app_id: id, created_at: secret.created_at },
  });
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

function readOrigins(value: JsonValue): string[] {
  return requireList(value, "allowed_origins", 100).map((item, at) => {
    const origin = requireText(item, `allowed_origins.${at}`, 300);
    if (!/^https?:\/\/[^/?#\s]+$/.test(origin))
      throw invalidData(`allowed_origins.${at} must be an origin such as https://app.example, without a path`);
    return origin;
  });
}

function readJwtPin(value: JsonValue): JwtPin {
  const jwt = requireObject(value, "jwt", ["public_key_pem", "jwks_url", "issuer", "audience", "subject_claim"]);
  const pem = optionalText(jwt.public_key_pem, "jwt.public_key_pem", 10_000);
  const url = optionalText(jwt.jwks_url, "jwt.jwks_url", 2000);
  if ((pem === null) === (url === null)) throw invalidData("jwt must have exactly one of public_key_pem and jwks_url");
  if (pem !== null && !/^-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+-----END PUBLIC KEY-----\n?$/.test(pem)) {
    throw invalidData("jwt.public_key_pem must be a PEM public key (BEGIN PUBLIC KEY)");
  }
  if (url !== null && !/^https?:\/\/\S+$/.test(url)) throw invalidData("jwt.jwks_url must be an http or https URL");
  return {
    public_key_pem: pem,
    jwks_url: url,
    issuer: optionalText(jwt.issuer, "jwt.issuer", 500),
    audience: optionalText(jwt.audience, "jwt.audience", 500),
    subject_claim: optionalText(jwt.subject_claim, "jwt.subject_claim", 100) ?? "sub",
  };
}

/** The fixed codes of test accounts are secrets like any other and are stored encrypted. */
function readTestAccounts(op: Operation, appId: string, value: JsonValue): AppBody["test_accounts"] {
  return requireList(value, "test_accounts", 100).map((item, at) => {
    const account = requireObject(item, `test_accounts.${at}`, ["email", "otp"]);
    const email = requireText(account.email, `test_accounts.${at}.email`, 320).toLowerCase();
    const otp = requireText(account.otp, `test_accounts.${at}.otp`, 6);
    if (!/^\d{6}$/.test(otp)) throw invalidData("Verification code must have 6 digits.");
    const header = { type: "test_account_otp" as const, appId, id: email, version: 1 };
    return { email, otp_sealed: op.ctx.sealer.sealSecret(header, encodeUtf8(otp), op.ctx.random(32)) };
  });
}

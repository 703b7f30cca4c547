import { equalBytes } from "@mandate/core/crypto/equal-bytes";
import { sha256 } from "@mandate/core/crypto/primitives";
import { encodeHex } from "@mandate/core/encoding/hex";
import { encodeUtf8 } from "@mandate/core/encoding/utf8";
import type { LoginFacts } from "../protocol.ts";
import { makeIdentity } from "./identities.ts";
import { assertOn } from "./login-methods.ts";
import { type Operation, requireObject, requireText } from "./operation.ts";
import { type PasskeyProof, provePasskey } from "./prove-passkey.ts";
import { proveProvider } from "./prove-provider.ts";
import { proveWallet } from "./prove-wallet.ts";
import type { AppBody } from "./records.ts";
import { Refusal } from "./refusal.ts";
import type { AuthorityRecord } from "./seal.ts";

/** `expiresAtMs`: when the proof ends by itself; a session may outlive it. `byApi`: the API's word, not a proof. */
export type Proof = { identity: string; byApi: boolean } & Partial<PasskeyProof>;

/**
 * What a sign-in proves, by the last part of its path. What the request's own bytes prove is verified here: tokens of
 * the app's identity provider, ID tokens, signatures of wallets and passkeys, codes of test accounts, guests. That a
 * mailed code was right, or that a provider without ID tokens said yes, is the API's word (docs/threat-model.md, G7); the
 * app can switch that off.
 */
export function proveIdentity(op: Operation, app: AuthorityRecord<AppBody>, facts: LoginFacts): Proof {
  const body = requireObject(op.body ?? {}, "body", Object.keys((op.body as object | undefined) ?? {}));
  switch (op.route.params.method) {
    case "passwordless": {
      assertOn(app, "email");
      const address = requireText(body.email ?? body.newAddress, "email", 320).toLowerCase();
      const code = requireText(body.code, "code", 6);
      const account = app.body.test_accounts.find(({ email }) => email === address);
      if (account === undefined) return attestedAs(facts, makeIdentity("email", address));
      if (!isTestCode(op, app, account, code))
        throw new Refusal(401, "invalid_credentials", "Invalid email and code combination");
      return { identity: makeIdentity("email", address), byApi: false };
    }
    case "custom_jwt_account": {
      if (app.body.jwt === null)
        throw new Refusal(403, "disallowed_login_method", "this app has no identity provider of its own");
      const token = requireText(body.token, "token", 16_384);
      const verdict = op.ctx.verifyUserToken(token, app.body.jwt, op.request.jwks as never, op.nowMs);
      if (!verdict.ok) throw new Refusal(401, verdict.code, verdict.message);
      return { identity: makeIdentity("custom_auth", verdict.subject), byApi: false };
    }
    case "guest": {
      assertOn(app, "guest");
      const credential = requireText(body.guest_credential, "guest_credential", 512);
      if (credential.length < 16) throw new Refusal(400, "invalid_data", "guest_credential is too short to be secret");
      return { identity: makeIdentity("guest", encodeHex(sha256(encodeUtf8(credential)))), byApi: false };
    }
    case "siwe":
      assertOn(app, "wallet");
      return { identity: proveWallet(op, app, facts, body, "ethereum"), byApi: false };
    case "siws":
      assertOn(app, "solana_wallet");
      return { identity: proveWallet(op, app, facts, body, "solana"), byApi: false };
    case "passkeys":
      assertOn(app, "passkey");
      return { ...provePasskey(op, app, body), byApi: false };
    case "oauth":
      assertOn(app, "oauth");
      return proveProvider(op, app, facts, body);
    default:
      throw new Refusal(404, "not_found", "no such operation");
  }
}

/** The API's word counts for the very identity that the request names, and never in place of a proof made here. */
function attestedAs(facts: LoginFacts, identity: string): Proof {
  if (facts.attested === undefined) throw new Refusal(401, "invalid_credentials", "nothing proves this sign-in");
  if (facts.attested !== identity) throw new Refusal(401, "invalid_credentials", "this sign-in proves something else");
  return { identity, byApi: true };
}

function isTestCode(
  op: Operation,
  app: AuthorityRecord<AppBody>,
  account: AppBody["test_accounts"][number],
  code: string,
): boolean {
  const header = { type: "test_account_otp" as const, appId: app.id, id: account.email, version: 1 };
  const expected = op.ctx.sealer.openSecret(header, account.otp_sealed);
  return expected !== undefined && equalBytes(expected, encodeUtf8(code));
}

import type { JsonObject } from "@mandate/core/encoding/json-value";
import { codeChallengeOf, oauthAccountType, oidcNonce } from "@mandate/core/login/oauth-provider";
import type { LoginFacts } from "../protocol.ts";
import { kindOf, makeIdentity } from "./identities.ts";
import { type Operation, requireText } from "./operation.ts";
import type { Proof } from "./prove-identity.ts";
import type { AppBody, OAuthProviderPin } from "./records.ts";
import { Refusal } from "./refusal.ts";
import type { AuthorityRecord } from "./seal.ts";

/**
 * A sign-in with a provider that the operator pinned for the app. An ID token is verified here: by the pinned key where
 * there is one, else by the key set that the API fetched (docs/threat-model.md, G6); for the pinned issuer and client;
 * and with the nonce of this very sign-in, which is made of what the request itself shows. Where the pin says that the
 * API's word counts, it counts for accounts of that provider.
 */
export function proveProvider(
  op: Operation,
  app: AuthorityRecord<AppBody>,
  facts: LoginFacts,
  body: JsonObject,
): Proof {
  const pin = app.body.oauth_providers?.find(({ provider }) => provider === facts.oauth?.provider);
  if (pin === undefined)
    throw new Refusal(403, "disallowed_login_method", "this app has no such provider; its operator has to add it");
  const type = oauthAccountType(pin.provider);
  if (pin.proof === "id_token") {
    const identity = makeIdentity(type, verifyIdToken(op, app.id, pin, facts.oauth?.idToken, body));
    return { identity, byApi: false };
  }
  const { attested } = facts;
  if (attested === undefined || kindOf(attested) !== type || attested.length === type.length + 1)
    throw new Refusal(401, "invalid_credentials", "nothing proves this sign-in");
  return { identity: attested, byApi: true };
}

/** OpenID Connect Core §3.1.3.7. The subject. */
function verifyIdToken(
  op: Operation,
  appId: string,
  pin: OAuthProviderPin,
  idToken: string | undefined,
  body: JsonObject,
): string {
  if (idToken === undefined || pin.issuer === null) throw refuse("nothing proves this sign-in");
  const { provider, client_id: audience, issuer, public_key_pem, jwks_url } = pin;
  const keys = { public_key_pem, jwks_url, issuer, audience, subject_claim: "sub" };
  const verdict = op.ctx.verifyUserToken(idToken, keys, op.request.jwks as never, op.nowMs);
  if (!verdict.ok) throw refuse(verdict.message);
  const { aud, azp, nonce, iat } = verdict.claims;
  // A token for several parties has to say that it was issued to this one.
  if (azp === undefined ? Array.isArray(aud) && aud.length > 1 : azp !== audience)
    throw refuse("the ID token was issued to another client");
  if (iat === undefined) throw refuse("the ID token does not say when it was issued");
  const stateCode = requireText(body.state_code, "state_code", 512);
  const codeChallenge = codeChallengeOf(requireText(body.code_verifier, "code_verifier", 128));
  if (codeChallenge === undefined) throw new Refusal(400, "invalid_pkce_parameters", "malformed code_verifier");
  if (nonce !== oidcNonce({ appId, provider, codeChallenge, stateCode }))
    throw refuse("the ID token was issued for another sign-in");
  return verdict.subject;
}

function refuse(message: string): Refusal {
  return new Refusal(401, "invalid_credentials", message);
}

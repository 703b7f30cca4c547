import type { JsonObject, JsonValue } from "@mandate/core/encoding/json-value";
import { OAUTH_PROVIDER_NAME, type OAuthPreset, presetOf } from "@mandate/core/login/oauth-provider";
import { type Operation, optionalText, requireList, requireObject, requireText } from "./operation.ts";
import { readPublicKeyPem } from "./public-key-pem.ts";
import type { OAuthProviderPin } from "./records.ts";
import { invalidData } from "./refusal.ts";

const PROVIDERS_MAX = 20;
const MEMBERS = [
  "provider",
  "client_id",
  "proof",
  "issuer",
  "public_key_pem",
  "jwks_url",
  "authorization_endpoint",
  "token_endpoint",
  "userinfo_endpoint",
  "scopes",
  "display_name",
  "icon_url",
];

/** The providers that an app's users may sign in with. What is not said and is known of the provider is filled in. */
export function readOAuthProviders(op: Operation, value: JsonValue): OAuthProviderPin[] {
  const pins = requireList(value, "oauth_providers", PROVIDERS_MAX).map((item, at) => {
    const where = `oauth_providers.${at}`;
    return readProvider(op, requireObject(item, where, MEMBERS), where);
  });
  if (new Set(pins.map(({ provider }) => provider)).size !== pins.length)
    throw invalidData("oauth_providers names a provider twice");
  return pins;
}

function readProvider(op: Operation, value: JsonObject, at: string): OAuthProviderPin {
  const provider = requireText(value.provider, `${at}.provider`, 60);
  if (!OAUTH_PROVIDER_NAME.test(provider))
    throw invalidData(`${at}.provider must be google, apple, github, discord, or custom: and a name in lower case`);
  const preset = presetOf(provider);
  const proof = readProof(value.proof, provider, preset, at);
  const url = (member: string, known: string | null) =>
    value[member] === undefined || value[member] === null ? known : readUrl(value[member], `${at}.${member}`);
  const pin: OAuthProviderPin = {
    provider,
    client_id: requireText(value.client_id, `${at}.client_id`, 300),
    proof,
    issuer: url("issuer", preset.issuer),
    public_key_pem:
      value.public_key_pem === undefined || value.public_key_pem === null
        ? null
        : readPublicKeyPem(op, value.public_key_pem, `${at}.public_key_pem`),
    jwks_url: url("jwks_url", null),
    authorization_endpoint: url("authorization_endpoint", preset.authorizationEndpoint),
    token_endpoint: url("token_endpoint", preset.tokenEndpoint),
    userinfo_endpoint: url("userinfo_endpoint", preset.userinfoEndpoint),
    scopes: value.scopes === undefined ? [...preset.scopes] : readScopes(value.scopes, `${at}.scopes`),
    display_name: optionalText(value.display_name, `${at}.display_name`, 100),
    icon_url: url("icon_url", null),
  };
  assertWhole(pin, at);
  return pin;
}

/** That the API's word is enough has to be said; it is never what happens to be left over. */
function readProof(value: JsonValue | undefined, provider: string, preset: OAuthPreset, at: string) {
  if (value === undefined && preset.proof === "id_token") return "id_token" as const;
  if (value !== "id_token" && value !== "api") {
    throw invalidData(
      `${at}.proof must be "api" for \`${provider}\`: it gives nothing that the signer could verify, so a sign-in rests on the API's word (docs/threat-model.md, G7)`,
    );
  }
  const isFixed = !provider.startsWith("custom:");
  if (isFixed && value !== preset.proof) throw invalidData(`${at}.proof must be "${preset.proof}" for \`${provider}\``);
  return value;
}

/** All that is asked later must be known now, and nothing may be there that would not be looked at. */
function assertWhole(pin: OAuthProviderPin, at: string): void {
  const endpoints = [pin.authorization_endpoint, pin.token_endpoint, pin.userinfo_endpoint];
  if (pin.proof === "api") {
    if (pin.issuer !== null || pin.public_key_pem !== null || pin.jwks_url !== null)
      throw invalidData(`${at} rests on the API's word, so issuer, public_key_pem and jwks_url mean nothing there`);
    if (endpoints.includes(null))
      throw invalidData(`${at} needs authorization_endpoint, token_endpoint and userinfo_endpoint`);
    return;
  }
  if (pin.issuer === null) throw invalidData(`${at}.issuer is missing: whose ID tokens are believed`);
  if (pin.public_key_pem !== null && pin.jwks_url !== null)
    throw invalidData(`${at} may have one of public_key_pem and jwks_url`);
  if ((pin.authorization_endpoint === null) !== (pin.token_endpoint === null))
    throw invalidData(`${at} must have both authorization_endpoint and token_endpoint, or neither`);
}

/** In the clear only on this machine, where development has its providers; the API holds itself to more. */
function readUrl(value: JsonValue | undefined, at: string): string {
  const url = requireText(value, at, 2000);
  if (!/^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(\/|$))[^\s#@]*$/.test(url))
    throw invalidData(`${at} must be an https URL without user and fragment`);
  return url;
}

function readScopes(value: JsonValue, at: string): string[] {
  return requireList(value, at, 20).map((item, index) => {
    const scope = requireText(item, `${at}.${index}`, 200);
    // RFC 6749 §3.3
    if (!/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope)) throw invalidData(`${at}.${index} is not a scope`);
    return scope;
  });
}

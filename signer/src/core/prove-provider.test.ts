import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { canonicalize } from "@mandate/core/encoding/canonical-json";
import { beforeEach, describe, expect, it } from "vitest";
import type { LoginFacts, SignerAnswer } from "../protocol.ts";
import { createTestSigner, Harness, makeRequest, type TestApp } from "../testing/harness.ts";
import { signJwt, testKey } from "../testing/test-keys.ts";

const ISSUER = "https://login.example";
const CLIENT = "client-1";
const VERIFIER = "a-code-verifier-of-the-front-end-0123456789-abcdef";
const STATE = "state-of-the-front-end";
const issuerKey = testKey("issuer");
const strangerKey = testKey("stranger");

const spki = (key: KeyObject) => createPublicKey(key).export({ type: "spki", format: "pem" }) as string;
const jwksOf = (key: KeyObject) => ({
  keys: [{ ...createPublicKey(key).export({ format: "jwk" }), alg: "ES256", kid: "k", use: "sig" }],
});
const hash = (text: string) => createHash("sha256").update(text).digest("base64url");

let harness: Harness;
let app: TestApp;

beforeEach(async () => {
  harness = Harness.inProcess(await createTestSigner());
  app = await harness.createApp("shop", null, {
    oauth_providers: [
      { provider: "custom:pinned", client_id: CLIENT, issuer: ISSUER, public_key_pem: spki(issuerKey.privateKey) },
      { provider: "custom:listed", client_id: CLIENT, issuer: ISSUER, jwks_url: `${ISSUER}/keys` },
      { provider: "google", client_id: CLIENT },
      { provider: "github", client_id: CLIENT, proof: "api" },
    ],
  });
});

/** As the server makes it, from the RFCs and not from the code under test. */
function nonceOf(provider: string, changes: object = {}): string {
  const login = { appId: app.id, provider, codeChallenge: hash(VERIFIER), stateCode: STATE, ...changes };
  return hash(canonicalize({ ...login, purpose: "mandate oidc nonce" }));
}

function token(provider: string, claims: object = {}, key = issuerKey, header: object = {}): string {
  const nowS = Math.floor(harness.clock.nowMs / 1000);
  const standard = { iss: ISSUER, aud: CLIENT, sub: "ada", iat: nowS, exp: nowS + 300, nonce: nonceOf(provider) };
  return signJwt(key.privateKey, { ...standard, ...claims }, { ...header });
}

type Facts = Partial<LoginFacts> & { jwks?: unknown };

function send({ jwks, ...facts }: Facts, body: object = {}, at = app): Promise<SignerAnswer> {
  const whole = { authorization_code: "c", state_code: STATE, code_verifier: VERIFIER, ...body };
  const request = makeRequest({ app: at, method: "POST", path: "/v1/oauth/authenticate", body: whole, secret: null });
  return harness.api.send({
    ...request,
    login: { sessionId: "s", ...facts },
    ...(jwks === undefined ? {} : { jwks }),
  });
}

const outcome = (answer: SignerAnswer) => (answer.outcome === "refused" ? answer.code : answer.outcome);
const pinned = (claims: object = {}, key = issuerKey, header: object = {}): Facts => ({
  oauth: { provider: "custom:pinned", idToken: token("custom:pinned", claims, key, header) },
});

describe("an ID token is refused", () => {
  it.each<[string, () => Facts]>([
    ["when there is none", () => ({ oauth: { provider: "custom:pinned" } })],
    ["when the API vouches instead", () => ({ oauth: { provider: "custom:pinned" }, attested: "custom:pinned:ada" })],
    ["of another issuer", () => pinned({ iss: "https://other.example" })],
    ["without an issuer", () => pinned({ iss: undefined })],
    ["for another audience", () => pinned({ aud: "client-2" })],
    ["for several audiences, of which it names none", () => pinned({ aud: [CLIENT, "client-2"] })],
    ["that was issued to another of its audiences", () => pinned({ aud: [CLIENT, "client-2"], azp: "client-2" })],
    ["without a nonce", () => pinned({ nonce: undefined })],
    ["with the nonce of another sign-in", () => pinned({ nonce: nonceOf("custom:pinned", { stateCode: "other" }) })],
    ["with the nonce of another app", () => pinned({ nonce: nonceOf("custom:pinned", { appId: "c".repeat(25) }) })],
    ["with the nonce of another provider", () => pinned({ nonce: nonceOf("custom:listed") })],
    ["with the nonce of another challenge", () => pinned({ nonce: nonceOf("custom:pinned", { codeChallenge: "x" }) })],
    ["that has expired", () => pinned({ exp: Math.floor(harness.clock.nowMs / 1000) - 61 })],
    ["that does not say when it was issued", () => pinned({ iat: undefined })],
    ["without a subject", () => pinned({ sub: "" })],
    ["by another key", () => pinned({}, strangerKey)],
    [
      "by another key, beside that key's set",
      () => ({ ...pinned({}, strangerKey), jwks: jwksOf(strangerKey.privateKey) }),
    ],
    ["that brings its key", () => pinned({}, strangerKey, { jwk: jwksOf(strangerKey.privateKey).keys[0] })],
    [
      "without the key set that verifies it",
      () => ({ oauth: { provider: "custom:listed", idToken: token("custom:listed") } }),
    ],
    [
      "by a key that is not in the set",
      () => ({
        oauth: { provider: "custom:listed", idToken: token("custom:listed", {}, strangerKey) },
        jwks: jwksOf(issuerKey.privateKey),
      }),
    ],
    [
      "of a custom issuer, as Google's",
      () => ({ oauth: { provider: "google", idToken: token("google") }, jwks: jwksOf(issuerKey.privateKey) }),
    ],
  ])("%s", async (_name, facts) => {
    expect(outcome(await send(facts()))).toBe("invalid_credentials");
  });

  it("when the request shows another verifier or state, or none", async () => {
    const other = { code_verifier: "b".repeat(43) };
    expect(outcome(await send(pinned(), other))).toBe("invalid_credentials");
    expect(outcome(await send(pinned(), { state_code: "other" }))).toBe("invalid_credentials");
    expect(outcome(await send(pinned(), { code_verifier: "short" }))).toBe("invalid_pkce_parameters");
    expect(outcome(await send(pinned(), { code_verifier: undefined }))).toBe("invalid_data");
  });

  it("at an app that has no such provider, or has the method switched off", async () => {
    const other = await harness.createApp("other");
    expect(outcome(await send(pinned(), {}, other))).toBe("disallowed_login_method");
    expect(outcome(await send({ oauth: { provider: "custom:none", idToken: "x" } }))).toBe("disallowed_login_method");
    expect(outcome(await send({}))).toBe("disallowed_login_method");
    const off = await harness.createApp("off", null, {
      login_methods: ["email"],
      oauth_providers: [{ provider: "github", client_id: CLIENT, proof: "api" }],
    });
    const vouched = { oauth: { provider: "github" }, attested: "github_oauth:1" };
    expect(outcome(await send(vouched, {}, off))).toBe("disallowed_login_method");
  });
});

describe("the API's word is refused", () => {
  it.each([
    "google_oauth:1",
    "custom:pinned:1",
    "custom_auth:1",
    "email:a@example.com",
    "github_oauth:",
    "github_oauth",
  ])("for %s, when the provider is GitHub", async (attested) => {
    expect(outcome(await send({ oauth: { provider: "github" }, attested }))).toBe("invalid_credentials");
  });

  it("without a word", async () => {
    expect(outcome(await send({ oauth: { provider: "github" } }))).toBe("invalid_credentials");
  });
});

describe("a sign-in", () => {
  const identities = (answer: SignerAnswer) =>
    answer.outcome === "accepted"
      ? answer.put.flatMap(({ references }) => references.map(({ to }) => to))
      : outcome(answer);

  it("is proved by a token of the pinned key, whatever key set comes along", async () => {
    const answer = await send({ ...pinned(), jwks: jwksOf(strangerKey.privateKey) });
    expect(identities(answer)).toEqual(["custom:pinned:ada"]);
    expect(JSON.stringify(answer)).not.toContain(VERIFIER);
  });

  it("is proved by a token of the key set, and by one for several audiences that was issued to this one", async () => {
    const claims = { aud: ["client-2", CLIENT], azp: CLIENT };
    const oauth = { provider: "custom:listed", idToken: token("custom:listed", claims) };
    expect(identities(await send({ oauth, jwks: jwksOf(issuerKey.privateKey) }))).toEqual(["custom:listed:ada"]);
  });

  it("rests on the API's word where the operator said so", async () => {
    const answer = await send({ oauth: { provider: "github" }, attested: "github_oauth:583231" });
    expect(identities(answer)).toEqual(["github_oauth:583231"]);
  });
});

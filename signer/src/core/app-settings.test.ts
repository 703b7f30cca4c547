import { beforeEach, describe, expect, it } from "vitest";
import type { SignerAnswer } from "../protocol.ts";
import { readSealedRecord } from "../protocol.ts";
import { createTestSigner, Harness, type TestApp } from "../testing/harness.ts";
import { testKey } from "../testing/test-keys.ts";

let harness: Harness;
let app: TestApp;

beforeEach(async () => {
  harness = Harness.inProcess(await createTestSigner());
  app = await harness.createApp("shop", null, { server_side_access: false });
});

const change = (body: object, keys = [harness.operator], method = "PATCH", path = `/operator/v1/apps/${app.id}`) =>
  harness.call({
    app,
    method,
    path,
    keys,
    secret: null,
    expiryMs: harness.clock.nowMs + 60_000,
    ...(method === "DELETE" ? {} : { body }),
  });
const outcome = (answer: SignerAnswer) => (answer.outcome === "refused" ? answer.code : answer.outcome);
const settings = (answer: SignerAnswer) =>
  answer.outcome === "accepted" ? readSealedRecord(answer.put[0]!.sealed).body : {};

describe("updateApp refuses", () => {
  it("everybody but the operator", async () => {
    expect(outcome(await change({ server_side_access: true }, [testKey("foreign")]))).toBe("missing_or_invalid_token");
    expect(outcome(await change({ server_side_access: true }, []))).toBe("missing_or_invalid_token");
  });

  it.each<[string, object]>([
    ["nothing", {}],
    ["an unknown setting", { secrets: [] }],
    ["a token key", { token_key: {} }],
    ["a flag that is none", { server_side_access: "yes" }],
    ["an unknown way to sign in", { login_methods: ["email", "carrier_pigeon"] }],
    ["a lifetime of a second", { access_token_seconds: 1 }],
    ["a lifetime that is no number", { refresh_token_seconds: "3600" }],
    ["an origin with a path", { allowed_origins: ["https://app.example/login"] }],
    ["an origin with a user", { allowed_origins: ["https://app.example@evil.example"] }],
    ["two clients with one id", { clients: [1, 2].map((n) => ({ id: "a", name: `${n}` })) }],
    ["a provider that nobody knows", { oauth_providers: [{ provider: "myspace", client_id: "c" }] }],
    ["a provider without a client", { oauth_providers: [{ provider: "google" }] }],
    ["a provider twice", { oauth_providers: [1, 2].map((n) => ({ provider: "google", client_id: `${n}` })) }],
    ["the API's word for GitHub, unsaid", { oauth_providers: [{ provider: "github", client_id: "c" }] }],
    ["the API's word for Google", { oauth_providers: [{ provider: "google", client_id: "c", proof: "api" }] }],
    ["ID tokens of GitHub", { oauth_providers: [{ provider: "github", client_id: "c", proof: "id_token" }] }],
    ["a provider without an issuer", { oauth_providers: [{ provider: "custom:a", client_id: "c" }] }],
    ["a name that is a path", { oauth_providers: [{ provider: "custom:a/b", client_id: "c", issuer: "https://a.b" }] }],
    ["an issuer in the clear", { oauth_providers: [{ provider: "custom:a", client_id: "c", issuer: "http://a.b" }] }],
    ["an issuer with a user", { oauth_providers: [{ provider: "custom:a", client_id: "c", issuer: "https://a@b.c" }] }],
    [
      "a token endpoint alone",
      { oauth_providers: [{ provider: "google", client_id: "c", token_endpoint: "https://a.b/token" }] },
    ],
    [
      "the API's word and an issuer",
      { oauth_providers: [{ provider: "github", client_id: "c", proof: "api", issuer: "https://a.b" }] },
    ],
    [
      "the API's word without endpoints",
      { oauth_providers: [{ provider: "custom:a", client_id: "c", proof: "api", token_endpoint: "https://a.b/t" }] },
    ],
    ["a secret of a provider", { oauth_providers: [{ provider: "google", client_id: "c", client_secret: "s" }] }],
    ["a scope with a space", { oauth_providers: [{ provider: "google", client_id: "c", scopes: ["a b"] }] }],
    ["a test account without a code", { test_accounts: [{ email: "new@example.com" }] }],
  ])("%s", async (_name, body) => {
    expect(outcome(await change(body))).toBe("invalid_data");
  });
});

it("updateApp changes what is named and keeps the rest", async () => {
  const first = settings(await change({ test_accounts: [{ email: "A@example.com", otp: "123456" }] }));
  const answer = await change({
    allowed_origins: ["https://app.example"],
    test_accounts: [{ email: "a@example.com" }],
    login_methods: ["guest", "guest"],
    access_token_seconds: 600,
  });
  expect(settings(answer)).toEqual({
    ...first,
    allowed_origins: ["https://app.example"],
    login_methods: ["guest"],
    access_token_seconds: 600,
  });
});

it("updateApp seals what is known of a provider beside what is said", async () => {
  const answer = await change({
    oauth_providers: [
      { provider: "google", client_id: "g" },
      { provider: "discord", client_id: "d", proof: "api", scopes: ["identify"] },
    ],
  });
  expect(settings(answer)).toMatchObject({
    oauth_providers: [
      { provider: "google", client_id: "g", proof: "id_token", issuer: "https://accounts.google.com", jwks_url: null },
      { provider: "discord", proof: "api", issuer: null, scopes: ["identify"], token_endpoint: expect.any(String) },
    ],
  });
  expect(settings(await change({ name: "renamed" }))).toMatchObject({ oauth_providers: [{ client_id: "g" }, {}] });
});

it("deleteAppSecret ends a secret at once, but keeps the last", async () => {
  const { secrets } = settings(await change({ name: "renamed" })) as { secrets: { id: string }[] };
  const remove = (id: string) => change({}, [harness.operator], "DELETE", `/operator/v1/apps/${app.id}/secrets/${id}`);
  expect(outcome(await remove("a23456789012345678901234"))).toBe("not_found");
  expect(outcome(await remove(secrets[0]!.id))).toBe("invalid_data");
  const path = `/operator/v1/apps/${app.id}/secrets`;
  expect(outcome(await change({ secret_sha256: "ab".repeat(32) }, [harness.operator], "POST", path))).toBe("accepted");
  expect(outcome(await remove(secrets[0]!.id))).toBe("accepted");
  const answer = await harness.call({ app, method: "POST", path: "/v1/wallets", body: { chain_type: "ethereum" } });
  expect(outcome(answer)).toBe("invalid_credentials");
});

describe("server-side access", () => {
  const owner = testKey("owner");
  const signer = async () => [
    { signer_id: await harness.createQuorum(app, { public_keys: [testKey("agent").spkiBase64] }) },
  ];
  const createWallet = (body: object) =>
    harness.call({ app, method: "POST", path: "/v1/wallets", body: { chain_type: "ethereum", ...body } });

  it("is refused for wallets of users while it is off, however the signer comes to the wallet", async () => {
    const { id } = await harness.createUser(app, "alice");
    const additional_signers = await signer();
    const users = await harness.createQuorum(app, { user_ids: [id] });
    const nested = await harness.createQuorum(app, { key_quorum_ids: [users] });
    for (const by of [{ owner: { user_id: id } }, { owner_id: users }, { owner_id: nested }])
      expect(outcome(await createWallet({ ...by, additional_signers }))).toBe("feature_not_enabled");
    const wallets = [{ chain_type: "ethereum", additional_signers }];
    const pregenerate = { app, method: "POST", path: `/v1/users/${id}/wallets`, body: { wallets } };
    expect(outcome(await harness.call(pregenerate))).toBe("feature_not_enabled");

    const wallet = await harness.createWallet(app, { owner: { public_key: owner.spkiBase64 }, additional_signers });
    const pass = (body: object) => harness.updateWallet(app, wallet, body, [owner]);
    expect(outcome(await pass({ owner: { user_id: id } }))).toBe("feature_not_enabled");
    expect(outcome(await pass({ owner: { user_id: id }, additional_signers: [] }))).toBe("accepted");
  });

  it("may be switched on; switched off again, signers stay and can be removed, none can be added or changed", async () => {
    await change({ server_side_access: true });
    const { id } = await harness.createUser(app, "alice");
    const quorum = await harness.createQuorum(app, {
      user_ids: [id],
      public_keys: [owner.spkiBase64],
      authorization_threshold: 1,
    });
    const additional_signers = await signer();
    const wallet = await harness.createWallet(app, { owner_id: quorum, additional_signers });
    await change({ server_side_access: false });
    const update = async (body: object) => outcome(await harness.updateWallet(app, wallet, body, [owner]));
    const policy = await harness.createPolicy(app, []);
    expect(await update({ display_name: "mine" })).toBe("accepted");
    expect(await update({ additional_signers: [...additional_signers, ...(await signer())] })).toBe(
      "feature_not_enabled",
    );
    expect(await update({ additional_signers: [{ ...additional_signers[0]!, override_policy_ids: [policy] }] })).toBe(
      "feature_not_enabled",
    );
    expect(await update({ additional_signers })).toBe("accepted");
    expect(await update({ additional_signers: [] })).toBe("accepted");
    expect(await update({ additional_signers })).toBe("feature_not_enabled");
  });

  it("says nothing about wallets that no user owns", async () => {
    const additional_signers = await signer();
    expect(outcome(await createWallet({ additional_signers }))).toBe("accepted");
    expect(outcome(await createWallet({ owner: { public_key: owner.spkiBase64 }, additional_signers }))).toBe(
      "accepted",
    );
  });
});

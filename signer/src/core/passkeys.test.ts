import { type Ceremony, TestAuthenticator } from "@mandate/core/testing/authenticator";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readSealedRecord, type SignerAnswer } from "../protocol.ts";
import { createTestSigner, Harness, idOf, type TestApp } from "../testing/harness.ts";
import { PAGE, PasskeyPage } from "../testing/passkey-page.ts";
import { CHALLENGE_MS } from "./challenge.ts";

const SETTINGS = { allowed_origins: [PAGE, "https://pay.app.example"], login_methods: ["passkey"] };

let harness: Harness;
let app: TestApp;
let page: PasskeyPage;
let other: PasskeyPage;
let authenticator: TestAuthenticator;

beforeAll(async () => {
  harness = Harness.inProcess(await createTestSigner());
  app = await harness.createApp("shop", null, SETTINGS);
  page = new PasskeyPage(harness, app);
  other = new PasskeyPage(harness, await harness.createApp("other", null, SETTINGS));
});
beforeEach(() => {
  authenticator = new TestAuthenticator();
});

const codeOf = (answer: SignerAnswer) => (answer.outcome === "refused" ? answer.code : answer.outcome);

async function signUp(on = page, tweaks: Partial<Ceremony> = {}) {
  const answer = await on.send(await on.registration(authenticator, tweaks));
  if (answer.outcome !== "accepted") throw new Error(JSON.stringify(answer));
  return { id: idOf(answer.put, "user"), token: answer.result!.access_token as string };
}

describe("a sign-in is refused", () => {
  it.each<[string, Partial<Ceremony> & { relyingParty?: string }]>([
    ["on a page that is not allowed", { origin: "https://evil.example" }],
    ["on a page that is not allowed, for one that is", { origin: "https://evil.example", rpId: "app.example" }],
    ["for a relying party that is not allowed", { relyingParty: "https://example", rpId: "example" }],
    ["for a relying party that is not above the page", { relyingParty: "https://pay.app.example" }],
    ["by a passkey of another site", { rpId: "pay.app.example" }],
    ["for a challenge of one's own", { challenge: "A".repeat(75) }],
    ["for a short challenge", { challenge: "AAAA" }],
    ["for no challenge", { challenge: "" }],
    ["as a registration", { type: "webauthn.create" }],
    ["when nobody was there", { flags: 0x04 }],
    ["without a PIN, fingerprint or face", { flags: 0x01 }],
    ["when the counter stands still", { signCount: 1 }],
    ["in a frame of another page", { clientData: { crossOrigin: true } }],
  ])("%s", async (_name, tweaks) => {
    await signUp();
    expect(codeOf(await page.send(await page.assertion(authenticator, tweaks)))).toBe("invalid_credentials");
  });

  it("with a challenge that is ten minutes old, or of another app", async () => {
    await signUp();
    const request = await page.assertion(authenticator);
    const foreign = await page.assertion(authenticator, { challenge: await other.challenge() });
    expect(codeOf(await page.send(foreign))).toBe("invalid_credentials");
    harness.clock.nowMs += CHALLENGE_MS;
    expect(codeOf(await page.send(request))).toBe("invalid_credentials");
    harness.clock.nowMs -= 1;
    expect(codeOf(await page.send(request))).toBe("accepted");
  });

  it("with a challenge of a clock that runs far ahead", async () => {
    await signUp();
    harness.clock.nowMs += 10 * 60_000;
    const challenge = await page.challenge();
    harness.clock.nowMs -= 10 * 60_000;
    expect(codeOf(await page.send(await page.assertion(authenticator, { challenge })))).toBe("invalid_credentials");
  });

  it("with a passkey that is nobody's here, or a user's of another app", async () => {
    expect(codeOf(await page.send(await page.assertion(authenticator)))).toBe("passkey_not_registered");
    await signUp(other);
    expect(codeOf(await page.send(await page.assertion(authenticator)))).toBe("passkey_not_registered");
    expect(codeOf(await other.send(await other.assertion(authenticator)))).toBe("accepted");
  });

  it("while the app has passkeys switched off, as is a challenge", async () => {
    await signUp();
    const request = await page.assertion(authenticator);
    const set = (login_methods: string[]) =>
      harness.expectAccepted({
        ...{ app, method: "PATCH", path: `/operator/v1/apps/${app.id}`, body: { login_methods }, secret: null },
        ...{ keys: [harness.operator], expiryMs: harness.clock.nowMs + 60_000 },
      });
    await set(["email"]);
    expect(codeOf(await page.send(request))).toBe("disallowed_login_method");
    await expect(page.challenge()).rejects.toThrow("disallowed_login_method");
    await set(["passkey"]);
    expect(codeOf(await page.send(request))).toBe("accepted");
  });

  it.each<[string, (body: Body) => unknown]>([
    ["nothing", () => ({})],
    ["no answer", ({ authenticator_response: _, ...body }) => body],
    ["an answer that is a list", (body) => ({ ...body, authenticator_response: [] })],
    ["another raw_id", (body) => change(body, { raw_id: "AAAA" })],
    ["an ID of 2 kB", (body) => change(body, { id: "A".repeat(2000), raw_id: "A".repeat(2000) })],
    ["a signature that is padded", (body) => change(body, {}, { signature: "AA==" })],
    ["a signature that is a number", (body) => change(body, {}, { signature: 1 })],
    ["30 kB of authenticator data", (body) => change(body, {}, { authenticator_data: "A".repeat(30_000) })],
    ["30 kB of client data", (body) => change(body, {}, { client_data_json: "A".repeat(30_000) })],
  ])("for a body with %s", async (_name, alter) => {
    await signUp();
    const request = await page.assertion(authenticator);
    const body = JSON.parse(Buffer.from(request.body).toString()) as Body;
    const altered = { ...request, body: new TextEncoder().encode(JSON.stringify(alter(body))) };
    expect(codeOf(await page.send(altered))).toBe("invalid_data");
  });
});

describe("a registration is refused", () => {
  it.each<[string, Partial<Ceremony>]>([
    ["on a page that is not allowed", { origin: "https://evil.example" }],
    ["of a passkey of another site", { rpId: "evil.example" }],
    ["for a challenge of one's own", { challenge: "A".repeat(75) }],
    ["as a sign-in", { type: "webauthn.get" }],
    ["when nobody was there", { flags: 0x44 }],
    ["without a PIN, fingerprint or face", { flags: 0x41 }],
    ["with more CBOR at the end", { rewriteAttestation: (bytes) => Buffer.concat([bytes, Buffer.of(0xf6)]) }],
  ])("%s", async (_name, tweaks) => {
    expect(codeOf(await page.send(await page.registration(authenticator, tweaks)))).toBe("invalid_credentials");
  });

  it("under another ID, and of a passkey that somebody has, that user included", async () => {
    const { token } = await signUp();
    const again = await page.registration(authenticator);
    expect(codeOf(await page.send(again))).toBe("linked_to_another_user");
    const link = await page.registration(authenticator, { token }, "link");
    expect(codeOf(await page.send(link))).toBe("linked_to_another_user");
    const renamed = { ...new TestAuthenticator().register({ challenge: await page.challenge(), origin: PAGE }) };
    const request = page.request("register", { authenticator_response: { ...renamed, id: "AAAA", raw_id: "AAAA" } });
    expect(codeOf(await page.send(request))).toBe("invalid_credentials");
  });

  it("as a link without an access token, or with one of another app's user", async () => {
    const { token } = await signUp(other);
    authenticator = new TestAuthenticator();
    expect(codeOf(await page.send(await page.registration(authenticator, {}, "link")))).toBe(
      "missing_or_invalid_token",
    );
    const foreign = await page.registration(authenticator, { token }, "link");
    expect(codeOf(await page.send(foreign))).toBe("missing_or_invalid_token");
  });

  it("by an app that vouches for a passkey", async () => {
    const body = { linked_accounts: [{ type: "passkey", credential_id: authenticator.id }] };
    const answer = await harness.call({ app, method: "POST", path: "/v1/users", body });
    expect(codeOf(answer)).toBe("invalid_data");
  });
});

it("whoever signs up signs in again, as the same user, and the counter is sealed", async () => {
  const { id } = await signUp();
  for (let count = 2; count < 4; count++) {
    const answer = await page.send(await page.assertion(authenticator));
    expect(answer).toMatchObject({ outcome: "accepted", result: { user_id: id, is_new_user: false } });
    if (answer.outcome !== "accepted") continue;
    expect(answer.consume).toEqual([
      { digest: expect.stringContaining("challenge:"), expiresAtMs: expect.any(Number) },
    ]);
    expect(readSealedRecord(answer.put[0]!.sealed).body).toEqual({
      identities: [`passkey:${authenticator.id}`],
      passkeys: [{ credential_id: authenticator.id, public_key: expect.any(String), sign_count: count }],
    });
    // The log cannot forget, so it does not learn by what people can be told apart.
    expect(answer.receipt.receipt).toContain('"proved_by":"signer"');
    expect(answer.receipt.receipt).not.toContain(authenticator.id);
  }
});

it("a passkey that does not count changes nothing by signing in", async () => {
  await signUp(page, { signCount: 0 });
  const answer = await page.send(await page.assertion(authenticator, { signCount: 0 }));
  expect(answer).toMatchObject({ outcome: "accepted", put: [] });
});

it("two answers to one challenge use up the same", async () => {
  await signUp();
  const challenge = await page.challenge();
  const used = [];
  for (let count = 0; count < 2; count++) {
    const answer = await page.send(await page.assertion(authenticator, { challenge }));
    used.push(answer.outcome === "accepted" ? answer.consume : undefined);
  }
  expect(used[0]).toHaveLength(1);
  expect(used[0]).toEqual(used[1]);
});

it("a page below an allowed one may use its passkeys by naming it", async () => {
  const { id } = await signUp();
  const below = { origin: "https://pay.app.example", rpId: "app.example", relyingParty: PAGE };
  expect(await page.send(await page.assertion(authenticator, below))).toMatchObject({ result: { user_id: id } });
});

it("a user links a second passkey, signs in with either, and unlinks one, but not the last", async () => {
  const { id, token } = await signUp();
  const second = new TestAuthenticator();
  expect(codeOf(await page.send(await page.registration(second, { token }, "link")))).toBe("accepted");
  for (const one of [authenticator, second])
    expect(await page.send(await page.assertion(one))).toMatchObject({ result: { user_id: id } });
  const unlink = (one: TestAuthenticator) => ({
    ...page.request("unlink", { credential_id: one.id }, token),
    login: { sessionId: "session", attested: `passkey:${one.id}` },
  });
  const answer = await page.send(unlink(authenticator));
  expect(readSealedRecord((answer as { put: { sealed: string }[] }).put[0]!.sealed).body.passkeys).toHaveLength(1);
  expect(codeOf(await page.send(await page.assertion(authenticator)))).toBe("passkey_not_registered");
  expect(codeOf(await page.send(unlink(second)))).toBe("cannot_unlink_sole_account");
  expect(codeOf(await page.send(await page.assertion(second)))).toBe("accepted");
});

type Body = { authenticator_response: { response: object } };

function change(body: Body, answer: object, response: object = {}): unknown {
  const { authenticator_response: given } = body;
  return { ...body, authenticator_response: { ...given, ...answer, response: { ...given.response, ...response } } };
}

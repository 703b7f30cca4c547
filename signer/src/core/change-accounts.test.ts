import { beforeEach, describe, expect, it } from "vitest";
import { type LoginFacts, readSealedRecord, type SignerAnswer } from "../protocol.ts";
import { type Call, createTestSigner, Harness, makeRequest, type TestApp } from "../testing/harness.ts";

const OLD = "old@example.com";
const NEW = "new@example.com";
const CODE = "123456";

let harness: Harness;
let app: TestApp;
let userId: string;
let token: string;

beforeEach(async () => {
  harness = Harness.inProcess(await createTestSigner());
  app = await harness.createApp("shop");
  const answer = await ask(
    { method: "POST", path: "/v1/passwordless/authenticate", body: { email: OLD, code: CODE } },
    { attested: `email:${OLD}` },
  );
  if (answer.outcome !== "accepted") throw new Error(JSON.stringify(answer));
  const { user_id, access_token } = answer.result as { user_id: string; access_token: string };
  [userId, token] = [user_id, access_token];
});

function ask(call: Omit<Call, "app">, facts?: Partial<LoginFacts>, bearer?: string): Promise<SignerAnswer> {
  const request = makeRequest({ app, secret: null, ...call });
  if (bearer !== undefined) request.headers.authorization = `Bearer ${bearer}`;
  return harness.api.send(facts === undefined ? request : { ...request, login: { sessionId: "s", ...facts } });
}

const outcome = (answer: SignerAnswer) => (answer.outcome === "refused" ? answer.code : answer.outcome);
const identities = () =>
  readSealedRecord(harness.api.current.get(`${app.id}/user/${userId}`)!.sealed).body.identities as string[];

describe("another address in place of the user's", () => {
  const update = (
    more: object = {},
    attested: string | undefined = `email:${NEW}`,
    bearer: string | undefined = token,
  ) =>
    ask(
      {
        method: "POST",
        path: "/v1/passwordless/update",
        body: { oldAddress: OLD, newAddress: NEW, code: CODE, ...more },
      },
      attested === undefined ? {} : { attested },
      bearer,
    );

  it.each<[string, () => Promise<SignerAnswer>, string]>([
    ["without the user's token", () => update({}, undefined, ""), "missing_or_invalid_token"],
    ["with somebody else's", () => update({}, `email:${NEW}`, `${token.slice(0, -4)}AAAA`), "missing_or_invalid_token"],
    [
      "when nothing proves it",
      () =>
        ask(
          { method: "POST", path: "/v1/passwordless/update", body: { oldAddress: OLD, newAddress: NEW, code: CODE } },
          {},
          token,
        ),
      "invalid_credentials",
    ],
    ["when another one is proved", () => update({}, `email:${OLD}`), "invalid_credentials"],
    ["when the old one is not the user's", () => update({ oldAddress: "x@example.com" }), "linked_account_not_found"],
    ["with an unknown member", () => update({ email: "evil@example.com" }), "invalid_data"],
  ])("is refused %s", async (_name, act, code) => {
    expect(outcome(await act())).toBe(code);
    expect(identities()).toEqual([`email:${OLD}`]);
  });

  it("is nothing for other ways to sign in", async () => {
    const path = "/v1/siwe/update";
    expect(outcome(await ask({ method: "POST", path, body: {} }, { attested: `email:${NEW}` }, token))).toBe(
      "not_found",
    );
  });

  it("signs in as the user, and the old one no more", async () => {
    expect(outcome(await update({ oldAddress: OLD.toUpperCase() }))).toBe("accepted");
    expect(identities()).toEqual([`email:${NEW}`]);
  });
});

describe("an account that the app's server takes away", () => {
  const unlink = (body: object, call: Partial<Call> = {}) =>
    ask({ method: "POST", path: `/v1/users/${userId}/accounts/unlink`, body, secret: app.secret, ...call });
  const email = { type: "email", handle: OLD };

  it("is not taken from the last one, nor from another user", async () => {
    expect(outcome(await unlink(email))).toBe("cannot_unlink_sole_account");
    expect(outcome(await unlink({ type: "email", handle: NEW }))).toBe("linked_account_not_found");
    expect(outcome(await unlink({ type: "email" }))).toBe("invalid_data");
    expect(outcome(await unlink({ ...email, provider: "google" }))).toBe("invalid_data");
    expect(outcome(await unlink(email, { secret: "wrong" }))).toBe("invalid_credentials");
    expect(outcome(await unlink(email, { secret: null }))).toBe("invalid_credentials");
    const other = await harness.createApp("other");
    expect(outcome(await unlink(email, { app: other, secret: other.secret }))).not.toBe("accepted");
  });

  it("is gone, and adding one is no operation at all", async () => {
    const { put } = await harness.expectAccepted({
      app,
      method: "POST",
      path: "/v1/users",
      body: {
        linked_accounts: [
          { type: "custom_auth", custom_user_id: "s" },
          { type: "email", address: "both@example.com" },
        ],
      },
    });
    userId = put[0]!.id;
    expect(outcome(await unlink({ type: "email", handle: "Both@example.com", provider: "email" }))).toBe("accepted");
    expect(identities()).toEqual(["custom_auth:s"]);
    const path = `/v1/users/${userId}/accounts`;
    expect(outcome(await ask({ method: "POST", path, body: email, secret: app.secret }))).toBe("not_found");
  });
});

describe("the codes of test accounts", () => {
  const path = (id: string) => `/v1/apps/${id}/test_credentials`;

  it("are for the app's secret alone", async () => {
    const tested = await harness.createApp("tested", null, {
      test_accounts: [{ email: "T@example.com", otp: "246810" }],
    });
    const read = (of: TestApp, secret: string | null, id = tested.id) =>
      harness.call({ app: of, method: "GET", path: path(id), secret });
    expect(outcome(await read(tested, null))).toBe("invalid_credentials");
    expect(outcome(await read(tested, app.secret))).toBe("invalid_credentials");
    expect(outcome(await read(app, app.secret))).toBe("not_found");
    const answer = await read(tested, tested.secret);
    expect(answer).toMatchObject({
      result: { accounts: [{ id: expect.any(String), email: "t@example.com", otp_code: "246810" }] },
    });
    // What is kept of it holds no code.
    expect(JSON.stringify({ ...answer, result: null })).not.toContain("246810");
  });
});

import { operatorChange } from "@mandate/cli/operator-request";
import { type Ceremony, TestAuthenticator } from "@mandate/core/testing/authenticator";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { RawAnswer } from "../http.ts";
import { type App, type Stack, startStack } from "../stack.ts";
import { BrowserClient, codeOf, type SignedIn } from "./browser-client.ts";

/** Over the wire and with passkeys in software; browser-passkeys.test.ts has a real browser's. */
const PAGE = "https://app.example";

let stack: Stack;
let app: App;
let page: BrowserClient;
let other: BrowserClient;
let authenticator: TestAuthenticator;

beforeAll(async () => {
  stack = await startStack();
  app = await stack.createApp(undefined, "Shop", { allowedOrigins: [PAGE, "https://pay.app.example"] });
  page = new BrowserClient(stack, app, PAGE);
  other = new BrowserClient(stack, await stack.createApp(undefined, "Other", { allowedOrigins: [PAGE] }), PAGE);
});
beforeEach(() => {
  authenticator = new TestAuthenticator();
});
afterAll(() => stack?.stop());

type Options = { options: { challenge: string; [member: string]: unknown }; relying_party: string };
type Step = "register" | "authenticate" | "link";

const init = async (step: Step, token?: string, on = page) =>
  (await on.expect(`passkeys/${step}/init`, {}, token)) as unknown as Options;

/** Init, authenticator, answer: what a page does, with what is set wrong. */
async function answer(
  step: Step,
  { token, on = page, ...more }: Partial<Ceremony> & { token?: string; on?: BrowserClient } = {},
) {
  const { options, relying_party } = await init(step, token, on);
  const ceremony = { challenge: options.challenge, origin: PAGE, ...more };
  const authenticator_response =
    step === "authenticate" ? authenticator.assert(ceremony) : authenticator.register(ceremony);
  return {
    ...(step === "authenticate" ? { challenge: options.challenge } : {}),
    relying_party,
    authenticator_response,
  };
}

const send = async (step: Step, body: unknown, token?: string, on = page): Promise<RawAnswer> =>
  on.post(`passkeys/${step}`, body, token);
const signUp = async (on = page) => on.expect("passkeys/register", await answer("register", { on }));
const signIn = async () => page.expect("passkeys/authenticate", await answer("authenticate"));
const passkeysOf = ({ user }: SignedIn) => user.linked_accounts.filter(({ type }) => type === "passkey");

it("the options ask for a passkey that verifies its holder, for the page's host", async () => {
  const registration = await init("register");
  expect(registration).toEqual({
    relying_party: PAGE,
    options: {
      challenge: expect.stringMatching(/^[A-Za-z0-9_-]{75}$/),
      rp: { id: "app.example", name: "Shop" },
      user: { id: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/), name: "Shop", display_name: "Shop" },
      pub_key_cred_params: [{ type: "public-key", alg: -7 }],
      timeout: 300_000,
      attestation: "none",
      authenticator_selection: { resident_key: "required", require_resident_key: true, user_verification: "required" },
      exclude_credentials: [],
    },
  });
  expect((await init("authenticate")).options).toMatchObject({ rp_id: "app.example", allow_credentials: [] });
  const below = new BrowserClient(stack, app, "https://pay.app.example");
  const named = (await below.expect("passkeys/authenticate/init", { relying_party: PAGE })) as unknown as Options;
  expect(named).toMatchObject({ relying_party: PAGE, options: { rp_id: "app.example" } });
});

describe("a challenge is refused", () => {
  it.each<[string, string | undefined, object, string]>([
    ["for a page that is not allowed", "https://evil.example", {}, "403 invalid_origin"],
    ["for a relying party that is not allowed", PAGE, { relying_party: "https://evil.example" }, "403 invalid_origin"],
    ["for one that is not above the page", PAGE, { relying_party: "https://pay.app.example" }, "400 invalid_data"],
    ["for no page at all", undefined, {}, "400 invalid_data"],
    ["for a member that nobody knows", PAGE, { user: "x" }, "400 invalid_data"],
    ["for a relying party of 1 kB", PAGE, { relying_party: `https://${"a".repeat(1000)}` }, "400 invalid_data"],
  ])("%s", async (_name, origin, body, code) => {
    const client = new BrowserClient(stack, app, origin);
    for (const step of ["register", "authenticate"])
      expect(codeOf(await client.post(`passkeys/${step}/init`, body)), step).toBe(code);
  });

  it("for a page that was opened by address", async () => {
    const local = await stack.createApp(undefined, "Local", { allowedOrigins: ["http://127.0.0.1:5173"] });
    const client = new BrowserClient(stack, local, "http://127.0.0.1:5173");
    const refused = await client.post("passkeys/register/init", {});
    expect([codeOf(refused), refused.text]).toEqual(["400 invalid_data", expect.stringContaining("http://localhost")]);
  });

  it("for linking, without an access token", async () => {
    expect(codeOf(await page.post("passkeys/link/init", {}))).toBe("401 missing_or_invalid_token");
  });
});

describe("a sign-in is refused", () => {
  it.each<[string, Partial<Ceremony>]>([
    ["signed on another page", { origin: "https://evil.example" }],
    ["signed for another site", { rpId: "evil.example" }],
    ["signed for another challenge", { challenge: "A".repeat(75) }],
    ["when nobody was there", { flags: 0x04 }],
    ["without a PIN, fingerprint or face", { flags: 0x01 }],
    ["when the counter went back", { signCount: 0 }],
  ])("%s", async (_name, more) => {
    await signUp();
    expect(codeOf(await send("authenticate", await answer("authenticate", more)))).toBe("401 invalid_credentials");
    await signIn();
  });

  it("a second time, and of two at the same moment once", async () => {
    await page.expect("passkeys/register", await answer("register", { signCount: 0 }));
    const body = await answer("authenticate", { signCount: 0 });
    const answers = await Promise.all([1, 2, 3].map(() => send("authenticate", body)));
    expect(answers.map(codeOf).sort()).toEqual(["200 undefined", ...Array(2).fill("401 invalid_credentials")]);
    const again = await send("authenticate", body);
    expect([codeOf(again), again.text]).toEqual(["401 invalid_credentials", expect.stringContaining("used before")]);
  });

  it("at another app, by challenge and by passkey", async () => {
    await signUp();
    expect(codeOf(await send("authenticate", await answer("authenticate"), undefined, other))).toBe(
      "400 passkey_not_registered",
    );
    await signUp(other);
    expect(codeOf(await send("authenticate", await answer("authenticate"), undefined, other))).toBe(
      "401 invalid_credentials",
    );
  });

  it("with a signature that was flipped", async () => {
    await signUp();
    const body = await answer("authenticate");
    const { response } = body.authenticator_response as { response: { signature: string } };
    const bytes = Buffer.from(response.signature, "base64url");
    bytes[20]! ^= 1;
    response.signature = bytes.toString("base64url");
    expect(codeOf(await send("authenticate", body))).toBe("401 invalid_credentials");
  });

  it("with a passkey that nobody has, and it makes no user", async () => {
    expect(codeOf(await send("authenticate", await answer("authenticate")))).toBe("400 passkey_not_registered");
  });
});

it("bad input is refused with what is wrong", async () => {
  await signUp();
  const good = await answer("authenticate");
  const { authenticator_response: given } = good as { authenticator_response: { response: object } };
  const withAnswer = (more: object, response: object = {}) => ({
    ...good,
    authenticator_response: { ...given, ...more, response: { ...given.response, ...response } },
  });
  for (const body of [
    ...[{}, null, [], "x", { ...good, user_id: "x" }, { ...good, challenge: 1 }, { ...good, relying_party: 1 }],
    ...[
      withAnswer({ id: "" }),
      withAnswer({ type: "password" }),
      withAnswer({ more: 1 }),
      withAnswer({ raw_id: "AAAA" }),
    ],
    ...[withAnswer({ id: "A".repeat(2000) }), withAnswer({}, { signature: "" }), withAnswer({}, { signature: "+/==" })],
    ...[withAnswer({}, { client_data_json: "A".repeat(7000) }), withAnswer({}, { more: "x" })],
    withAnswer({}, { authenticator_data: "A".repeat(900_000) }),
  ])
    expect(codeOf(await send("authenticate", body))).toBe("400 invalid_data");
  const registration = await answer("register");
  const { response } = registration.authenticator_response;
  for (const attestation_object of ["", "A".repeat(30_000), 1])
    expect(
      codeOf(
        await send("register", {
          ...registration,
          authenticator_response: {
            ...registration.authenticator_response,
            response: { ...response, attestation_object },
          },
        }),
      ),
    ).toBe("400 invalid_data");
});

it("signs up once, signs in again as the same user, and shows the passkey", async () => {
  const first = await signUp();
  expect(first).toMatchObject({ is_new_user: true, session_update_action: "set" });
  expect(passkeysOf(first)).toEqual([
    expect.objectContaining({ credential_id: authenticator.id, enrolled_in_mfa: false }),
  ]);
  const second = await signIn();
  expect([second.user.id, second.is_new_user]).toEqual([first.user.id, false]);
  const again = await send("register", await answer("register"));
  expect(codeOf(again)).toBe("400 linked_to_another_user");
});

it("a user who came by email links a passkey, comes back with it, and unlinks it", async () => {
  const { user, token } = await page.signInByEmail("ada@example.com");
  expect((await init("link", token)).options.user).toMatchObject({ name: "ada@example.com" });
  expect((await send("link", await answer("link", { token }), token)).status).toBe(200);
  expect((await init("link", token)).options.exclude_credentials).toEqual([
    { type: "public-key", id: authenticator.id },
  ]);
  await page.expect("passwordless/init", { email: "ada@example.org" });
  const code = await page.readCode("ada@example.org");
  await page.expect(
    "passwordless/update",
    { oldAddress: "ada@example.com", newAddress: "ada@example.org", code },
    token,
  );
  const back = await signIn();
  expect([back.user.id, passkeysOf(back)]).toEqual([
    user.id,
    [expect.objectContaining({ credential_id: authenticator.id })],
  ]);
  expect(codeOf(await send("link", await answer("link", { token: back.token }), back.token))).toBe(
    "400 linked_to_another_user",
  );
  const unlink = (credential_id: string) => page.post("passkeys/unlink", { credential_id }, back.token);
  expect(codeOf(await unlink("AAAA"))).toBe("400 linked_account_not_found");
  expect((await unlink(authenticator.id)).status).toBe(200);
  expect(codeOf(await send("authenticate", await answer("authenticate")))).toBe("400 passkey_not_registered");
});

it("does nothing while the app has passkeys switched off", async () => {
  await signUp();
  const body = await answer("authenticate");
  const set = (login_methods: string[]) =>
    operatorChange(
      stack.instance.server,
      { method: "PATCH", path: `/operator/v1/apps/${app.id}`, appId: app.id, body: { login_methods } },
      Date.now(),
    );
  await set(["email"]);
  for (const refused of [await send("authenticate", body), await page.post("passkeys/authenticate/init", {})])
    expect(codeOf(refused)).toBe("403 disallowed_login_method");
  const settings = async () => (await page.send("GET", `apps/${app.id}`)).json;
  expect(await settings()).toMatchObject({ passkey_auth: false, passkeys_for_signup_enabled: false });
  await set(["passkey"]);
  expect(await settings()).toMatchObject({ passkey_auth: true, passkeys_for_signup_enabled: true });
  expect((await send("authenticate", body)).status).toBe(200);
});

it("every answer was as the API document says", () => {
  expect(stack.deviations).toEqual([]);
});

import { operatorChange } from "@mandate/cli/operator-request";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type App, type Stack, startStack } from "../stack.ts";
import { BrowserClient, codeOf, type SignedIn } from "./browser-client.ts";

const PAGE = "https://app.example";

let stack: Stack;
let app: App;
let page: BrowserClient;

beforeAll(async () => {
  stack = await startStack();
  app = await stack.createApp(undefined, "Shop", {
    allowedOrigins: [PAGE],
    testAccounts: [{ email: "test-0001@privy.io", otp: "424242" }],
  });
  page = new BrowserClient(stack, app, PAGE);
});
afterAll(() => stack?.stop());

let count = 0;
const newAddress = () => `person-${++count}@example.com`;
const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, "0");
const authenticate = (email: string, code: string, more: object = {}) =>
  page.post("passwordless/authenticate", { email, code, ...more });

async function issue(email: string): Promise<string> {
  await page.expect("passwordless/init", { email });
  return page.readCode(email);
}

describe("signing in by email is refused", () => {
  it("with a wrong code, and with the right one after five wrong ones", async () => {
    const email = newAddress();
    const code = await issue(email);
    for (let guess = 0; guess < 5; guess++)
      expect(codeOf(await authenticate(email, wrong(code)))).toBe("401 invalid_credentials");
    expect(codeOf(await authenticate(email, code))).toBe("401 invalid_credentials");
  });

  it("once ten codes were wrong, even with the right one, and no new code is sent", async () => {
    const email = newAddress();
    for (let round = 0; round < 2; round++) {
      const code = await issue(email);
      for (let guess = 0; guess < 5; guess++)
        expect(codeOf(await authenticate(email, wrong(code)))).toBe("401 invalid_credentials");
    }
    expect(codeOf(await page.post("passwordless/init", { email }))).toBe("429 too_many_requests");
    expect(codeOf(await authenticate(email, "000000"))).toBe("429 too_many_requests");
    // Another address is not concerned.
    expect((await page.signInByEmail(newAddress())).is_new_user).toBe(true);
  });

  it("once ten codes were wrong at the same moment", async () => {
    const email = newAddress();
    const code = await issue(email);
    const answers = await Promise.all(Array.from({ length: 20 }, () => authenticate(email, wrong(code))));
    const codes = answers.map(codeOf);
    expect(codes.filter((one) => one === "401 invalid_credentials").length).toBeLessThanOrEqual(10);
    expect(codeOf(await authenticate(email, code))).toMatch(/^(401|429)/);
  });

  it("with a code that was used, also when it is used twice at once", async () => {
    const email = newAddress();
    const code = await issue(email);
    const answers = await Promise.all([authenticate(email, code), authenticate(email, code)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect(codeOf(await authenticate(email, code))).toBe("401 invalid_credentials");
  });

  it("with a code that was replaced by a newer one", async () => {
    const email = newAddress();
    const first = await issue(email);
    const second = await issue(email);
    if (first !== second) expect(codeOf(await authenticate(email, first))).toBe("401 invalid_credentials");
    expect((await authenticate(email, second)).status).toBe(200);
  });

  it("with a code for another address or another app", async () => {
    const email = newAddress();
    const code = await issue(email);
    expect(codeOf(await authenticate(newAddress(), code))).toBe("401 invalid_credentials");
    const other = await stack.createApp(undefined, "Other", { allowedOrigins: [PAGE] });
    const answer = await new BrowserClient(stack, other, PAGE).post("passwordless/authenticate", { email, code });
    expect(codeOf(answer)).toBe("401 invalid_credentials");
  });

  it("with what is no code", async () => {
    for (const code of ["12345", "1234567", "abcdef", ""])
      expect(await authenticate(newAddress(), code)).toMatchObject({
        status: 400,
        json: { code: "invalid_data", error: expect.stringContaining("Verification code must have 6 digits.") },
      });
  });

  it("from a page that is not the app's", async () => {
    const evil = new BrowserClient(stack, app, "https://evil.example");
    expect(codeOf(await evil.post("passwordless/init", { email: newAddress() }))).toBe("403 invalid_origin");
    const email = newAddress();
    const code = await issue(email);
    expect(codeOf(await evil.post("passwordless/authenticate", { email, code }))).toBe("403 invalid_origin");
  });

  it("where no new users are wanted, and where the method is off", async () => {
    const email = newAddress();
    const code = await issue(email);
    expect(codeOf(await authenticate(email, code, { mode: "no-signup" }))).toBe("404 user_does_not_exist");
    const off = await stack.createApp(undefined, "No mail", { allowedOrigins: [PAGE] });
    const change = { method: "PATCH" as const, path: `/operator/v1/apps/${off.id}`, appId: off.id };
    await operatorChange(stack.instance.server, { ...change, body: { login_methods: ["wallet"] } }, Date.now());
    const closed = new BrowserClient(stack, off, PAGE);
    expect(codeOf(await closed.post("passwordless/init", { email }))).toBe("403 disallowed_login_method");
    const body = { email, code: "123456" };
    expect(codeOf(await closed.post("passwordless/authenticate", body))).toBe("403 disallowed_login_method");
  });
});

it("answers alike for known and unknown addresses, in about the same time", async () => {
  const known = newAddress();
  await page.signInByEmail(known);
  const times: { [kind: string]: number[] } = { known: [], unknown: [] };
  const seen: { [kind: string]: Set<string> } = { known: new Set(), unknown: new Set() };
  for (let round = 0; round < 4; round++) {
    for (const [kind, email] of [
      ["known", known],
      ["unknown", newAddress()],
    ] as const) {
      const begun = performance.now();
      const init = await page.post("passwordless/init", { email });
      const guess = await authenticate(email, wrong(await page.readCode(email)), { mode: "no-signup" });
      times[kind]!.push(performance.now() - begun);
      for (const { status, text, headers } of [init, guess])
        seen[kind]!.add(`${status} ${text} ${Object.keys(headers).sort().join()}`);
    }
  }
  expect(seen.known).toEqual(seen.unknown);
  const median = (list: number[]) => [...list].sort((a, b) => a - b)[2]!;
  // The same work is done for both; on a busy machine no narrower statement would be true.
  expect(median(times.unknown!) / median(times.known!)).toBeGreaterThan(0.2);
  expect(median(times.unknown!) / median(times.known!)).toBeLessThan(5);
});

describe("a signed-in user", () => {
  it("is the same at the next sign-in, whatever the letter case", async () => {
    const email = newAddress();
    const first = await page.signInByEmail(email);
    expect(first).toMatchObject({ is_new_user: true, session_update_action: "set", identity_token: null });
    expect(first.user).toMatchObject({
      is_guest: false,
      has_accepted_terms: false,
      linked_accounts: [{ type: "email", address: email }],
    });
    const second = await page.signInByEmail(email.toUpperCase());
    expect(second).toMatchObject({ is_new_user: false, user: { id: first.user.id } });
  });

  it("is the one that the app's server created with that address", async () => {
    const email = newAddress();
    const created = await stack
      .sdk(app)
      .users()
      .create({ linked_accounts: [{ type: "email", address: email }] });
    expect((await page.signInByEmail(email)).user.id).toBe(created.id);
  });

  it("is one, when two first sign-ins come at once from two pages", async () => {
    const email = newAddress();
    const code = await issue(email);
    const first = await authenticate(email, code);
    const again = await page.signInByEmail(email);
    expect((first.json as SignedIn).user.id).toBe(again.user.id);
  });

  it("may be a test account, whose fixed code is counted like any other", async () => {
    const email = "test-0001@privy.io";
    expect(codeOf(await authenticate(email, "000000"))).toBe("401 invalid_credentials");
    expect((await authenticate(email, "424242")).status).toBe(200);
    for (let guess = 0; guess < 10; guess++) await authenticate(email, "000000");
    expect(codeOf(await authenticate(email, "424242"))).toBe("429 too_many_requests");
  });

  it("may be signed in by the app's server with its secret", async () => {
    const email = newAddress();
    const code = await issue(email);
    const answer = await stack.client(app).request("POST", "/v1/passwordless/authenticate", { body: { email, code } });
    expect(answer.status).toBe(200);
  });

  it("can accept the terms and see themself", async () => {
    const { token, user } = await page.signInByEmail(newAddress());
    expect(await page.send("GET", "users/me", { token })).toMatchObject({
      json: { user: { id: user.id, has_accepted_terms: false }, identity_token: null },
    });
    await page.expect("users/me/accept_terms", {}, token);
    expect(await page.send("GET", "users/me", { token })).toMatchObject({
      json: { user: { has_accepted_terms: true } },
    });
  });
});

describe("another address in place of the user's", () => {
  const update = (oldAddress: string, newAddress: string, code: string, token: string | undefined) =>
    page.post("passwordless/update", { oldAddress, newAddress, code }, token);

  it("is refused with a wrong code, for an address of somebody else, and without a token", async () => {
    const [email, other, taken] = [newAddress(), newAddress(), newAddress()];
    const { token, user } = await page.signInByEmail(email);
    await page.signInByEmail(taken);
    const code = await issue(other);
    expect(codeOf(await update(email, other, wrong(code), token))).toBe("401 invalid_credentials");
    expect(codeOf(await update(email, other, code, undefined))).toBe("401 missing_or_invalid_token");
    expect(codeOf(await update(taken, other, code, token))).toBe("400 linked_account_not_found");
    expect(codeOf(await update(email, taken, await issue(taken), token))).toBe("400 linked_to_another_user");
    expect((await page.signInByEmail(email)).user.linked_accounts).toEqual([
      expect.objectContaining({ type: "email", address: email }),
    ]);
    // None of this has used up the code.
    expect((await update(email, other, code, token)).status).toBe(200);
    expect((await page.signInByEmail(other)).user.id).toBe(user.id);
  });

  it("signs in the same user, and the old one somebody new", async () => {
    const [email, other] = [newAddress(), newAddress()];
    const { token, user } = await page.signInByEmail(email);
    const answer = await update(email, other.toUpperCase(), await issue(other), token);
    expect(answer).toMatchObject({ status: 200, json: { id: user.id, linked_accounts: [{ address: other }] } });
    expect((await page.signInByEmail(other)).user.id).toBe(user.id);
    expect((await page.signInByEmail(email)).is_new_user).toBe(true);
  });
});

it("an allowlist lets in the listed, by address or domain, and nobody else", async () => {
  const listed = await stack.createApp(undefined, "Club", { allowedOrigins: [PAGE] });
  const client = new BrowserClient(stack, listed, PAGE);
  const change = (method: string, body: { type: string; value: string }) =>
    stack.client(listed).request(method, `/v1/apps/${listed.id}/allowlist`, { body });
  expect((await change("POST", { type: "email", value: "One@example.com" })).json).toMatchObject({
    type: "email",
    value: "one@example.com",
    appId: listed.id,
  });
  await change("POST", { type: "emailDomain", value: "club.example" });
  await expect(client.signInByEmail("two@example.com")).rejects.toThrow("401");
  await expect(client.signInByEmail("evil@club.example.com")).rejects.toThrow("allowlist_rejected");
  await client.signInByEmail("one@example.com");
  await client.signInByEmail("any@club.example");
  expect((await change("DELETE", { type: "emailDomain", value: "club.example" })).json).toEqual({
    message: "Successfully deleted from allowlist",
  });
  await expect(client.signInByEmail("any@club.example")).rejects.toThrow("allowlist_rejected");
});

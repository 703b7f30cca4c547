import { operatorChange } from "@mandate/cli/operator-request";
import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeAuthorizationKey } from "../authorization-key.ts";
import { type App, type Stack, startStack } from "../stack.ts";
import { BrowserClient, codeOf, type SignedIn } from "./browser-client.ts";

const PAGE = "https://app.example";

let stack: Stack;
let app: App;
let page: BrowserClient;
let other: BrowserClient;
let signedIn: SignedIn;

beforeAll(async () => {
  stack = await startStack();
  app = await stack.createApp(undefined, "Shop", { allowedOrigins: [PAGE] });
  page = new BrowserClient(stack, app, PAGE);
  other = new BrowserClient(stack, await stack.createApp(undefined, "Other", { allowedOrigins: [PAGE] }), PAGE);
  signedIn = await page.signInByEmail("a@example.com");
});
afterAll(() => stack?.stop());

const me = (token: string, client = page) => client.send("GET", "users/me", { token });
const refresh = (refresh_token: string, token?: string, client = page) =>
  client.post("sessions", { refresh_token }, token);

describe("an access token", () => {
  it("is worth nothing at another app", async () => {
    expect((await me(signedIn.token)).status).toBe(200);
    expect(codeOf(await me(signedIn.token, other))).toBe("401 missing_or_invalid_token");
    expect(codeOf(await other.post("wallets", { chain_type: "ethereum" }, signedIn.token))).toBe(
      "401 missing_or_invalid_token",
    );
    expect(codeOf(await refresh(signedIn.refresh_token, signedIn.token, other))).toBe("401 missing_or_invalid_token");
    const body = {
      user_jwt: signedIn.token,
      encryption_type: "HPKE",
      recipient_public_key: makeAuthorizationKey().publicKey,
    };
    expect(codeOf(await stack.client(other.app).request("POST", "/v1/wallets/authenticate", { body }))).toMatch(
      /^40[01] /,
    );
  });

  it("is refused when a part of it is changed", async () => {
    const [header, claims, signature] = signedIn.token.split(".") as [string, string, string];
    const forged = Buffer.from(JSON.stringify({ ...decodeJwt(signedIn.token), sub: "did:privy:somebody" })).toString(
      "base64url",
    );
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url");
    for (const token of [
      `${header}.${forged}.${signature}`,
      `${none}.${claims}.`,
      `${none}.${claims}.${signature}`,
      `${header}.${claims}`,
      "x",
    ])
      expect(codeOf(await me(token)), token.slice(-20)).toBe("401 missing_or_invalid_token");
  });

  it("is what the wire says, and verifies with the key set and with the official SDK", async () => {
    const keys = createRemoteJWKSet(new URL(`${stack.url}/v1/apps/${app.id}/jwks.json`));
    const { payload, protectedHeader } = await jwtVerify(signedIn.token, keys, {
      issuer: "privy.io",
      audience: app.id,
    });
    expect(protectedHeader).toMatchObject({ alg: "ES256", typ: "JWT", kid: expect.any(String) });
    expect(payload).toMatchObject({ sub: signedIn.user.id, sid: expect.any(String) });
    expect(payload.exp! - payload.iat!).toBe(3600);
    const verified = await stack.sdk(app).utils().auth().verifyAccessToken(signedIn.token);
    expect(JSON.stringify(verified)).toContain(signedIn.user.id);
  });
});

describe("refreshing", () => {
  it("is refused for tokens that were never issued", async () => {
    const [head, id, generation, mac] = signedIn.refresh_token.split("_") as [string, string, string, string];
    for (const token of [
      "x",
      "",
      `${head}_${id}_${Number(generation) + 1}_${mac}`,
      `${head}_a23456789012345678901234_${generation}_${mac}`,
      `${head}_${id}_${generation}_${mac.slice(0, -1)}${mac.endsWith("A") ? "B" : "A"}`,
    ])
      expect(codeOf(await refresh(token)), token).toMatch(/^(401 missing_or_invalid_token|400 invalid_data)$/);
  });

  it("gives a new pair; the one before still gets the current one for a while, as parallel tabs need", async () => {
    const first = await page.signInByEmail("tabs@example.com");
    const answers = await Promise.all(Array.from({ length: 5 }, () => refresh(first.refresh_token, first.token)));
    const current = new Set(answers.map(({ json }) => (json as SignedIn).refresh_token));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(current.size).toBe(1);
    expect(current.has(first.refresh_token)).toBe(false);
    for (const { json } of answers) expect((await me((json as SignedIn).token)).status).toBe(200);
    expect((await refresh([...current][0]!)).status).toBe(200);
    // Nobody lost the session meanwhile.
    expect((await refresh(first.refresh_token)).status).toBe(200);
  });

  it("is refused with an access token of another session", async () => {
    const [one, two] = [await page.signInByEmail("b@example.com"), await page.signInByEmail("b@example.com")];
    expect(codeOf(await refresh(one.refresh_token, two.token))).toBe("401 missing_or_invalid_token");
  });

  it("is refused once the user was deleted, as are the tokens", async () => {
    const gone = await page.signInByEmail("gone@example.com");
    await stack.sdk(app).users().delete(gone.user.id);
    expect(codeOf(await refresh(gone.refresh_token, gone.token))).toBe("401 missing_or_invalid_token");
    expect((await page.post("wallets", { chain_type: "ethereum" }, gone.token)).status).toBe(401);
  });
});

describe("logging out", () => {
  it("ends the session, its access token, and the user keys that were issued in it, and no other", async () => {
    const email = "keys@example.com";
    const one = await page.signInByEmail(email);
    const two = await page.signInByEmail(email);
    const wallet = (await page.expect("wallets", { chain_type: "ethereum" }, one.token)) as unknown as { id: string };
    const { key } = await page.exchangeUserKey(one.token);
    const { key: kept } = await page.exchangeUserKey(two.token);
    const body = { method: "personal_sign", params: { message: "x", encoding: "utf-8" } };
    const sign = (by: typeof key, token: string) =>
      page.sendSigned(by, "POST", `wallets/${wallet.id}/rpc`, body, token);
    expect((await sign(key, one.token)).status).toBe(200);

    expect((await page.post("sessions/logout", { refresh_token: one.refresh_token }, one.token)).json).toEqual({
      success: true,
    });
    expect(codeOf(await me(one.token))).toBe("401 missing_or_invalid_token");
    expect(codeOf(await refresh(one.refresh_token))).toBe("401 missing_or_invalid_token");
    await expect(page.exchangeUserKey(one.token)).rejects.toThrow("401");
    expect(codeOf(await sign(key, two.token))).toBe("401 zero_correct_authorization_signatures");
    expect((await sign(kept, two.token)).status).toBe(200);
    // Saying it again changes nothing.
    expect((await page.post("sessions/logout", { refresh_token: one.refresh_token })).status).toBe(200);
  });
});

it("identity tokens say who the user is, where the app wants them, and are no access tokens", async () => {
  const change = { method: "PATCH" as const, path: `/operator/v1/apps/${app.id}`, appId: app.id };
  await operatorChange(stack.instance.server, { ...change, body: { identity_tokens: true } }, Date.now());
  const { identity_token: token, user, token: access } = await page.signInByEmail("identity@example.com");
  const claims = decodeJwt(token!);
  expect(claims).toMatchObject({ sub: user.id, iss: "privy.io", aud: app.id, cr: String(user.created_at) });
  expect(JSON.parse(claims.linked_accounts as string)).toMatchObject([
    { type: "email", address: "identity@example.com" },
  ]);
  expect(codeOf(await me(token!))).toBe("401 missing_or_invalid_token");
  await expect(page.exchangeUserKey(token!)).rejects.toThrow("401");
  const again = (await me(access)).json as { identity_token: string };
  expect(decodeJwt(again.identity_token)).toMatchObject({ sub: user.id });
});

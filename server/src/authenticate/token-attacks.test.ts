import { createHmac, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Route } from "@mandate/contract/route";
import { routes } from "@mandate/contract/routes";
import { vectorsPath } from "@mandate/core/testing/vectors";
import { signJwt, testKey } from "@mandate/signer/testing/test-keys";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LoginApp, type LoginServer, type Sent, startLoginServer } from "../testing/login-server.ts";

const NOW_S = 1_800_000_000;
const recipient = { encryption_type: "HPKE", recipient_public_key: testKey("hpke recipient").spkiBase64 };

let server: LoginServer;

beforeAll(async () => {
  server = await startLoginServer();
  expect(server.clock.nowMs).toBe(NOW_S * 1000);
});
afterAll(() => server?.close());

/** Where a query must come along, which is looked at first. */
const queries: { [id: string]: string } = { listWalletTransactions: "?chain=eip155:1&asset=eth" };

/** Everything that takes a Bearer token, with something in the place of each parameter. */
const bearerRoutes = (Object.values(routes) as readonly Route[])
  .filter(({ caller }) => caller === "user" || caller === "app-or-user")
  .map(({ id, method, path }) => ({
    id,
    method,
    path: path.replaceAll(/\{[a-z_]+\}/g, "a23456789012345678901234") + (queries[id] ?? ""),
  }));

async function signIn(app: LoginApp, email: string) {
  await server.send("POST", "/api/v1/passwordless/init", { app, body: { email } });
  const code = await server.readCode(email);
  const answer = await server.send("POST", "/api/v1/passwordless/authenticate", { app, body: { email, code } });
  expect(answer.status).toBe(200);
  return answer.body as { token: string; refresh_token: string; user: { id: string } };
}

const folder = vectorsPath("jwt");
describe.skipIf(folder === undefined)("the attacks of the vectors, on an app with this provider", () => {
  type File = {
    config: { now: number; issuer: string; audience: string; jwks: object };
    cases: { name: string; accept: boolean | null; token: string }[];
  };
  const file: File | undefined = folder && JSON.parse(readFileSync(join(folder, "attacks.json"), "utf8"));
  const cases = file?.cases ?? [];
  let keySet: Server;
  let app: LoginApp;
  let token: string;

  beforeAll(async () => {
    const { config } = file!;
    expect(config.now).toBe(NOW_S);
    keySet = createServer((_request, response) => response.end(JSON.stringify(config.jwks)));
    await new Promise<void>((resolve) => keySet.listen(0, "127.0.0.1", resolve));
    const jwks_url = `http://127.0.0.1:${(keySet.address() as AddressInfo).port}/keys`;
    app = await server.createApp("vectors", { jwt: { jwks_url, issuer: config.issuer, audience: config.audience } });
    token = (await signIn(app, "vectors@example.com")).token;
  });
  afterAll(() => keySet?.close());

  it("are all 33", () => {
    expect(cases).toHaveLength(33);
    expect(cases.filter(({ accept }) => accept === true)).toHaveLength(2);
  });

  it.each(cases)("$name", async ({ accept, token: attack }) => {
    const sent: { [what: string]: [string, Sent] } = {
      "sign in": ["custom_jwt_account/authenticate", { body: { token: attack } }],
      link: ["custom_jwt_account/link", { token, body: { token: attack } }],
      "exchange a key": ["wallets/authenticate", { withSecret: true, body: { user_jwt: attack, ...recipient } }],
    };
    for (const [what, [path, request]] of Object.entries(sent)) {
      const answer = await server.send("POST", `/api/v1/${path}`, { app, ...request });
      if (accept === true) expect(answer.code, what).not.toMatch(/token|invalid_data/);
      if (accept === false) expect(answer.code, what).toMatch(/^401 missing_or_invalid_token$|^400 invalid_data$/);
      if (answer.status !== 200) expect(answer.body).toEqual({ error: expect.any(String), code: expect.any(String) });
    }
    // None of them is a token of ours.
    const bearer = /^[\x21-\x7e]{1,16384}$/.test(attack) ? attack : encodeURIComponent(attack).slice(0, 8000);
    expect((await server.send("GET", "/api/v1/users/me", { app, token: bearer })).code).toBe(
      "401 missing_or_invalid_token",
    );
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it("let somebody in who has a valid one", async () => {
    const { token: valid } = cases.find(({ accept }) => accept === true)!;
    const path = "/api/v1/custom_jwt_account/authenticate";
    expect(await server.send("POST", path, { app, body: { token: valid } })).toMatchObject({
      status: 200,
      body: { user: { linked_accounts: [{ type: "custom_auth" }] } },
    });
  });
});

describe("an access token", () => {
  let app: LoginApp;
  let other: LoginApp;
  let signedIn: Awaited<ReturnType<typeof signIn>>;
  let key: { kid: string; privateKey: KeyObject };
  let publicKeyPem: string;
  let claims: { [claim: string]: unknown };
  let parts: [string, string, string];

  beforeAll(async () => {
    [app, other] = [await server.createApp("tokens"), await server.createApp("elsewhere")];
    signedIn = await signIn(app, "tokens@example.com");
    key = await server.tokenKeyOf(app);
    publicKeyPem = String((await server.send("GET", `/api/v1/apps/${app.id}`, { app })).body.verification_key);
    parts = signedIn.token.split(".") as typeof parts;
    claims = JSON.parse(Buffer.from(parts[1], "base64url").toString("utf8"));
  });

  const encode = (part: unknown) =>
    Buffer.from(typeof part === "string" ? part : JSON.stringify(part)).toString("base64url");
  /** Signed with the app's own key, as only the signer can: what is wrong is what it says. */
  const mint = (changed: object = {}, header: object = {}) =>
    signJwt(key.privateKey, { ...claims, ...changed }, { kid: key.kid, ...header });
  const headed = (header: object) => `${encode({ alg: "ES256", typ: "JWT", kid: key.kid, ...header })}.${parts[1]}`;
  const hmac = (secret: string) => {
    const input = headed({ alg: "HS256" });
    return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
  };
  const repeated = () => {
    const json = JSON.stringify(claims).replace(/\}$/, ',"sub":"did:privy:somebody"}');
    const forged = signJwt(key.privateKey, claims, { kid: key.kid }).split(".")[0];
    return `${forged}.${encode(json)}.${parts[2]}`;
  };
  const changeLast = (text: string) => text.slice(0, -1) + (text.endsWith("A") ? "B" : "A");

  const attacks: { [name: string]: () => string } = {
    "without a signature, alg none": () => `${headed({ alg: "none" })}.`,
    "with its signature, alg None": () => `${headed({ alg: "None" })}.${parts[2]}`,
    "with its signature, alg empty": () => `${headed({ alg: "" })}.${parts[2]}`,
    "with its signature, alg null": () => `${headed({ alg: null })}.${parts[2]}`,
    "by HMAC under the public key": () => hmac(publicKeyPem),
    "by HMAC under nothing": () => hmac(""),
    "by ES384": () => `${headed({ alg: "ES384" })}.${parts[2]}`,
    "with a signature of zeros": () => `${parts[0]}.${parts[1]}.${encode("\0".repeat(64))}`,
    "with a changed signature": () => `${parts[0]}.${parts[1]}.${changeLast(parts[2].slice(0, -1))}A`,
    "of two parts": () => `${parts[0]}.${parts[1]}`,
    "of four parts": () => `${signedIn.token}.${parts[2]}`,
    "under another key": () => signJwt(testKey("stranger").privateKey, claims, { kid: key.kid }),
    "under another key that it brings along": () =>
      signJwt(testKey("stranger").privateKey, claims, { kid: "stranger", jku: "http://127.0.0.1/keys" }),
    "with a critical extension": () => mint({}, { b64: false, crit: ["b64"] }),
    "of another type": () => mint({}, { typ: "at+jwt" }),
    "without a type": () => mint({}, { typ: undefined }),
    "with a member twice": repeated,
    "that has expired": () => mint({ iat: NOW_S - 7200, exp: NOW_S - 3600 }),
    "without an expiry": () => mint({ exp: undefined }),
    "with an expiry that is none": () => mint({ exp: [NOW_S + 3600] }),
    "that is not valid yet": () => mint({ nbf: NOW_S + 3600 }),
    "for another app": () => mint({ aud: other.id }),
    "for an app in other letters": () => mint({ aud: app.id.toUpperCase() }),
    "for a list of other apps": () => mint({ aud: [other.id] }),
    "without an audience": () => mint({ aud: undefined }),
    "by another issuer": () => mint({ iss: "privy.io.evil.example" }),
    "without an issuer": () => mint({ iss: undefined }),
    "without a user": () => mint({ sub: undefined }),
    "of a user that is a number": () => mint({ sub: 1 }),
    "of another user in this session": () => mint({ sub: "did:privy:somebody" }),
    "without a session": () => mint({ sid: undefined }),
    "of a session that never was": () => mint({ sid: "s23456789012345678901234" }),
    "that is an identity token": () => mint({ linked_accounts: "[]" }),
    "of more than any token has": () => mint({ more: "x".repeat(20_000) }),
  };

  it.each(Object.keys(attacks))("%s is refused", async (name) => {
    const token = attacks[name]!();
    const calls = [
      ["GET", "/api/v1/users/me", undefined],
      ["POST", "/api/v1/wallets", { chain_type: "ethereum" }],
      ["POST", "/api/v1/sessions", { refresh_token: "x" }],
    ] as const;
    for (const [method, path, body] of calls)
      expect((await server.send(method, path, { app, token, body })).code, path).toMatch(
        /^401 missing_or_invalid_token$|^431 /,
      );
    // The same as the thing that is exchanged, beside a token that is good.
    const exchange = { app, token: signedIn.token, body: { user_jwt: token, ...recipient } };
    expect((await server.send("POST", "/api/v1/wallets/authenticate", exchange)).status, "exchange").not.toBe(200);
  });

  it("minted like those, but right, is good: what was refused is what it said", async () => {
    expect((await server.send("GET", "/api/v1/users/me", { app, token: mint() })).status).toBe(200);
    const exchange = { app, token: mint(), body: { user_jwt: mint(), ...recipient } };
    expect((await server.send("POST", "/api/v1/wallets/authenticate", exchange)).status).toBe(200);
  });

  it.each(bearerRoutes)("of one app is worth nothing at another: $id", async ({ method, path }) => {
    const body = method === "POST" || method === "PATCH" ? {} : undefined;
    const at = async (one: LoginApp, token: string) =>
      (await server.send(method, path, { app: one, token, body })).code;
    expect(await at(other, signedIn.token)).toBe("401 missing_or_invalid_token");
    // Nor is one that was minted for the other with this app's key.
    expect(await at(other, mint({ aud: other.id }))).toBe("401 missing_or_invalid_token");
    // At home it is known, whatever else is wrong with the request.
    expect(await at(app, signedIn.token)).not.toMatch(/missing_or_invalid_token/);
  });

  it("of one app neither refreshes nor ends a session with the other's, and its refresh token neither", async () => {
    const { refresh_token } = signedIn;
    const body = { refresh_token };
    for (const token of [undefined, signedIn.token])
      expect(
        (await server.send("POST", "/api/v1/sessions", { app: other, body, ...(token === undefined ? {} : { token }) }))
          .code,
      ).toBe("401 missing_or_invalid_token");
    await server.send("POST", "/api/v1/sessions/logout", { app: other, token: signedIn.token, body });
    expect((await server.send("GET", "/api/v1/users/me", { app, token: signedIn.token })).status).toBe(200);
  });
});

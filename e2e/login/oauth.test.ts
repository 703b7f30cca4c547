import { createHash, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { main } from "@mandate/cli/main";
import { operatorChange, operatorSend } from "@mandate/cli/operator-request";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { exchangeRaw, type RawAnswer } from "../http.ts";
import { type App, type Stack, startStack } from "../stack.ts";
import { BrowserClient, codeOf } from "./browser-client.ts";
import { type OidcIssuer, oidcClient, startOidcIssuer } from "./oidc-issuer.ts";

const PAGE = "https://app.example";
const OTHER_PAGE = "https://other.example";

let stack: Stack;
let issuer: OidcIssuer;
let stranger: OidcIssuer;
let app: App;
let other: App;
let page: BrowserClient;
let providers: JsonObject[];

async function configure(appId: string, body: JsonObject): Promise<unknown> {
  const change = { method: "PATCH" as const, path: `/operator/v1/apps/${appId}`, appId, body };
  return operatorChange(stack.instance.server, change, Date.now());
}

beforeAll(async () => {
  [stack, issuer, stranger] = await Promise.all([startStack(), startOidcIssuer(), startOidcIssuer()]);
  app = await stack.createApp(undefined, "Shop", { allowedOrigins: [PAGE] });
  other = await stack.createApp(undefined, "Other", { allowedOrigins: [OTHER_PAGE] });
  page = new BrowserClient(stack, app, PAGE);
  const own = { client_id: oidcClient.id, issuer: issuer.url };
  const endpoints = {
    authorization_endpoint: `${issuer.url}/authorize`,
    token_endpoint: `${issuer.url}/token`,
    userinfo_endpoint: `${issuer.url}/user`,
  };
  const plain = { client_id: oidcClient.id, proof: "api", ...endpoints };
  providers = [
    { provider: "custom:pinned", ...own, public_key_pem: issuer.publicKeyPem, display_name: "Own" },
    { provider: "custom:found", ...own },
    { provider: "custom:wrong-key", ...own, public_key_pem: stranger.publicKeyPem },
    { provider: "custom:gone", client_id: oidcClient.id, issuer: "http://127.0.0.1:1" },
    { provider: "custom:no-secret", ...own },
    { provider: "google", ...own },
    { provider: "apple", ...own },
    { provider: "github", ...plain },
    { provider: "discord", ...plain },
  ];
  await configure(app.id, { oauth_providers: providers });
  await configure(other.id, { oauth_providers: providers });
  for (const { provider } of providers.filter((one) => one.provider !== "custom:no-secret")) {
    for (const { id } of [app, other])
      await operatorSend(stack.instance.server, `/operator/v1/apps/${id}/oauth_client_secrets`, {
        provider: provider!,
        client_secret: oidcClient.secret,
      });
  }
});
afterAll(async () => {
  await Promise.all([issuer?.stop(), stranger?.stop()]);
  await stack?.stop();
});

beforeEach(() => {
  Object.assign(issuer.behaviour, {
    user: {
      sub: `user-${randomBytes(6).toString("hex")}`,
      email: "ada@example.com",
      email_verified: true,
      name: "Ada",
    },
    claims: {},
    refusal: undefined,
    tokenAnswer: undefined,
    strangerSigns: false,
    silent: false,
  });
});

type Begun = { verifier: string; state: string; url: string };

/** As an SDK begins: a verifier that it keeps, a value that it compares. */
async function init(provider: string, at = page, more: object = {}): Promise<Begun & { answer: RawAnswer }> {
  const verifier = randomBytes(36).toString("base64url");
  const state = randomBytes(36).toString("base64url");
  const answer = await at.post("oauth/init", {
    provider,
    redirect_to: `${at.origin}/login?theme=dark#top`,
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    state_code: state,
    ...more,
  });
  return { verifier, state, url: (answer.json as { url: string }).url, answer };
}

/** What the browser does at the callback: the page's address that it is led to, or the answer without one. */
async function callback(url: URL): Promise<{ answer: RawAnswer; target: URL | undefined }> {
  const answer = await exchangeRaw(stack.url, {
    method: "GET",
    target: url.pathname + url.search,
    headers: [],
    body: undefined,
  });
  const { location } = answer.headers;
  return { answer, target: location === undefined ? undefined : new URL(location) };
}

async function goThrough(provider: string, at = page): Promise<Begun & { code: string; target: URL }> {
  const begun = await init(provider, at);
  if (begun.answer.status !== 200) throw new Error(begun.answer.text);
  const { target } = await callback(await issuer.consent(begun.url));
  return { ...begun, target: target!, code: target!.searchParams.get("privy_oauth_code")! };
}

const shown = ({ code, state, verifier }: { code: string; state: string; verifier: string }) => ({
  authorization_code: code,
  state_code: state,
  code_verifier: verifier,
});

async function signIn(provider: string, at = page) {
  return at.expect("oauth/authenticate", shown(await goThrough(provider, at)));
}

async function attempt(provider: string): Promise<RawAnswer> {
  return page.post("oauth/authenticate", shown(await goThrough(provider)));
}

describe("a sign-in with a provider does not begin", () => {
  it.each([
    ["another origin", "https://evil.example/"],
    ["another app's origin", `${OTHER_PAGE}/`],
    ["another scheme of the origin", "http://app.example/"],
    ["another port of the origin", "https://app.example:8443/"],
    ["the origin as a user", "https://app.example@evil.example/"],
    ["the origin with a user", "https://ada@app.example/"],
    ["the origin as a subdomain", "https://app.example.evil.example/"],
    ["no scheme", "//app.example/"],
    ["a script", "javascript:alert(1)//https://app.example"],
    ["another scheme that an app could have", "app.example://login"],
    ["a path", "/login"],
  ])("towards %s", async (_name, redirect_to) => {
    expect(codeOf((await init("custom:pinned", page, { redirect_to })).answer)).toBe("403 invalid_origin");
  });

  it("from a page that is not allowed, whatever it names", async () => {
    const evil = new BrowserClient(stack, app, "https://evil.example");
    const redirect_to = `${PAGE}/`;
    expect(codeOf((await init("custom:pinned", evil, { redirect_to })).answer)).toBe("403 invalid_origin");
  });

  it("without a challenge, or with a malformed one", async () => {
    for (const code_challenge of [undefined, null, "", "short", "a".repeat(44)])
      expect(codeOf((await init("custom:pinned", page, { code_challenge })).answer)).toBe("400 invalid_data");
  });

  it("with a provider that the app has not, or while the method is switched off", async () => {
    for (const provider of ["custom:none", "twitter", "__proto__", "constructor"])
      expect(codeOf((await init(provider)).answer)).toBe("403 disallowed_login_method");
    const off = await stack.createApp(undefined, "Off", { allowedOrigins: [PAGE] });
    await configure(off.id, { oauth_providers: providers, login_methods: ["email"] });
    const answer = await init("custom:pinned", new BrowserClient(stack, off, PAGE));
    expect(codeOf(answer.answer)).toBe("403 disallowed_login_method");
  });

  it("with a provider that does not answer", async () => {
    const { answer } = await init("custom:gone");
    expect(codeOf(answer)).toBe("400 oauth_provider_error");
    expect(answer.text).toContain("could not be asked");
  });
});

describe("the callback leads nowhere", () => {
  it.each([
    ["no state", ""],
    ["a made-up state", `?code=x&state=c${"0".repeat(24)}.${"0".repeat(48)}`],
    ["a malformed state", "?code=x&state=../../x"],
  ])("with %s", async (_name, query) => {
    const { answer, target } = await callback(new URL(`${stack.url}/api/v1/oauth/callback${query}`));
    expect([answer.status, target]).toEqual([400, undefined]);
    expect(answer.headers["content-security-policy"]).toContain("default-src 'none'");
    expect(answer.text).toContain("This sign-in has ended");
  });

  it("with a state that was used", async () => {
    const { url } = await init("custom:pinned");
    const back = await issuer.consent(url);
    expect((await callback(back)).target?.origin).toBe(PAGE);
    expect((await callback(back)).answer.status).toBe(400);
  });

  it("with the state of one app under another's name", async () => {
    const back = await issuer.consent((await init("custom:pinned")).url);
    const state = back.searchParams.get("state")!;
    back.searchParams.set("state", state.replace(app.id, other.id));
    expect((await callback(back)).answer.status).toBe(400);
  });

  it("when the page's origin is not allowed any more", async () => {
    const moved = await stack.createApp(undefined, "Moved", { allowedOrigins: [PAGE] });
    await configure(moved.id, { oauth_providers: providers });
    const { url } = await init("custom:pinned", new BrowserClient(stack, moved, PAGE));
    await configure(moved.id, { allowed_origins: [OTHER_PAGE] });
    expect((await callback(await issuer.consent(url))).answer.status).toBe(400);
  });
});

it("the callback tells the front end that the user said no, and gives no code", async () => {
  issuer.behaviour.refusal = "access_denied";
  const begun = await init("custom:pinned");
  const { target } = await callback(await issuer.consent(begun.url));
  expect(target!.origin + target!.pathname + target!.hash).toBe(`${PAGE}/login#top`);
  expect(Object.fromEntries(target!.searchParams)).toEqual({
    theme: "dark",
    privy_oauth_state: begun.state,
    privy_oauth_provider: "custom:pinned",
    privy_oauth_code: "undefined",
    privy_oauth_error: "access_denied",
  });
  const answer = await page.post("oauth/authenticate", shown({ ...begun, code: "undefined" }));
  expect(codeOf(answer)).toBe("400 oauth_state_mismatch");
});

describe("a code is refused", () => {
  it("that was used, and the provider's own", async () => {
    const used = await goThrough("custom:pinned");
    await page.expect("oauth/authenticate", shown(used));
    expect(codeOf(await page.post("oauth/authenticate", shown(used)))).toBe("400 oauth_state_mismatch");
    const begun = await init("custom:pinned");
    const code = (await issuer.consent(begun.url)).searchParams.get("code")!;
    expect(codeOf(await page.post("oauth/authenticate", shown({ ...begun, code })))).toBe("400 oauth_state_mismatch");
  });

  it("with another state or verifier, and then is used up", async () => {
    const mine = await goThrough("custom:pinned");
    const asked = issuer.seen.requests;
    const others = await goThrough("custom:pinned");
    for (const [wrong, code] of [
      [{ ...mine, state: others.state }, "400 oauth_state_mismatch"],
      [{ ...others, verifier: mine.verifier }, "400 invalid_pkce_parameters"],
    ] as const)
      expect(codeOf(await page.post("oauth/authenticate", shown(wrong)))).toBe(code);
    for (const right of [mine, others])
      expect(codeOf(await page.post("oauth/authenticate", shown(right)))).toBe("400 oauth_state_mismatch");
    expect(issuer.seen.requests).toBe(asked);
  });

  it("at another app", async () => {
    const begun = await goThrough("custom:pinned");
    const answer = await new BrowserClient(stack, other, OTHER_PAGE).post("oauth/authenticate", shown(begun));
    expect(codeOf(answer)).toBe("400 oauth_state_mismatch");
  });

  it("of one sign-in of two at the same moment", async () => {
    const begun = await goThrough("custom:pinned");
    const answers = await Promise.all([1, 2, 3].map(() => page.post("oauth/authenticate", shown(begun))));
    expect(answers.map(codeOf).sort()).toEqual([
      "200 undefined",
      "400 oauth_state_mismatch",
      "400 oauth_state_mismatch",
    ]);
  });

  it("that says it came from the provider itself", async () => {
    const body = { ...shown(await goThrough("custom:pinned")), code_type: "raw" };
    expect(codeOf(await page.post("oauth/authenticate", body))).toBe("400 not_supported");
  });
});

describe("an ID token is refused", () => {
  it.each([
    ["another issuer", { iss: "https://evil.example" }],
    ["another audience", { aud: "another-client" }],
    ["another nonce", { nonce: "of another sign-in" }],
    ["another client of several", { aud: [oidcClient.id, "b"], azp: "b" }],
  ])("for %s", async (_name, claims) => {
    issuer.behaviour.claims = claims;
    for (const provider of ["custom:pinned", "custom:found"])
      expect(codeOf(await attempt(provider))).toBe("401 invalid_credentials");
  });

  it("that has expired, or has no nonce", async () => {
    const nowS = Math.floor(Date.now() / 1000);
    for (const claims of [{ iat: nowS - 900, exp: nowS - 600 }, { nonce: undefined }]) {
      issuer.behaviour.claims = claims;
      expect((await attempt("custom:pinned")).status).toBeGreaterThanOrEqual(400);
    }
  });

  it("by the signer, when another key signed it, or another key is pinned", async () => {
    expect(codeOf(await attempt("custom:wrong-key"))).toBe("401 invalid_credentials");
    issuer.behaviour.strangerSigns = true;
    for (const provider of ["custom:pinned", "custom:found"])
      expect(codeOf(await attempt(provider))).toBe("401 invalid_credentials");
  });
});

describe("a provider that", () => {
  it.each([
    [
      "refuses the code",
      { status: 400, body: '{"error":"invalid_grant"}' },
      "401 invalid_credentials",
      "(invalid_grant)",
    ],
    [
      "refuses it as GitHub does",
      { status: 200, body: '{"error":"bad_verification_code"}' },
      "400 oauth_provider_error",
      "",
    ],
    [
      "refuses the client",
      { status: 401, body: '{"error":"invalid_client"}' },
      "400 oauth_provider_error",
      "client ID",
    ],
    ["fails", { status: 500, body: "secret stack trace" }, "400 oauth_provider_error", ""],
    ["answers no JSON", { status: 200, body: "<html>" }, "400 oauth_provider_error", ""],
    [
      "gives no ID token",
      { status: 200, body: '{"access_token":"a","token_type":"bearer"}' },
      "400 oauth_provider_error",
      "",
    ],
    ["answers without end", { status: 200, body: `"${"x".repeat(300_000)}"` }, "400 oauth_provider_error", "too large"],
  ])("%s is a clear refusal, and nothing it said is repeated", async (_name, tokenAnswer, code, words) => {
    issuer.behaviour.tokenAnswer = tokenAnswer;
    const answer = await attempt("custom:pinned");
    expect(codeOf(answer)).toBe(code);
    expect(answer.text).toContain(words);
    expect(answer.text).not.toMatch(/stack trace|access_token/);
  });

  it("knows the app by a secret refuses it without one", async () => {
    expect(codeOf(await attempt("custom:no-secret"))).toBe("400 oauth_provider_error");
  });

  it("is GitHub signs in nobody whom it does not name", async () => {
    issuer.behaviour.user = { sub: "x", login: "ada" };
    expect(codeOf(await attempt("github"))).toBe("400 oauth_provider_error");
  });
});

describe("a user signs in", () => {
  const accountOf = (user: { linked_accounts: { [member: string]: unknown }[] }) => user.linked_accounts[0];

  it("with a provider of the app's own, twice as the same user, with PKCE towards the provider", async () => {
    for (const provider of ["custom:pinned", "custom:found"]) {
      const first = await signIn(provider);
      expect(first).toMatchObject({ is_new_user: true, session_update_action: "set" });
      expect(issuer.seen.verified).toBe(true);
      const { sub } = issuer.behaviour.user;
      expect(accountOf(first.user)).toMatchObject({
        type: provider,
        subject: sub,
        email: "ada@example.com",
        name: "Ada",
      });
      const second = await signIn(provider);
      expect([second.user.id, second.is_new_user]).toEqual([first.user.id, false]);
      const me = await page.send("GET", "users/me", { token: second.token });
      expect(me.json).toMatchObject({ user: { id: first.user.id } });
    }
  });

  it("and the page gets code, state and provider beside what its address held", async () => {
    const { target, state } = await goThrough("custom:pinned");
    expect(target.origin + target.pathname + target.hash).toBe(`${PAGE}/login#top`);
    expect([...target.searchParams.keys()].sort()).toEqual([
      "privy_oauth_code",
      "privy_oauth_provider",
      "privy_oauth_state",
      "theme",
    ]);
    expect(target.searchParams.get("privy_oauth_state")).toBe(state);
  });

  it.each([
    ["google", {}, { type: "google_oauth", email: "ada@example.com", name: "Ada" }],
    ["apple", { email_verified: "true" }, { type: "apple_oauth", email: "ada@example.com" }],
    ["apple", { email_verified: false }, { type: "apple_oauth", email: null }],
    [
      "github",
      { id: 583231, login: "ada", email: null },
      { type: "github_oauth", subject: "583231", username: "ada", name: "Ada", email: null },
    ],
    [
      "discord",
      { id: "80351110224678912", username: "ada", discriminator: "0", verified: true },
      { type: "discord_oauth", subject: "80351110224678912", username: "ada#0", email: "ada@example.com" },
    ],
  ])("with %s", async (provider, claims, account) => {
    Object.assign(issuer.behaviour.user, claims);
    const { user } = await signIn(provider);
    expect(accountOf(user)).toMatchObject(account);
    expect(accountOf(user)).toMatchObject({ verified_at: expect.any(Number), latest_verified_at: expect.any(Number) });
  });

  it("of two apps as two users", async () => {
    const here = await signIn("custom:pinned");
    const there = await signIn("custom:pinned", new BrowserClient(stack, other, OTHER_PAGE));
    expect(there.user.id).not.toBe(here.user.id);
    const foreign = await page.send("GET", "users/me", { token: there.token });
    expect(codeOf(foreign)).toBe("401 missing_or_invalid_token");
  });

  it("only if known, where the page wants no new users", async () => {
    const body = { ...shown(await goThrough("custom:pinned")), mode: "no-signup" };
    expect(codeOf(await page.post("oauth/authenticate", body))).toBe("404 user_does_not_exist");
  });
});

describe("an account at a provider", () => {
  it("is linked to a user who signed in by email, who then signs in with either", async () => {
    const byMail = await page.signInByEmail(`${randomBytes(6).toString("hex")}@example.com`);
    const link = shown(await goThrough("custom:pinned"));
    expect(codeOf(await page.post("oauth/link", link))).toBe("401 missing_or_invalid_token");
    const linked = await page.post("oauth/link", shown(await goThrough("custom:pinned")), byMail.token);
    expect(linked.status).toBe(200);
    const { user } = await signIn("custom:pinned");
    expect(user.id).toBe(byMail.user.id);
    expect(user.linked_accounts.map(({ type }) => type).sort()).toEqual(["custom:pinned", "email"]);
  });

  it("is linked to one user, one of each kind", async () => {
    const owner = await signIn("custom:pinned");
    const thief = await page.signInByEmail(`${randomBytes(6).toString("hex")}@example.com`);
    const link = async () => page.post("oauth/link", shown(await goThrough("custom:pinned")), thief.token);
    expect(codeOf(await link())).toBe("400 linked_to_another_user");
    issuer.behaviour.user = { sub: "another-account" };
    const second = await page.post("oauth/link", shown(await goThrough("custom:pinned")), owner.token);
    expect(codeOf(second)).toBe("400 cannot_link_more_of_type");
  });

  it("is unlinked, but not as the last one", async () => {
    const { token, user } = await signIn("custom:pinned");
    const { sub: subject } = issuer.behaviour.user;
    const unlink = (body: object) => page.post("oauth/unlink", body, token);
    expect(codeOf(await unlink({ provider: "custom:pinned", subject }))).toBe("400 cannot_unlink_sole_account");
    expect((await page.post("oauth/link", shown(await goThrough("google")), token)).status).toBe(200);
    expect(codeOf(await unlink({ provider: "custom:pinned", subject: "other" }))).toBe("400 linked_account_not_found");
    const answer = await unlink({ provider: "custom:pinned", subject });
    expect(answer.json).toMatchObject({ id: user.id, linked_accounts: [{ type: "google_oauth", subject }] });
    expect((await signIn("custom:pinned")).user.id).not.toBe(user.id);
  });
});

describe("mandate app provider", () => {
  async function run(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    let stdout = "";
    let stderr = "";
    const code = await main(["app", "provider", ...words, "--json"], {
      environment: { MANDATE_DATA_DIR: stack.dataDir, MANDATE_URL: stack.url },
      cwd: stack.dataDir,
      stdout: (text) => {
        stdout += text;
      },
      stderr: (text) => {
        stderr += text;
      },
    });
    return { code, stdout, stderr };
  }

  it("refuses what makes no sense, and what the signer would have to take on the API's word unsaid", async () => {
    const { id } = await stack.createApp();
    const unreadable = ["--client-secret-file", join(stack.dataDir, "none")];
    for (const [words, code] of [
      [[], 2],
      [["--id", id], 2],
      [["--id", id, "--provider", "google"], 2],
      [["--id", id, "--provider", "google", "--client-id", "c", ...unreadable], 2],
      [["--id", id, "--provider", "github", "--client-id", "c"], 1],
      [["--id", id, "--provider", "custom:a", "--client-id", "c"], 1],
      [["--id", id, "--provider", "google", "--client-id", "c", "--trust-api"], 1],
    ] as const)
      expect((await run("set", ...words)).code, words.join(" ")).toBe(code);
    expect(JSON.parse((await run("list", "--id", id)).stdout)).toEqual({ data: [] });
  });

  it("sets a provider that users then sign in with, replaces it, and takes it away with its secret", async () => {
    const made = await stack.createApp(undefined, "By command", { allowedOrigins: [PAGE] });
    const file = join(stack.dataDir, "provider.secret");
    writeFileSync(file, `${oidcClient.secret}\n`, { mode: 0o600 });
    const provider = ["--id", made.id, "--provider", "custom:own"];
    const words = [...provider, "--client-id", oidcClient.id, "--issuer", issuer.url, "--client-secret-file", file];
    const set = await run("set", ...words);
    expect(set).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(set.stdout).redirect_uri).toBe(`${stack.url}/api/v1/oauth/callback`);
    const at = new BrowserClient(stack, made, PAGE);
    expect((await signIn("custom:own", at)).is_new_user).toBe(true);
    const again = await run("set", ...words, "--scope", "openid");
    const list = await run("list", "--id", made.id);
    expect(JSON.parse(list.stdout).data).toMatchObject([{ provider: "custom:own", scopes: ["openid"] }]);
    expect(`${set.stdout}${again.stdout}${list.stdout}`).not.toContain(oidcClient.secret);
    expect((await run("remove", ...provider)).code).toBe(0);
    expect(codeOf((await init("custom:own", at)).answer)).toBe("403 disallowed_login_method");
    expect((await run("remove", ...provider)).code).toBe(1);
  });
});

it("browsers learn which providers there are, the operator which have a secret, and nobody a secret", async () => {
  const settings = await page.send("GET", `apps/${app.id}`);
  expect(settings.json).toMatchObject({
    google_oauth: true,
    github_oauth: true,
    discord_oauth: true,
    apple_oauth: true,
    twitter_oauth: false,
  });
  const { custom_oauth_providers: custom } = settings.json as { custom_oauth_providers: object[] };
  expect(custom).toContainEqual({
    enabled: true,
    provider: "custom:pinned",
    provider_display_name: "Own",
    provider_icon_url: "",
  });
  const headers: [string, string][] = [["authorization", `Bearer ${stack.instance.server.operator.token}`]];
  const ask = (rest: string) =>
    exchangeRaw(stack.url, { method: "GET", target: `/operator/v1/apps/${app.id}${rest}`, headers, body: undefined });
  const [shownApp, secrets] = [await ask(""), await ask("/oauth_client_secrets")];
  expect((secrets.json as { data: { provider: string }[] }).data.map(({ provider }) => provider)).toContain("google");
  for (const { text } of [settings, shownApp, secrets]) expect(text).not.toContain(oidcClient.secret);
});

import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { PrivyClient } from "@privy-io/node";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { makeIdentityProvider } from "../identity-provider.ts";
import { refusalOf } from "../refusal.ts";
import { type Stack, startStack } from "../stack.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack?.stop());

/** `npx mandate app create …`, as a person types it in the clone. */
async function createApp(...flags: string[]): Promise<{ id: string; secret: string }> {
  const environment = { ...process.env, MANDATE_DATA_DIR: stack.dataDir };
  const { stdout } = await run("npx", ["mandate", "app", "create", "--json", ...flags], {
    cwd: root,
    env: environment,
  });
  return JSON.parse(stdout);
}

async function userKeyOf(privy: PrivyClient, token: string, walletId: string): Promise<string> {
  const { signature } = await privy
    .wallets()
    .ethereum()
    .signMessage(walletId, { message: "hello", authorization_context: { user_jwts: [token] } });
  return signature;
}

async function makeUserWallet(privy: PrivyClient, subject: string): Promise<string> {
  const user = await privy.users().create({ linked_accounts: [{ type: "custom_auth", custom_user_id: subject }] });
  const wallet = await privy.wallets().create({ chain_type: "ethereum", owner: { user_id: user.id } });
  return wallet.id;
}

describe.each(["ES256", "RS256"] as const)("mandate app create --jwt-public-key (%s)", (alg) => {
  it("gives id and secret that work with the SDK", async () => {
    const provider = await makeIdentityProvider(alg);
    const file = join(stack.dataDir, `${alg}.pem`);
    writeFileSync(file, provider.publicKeyPem);
    const app = await createApp("--name", "T", "--jwt-public-key", file);
    expect(app.id).toMatch(/^c[a-z0-9]{24}$/);
    expect(app).toMatchObject({ name: "T", custom_jwt_auth: true });

    const wrong = new PrivyClient({ appId: app.id, appSecret: `${app.secret}x`, apiUrl: stack.url });
    expect(await refusalOf(wrong.wallets().create({ chain_type: "ethereum" }))).toEqual({
      status: 401,
      error: "Invalid app ID or app secret.",
      code: "invalid_credentials",
    });
    const privy = stack.sdk(app);
    const walletId = await makeUserWallet(privy, "cli-user");
    expect(await userKeyOf(privy, await provider.issue("cli-user"), walletId)).toMatch(/^0x/);
    expect(await privy.apps().getSettings()).toMatchObject({ id: app.id, name: "T", custom_jwt_auth: true });
  });
});

describe("mandate app create --jwks-url", () => {
  let server: Server;
  let url: string;
  let answer: { status: number; body: string };
  let asked = 0;

  beforeAll(async () => {
    answer = { status: 503, body: "" };
    server = createServer((_request, response) => {
      asked += 1;
      response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  });
  afterAll(() => {
    server?.close();
    server?.closeAllConnections();
  });

  const serve = (keys: unknown[]) => {
    answer = { status: 200, body: JSON.stringify({ keys }) };
  };

  it("takes no token while the key set cannot be had, and those of its keys when it can", async () => {
    const [first, second, third] = await Promise.all([
      makeIdentityProvider("ES256"),
      makeIdentityProvider("RS256"),
      makeIdentityProvider("ES256"),
    ]);
    const privy = stack.sdk(await createApp("--name", "T", "--jwks-url", url));
    const walletId = await makeUserWallet(privy, "jwks-user");
    const attempt = async (provider: typeof first) => userKeyOf(privy, await provider.issue("jwks-user"), walletId);
    const invalid = { status: 401, code: "missing_or_invalid_token" };

    expect(await refusalOf(attempt(first))).toMatchObject(invalid);
    answer = { status: 200, body: "<html>" };
    expect(await refusalOf(attempt(first))).toMatchObject(invalid);

    serve([first.publicJwk, second.publicJwk]);
    expect(await attempt(first)).toMatch(/^0x/);
    expect(await attempt(second)).toMatch(/^0x/);
    expect(await refusalOf(attempt(third))).toMatchObject(invalid);

    // The provider rotates: a key that it has just begun to use is found, one that it gave up counts no longer.
    serve([second.publicJwk, third.publicJwk]);
    await vi.waitFor(async () => expect(await attempt(third)).toMatch(/^0x/), { timeout: 5000, interval: 200 });
    expect(await refusalOf(attempt(first))).toMatchObject(invalid);

    // What was taken just now is taken still when the provider cannot be reached.
    answer = { status: 503, body: "" };
    expect(await attempt(third)).toMatch(/^0x/);
  });

  it("asks the provider seldom, however many tokens name keys it does not have", async () => {
    const [known, unknown] = await Promise.all([makeIdentityProvider(), makeIdentityProvider()]);
    serve([known.publicJwk]);
    const privy = stack.sdk(await createApp("--name", "T", "--jwks-url", `${url}?seldom`));
    const walletId = await makeUserWallet(privy, "jwks-user");
    expect(await userKeyOf(privy, await known.issue("jwks-user"), walletId)).toMatch(/^0x/);
    const before = asked;
    for (let count = 0; count < 20; count++) {
      await refusalOf(userKeyOf(privy, await unknown.issue("jwks-user", { n: count }), walletId));
    }
    expect(asked - before).toBeLessThanOrEqual(2);
  });
});

describe("mandate app create --jwt-issuer, --jwt-audience, --jwt-subject-claim", () => {
  it("takes only tokens that say so", async () => {
    const provider = await makeIdentityProvider();
    const file = join(stack.dataDir, "pinned.pem");
    writeFileSync(file, provider.publicKeyPem);
    const pins = ["--jwt-issuer", "https://login.example", "--jwt-audience", "wallets", "--jwt-subject-claim", "uid"];
    const privy = stack.sdk(await createApp("--name", "T", "--jwt-public-key", file, ...pins));
    const walletId = await makeUserWallet(privy, "user-7");
    const right = { iss: "https://login.example", aud: "wallets", uid: "user-7" };
    const attempt = async (claims: { [claim: string]: unknown }, header = {}) =>
      userKeyOf(privy, await provider.issue("someone else", claims, header), walletId);
    const past = Math.floor(Date.now() / 1000) - 600;
    const stranger = await makeIdentityProvider();

    for (const [claims, why] of [
      [{ ...right, iss: "https://login.example.evil" }, "another issuer"],
      [{ ...right, iss: undefined }, "no issuer"],
      [{ ...right, aud: "others" }, "another audience"],
      [{ ...right, aud: undefined }, "no audience"],
      [{ ...right, uid: undefined }, "no subject"],
      [{ ...right, exp: past }, "expired"],
      [{ ...right, nbf: Math.floor(Date.now() / 1000) + 600 }, "not yet valid"],
    ] as const) {
      expect(await refusalOf(attempt(claims)), why).toMatchObject({ status: 401, code: "missing_or_invalid_token" });
    }
    const forged = await stranger.issue("x", right);
    expect(await refusalOf(userKeyOf(privy, forged, walletId))).toMatchObject({
      status: 401,
      code: "missing_or_invalid_token",
    });
    expect(await refusalOf(attempt({ ...right, uid: "user-8" }))).toMatchObject({
      status: 401,
      code: "user_does_not_exist",
    });
    expect(await attempt(right)).toMatch(/^0x/);
    expect(await attempt({ ...right, aud: ["others", "wallets"] })).toMatch(/^0x/);
  });
});

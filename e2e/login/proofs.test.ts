import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { operatorChange } from "@mandate/cli/operator-request";
import { vectorsPath } from "@mandate/core/testing/vectors";
import { ed25519 } from "@noble/curves/ed25519.js";
import { base58 } from "@scure/base";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { createSiweMessage } from "viem/siwe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type IdentityProvider, makeIdentityProvider } from "../identity-provider.ts";
import { type App, type Stack, startStack } from "../stack.ts";
import { BrowserClient, codeOf, type SignedIn } from "./browser-client.ts";

/** Sign-ins whose proof the signer verifies itself. */
const PAGE = "https://app.example";

let stack: Stack;
let provider: IdentityProvider;
let app: App;
let page: BrowserClient;

beforeAll(async () => {
  stack = await startStack();
  provider = await makeIdentityProvider();
  app = await stack.createApp({ publicKeyPem: provider.publicKeyPem }, "Shop", { allowedOrigins: [PAGE] });
  page = new BrowserClient(stack, app, PAGE);
});
afterAll(() => stack?.stop());

type Parts = { domain?: string; uri?: string; nonce?: string; issuedAt?: Date; expirationTime?: Date; version?: "1" };

async function signSiwe(account: ReturnType<typeof privateKeyToAccount>, parts: Parts = {}) {
  const { nonce } = (await page.expect("siwe/init", { address: account.address })) as unknown as { nonce: string };
  const message = createSiweMessage({
    domain: "app.example",
    uri: PAGE,
    address: account.address,
    statement: "By signing, you are proving you own this wallet and logging in.",
    version: "1",
    chainId: 1,
    nonce,
    issuedAt: new Date(),
    resources: ["https://privy.io"],
    ...parts,
  });
  return { message, signature: await account.signMessage({ message }) };
}

const siwe = (body: object) =>
  page.post("siwe/authenticate", { chainId: "eip155:1", walletClientType: null, connectorType: null, ...body });

describe("a wallet of Ethereum", () => {
  const account = privateKeyToAccount(generatePrivateKey());

  it.each<[string, Parts]>([
    ["another domain", { domain: "evil.example" }],
    ["another page", { domain: "evil.example", uri: "https://evil.example" }],
    ["a nonce of its own", { nonce: "a".repeat(48) }],
    ["an old message", { issuedAt: new Date(Date.now() - 3600_000) }],
    ["a message from the future", { issuedAt: new Date(Date.now() + 3600_000) }],
    ["an expired message", { expirationTime: new Date(Date.now() - 1000) }],
  ])("is refused with %s", async (_name, parts) => {
    expect(codeOf(await siwe(await signSiwe(account, parts)))).toBe("401 invalid_credentials");
  });

  it("is refused with a signature by another wallet, over another text, or used before", async () => {
    const other = privateKeyToAccount(generatePrivateKey());
    const signed = await signSiwe(account);
    const foreign = await other.signMessage({ message: signed.message });
    expect(codeOf(await siwe({ ...signed, signature: foreign }))).toBe("401 invalid_credentials");
    const again = await signSiwe(account);
    const altered = { ...again, message: again.message.replace("Chain ID: 1", "Chain ID: 5") };
    expect(codeOf(await siwe(altered))).toBe("401 invalid_credentials");
    const good = await signSiwe(account);
    expect((await siwe(good)).status).toBe(200);
    expect(codeOf(await siwe(good))).toBe("401 invalid_credentials");
    expect(codeOf(await siwe({ ...good, message: `${good.message}\nmore` }))).toBe("400 invalid_data");
  });

  it("is refused at an app that does not allow the page", async () => {
    const other = await stack.createApp(undefined, "Other", { allowedOrigins: ["https://other.example"] });
    const answer = await new BrowserClient(stack, other, undefined).post("siwe/authenticate", await signSiwe(account));
    expect(codeOf(answer)).toBe("401 invalid_credentials");
  });

  it("signs in the same user each time", async () => {
    const first = (await siwe(await signSiwe(account))).json as SignedIn;
    expect(first.user.linked_accounts).toMatchObject([
      {
        type: "wallet",
        address: account.address,
        chain_type: "ethereum",
        chain_id: "eip155:1",
        wallet_client: "unknown",
      },
    ]);
    const second = (await siwe(await signSiwe(account))).json as SignedIn;
    expect(second).toMatchObject({ is_new_user: false, user: { id: first.user.id } });
  });
});

describe("a wallet of Solana", () => {
  const secret = ed25519.utils.randomSecretKey();
  const address = base58.encode(ed25519.getPublicKey(secret));
  const sign = async (by = secret, claimed = address) => {
    const { nonce } = (await page.expect("siws/init", { address })) as unknown as { nonce: string };
    const message = [
      `app.example wants you to sign in with your Solana account:`,
      claimed,
      "",
      `You are proving you own ${claimed}.`,
      "",
      `URI: ${PAGE}`,
      "Version: 1",
      "Chain ID: mainnet",
      `Nonce: ${nonce}`,
      `Issued At: ${new Date().toISOString()}`,
      "Resources:",
      "- https://privy.io",
    ].join("\n");
    const signature = Buffer.from(ed25519.sign(Buffer.from(message), by)).toString("base64");
    return { message, signature };
  };

  it("is refused with a signature by another, as a transaction, or at Ethereum's door", async () => {
    const other = ed25519.utils.randomSecretKey();
    expect(codeOf(await page.post("siws/authenticate", await sign(other)))).toBe("401 invalid_credentials");
    const asTransaction = { ...(await sign()), message_type: "transaction" };
    expect(codeOf(await page.post("siws/authenticate", asTransaction))).toBe("400 not_supported");
    expect(codeOf(await siwe(await sign()))).toBe("400 invalid_data");
  });

  it("signs in", async () => {
    const body = {
      ...(await sign()),
      message_type: "plain",
      walletClientType: "phantom",
      connectorType: "solana_adapter",
    };
    const { user } = await page.expect("siws/authenticate", body);
    expect(user.linked_accounts).toMatchObject([{ type: "wallet", address, chain_type: "solana" }]);
  });
});

describe("a token of the app's own provider", () => {
  const authenticate = (token: string, client = page) => client.post("custom_jwt_account/authenticate", { token });

  it("is refused when it is by somebody else, has expired, or the app has no provider", async () => {
    const stranger = await makeIdentityProvider();
    expect(codeOf(await authenticate(await stranger.issue("u")))).toBe("401 missing_or_invalid_token");
    const expired = await provider.issue("u", { exp: Math.floor(Date.now() / 1000) - 3600 });
    expect(codeOf(await authenticate(expired))).toBe("401 missing_or_invalid_token");
    const other = await stack.createApp(undefined, "Other", { allowedOrigins: [PAGE] });
    const answer = await authenticate(await provider.issue("u"), new BrowserClient(stack, other, PAGE));
    expect(codeOf(answer)).toBe("403 disallowed_login_method");
  });

  it("is refused when it is one of our access tokens", async () => {
    const { token } = await page.signInByEmail("own-token@example.com");
    expect(codeOf(await authenticate(token))).toBe("401 missing_or_invalid_token");
  });

  it("signs in, with the same user for the key exchange", async () => {
    const jwt = await provider.issue("subject-1");
    const signedIn = (await authenticate(jwt)).json as SignedIn;
    expect(signedIn.user.linked_accounts).toMatchObject([{ type: "custom_auth", custom_user_id: "subject-1" }]);
    await page.expect("wallets", { chain_type: "ethereum" }, signedIn.token);
    const { key } = await page.exchangeUserKey(signedIn.token);
    expect(key.publicKey).toBeTruthy();
  });

  type Vectors = {
    config: { issuer: string; audience: string; jwks: object };
    cases: { name: string; token: string }[];
  };
  const folder = vectorsPath("jwt");
  const file = folder === undefined ? undefined : join(folder, "attacks.json");
  const vectors =
    file !== undefined && existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Vectors) : undefined;

  it.skipIf(vectors === undefined)(
    "is refused in every form of the attack vectors, at sign-in and at the key exchange",
    async () => {
      // None of the vectors is by this provider or this server, whatever else is right about it.
      const refused = new Set<string>();
      for (const { token } of vectors!.cases) {
        const answers = [await authenticate(token)];
        const body = { user_jwt: token, encryption_type: "HPKE", recipient_public_key: provider.publicKeyPem };
        answers.push(await stack.client(app).request("POST", "/v1/wallets/authenticate", { body }));
        if (/^[\x21-\x7e]+$/.test(token)) answers.push(await page.send("GET", "users/me", { token }));
        for (const answer of answers) {
          expect(answer.status, token.slice(0, 60)).toBeGreaterThanOrEqual(400);
          expect(answer.status).toBeLessThan(500);
          refused.add(codeOf(answer));
        }
      }
      expect([...refused].every((code) => /^(401|400|431) /.test(code))).toBe(true);
    },
  );
});

describe("a guest", () => {
  it("is refused until the app wants guests, and without a secret worth the name", async () => {
    const guest_credential = "g".repeat(40);
    expect(codeOf(await page.post("guest/authenticate", { guest_credential }))).toBe("403 disallowed_login_method");
    expect(codeOf(await page.post("guest/authenticate", { guest_credential: "short" }))).toBe("400 invalid_data");
  });
});

it("a guest is the same again with the same secret, and a guest no more with an account", async () => {
  const guests = await stack.createApp(undefined, "Guests", { allowedOrigins: [PAGE] });
  const body = { login_methods: ["guest", "email"] };
  const change = { method: "PATCH" as const, path: `/operator/v1/apps/${guests.id}`, appId: guests.id, body };
  await operatorChange(stack.instance.server, change, Date.now());
  const client = new BrowserClient(stack, guests, PAGE);
  const guest_credential = "g".repeat(40);
  const first = await client.expect("guest/authenticate", { guest_credential });
  expect(first.user).toMatchObject({ is_guest: true, linked_accounts: [] });
  expect((await client.expect("guest/authenticate", { guest_credential })).user.id).toBe(first.user.id);
  const other = await client.expect("guest/authenticate", { guest_credential: "h".repeat(40) });
  expect(other.user.id).not.toBe(first.user.id);
  const email = "guest@example.com";
  await client.expect("passwordless/init", { email });
  const linked = await client.expect("passwordless/link", { email, code: await client.readCode(email) }, first.token);
  expect(linked).toMatchObject({ id: first.user.id, is_guest: false });
});

describe("linking", () => {
  const account = privateKeyToAccount(generatePrivateKey());

  it("adds a way to sign in as the same user, and unlinking takes it away, but never the last", async () => {
    const { token, user } = await page.signInByEmail("link@example.com");
    const linked = await page.expect("siwe/link", await signSiwe(account), token);
    expect(linked).toMatchObject({ id: user.id, linked_accounts: [{ type: "email" }, { type: "wallet" }] });
    expect(((await siwe(await signSiwe(account))).json as SignedIn).user.id).toBe(user.id);
    await page.expect("passwordless/unlink", { address: "link@example.com" }, token);
    const last = await page.post("siwe/unlink", { address: account.address }, token);
    expect(codeOf(last)).toBe("400 cannot_unlink_sole_account");
    expect(codeOf(await page.post("passwordless/unlink", { address: "link@example.com" }, token))).toBe(
      "400 linked_account_not_found",
    );
    // The address is free again, for somebody new.
    expect((await page.signInByEmail("link@example.com")).is_new_user).toBe(true);
  });

  it("is refused for an account of another user, for a second of one kind, and without a token", async () => {
    const { token } = await page.signInByEmail("second@example.com");
    expect(codeOf(await page.post("siwe/link", await signSiwe(account), token))).toBe("400 linked_to_another_user");
    const email = "third@example.com";
    await page.expect("passwordless/init", { email });
    const body = { email, code: await page.readCode(email) };
    expect(codeOf(await page.post("passwordless/link", body, token))).toBe("400 cannot_link_more_of_type");
    expect(codeOf(await page.post("siwe/link", await signSiwe(account)))).toBe("401 missing_or_invalid_token");
  });

  it("cannot unlink a wallet that is kept here", async () => {
    const { token } = await page.signInByEmail("kept@example.com");
    const { address } = (await page.expect("wallets", { chain_type: "ethereum" }, token)) as unknown as {
      address: string;
    };
    expect(codeOf(await page.post("siwe/unlink", { address }, token))).toBe("400 cannot_unlink_embedded_wallet");
  });
});

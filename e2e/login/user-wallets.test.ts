import { operatorChange } from "@mandate/cli/operator-request";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeAuthorizationKey } from "../authorization-key.ts";
import { type App, type Stack, startStack } from "../stack.ts";
import { BrowserClient, codeOf, type SignedIn } from "./browser-client.ts";

/** What a user does with an access token, as browser SDKs call it. */
const PAGE = "https://app.example";

type Wallet = { id: string; address: string; owner_id: string; additional_signers: object[] };

let stack: Stack;
let app: App;
let page: BrowserClient;
let alice: SignedIn;
let bob: SignedIn;
let wallet: Wallet;

beforeAll(async () => {
  stack = await startStack();
  app = await stack.createApp(undefined, "Shop", { allowedOrigins: [PAGE] });
  page = new BrowserClient(stack, app, PAGE);
  alice = await page.signInByEmail("alice@example.com");
  bob = await page.signInByEmail("bob@example.com");
  wallet = await create(alice.token);
});
afterAll(() => stack?.stop());

const create = async (token: string, body: object = {}, key?: string) => {
  const headers: [string, string][] = key === undefined ? [] : [["privy-idempotency-key", key]];
  const answer = await page.send("POST", "wallets", { token, body: { chain_type: "ethereum", ...body }, headers });
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.json as Wallet;
};
const get = (path: string, token: string) => page.send("GET", path, { token });
const message = { method: "personal_sign", params: { message: "x", encoding: "utf-8" } };

describe("another user", () => {
  it("neither sees nor uses the wallet: it is as if it did not exist", async () => {
    const { key } = await page.exchangeUserKey(bob.token);
    expect(codeOf(await get(`wallets/${wallet.id}`, bob.token))).toBe("404 not_found");
    expect((await get(`wallets?address=${wallet.address}`, bob.token)).json).toMatchObject({ data: [] });
    expect((await get(`wallets?user_id=${alice.user.id}`, bob.token)).json).toMatchObject({ data: [] });
    const send = (method: string, path: string, body: object) => page.sendSigned(key, method, path, body, bob.token);
    expect(codeOf(await send("POST", `wallets/${wallet.id}/rpc`, message))).toBe("404 not_found");
    expect(codeOf(await send("PATCH", `wallets/${wallet.id}`, { additional_signers: [] }))).toBe("404 not_found");
    const body = { encryption_type: "HPKE", recipient_public_key: makeAuthorizationKey().publicKey };
    expect(codeOf(await send("POST", `wallets/${wallet.id}/export`, body))).toBe("404 not_found");
  });

  it("does not get the stored answer of an idempotency key that is not theirs", async () => {
    const first = await create(alice.token, {}, "auto-eth");
    const theirs = await create(bob.token, {}, "auto-eth");
    expect(theirs.id).not.toBe(first.id);
    expect((await create(alice.token, {}, "auto-eth")).id).toBe(first.id);
  });

  it("cannot be made the owner, and nobody else can", async () => {
    for (const owner of [
      { owner: { user_id: bob.user.id } },
      { owner: { public_key: makeAuthorizationKey().publicKey } },
      { owner_id: wallet.owner_id },
    ])
      await expect(create(alice.token, owner)).rejects.toThrow("invalid_data");
  });

  it("cannot exchange somebody else's token, nor use a key for a wallet that is not theirs", async () => {
    const body = {
      user_jwt: alice.token,
      encryption_type: "HPKE",
      recipient_public_key: makeAuthorizationKey().publicKey,
    };
    expect(codeOf(await page.post("wallets/authenticate", body, bob.token))).toBe("401 missing_or_invalid_token");
    const { key } = await page.exchangeUserKey(bob.token);
    const answer = await page.sendSigned(key, "POST", `wallets/${wallet.id}/rpc`, message, alice.token);
    expect(codeOf(answer)).toMatch(/^401 (zero_correct_authorization_signatures|no_valid_user_session_keys)$/);
  });
});

describe("the user", () => {
  it("sees a new wallet at once among the linked accounts", async () => {
    const { user } = (await get("users/me", alice.token)).json as { user: SignedIn["user"] };
    expect(user.linked_accounts).toContainEqual(
      expect.objectContaining({
        type: "wallet",
        id: wallet.id,
        address: wallet.address,
        chain_type: "ethereum",
        chain_id: "eip155:1",
        connector_type: "embedded",
        wallet_client_type: "privy",
        recovery_method: "privy-v2",
        wallet_index: 0,
        delegated: false,
        imported: false,
      }),
    );
  });

  it("signs with a key that was exchanged against the access token, and not without", async () => {
    const { key, wallets } = await page.exchangeUserKey(alice.token);
    expect(wallets.map(({ id }) => id)).toContain(wallet.id);
    const path = `wallets/${wallet.id}/rpc`;
    expect(codeOf(await page.post(path, message, alice.token))).toBe("401 missing_or_empty_authorization_header");
    const answer = await page.sendSigned(key, "POST", path, message, alice.token);
    expect(answer.json).toMatchObject({ method: "personal_sign", data: { signature: expect.any(String) } });
  });

  it("signs what React sends for a prefilled transaction: a gas price beside the fee caps", async () => {
    const { key } = await page.exchangeUserKey(alice.token);
    const transaction = {
      to: "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826",
      value: "0x1",
      chain_id: "0x7a69",
      nonce: "0x0",
      gas_limit: "0x5208",
      gas_price: "0x5208",
      max_fee_per_gas: "0x77359400",
      max_priority_fee_per_gas: "0x3b9aca00",
      type: 2,
    };
    const body = { chain_type: "ethereum", method: "eth_signTransaction", params: { transaction } };
    const answer = await page.sendSigned(key, "POST", `wallets/${wallet.id}/rpc`, body, alice.token);
    expect(answer.status, answer.text).toBe(200);
  });

  it("adds a session signer that then signs for the app's server, and takes it away", async () => {
    const agent = makeAuthorizationKey();
    const quorum = await stack
      .sdk(app)
      .keyQuorums()
      .create({ public_keys: [agent.publicKey] });
    const { key } = await page.exchangeUserKey(alice.token);
    const update = (additional_signers: object[]) =>
      page.sendSigned(key, "PATCH", `wallets/${wallet.id}`, { additional_signers }, alice.token);
    expect((await update([{ signer_id: quorum.id }])).status).toBe(200);
    const me = (await get("users/me", alice.token)).json as { user: SignedIn["user"] };
    expect(me.user.linked_accounts).toContainEqual(expect.objectContaining({ id: wallet.id, delegated: true }));
    const sign = () =>
      stack.client(app).request("POST", `/v1/wallets/${wallet.id}/rpc`, { body: message as never, keys: [agent] });
    expect((await sign()).status).toBe(200);
    expect((await update([])).status).toBe(200);
    expect((await sign()).status).toBe(401);
  });

  it("gets no session signer where server-side access is off, at creation or later", async () => {
    const agent = makeAuthorizationKey();
    const { id } = await stack
      .sdk(app)
      .keyQuorums()
      .create({ public_keys: [agent.publicKey] });
    const change = { method: "PATCH" as const, path: `/operator/v1/apps/${app.id}`, appId: app.id };
    const turn = (server_side_access: boolean) =>
      operatorChange(stack.instance.server, { ...change, body: { server_side_access } }, Date.now());
    await turn(false);
    await expect(create(alice.token, { additional_signers: [{ signer_id: id }] })).rejects.toThrow(
      "feature_not_enabled",
    );
    const { key } = await page.exchangeUserKey(alice.token);
    const body = { additional_signers: [{ signer_id: id }] };
    const answer = await page.sendSigned(key, "PATCH", `wallets/${wallet.id}`, body, alice.token);
    expect(answer).toMatchObject({
      status: 400,
      json: { code: "feature_not_enabled", error: expect.stringContaining("server_side_access") },
    });
    await turn(true);
    expect((await create(alice.token, body)).additional_signers).toEqual([{ signer_id: id }]);
  });

  it("has wallets of Solana, too", async () => {
    const { key } = await page.exchangeUserKey(alice.token);
    const made = await create(alice.token, { chain_type: "solana" });
    const params = { message: Buffer.from("hello").toString("base64"), encoding: "base64" };
    const body = { chain_type: "solana", method: "signMessage", params };
    const answer = await page.sendSigned(key, "POST", `wallets/${made.id}/rpc`, body, alice.token);
    expect(answer.status, answer.text).toBe(200);
  });
});

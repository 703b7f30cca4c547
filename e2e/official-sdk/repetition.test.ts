import type { PrivyClient } from "@privy-io/node";
import { type Hex, toHex } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AppClient } from "../app-client.ts";
import { type AuthorizationKey, makeAuthorizationKey } from "../authorization-key.ts";
import { policyViolation, refusalOf } from "../refusal.ts";
import { CAIP2, type Stack, startStack } from "../stack.ts";

const RECIPIENT = "0x00000000000000000000000000000000000a11cE";
const reused = {
  status: 400,
  code: "invalid_data",
  error:
    "Idempotency key was reused for a request with a new body. Please create a new idempotency key for the request.",
};

let stack: Stack;
let privy: PrivyClient;
let client: AppClient;
let key: AuthorizationKey;
beforeAll(async () => {
  stack = await startStack();
  const app = await stack.createApp();
  [privy, client, key] = [stack.sdk(app), stack.client(app), makeAuthorizationKey()];
});
afterAll(() => stack?.stop());

const makeWallet = () => privy.wallets().create({ chain_type: "ethereum", owner: { public_key: key.publicKey } });
const soon = () => String(Date.now() + 60_000);
const message = (text: string) => ({ method: "personal_sign", params: { message: text, encoding: "utf-8" } });
const nonceOf = (address: string) => stack.chain.getTransactionCount({ address: address as Hex, blockTag: "pending" });

describe("an idempotency key", () => {
  it("makes one wallet, however often and however simultaneously it is sent", async () => {
    const create = (display_name = "one") =>
      privy.wallets().create({ chain_type: "ethereum", display_name, idempotency_key: "wallet-1" });
    const made = await Promise.all(Array.from({ length: 8 }, () => create()));
    for (const wallet of made) expect(wallet).toEqual(made[0]);
    expect(await create()).toEqual(made[0]);
    const page = await privy.wallets().list({ limit: 100 });
    expect(page.data.filter(({ display_name }) => display_name === "one")).toHaveLength(1);

    expect(await refusalOf(create("two"))).toMatchObject(reused);
    const policy = privy
      .policies()
      .create({ version: "1.0", name: "P", chain_type: "ethereum", rules: [], idempotency_key: "wallet-1" });
    expect(await refusalOf(policy)).toMatchObject(reused);
    const other = stack.sdk(await stack.createApp());
    const theirs = await other.wallets().create({ chain_type: "ethereum", idempotency_key: "wallet-1" });
    expect(theirs.id).not.toBe(made[0]!.id);
  });

  it("counts the body's meaning, not its spelling", async () => {
    const send = (body: string) => {
      const headers: [string, string][] = [
        ["content-type", "application/json"],
        ["privy-idempotency-key", "spelling"],
      ];
      return client.send("POST", "/v1/wallets", [...client.credentials, ...headers], body);
    };
    const first = await send('{"chain_type":"ethereum","display_name":"caf\\u00e9"}');
    const second = await send('{ "display_name": "café", "chain_type": "ethereum" }');
    expect(second.json).toEqual(first.json);
  });

  it("sends one transaction, however often and however simultaneously it is sent", async () => {
    const wallet = await makeWallet();
    await stack.fund(wallet.address, "1");
    const send = (value: number) =>
      privy
        .wallets()
        .ethereum()
        .sendTransaction(wallet.id, {
          caip2: CAIP2,
          params: { transaction: { to: RECIPIENT, value } },
          idempotency_key: "send-1",
          authorization_context: { authorization_private_keys: [key.privateKey] },
        });
    const sent = await Promise.all(Array.from({ length: 8 }, () => send(1)));
    for (const answer of sent) expect(answer).toEqual(sent[0]);
    expect(await send(1)).toEqual(sent[0]);
    expect(await nonceOf(wallet.address)).toBe(1);
    expect(await refusalOf(send(2))).toMatchObject(reused);
    expect(await nonceOf(wallet.address)).toBe(1);
  });

  it("remembers a refusal, but neither a failed authorization nor a policy's verdict", async () => {
    const { id: policyId } = await privy
      .policies()
      .create({ version: "1.0", name: "P", chain_type: "ethereum", rules: [] });
    const wallet = await privy
      .wallets()
      .create({ chain_type: "ethereum", owner: { public_key: key.publicKey }, policy_ids: [policyId] });
    const sign = (authority: AuthorityKeys) =>
      privy.wallets().ethereum().signMessage(wallet.id, {
        message: "x",
        idempotency_key: "verdict",
        authorization_context: authority,
      });
    type AuthorityKeys = { authorization_private_keys?: string[] };
    const owner = { authorization_private_keys: [key.privateKey] };
    expect(await refusalOf(sign({}))).toMatchObject({ status: 401 });
    expect(await refusalOf(sign(owner))).toMatchObject(policyViolation);
    await privy.wallets().update(wallet.id, { policy_ids: [], authorization_context: owner });
    expect((await sign(owner)).signature).toMatch(/^0x/);

    const create = (external_id: string) =>
      privy.wallets().create({ chain_type: "ethereum", policy_ids: [external_id], idempotency_key: "refusal" });
    const missing = "a23456789012345678901234";
    const first = await refusalOf(create(missing));
    expect(first).toMatchObject({ status: 400, code: "invalid_data" });
    expect(await refusalOf(create(missing))).toEqual(first);
  });
});

describe("privy-request-expiry", () => {
  it("in the past, in seconds, or not a number is refused, whether or not the request needs a signature", async () => {
    const wallet = await makeWallet();
    const past = [String(Date.now() - 1), String(Math.floor(Date.now() / 1000) + 600), "0"];
    const malformed = ["soon", "-1", "1e15", "99999999999999999", "0x1", "1.5"];
    for (const [expiries, code] of [
      [past, "request_expired"],
      [malformed, "invalid_data"],
    ] as const) {
      for (const requestExpiry of expiries) {
        const [owned, unowned] = await Promise.all([
          client.request("POST", `/v1/wallets/${wallet.id}/rpc`, { body: message("x"), keys: [key], requestExpiry }),
          client.request("POST", "/v1/wallets", { body: { chain_type: "ethereum" }, requestExpiry }),
        ]);
        expect([owned.status, unowned.status], requestExpiry).toEqual([400, 400]);
        expect([owned.json, unowned.json]).toMatchObject([{ code }, { code }]);
      }
    }
  });

  it("counts only as it was signed", async () => {
    const wallet = await makeWallet();
    const target = `/v1/wallets/${wallet.id}/rpc`;
    const [expiry, later] = [soon(), String(Date.now() + 120_000)];
    const parts = { method: "POST", url: `${stack.url}${target}`, body: message("x"), appId: "" };
    const appId = client.credentials[1]![1];
    const signatures = {
      "without it": key.sign({ ...parts, appId }),
      "with another": key.sign({ ...parts, appId, requestExpiry: later }),
      "for another app": key.sign({ ...parts, appId: "c23456789012345678901234a", requestExpiry: expiry }),
      "for another method": key.sign({ ...parts, appId, method: "PATCH", requestExpiry: expiry }),
      "for another body": key.sign({ ...parts, appId, body: message("y"), requestExpiry: expiry }),
      "for another origin": key.sign({ ...parts, appId, url: `http://evil.example${target}`, requestExpiry: expiry }),
      "for the other path": key.sign({ ...parts, appId, url: `${stack.url}/api${target}`, requestExpiry: expiry }),
    };
    for (const [what, signature] of Object.entries(signatures)) {
      const answer = await client.request("POST", target, { body: message("x"), signature, requestExpiry: expiry });
      expect(answer.status, `signed ${what}`).toBe(401);
    }
    const unsent = key.sign({ ...parts, appId, requestExpiry: expiry });
    expect((await client.request("POST", target, { body: message("x"), signature: unsent })).status).toBe(401);
    const right = { body: message("x"), keys: [key], requestExpiry: expiry };
    expect((await client.request("POST", target, right)).status).toBe(200);
    expect((await client.request("POST", `/api${target}`, { ...right, body: message("y") })).status).toBe(200);
  });

  it("makes a signed request count once: the same again gets the same answer, and nothing happens twice", async () => {
    const wallet = await makeWallet();
    await stack.fund(wallet.address, "1");
    const body = {
      method: "eth_sendTransaction",
      caip2: CAIP2,
      params: { transaction: { to: RECIPIENT, value: toHex(1) } },
    };
    const request = { body, keys: [key], requestExpiry: soon() };
    const target = `/v1/wallets/${wallet.id}/rpc`;
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.request("POST", target, request)));
    for (const answer of answers) expect(answer).toMatchObject({ status: 200, json: answers[0]!.json });
    expect(await nonceOf(wallet.address)).toBe(1);
  });

  it("is not needed; then a change that was undone since cannot be played again", async () => {
    const wallet = await makeWallet();
    const target = `/v1/wallets/${wallet.id}`;
    const signed = (body: { display_name: string }) => {
      const signature = key.sign({
        method: "PATCH",
        url: `${stack.url}${target}`,
        body,
        appId: client.credentials[1]![1],
      });
      return { body, signature };
    };
    const [first, second] = [signed({ display_name: "first" }), signed({ display_name: "second" })];
    expect((await client.request("PATCH", target, first)).status).toBe(200);
    expect(await client.request("PATCH", target, first)).toMatchObject({
      status: 200,
      json: { display_name: "first" },
    });
    expect((await client.request("PATCH", target, second)).status).toBe(200);
    expect(await client.request("PATCH", target, first)).toMatchObject({
      status: 400,
      json: { code: "invalid_state" },
    });
    expect((await privy.wallets().get(wallet.id)).display_name).toBe("second");
  });
});

import type { PrivyClient } from "@privy-io/node";
import type { Page } from "playwright-core";
import {
  type Hex,
  parseEther,
  parseTransaction,
  recoverMessageAddress,
  recoverTransactionAddress,
  recoverTypedDataAddress,
} from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AuthorizationKey, makeAuthorizationKey } from "../authorization-key.ts";
import { hasChromium } from "../dashboard/browser.ts";
import { BrowserClient } from "../login/browser-client.ts";
import { policyViolation, refusalOf } from "../refusal.ts";
import { type App, CAIP2, type Stack } from "../stack.ts";
import type { OpenPage } from "./open-page.ts";
import { type ReactSite, startReactSite } from "./react-site.ts";

const ALICE = "0x00000000000000000000000000000000000A11cE";
const BOB = "0x0000000000000000000000000000000000000B0b";
const EMAIL = "ada@example.com";

/** One story, in order, as a user of a web app lives it. */
describe.skipIf(!hasChromium)("the unmodified React SDK, in a browser, with `apiUrl` alone", () => {
  let site: ReactSite;
  let stack: Stack;
  let app: App;
  let privy: PrivyClient;
  let open: OpenPage;
  let wallet: { id: string; address: string };
  let key: AuthorizationKey;
  let signers: { signerId: string; policyIds: string[] }[];

  beforeAll(async () => {
    site = await startReactSite();
    stack = site.stack;
    app = await stack.createApp(undefined, "React", { allowedOrigins: [site.origin] });
    privy = stack.sdk(app);
    key = makeAuthorizationKey();
    const quorum = await privy.keyQuorums().create({ public_keys: [key.publicKey], authorization_threshold: 1 });
    const value = parseEther("0.1").toString();
    const policy = await privy.policies().create({
      version: "1.0",
      name: "Up to 0.1 ETH to Alice",
      chain_type: "ethereum",
      rules: [
        {
          name: "Small payments to Alice",
          method: "eth_sendTransaction",
          action: "ALLOW",
          conditions: [
            { field_source: "ethereum_transaction", field: "to", operator: "eq", value: ALICE },
            { field_source: "ethereum_transaction", field: "value", operator: "lte", value },
          ],
        },
      ],
    });
    signers = [{ signerId: quorum.id, policyIds: [policy.id] }];
    open = await site.open(app);
    await open.waitFor("ready", true);
  });
  afterAll(() => site?.stop());

  /** The app's server, with the authorization key alone: no user is there. */
  const send = (to: string, ether: string, walletId = wallet.id) =>
    privy
      .wallets()
      .ethereum()
      .sendTransaction(walletId, {
        caip2: CAIP2,
        params: { transaction: { to, value: `0x${parseEther(ether).toString(16)}` } },
        authorization_context: { authorization_private_keys: [key.privateKey] },
      });
  const expectMined = async (hash: string) =>
    expect(await stack.chain.waitForTransactionReceipt({ hash: hash as Hex })).toMatchObject({
      status: "success",
      from: wallet.address.toLowerCase(),
    });

  it("does not sign a user in with a wrong code", async () => {
    await open.call("sendCode", { email: EMAIL });
    await expect(open.call("loginWithCode", { code: "000000" })).rejects.toMatchObject({ code: "invalid_credentials" });
    expect(await open.read("authenticated")).toBe(false);
    expect(await open.call("getAccessToken")).toBeNull();
    expect(open.refusals.splice(0)).toEqual(["401 POST /api/v1/passwordless/authenticate"]);
  });

  it("signs a user in with the code that was mailed", async () => {
    const code = await new BrowserClient(stack, app, site.origin).readCode(EMAIL);
    await open.call("loginWithCode", { code });
    await open.waitFor("authenticated", true);
    expect((await open.read("user"))?.email?.address).toBe(EMAIL);
  });

  it("makes a wallet, which only the user controls", async () => {
    const made = await open.call("createWallet");
    expect(made).toMatchObject({ recoveryMethod: "privy-v2", delegated: false, walletIndex: 0 });
    wallet = { id: made.id!, address: made.address };
    await stack.fund(wallet.address, "1");
    expect(await refusalOf(send(ALICE, "0.05"))).toMatchObject({ status: 401 });
  });

  it("signs a message", async () => {
    const { signature } = await open.call("signMessage", { message: "hello" });
    expect(await recoverMessageAddress({ message: "hello", signature: signature as Hex })).toBe(wallet.address);
  });

  it("signs typed data", async () => {
    const typedData = {
      domain: { name: "Orders", version: "1", chainId: 31337 },
      types: { Order: [{ name: "amount", type: "uint256" }] },
      primaryType: "Order" as const,
    };
    const { signature } = await open.call("signTypedData", { ...typedData, message: { amount: "42" } });
    const signed = { ...typedData, message: { amount: 42n }, signature: signature as Hex };
    expect(await recoverTypedDataAddress(signed)).toBe(wallet.address);
  });

  it("signs a transaction", async () => {
    const { signature } = await open.call("signTransaction", {
      to: ALICE,
      value: "0x1",
      chainId: 31337,
      nonce: 0,
      gasLimit: "0x5208",
      type: 2,
      maxFeePerGas: "0x77359400",
      maxPriorityFeePerGas: "0x3b9aca00",
    });
    const serializedTransaction = signature as `0x02${string}`;
    expect(await recoverTransactionAddress({ serializedTransaction })).toBe(wallet.address);
    expect(parseTransaction(serializedTransaction)).toMatchObject({ to: ALICE.toLowerCase(), value: 1n, nonce: 0 });
  });

  it("fills, signs and sends a transaction", async () => {
    const { hash } = await open.call("sendTransaction", { to: BOB, value: "0x1", chainId: 31337 });
    await expectMined(hash);
  });

  it("lets the server act within the policy, until the user takes it back", async () => {
    const { user } = await open.call("addSessionSigners", { address: wallet.address, signers });
    expect(user.wallet).toMatchObject({ address: wallet.address, delegated: true });
    await expectMined((await send(ALICE, "0.05")).hash);
    for (const refusal of await Promise.all([send(ALICE, "0.2"), send(BOB, "0.05")].map(refusalOf))) {
      expect(refusal).toMatchObject(policyViolation);
    }

    const after = await open.call("removeSessionSigners", { address: wallet.address });
    expect(after.user.wallet).toMatchObject({ delegated: false });
    expect(await refusalOf(send(ALICE, "0.05"))).toMatchObject({ status: 401 });
  });

  it("does the same under the hook's newer name", async () => {
    const { user } = await open.call("addSigners", { address: wallet.address, signers });
    expect(user.wallet).toMatchObject({ delegated: true });
    await expectMined((await send(ALICE, "0.05")).hash);
    expect(await refusalOf(send(BOB, "0.05"))).toMatchObject(policyViolation);
    await open.call("removeSigners", { address: wallet.address });
    expect(await refusalOf(send(ALICE, "0.05"))).toMatchObject({ status: 401 });
  });

  it("makes a wallet that the signer is part of from birth", async () => {
    const { id, address } = await open.call("createWallet", { createAdditional: true, signers });
    await stack.fund(address, "1");
    const { hash } = await send(ALICE, "0.05", id!);
    expect(await stack.chain.waitForTransactionReceipt({ hash: hash as Hex })).toMatchObject({ status: "success" });
    expect(await refusalOf(send(BOB, "0.05", id!))).toMatchObject(policyViolation);
  });

  it("restores the session after a reload", async () => {
    await open.page.reload();
    await open.waitFor("authenticated", true);
    await open.waitFor("walletsReady", true);
    expect((await open.read("user"))?.wallet).toMatchObject({ id: wallet.id, address: wallet.address });
    const { signature } = await open.call("signMessage", { message: "again" });
    expect(await recoverMessageAddress({ message: "again", signature: signature as Hex })).toBe(wallet.address);
  });

  it("keeps the session in two tabs that refresh it at once", async () => {
    const tab = await open.page.context().newPage();
    await tab.goto(open.page.url());
    await Promise.all([tab.reload(), open.page.reload()]);
    const tokenOf = (page: Page) =>
      page
        .waitForFunction(() => window.sdk?.authenticated)
        .then(() => page.evaluate(() => window.sdk!.getAccessToken()));
    for (const token of await Promise.all([tokenOf(tab), tokenOf(open.page)])) expect(token).toMatch(/^ey/);
    await tab.close();
  });

  it("ends the session at logout, for good", async () => {
    const token = await open.call("getAccessToken");
    await open.call("logout");
    await open.waitFor("authenticated", false);
    const headers = { authorization: `Bearer ${token}`, "privy-app-id": app.id };
    await expect.poll(async () => (await fetch(`${stack.url}/api/v1/users/me`, { headers })).status).toBe(401);
    await open.page.reload();
    await open.waitFor("ready", true);
    expect(await open.read("authenticated")).toBe(false);
    expect(await open.call("getAccessToken")).toBeNull();
  });

  it("adds no signer while the app's server-side access is off", async () => {
    const testAccounts = [{ email: EMAIL, otp: "246810" }];
    const more = { allowedOrigins: [site.origin], serverSideAccess: false, testAccounts };
    const closed = await stack.createApp(undefined, "Closed", more);
    const quorum = { public_keys: [key.publicKey], authorization_threshold: 1 };
    const { id: signerId } = await stack.sdk(closed).keyQuorums().create(quorum);
    const other = await site.open(closed);
    await other.waitFor("ready", true);
    await other.call("sendCode", { email: EMAIL });
    await other.call("loginWithCode", { code: "246810" });
    await other.waitFor("authenticated", true);
    const { address } = await other.call("createWallet");
    const adding = other.call("addSigners", { address, signers: [{ signerId, policyIds: [] }] });
    await expect(adding).rejects.toMatchObject({ code: "feature_not_enabled" });
    await other.page.context().close();
  });

  it("was refused nothing, and needed nothing but this server, the app's page and the chain", () => {
    expect(open.refusals).toEqual([]);
    expect([...new Set(open.strangers)]).toEqual(["explorer-api.walletconnect.com"]);
    expect(open.crashes).toEqual([]);
  });
});

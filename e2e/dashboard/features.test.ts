import { createLoginLink } from "@mandate/cli/login-link";
import { generateP256KeyPair, PrivyClient } from "@privy-io/node";
import { createViemAccount } from "@privy-io/node/viem";
import type { Browser, Page } from "playwright-core";
import { recoverMessageAddress } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BrowserClient } from "../login/browser-client.ts";
import { type App, type Stack, startStack } from "../stack.ts";
import { hasChromium, launchBrowser } from "./browser.ts";

describe.skipIf(!hasChromium)("what the pages do", () => {
  let stack: Stack;
  let browser: Browser;
  let page: Page;
  let app: App;

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
    app = await stack.createApp();
    page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(30_000);
    await page.goto((await createLoginLink(stack.instance.server)).url);
    await page.waitForURL(/\/app\//);
  });

  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  const open = async (path: string) => {
    await page.goto(`${stack.url}/app/${app.id}${path}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
  };

  describe("Inbox", () => {
    it("teaches, and shows a code as it comes", async () => {
      await open("/");
      await page.getByRole("link", { name: "Inbox" }).click();
      await page.getByText("No mails yet").waitFor();
      const answer = await fetch(`${stack.url}/v1/passwordless/init`, {
        method: "POST",
        headers: { "privy-app-id": app.id, "content-type": "application/json" },
        body: JSON.stringify({ email: "user@example.com" }),
      });
      expect(answer.status).toBe(200);
      await page.getByRole("link", { name: /user@example.com/ }).click();
      const code = await page.locator('[data-field="Code"]').innerText();
      expect(code).toMatch(/^\d{6}$/);
      await page.getByText(`Your code for Test is ${code}.`).waitFor();
      // The address holds what is shown.
      await page.reload();
      expect(await page.locator('[data-field="Code"]').innerText()).toBe(code);
    });
  });

  describe("Users", () => {
    it("are narrowed by what they have, and the address says by what", async () => {
      const privy = stack.sdk(app);
      await privy.users().create({
        linked_accounts: [{ type: "email", address: "with@example.com" }],
        wallets: [{ chain_type: "ethereum" }],
      });
      await privy.users().create({ linked_accounts: [{ type: "email", address: "without@example.com" }] });
      await privy.users().create({ linked_accounts: [{ type: "custom_auth", custom_user_id: "by-jwt" }] });
      await open("/users");
      await page.getByRole("link", { name: "by-jwt" }).waitFor();
      await page.getByLabel("Kind of account").selectOption("Email");
      await page.getByRole("link", { name: "by-jwt" }).waitFor({ state: "detached" });
      await page.getByLabel("Wallet", { exact: true }).selectOption("Without wallet");
      await page.getByRole("link", { name: "with@example.com", exact: true }).waitFor({ state: "detached" });
      expect(await page.getByRole("table").getByRole("link").allInnerTexts()).toEqual(["without@example.com"]);
      expect(page.url()).toContain("kind=email&wallet=without");
      await page.reload();
      await page.getByRole("link", { name: "without@example.com" }).waitFor();
      await page.getByLabel("Kind of account").selectOption("Google");
      await page.getByText("No user matches").waitFor();
    });

    it("sign-ins are shown and ended, one and all", async () => {
      const client = new BrowserClient(stack, app, undefined);
      const first = await client.signInByEmail("often@example.com");
      const isIn = async ({ token }: { token: string }) =>
        (await client.send("GET", "users/me", { token })).status === 200;
      const more = [await client.signInByEmail("often@example.com"), await client.signInByEmail("often@example.com")];
      await open(`/users/${first.user.id}`);
      // The oldest is the last.
      await page.getByRole("button", { name: "End", exact: true }).last().click();
      await page.getByRole("button", { name: "End session" }).click();
      await expect.poll(() => page.getByRole("button", { name: "End", exact: true }).count()).toBe(2);
      expect(await Promise.all([first, ...more].map(isIn))).toEqual([false, true, true]);
      await page.getByRole("button", { name: "End all" }).click();
      await page.getByRole("alertdialog").getByRole("button", { name: "End all" }).click();
      await page.getByText("Not signed in").waitFor();
      expect(await Promise.all(more.map(isIn))).toEqual([false, false]);
    });
  });

  describe("Condition sets and aggregations", () => {
    it("a set is filled, searched, named in a policy, and says so", async () => {
      await open("/policies");
      await page.getByRole("link", { name: "Condition sets" }).click();
      await page.getByText("No condition sets yet").waitFor();
      await page.getByRole("button", { name: "Create condition set" }).first().click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("Name").fill("Friends");
      const values = Array.from({ length: 150 }, (_, at) => `0x${String(at).padStart(40, "0")}`);
      await dialog.getByLabel("Values").fill(values.join("\n"));
      await dialog.getByRole("button", { name: "Create condition set" }).click();
      await page.getByRole("heading", { name: "Friends", level: 1 }).waitFor();
      await page.getByText("150 values", { exact: true }).first().waitFor();
      const setId = page.url().split("/").at(-1) ?? "";
      await page.getByLabel("Find what contains a text").fill("0149");
      await page.getByRole("button", { name: `Remove ${values[149]}` }).click();
      await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
      await page.getByText("No value contains this").waitFor();
      await page.getByText("149 values", { exact: true }).waitFor();
      const condition = {
        field_source: "ethereum_transaction",
        field: "to",
        operator: "in_condition_set",
        value: setId,
      };
      const rule = {
        name: "To friends",
        method: "eth_sendTransaction" as const,
        action: "ALLOW" as const,
        conditions: [condition as never],
      };
      await stack
        .sdk(app)
        .policies()
        .create({ version: "1.0", name: "Pays friends", chain_type: "ethereum", rules: [rule] });
      await page.reload();
      await page.getByRole("link", { name: "Pays friends" }).click();
      await page.getByRole("heading", { name: "Pays friends", level: 1 }).waitFor();
    });

    it("an aggregation is written from a template, and refused before it is sent when it makes no sense", async () => {
      await open("/policies/aggregations");
      await page.getByRole("button", { name: "Create aggregation" }).first().click();
      await page.getByLabel("Begin with").selectOption("USDC sent in a day");
      await page.getByText("The sum of the argument “amount” of transfer").waitFor();
      const create = page.getByRole("dialog").getByRole("button", { name: "Create aggregation" });
      const definition = page.getByLabel("Definition");
      const text = await definition.inputValue();
      await definition.fill(text.replace("86400", "60"));
      expect(await create.isDisabled()).toBe(true);
      await definition.fill(text);
      await create.click();
      await page.getByRole("heading", { name: "USDC sent in a day", level: 1 }).waitFor();
      await page.getByRole("button", { name: "Delete" }).click();
      await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
      await page.getByText("No aggregations yet").waitFor();
    });
  });

  describe("a wallet", () => {
    it("of the app's own: its signer is asked what it may do, and revoked", async () => {
      const privy = stack.sdk(app);
      const key = await generateP256KeyPair();
      const quorum = await privy.keyQuorums().create({ public_keys: [key.publicKey], display_name: "Agent" });
      const conditions = [
        { field_source: "message" as const, field: "content", operator: "starts_with" as const, value: "order:" },
      ];
      const rule = { name: "Orders", method: "personal_sign" as const, action: "ALLOW" as const, conditions };
      const policy = await privy
        .policies()
        .create({ version: "1.0", name: "Orders only", chain_type: "ethereum", rules: [rule as never] });
      const wallet = await privy.wallets().create({
        chain_type: "ethereum",
        additional_signers: [{ signer_id: quorum.id, override_policy_ids: [policy.id] }],
      });
      await open(`/wallets/${wallet.id}`);
      await page.getByRole("button", { name: "Simulate" }).click();
      await page.getByRole("button", { name: "Run" }).click();
      await page.getByText("A rule allows it").waitFor();
      const request = page.getByLabel("Request");
      await request.fill((await request.inputValue()).replace("order:42", "I owe you"));
      await page.getByRole("button", { name: "Run" }).click();
      await page.getByText("No rule allows it").waitFor();
      await page.getByText("I owe you").last().waitFor();
      await page.getByRole("button", { name: "Revoke" }).click();
      await page.getByRole("alertdialog").getByRole("button", { name: "Revoke" }).click();
      await page.getByText("No session signers").waitFor();
      expect((await privy.wallets().get(wallet.id)).additional_signers).toEqual([]);
    });
  });

  describe("Connect", () => {
    const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor;
    const key = { privateKey: "", address: "" };

    beforeAll(async () => {
      const privy = stack.sdk(app);
      const { privateKey, publicKey } = await generateP256KeyPair();
      const quorum = await privy.keyQuorums().create({ public_keys: [publicKey], display_name: "Server" });
      const value = { field_source: "ethereum_transaction", field: "value", operator: "lte", value: "1" };
      const content = { field_source: "message", field: "content", operator: "starts_with", value: "order:" };
      const rules = [
        { name: "Pay", method: "eth_sendTransaction", action: "ALLOW", conditions: [value] },
        { name: "Sign", method: "personal_sign", action: "ALLOW", conditions: [content] },
      ];
      const policy = await privy
        .policies()
        .create({ version: "1.0", name: "Connect", chain_type: "ethereum", rules: rules as never });
      const wallet = await privy.wallets().create({
        chain_type: "ethereum",
        owner: { public_key: (await generateP256KeyPair()).publicKey },
        additional_signers: [{ signer_id: quorum.id, override_policy_ids: [policy.id] }],
      });
      await stack.fund(wallet.address, "1");
      Object.assign(key, { privateKey, address: wallet.address });
    });

    /** The code of these cards, one after the other, as it stands; only the imports are handed in. */
    async function run(sdk: string, titles: string[], given: object, answer: string): Promise<string> {
      await open(`/connect?sdk=${sdk}`);
      await page.getByRole("link", { name: sdk === "viem" ? "viem" : "Node", exact: true }).waitFor();
      await page.waitForLoadState("networkidle");
      const texts = [];
      for (const title of titles) texts.push(await page.getByRole("region", { name: title }).innerText());
      const code = texts.join("\n").replace(/^import .*$/gm, "");
      const process = { env: { APP_SECRET: app.secret, AUTHORIZATION_PRIVATE_KEY: key.privateKey } };
      const all = { ...given, process };
      return new AsyncFunction(...Object.keys(all), `${code}\nreturn ${answer};`)(...Object.values(all));
    }

    it("has code for @privy-io/node that runs as it stands", async () => {
      const titles = ["Set up @privy-io/node", "Send a transaction"];
      const hash = (await run("node", titles, { PrivyClient }, "hash")) as `0x${string}`;
      expect(await stack.chain.waitForTransactionReceipt({ hash })).toMatchObject({ status: "success" });
    });

    it("has code for viem that runs as it stands", async () => {
      const titles = ["Set up @privy-io/node", "An account of viem's"];
      const signature = (await run("viem", titles, { PrivyClient, createViemAccount }, "signature")) as `0x${string}`;
      expect(await recoverMessageAddress({ message: "order:42", signature })).toBe(key.address);
    });

    it.each([
      ["React", 'apiUrl="'],
      ["JavaScript", 'baseUrl: "'],
      ["server-auth", 'apiURL: "'],
      ["curl", '-H "privy-app-id: '],
    ])("has code for %s with this app's ID and this server's address", async (label, mark) => {
      await open("/connect");
      await page.getByRole("link", { name: label, exact: true }).click();
      const code = page.getByRole("region").filter({ hasText: mark }).first();
      await code.waitFor();
      expect(await code.innerText()).toContain(app.id);
      expect(await page.locator("main").innerText()).toContain(stack.url);
    });
  });

  it("a template begins with a chain of this server, and another one can be chosen", async () => {
    await open("/policies/new?template=token");
    await page.getByText("the chain ID is 1,").waitFor();
    await open("/policies/new?template=deadline");
    await page.getByText("the chain ID is 31337").waitFor();
    await page.getByLabel("Chain", { exact: true }).selectOption("Base (8453)");
    await page.getByText("the chain ID is 8453").waitFor();
    expect(page.url()).toContain("chain=8453");
    await page.reload();
    await page.getByText("the chain ID is 8453").waitFor();
  });
});

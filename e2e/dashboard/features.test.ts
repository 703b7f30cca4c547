import { createLoginLink } from "@mandate/cli/login-link";
import type { Browser, Page } from "playwright-core";
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
      await privy
        .users()
        .create({
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
      await page.getByText("Session ended").waitFor();
      expect(await Promise.all([first, ...more].map(isIn))).toEqual([false, true, true]);
      await page.getByRole("button", { name: "End all" }).click();
      await page.getByRole("alertdialog").getByRole("button", { name: "End all" }).click();
      await page.getByText("Not signed in").waitFor();
      expect(await Promise.all(more.map(isIn))).toEqual([false, false]);
    });
  });
});

import { createLoginLink } from "@mandate/cli/login-link";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
});

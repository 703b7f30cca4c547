import { createLoginLink } from "@mandate/cli/login-link";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../stack.ts";
import { hasChromium, launchBrowser } from "./browser.ts";
import { addVirtualAuthenticator, type VirtualAuthenticator } from "./virtual-authenticator.ts";

/** A member of the team signs in to the dashboard with a passkey: at a host with a name, as docs/dashboard.md says. */
describe.skipIf(!hasChromium)("a passkey for the dashboard", () => {
  let stack: Stack;
  let browser: Browser;
  let page: Page;
  let authenticator: VirtualAuthenticator;
  let home: string;

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
    const link = new URL((await createLoginLink(stack.instance.server)).url);
    link.hostname = "localhost";
    home = link.origin;
    page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(60_000);
    authenticator = await addVirtualAuthenticator(page);
    await page.goto(link.href);
    await page.getByRole("navigation", { name: "Main" }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  const passkeyButton = () => page.getByRole("button", { name: "Sign in with a passkey" });

  async function signOut(): Promise<void> {
    await page.getByRole("button", { name: "Admin" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  }

  it("is added in the settings", async () => {
    await page.goto(`${home}/settings`);
    await page.getByText("No passkeys yet").waitFor();
    await page.getByRole("button", { name: "Add passkey" }).click();
    await page.getByText(/^Passkey of \d{4}-\d{2}-\d{2}$/).waitFor();
    expect(await authenticator.credentials()).toEqual([expect.objectContaining({ rpId: "localhost" })]);
  });

  it("is refused without its holder's finger, which signs nobody in", async () => {
    await signOut();
    await authenticator.setUserVerified(false);
    await passkeyButton().click();
    await page.getByText("No passkey was used. Try again, or sign in another way.").waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(await page.context().cookies()).toEqual([]);
  });

  it("signs its member in", async () => {
    await authenticator.setUserVerified(true);
    await passkeyButton().click();
    await page.getByRole("navigation", { name: "Main" }).waitFor();
    await page.goto(`${home}/settings/sessions`);
    await page
      .getByText(/passkey/i)
      .first()
      .waitFor();
  });

  it("signs nobody in once it was removed", async () => {
    await page.goto(`${home}/settings`);
    await page.getByRole("button", { name: "Remove" }).click();
    await page.getByText("No passkeys yet").waitFor();
    await signOut();
    await passkeyButton().click();
    await page.getByText("the passkey was not accepted").waitFor();
    expect(await page.context().cookies()).toEqual([]);
  });

  it("is not offered where the page was opened by address", async () => {
    await page.goto(`${home.replace("localhost", "127.0.0.1")}/app`);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await page.getByText("npx mandate login-link").waitFor();
    expect(await passkeyButton().count()).toBe(0);
  });
});

import { operatorChange } from "@mandate/cli/operator-request";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../stack.ts";
import { hasChromium, launchBrowser } from "./browser.ts";
import { inspectPage, openPage } from "./inspect-page.ts";
import { signInByLink } from "./team-client.ts";

describe.skipIf(!hasChromium)("Authentication, Socials", () => {
  let stack: Stack;
  let browser: Browser;

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  it("shows an app's providers, and takes a secret that it never shows", async () => {
    const { id: appId } = await stack.createApp();
    const oauth_providers: JsonObject[] = [
      { provider: "google", client_id: "1234.apps.googleusercontent.com" },
      { provider: "github", client_id: "Iv1.1234", proof: "api" },
    ];
    const change = { method: "PATCH" as const, path: `/operator/v1/apps/${appId}`, appId, body: { oauth_providers } };
    await operatorChange(stack.instance.server, change, Date.now());
    const context = await browser.newContext({ baseURL: stack.url, bypassCSP: true });
    context.setDefaultTimeout(30_000);
    await (await signInByLink(stack)).enter(context);
    const page = await context.newPage();
    await openPage(page, `/app/${appId}/authentication/socials`);
    await page.getByText("API's word", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Set secret of google" }).click();
    await page.getByRole("textbox", { name: "Client secret" }).fill("a-client-secret");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Client secret set").waitFor();
    expect(await page.content()).not.toContain("a-client-secret");
    expect(await inspectPage(page, "filled", "socials-with-providers")).toEqual([]);
  });
});

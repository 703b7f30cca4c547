import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createLoginLink } from "@mandate/cli/login-link";
import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../stack.ts";
import { hasChromium, launchBrowser } from "./browser.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Where the pictures go, for a look. */
const FOLDER = fileURLToPath(new URL("../../test-results/dashboard", import.meta.url));

const PAGES = {
  apps: "",
  overview: "/",
  connect: "/connect",
  users: "/users",
  authentication: "/authentication",
  socials: "/authentication/socials",
  advanced: "/authentication/advanced",
  wallets: "/wallets",
  "authorization-keys": "/authorization-keys",
  policies: "/policies",
  activity: "/activity",
  logs: "/logs",
  inbox: "/inbox",
  "app-settings": "/settings",
};

type Violation = { id: string; nodes: { html: string }[] };

describe.skipIf(!hasChromium)("every page of an app without anything in it", () => {
  let stack: Stack;
  let browser: Browser;
  let state: Awaited<ReturnType<BrowserContext["storageState"]>>;
  let appId: string;

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
    mkdirSync(FOLDER, { recursive: true });
    appId = (await stack.createApp()).id;
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto((await createLoginLink(stack.instance.server)).url);
    await page
      .getByRole("navigation", { name: "Main" })
      .or(page.getByRole("heading", { level: 1 }))
      .first()
      .waitFor();
    state = await context.storageState();
    await context.close();
  });

  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  it.each([
    ["light", 1280],
    ["dark", 1280],
    ["light", 390],
    ["dark", 390],
  ] as const)("is accessible and fits, %s, %i pixels wide", async (colorScheme, width) => {
    // The page's own policy would keep the checker out, as it should.
    const viewport = { width, height: 844 };
    const context = await browser.newContext({ colorScheme, viewport, storageState: state, bypassCSP: true });
    const page = await context.newPage();
    const found: string[] = [];
    page.on("pageerror", (error) => found.push(String(error)));
    for (const [name, path] of Object.entries(PAGES)) {
      await page.goto(`${stack.url}/app${path === "" ? "" : `/${appId}${path === "/" ? "" : path}`}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.waitForLoadState("networkidle");
      await page.screenshot({ path: join(FOLDER, `${name}-${colorScheme}-${width}.png`) });
      await page.addScriptTag({ content: axe });
      const violations = (await page.evaluate("axe.run().then(({ violations }) => violations)")) as Violation[];
      for (const { id, nodes } of violations) found.push(`${name}: ${id} ${nodes[0]?.html ?? ""}`);
      if (await page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")) found.push(`${name}: too wide`);
    }
    await context.close();
    expect(found).toEqual([]);
  });
});

import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Where the pictures go, for a look. */
const FOLDER = fileURLToPath(new URL("../../test-results/screenshots/dashboard", import.meta.url));

const VARIANTS = [
  { colorScheme: "light", width: 1280, height: 800 },
  { colorScheme: "dark", width: 1280, height: 800 },
  { colorScheme: "dark", width: 390, height: 844 },
  { colorScheme: "light", width: 390, height: 844 },
] as const;

type Violation = { id: string; nodes: { html: string }[] };

/** Opens a page of the dashboard in a browser that has none of it yet, ready to be inspected. */
export async function openPage(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await settle(page);
  await page.evaluate(axe);
}

/** Goes there as a click on a link does: without loading the dashboard again. */
export async function followLink(page: Page, address: string): Promise<void> {
  await page.evaluate((href) => {
    const { __TSR_ROUTER__: router } = self as unknown as {
      __TSR_ROUTER__: { navigate(to: { href: string }): Promise<void> };
    };
    return router.navigate({ href });
  }, address);
  await settle(page);
}

/** Waits until the page is what it will be: it has its heading, and nothing of it is a skeleton. */
async function settle(page: Page): Promise<void> {
  // By its tag: behind an open dialog it has no role.
  await page.locator("h1").first().waitFor();
  await page.waitForFunction(() => document.querySelector('[aria-label="Loading"]') === null);
}

function runAxe(page: Page): Promise<Violation[]> {
  return page.evaluate(async () => {
    const { axe } = self as unknown as { axe: { run(options: object): Promise<{ violations: Violation[] }> } };
    return (await axe.run({ resultTypes: ["violations"] })).violations;
  });
}

/**
 * The page as it stands, in light and dark, on a desktop and on a phone: a picture of each, and what axe and the width
 * say against it.
 */
export async function inspectPage(page: Page, state: string, name: string): Promise<string[]> {
  mkdirSync(join(FOLDER, state), { recursive: true });
  const found: string[] = [];
  for (const { colorScheme, width, height } of VARIANTS) {
    const variant = `${name}-${colorScheme}-${width}`;
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height });
    await page.waitForFunction((theme) => document.documentElement.dataset.theme === theme, colorScheme);
    const violations = await runAxe(page);
    for (const { id, nodes } of violations) found.push(`${state}/${variant}: ${id} ${nodes[0]?.html ?? ""}`);
    if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) {
      found.push(`${state}/${variant}: wider than the screen`);
    }
    for (const table of await listCutTables(page))
      found.push(`${state}/${variant}: a part of ${table} is out of sight`);
    await takePicture(page, join(FOLDER, state, `${variant}.png`), { width, height });
  }
  return found;
}

/** Tables that have to be scrolled sideways. */
function listCutTables(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll("table")]
      .filter(({ parentElement: frame }) => frame !== null && frame.scrollWidth > frame.clientWidth)
      .map((table) => table.ariaLabel ?? "a table"),
  );
}

/** All of the page, in a window of its height: Chromium may repeat pieces of what lies beyond a window in a picture. */
async function takePicture(page: Page, path: string, { width, height }: { width: number; height: number }) {
  const whole = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width, height: Math.max(height, whole) });
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  await page.screenshot({ path });
}

import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Where the pictures go, for a look. */
const FOLDER = fileURLToPath(new URL("../../test-results/screenshots/example", import.meta.url));
const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };

type Violation = { id: string; nodes: { html: string }[] };

/** Pictures of what the page shows now, light and dark, wide and narrow; answers what is wrong with any of them. */
export async function capture(page: Page, name: string): Promise<string[]> {
  mkdirSync(FOLDER, { recursive: true });
  const found: string[] = [];
  for (const [device, size] of Object.entries(SIZES)) {
    await page.setViewportSize(size);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      const variant = `${name}-${colorScheme}-${device}`;
      await page.screenshot({ path: join(FOLDER, `${variant}.png`), fullPage: true });
      await page.evaluate(`window.axe ?? (0, eval)(${JSON.stringify(axe)})`);
      const run = "axe.run(document, { iframes: false }).then(({ violations }) => violations)";
      const violations = (await page.evaluate(run)) as Violation[];
      for (const { id, nodes } of violations) found.push(`${variant}: ${id} ${nodes[0]?.html ?? ""}`);
      if (await page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")) {
        found.push(`${variant}: too wide`);
      }
    }
  }
  return found;
}

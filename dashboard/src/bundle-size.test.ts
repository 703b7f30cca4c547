import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = join(root, "dashboard/dist/page");

type Chunk = { file: string; imports?: string[]; css?: string[]; isEntry?: boolean; isDynamicEntry?: boolean };
let chunks: Record<string, Chunk>;

beforeAll(() => {
  execFileSync(process.execPath, [join(root, "tools/bootstrap.cts"), "build"], { cwd: root });
  chunks = JSON.parse(readFileSync(join(page, "manifest.json"), "utf8"));
}, 180_000);

/** The files that a chunk needs before it runs. */
function filesOf(name: string, seen = new Set<string>()): Set<string> {
  const chunk = chunks[name];
  if (chunk === undefined || seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  for (const style of chunk.css ?? []) seen.add(style);
  for (const imported of chunk.imports ?? []) filesOf(imported, seen);
  return seen;
}

const gzipKb = (files: Iterable<string>) =>
  [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(page, file)), { level: 9 }).length, 0) / 1000;

describe("what the browser loads", () => {
  it("is at most 180 kB before the first page shows", () => {
    const entry = Object.keys(chunks).find((name) => chunks[name]?.isEntry) ?? "";
    const first = [...filesOf(entry), "index.html", "dashboard/theme.js"];
    const size = gzipKb(first);
    console.info(`first load: ${size.toFixed(1)} kB gzip in ${first.length} files`);
    expect(size).toBeGreaterThan(50);
    expect(size).toBeLessThanOrEqual(180);
  });

  it("is at most 200 kB more for any route", () => {
    const entry = filesOf(Object.keys(chunks).find((name) => chunks[name]?.isEntry) ?? "");
    const routes = Object.keys(chunks).filter((name) => chunks[name]?.isDynamicEntry);
    expect(routes.length).toBeGreaterThan(10);
    for (const route of routes) {
      const size = gzipKb([...filesOf(route)].filter((file) => !entry.has(file)));
      expect(size, route).toBeLessThanOrEqual(200);
    }
  });

  it("names nothing from elsewhere and nothing inline", () => {
    const html = readFileSync(join(page, "index.html"), "utf8");
    expect(html.match(/(?:src|href)="[^"]*"/g)?.every((one) => /="\/dashboard\//.test(one))).toBe(true);
    expect(html).not.toMatch(/<style|<script>|style=|onload=/);
    expect(dirname(chunks[Object.keys(chunks)[0]!]!.file)).toBe("dashboard");
  });
});

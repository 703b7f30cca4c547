import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { HttpResponse } from "../http/response.ts";

export type PageFiles = {
  /** A file by its name; undefined when the bundle has none of that name. */
  find(name: string): HttpResponse | undefined;
  /** The name, with its hash, of the script that a source became. */
  scriptOf(source: string): string | undefined;
  /** The names of the style sheets that it imports. */
  stylesOf(source: string): readonly string[];
};

const TYPES: { [extension: string]: string } = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  woff2: "font/woff2",
};

/** A bundle of a page, held in memory: its names hold hashes of the contents, so they may be kept for ever. */
export function readPageFiles(folder: string): PageFiles {
  const files = new Map<string, HttpResponse>();
  let manifest: { [source: string]: { file: string; css?: string[] } } = {};
  try {
    manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
    for (const name of readdirSync(folder)) {
      const type = TYPES[name.slice(name.lastIndexOf(".") + 1)];
      if (type === undefined) continue;
      const headers = { "content-type": type, "cache-control": "public, max-age=31536000, immutable" };
      files.set(name, { status: 200, rawBody: readFileSync(join(folder, name)), headers });
    }
  } catch {
    // Not built: `npm run build` makes it, and until then the pages say so.
  }
  return {
    find: (name) => files.get(name),
    scriptOf: (source) => manifest[source]?.file,
    stylesOf: (source) => manifest[source]?.css ?? [],
  };
}

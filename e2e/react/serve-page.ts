import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

export type PageServer = { origin: string; stop(): Promise<void> };

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const built = path("dist/page");
const PACKAGES_LOCK = "../../examples/react-session-signer/package-lock.json";

const contentTypes: { [extension: string]: string } = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".wasm": "application/wasm",
};

/** Bundles the page, for production as an app would, when what it is made of has changed. */
export function buildPage(): void {
  const sources = [...readdirSync(path("page")).map((name) => `page/${name}`), "vite.config.ts", PACKAGES_LOCK];
  const newestMs = Math.max(...sources.map((name) => statSync(path(name)).mtimeMs));
  const builtMs = statSync(join(built, "manifest.json"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (builtMs > newestMs) return;
  const vite = path("../../node_modules/vite/bin/vite.js");
  execFileSync(process.execPath, [vite, "build", "--logLevel", "error", "--config", path("vite.config.ts")], {
    env: { ...process.env, NODE_ENV: "production" },
    stdio: "inherit",
  });
}

/** The page at an origin of its own. The host is `localhost`: browsers take it for as safe as HTTPS, and so does the SDK. */
export async function servePage(): Promise<PageServer> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const name = pathname === "/" ? "/index.html" : normalize(pathname);
    try {
      const content = readFileSync(join(built, name));
      response.writeHead(200, { "content-type": contentTypes[extname(name)] ?? "application/octet-stream" });
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

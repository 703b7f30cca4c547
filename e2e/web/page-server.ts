import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

/** Browsers take `localhost` for as safe as HTTPS, and for the name of a host that passkeys can be for. */
export type PageServer = { origin: string; stop(): Promise<void> };

/** Bundles the page as an app would, and serves it at an origin of its own. */
export async function servePage(): Promise<PageServer> {
  const folder = mkdtempSync(join(tmpdir(), "mandate-page-"));
  const root = fileURLToPath(new URL("page", import.meta.url));
  const options = { outDir: folder, emptyOutDir: true, target: "es2023", minify: false, reportCompressedSize: false };
  await build({ root, configFile: false, logLevel: "error", build: { ...options, chunkSizeWarningLimit: 100_000 } });
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const name = pathname === "/" ? "index.html" : normalize(pathname);
    try {
      const content = readFileSync(join(folder, name));
      response.setHeader("content-type", name.endsWith(".js") ? "text/javascript" : "text/html; charset=utf-8");
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
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

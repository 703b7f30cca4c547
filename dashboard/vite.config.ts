import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// Whoever builds, a test among them, gets the production build.
if (process.argv.includes("build")) process.env.NODE_ENV = "production";

// Served by the API below `/` with `default-src 'self'`: nothing inline, nothing from elsewhere.
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  plugins: [react(), tailwindcss()],
  resolve: { conditions: ["mandate-src", "browser", "module", "import", "default"] },
  build: {
    outDir: "dist/page",
    emptyOutDir: true,
    assetsDir: "dashboard",
    manifest: "manifest.json",
    target: "es2023",
    // A data: URL would need an exception in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
    reportCompressedSize: false,
  },
  server: {
    proxy: Object.fromEntries(
      ["/v1", "/operator", "/health"].map((path) => [path, process.env.MANDATE_URL ?? "http://127.0.0.1:3000"]),
    ),
  },
});

import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const source = (name: string) => fileURLToPath(new URL(`src/${name}`, import.meta.url));

/** Bundles the pages' scripts under names that hold their hashes; the server reads which from the manifest. */
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  resolve: { conditions: ["mandate-src", "browser", "import", "module", "default"] },
  build: {
    outDir: "dist/page",
    emptyOutDir: true,
    manifest: "manifest.json",
    modulePreload: false,
    target: "es2022",
    reportCompressedSize: false,
    rolldownOptions: {
      input: { page: source("page.ts"), export: source("export-page.ts") },
      output: {
        entryFileNames: "[name]-[hash].js",
        chunkFileNames: "[name]-[hash].js",
        assetFileNames: "[name]-[hash][extname]",
      },
    },
  },
});

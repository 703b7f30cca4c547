import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

/** The page's packages are the example's: one installation, and one copy of React. */
const packages = fileURLToPath(new URL("../../examples/react-session-signer/package.json", import.meta.url));
const page = fileURLToPath(new URL("page/", import.meta.url));

function examplePackages(): Plugin {
  return {
    name: "packages-of-the-example",
    enforce: "pre",
    resolveId(source, importer, options) {
      if (!importer?.startsWith(page) || /^[./\0]/.test(source)) return null;
      return this.resolve(source, packages, { ...options, skipSelf: true });
    },
  };
}

export default defineConfig({
  root: page,
  plugins: [examplePackages()],
  build: {
    outDir: fileURLToPath(new URL("dist/page", import.meta.url)),
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2023",
    minify: false,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 100_000,
  },
});

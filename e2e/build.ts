import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Once before the end-to-end tests: they run the built programs. Takes a moment when nothing changed. */
export default function build(): void {
  const require = createRequire(import.meta.url);
  const compiler = join(dirname(require.resolve("typescript/package.json")), "bin", "tsc");
  const root = fileURLToPath(new URL("..", import.meta.url));
  execFileSync(process.execPath, [compiler, "-b"], { cwd: root, stdio: "inherit" });
}

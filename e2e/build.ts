import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Once before the end-to-end tests: they run the built programs and pages. Takes a moment when nothing changed. */
export default function build(): void {
  const root = fileURLToPath(new URL("..", import.meta.url));
  execFileSync(process.execPath, ["tools/bootstrap.cts", "build"], { cwd: root, stdio: "inherit" });
}

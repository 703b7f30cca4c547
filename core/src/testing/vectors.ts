/**
 * Where the official test vectors are: `$MANDATE_VECTORS`, or `shared/vectors` in a folder above this one.
 * Undefined in a clone without them; the tests that need them then skip and say so. Used by tests only.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export function vectorsPath(folder: string): string | undefined {
  const candidates: string[] = process.env.MANDATE_VECTORS ? [process.env.MANDATE_VECTORS] : [];
  for (let at = dirname(fileURLToPath(import.meta.url)); ; at = dirname(at)) {
    candidates.push(join(at, "shared", "vectors"), join(at, "..", "shared", "vectors"));
    if (dirname(at) === at) break;
  }
  const found = candidates.map((root) => join(root, folder)).find((path) => existsSync(path));
  if (found === undefined) {
    console.warn(
      `skipped: the official vectors "${folder}" are not here; set MANDATE_VECTORS to the folder that holds them`,
    );
  }
  return found;
}

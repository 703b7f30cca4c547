import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { HighWater, type SeenVersion } from "./core/high-water.ts";

/**
 * The high-water marks on disk: one line `<key> <version> <mac>` per newly seen version, appended and synced before the
 * signer relies on it, so a database restored to an older state is refused after a restart too. A torn last line is
 * what a crash leaves and is dropped; it was never relied on.
 */
export function openHighWaterFile(path: string): HighWater {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const seen = readMarks(path);
  rewrite(path, seen);
  const file = openSync(path, "a", 0o600);
  return new HighWater(seen, (key, mark) => {
    writeSync(file, `${key} ${mark.version} ${mark.mac}\n`);
    fdatasyncSync(file);
  });
}

function readMarks(path: string): Map<string, SeenVersion> {
  const seen = new Map<string, SeenVersion>();
  if (!existsSync(path)) return seen;
  const lines = readFileSync(path, "utf8").split("\n");
  lines.pop();
  for (const [at, line] of lines.entries()) {
    const match = /^(\S+) (\d{1,15}) ([A-Za-z0-9_-]{43})$/.exec(line);
    if (match === null) throw new Error(`${path} is damaged at line ${at + 1}; nothing is signed until it is restored`);
    const [, key, version, mac] = match as unknown as [string, string, string, string];
    if (Number(version) >= (seen.get(key)?.version ?? 0)) seen.set(key, { version: Number(version), mac });
  }
  return seen;
}

/** One line per record again, whole or not at all. */
function rewrite(path: string, seen: Map<string, SeenVersion>): void {
  const beside = `${path}.tmp`;
  const file = openSync(beside, "w", 0o600);
  for (const [key, mark] of seen) writeSync(file, `${key} ${mark.version} ${mark.mac}\n`);
  fsyncSync(file);
  closeSync(file);
  renameSync(beside, path);
  const folder = openSync(dirname(path), "r");
  fsyncSync(folder);
  closeSync(folder);
}

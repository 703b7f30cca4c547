import { HighWater, type SeenVersion } from "./core/high-water.ts";
import { assertMarkFile, type MarkFileMode, openMarkFile, readMarkLines } from "./mark-file.ts";

/**
 * The high-water marks on disk: one line `<key> <version> <mac>` per newly seen version, appended and synced before the
 * signer relies on it, so a database restored to an older state is refused after a restart too.
 */
export function openHighWaterFile(path: string, mode: MarkFileMode = "create"): HighWater {
  assertMarkFile(path, mode, "a database that was restored to an older state");
  const seen = readMarks(path);
  const lines = [...seen].map(([key, mark]) => formatMark(key, mark));
  const file = openMarkFile(path, lines);
  return new HighWater(seen, (key, mark) => file.append(formatMark(key, mark)));
}

function formatMark(key: string, { version, mac }: SeenVersion): string {
  return `${key} ${version} ${mac}`;
}

function readMarks(path: string): Map<string, SeenVersion> {
  const seen = new Map<string, SeenVersion>();
  for (const [at, line] of readMarkLines(path).entries()) {
    const match = /^(\S+) (\d{1,15}) ([A-Za-z0-9_-]{43})$/.exec(line);
    if (match === null) throw new Error(`${path} is damaged at line ${at + 1}; nothing is signed until it is restored`);
    const [, key, version, mac] = match as unknown as [string, string, string, string];
    if (Number(version) >= (seen.get(key)?.version ?? 0)) seen.set(key, { version: Number(version), mac });
  }
  return seen;
}

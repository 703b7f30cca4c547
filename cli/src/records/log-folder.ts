/** A log's files in a folder of this machine. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { LogFiles } from "@mandate/core/log/log-files";
import { CliError, systemErrorCode } from "../cli-error.ts";

/** Into a folder that must not exist yet, so that no file of an older export stays among them. */
export function writeLogFolder(folder: string, files: LogFiles): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const code = systemErrorCode(error);
    const why = code === "EEXIST" ? "exists already; name another one" : `cannot be made (${code ?? "unknown"})`;
    throw new CliError("folder_unusable", `${folder} ${why}.`);
  }
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, path), bytes, { mode: 0o600 });
  }
}

export function readIfPresent(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EISDIR"].includes(systemErrorCode(error) ?? "")) return undefined;
    throw error;
  }
}

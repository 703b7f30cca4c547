/** The data folder: `MANDATE_DATA_DIR`, or `.mandate` in the current folder or the nearest folder above it. */
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { CliError, systemErrorCode } from "./cli-error.ts";

/** Absolute path of the data folder. The folder need not exist; a new one belongs into `cwd`. */
export function findDataFolder(environment: NodeJS.ProcessEnv, cwd: string): string {
  if (environment.MANDATE_DATA_DIR) return resolve(cwd, environment.MANDATE_DATA_DIR);
  for (let at = cwd; ; at = dirname(at)) {
    if (existsSync(join(at, ".mandate"))) return join(at, ".mandate");
    if (dirname(at) === at) return join(cwd, ".mandate");
  }
}

/** Makes the folder with mode 0700 when it is missing. An existing folder keeps its mode; `doctor` judges it. */
export function ensureDataFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    const code = systemErrorCode(error) ?? "unknown error";
    throw new CliError(
      "data_folder_unusable",
      `Cannot make the data folder ${dataDir} (${code}). Set MANDATE_DATA_DIR to a folder that you may write.`,
    );
  }
}

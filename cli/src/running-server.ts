/**
 * What the data folder says about the server that uses it: `server.lock` from the first moment of a start,
 * `server.json` while it is ready. Both name their process, so what a crash left behind is recognised as stale.
 */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CliError, systemErrorCode } from "./cli-error.ts";
import { createPrivateFile, replacePrivateFile } from "./private-file.ts";
import { isOtherProcessAlive, ownIdentity, type ProcessIdentity } from "./process-identity.ts";

export type RunningServer = ProcessIdentity & {
  /** The first public origin: what is shown and what signed requests name. */
  url: string;
  /** Where the API listens on this machine. */
  localUrl: string;
  port: number;
  dataDir: string;
  /** CAIP-2 chain id → RPC URL. */
  chains: Record<string, string>;
  /** ISO 8601. */
  startedAt: string;
  version: string;
};

/** Claims the data folder for this process and returns the release; refuses while another process holds it. */
export function lockDataFolder(dataDir: string): () => void {
  const path = join(dataDir, "server.lock");
  for (let attempt = 0; attempt < 3; attempt++) {
    if (createPrivateFile(path, `${JSON.stringify(ownIdentity())}\n`)) return () => rmSync(path, { force: true });
    const holder = readJson(path) as ProcessIdentity | undefined;
    if (holder !== undefined && isOtherProcessAlive(holder)) {
      const server = readRunningServer(dataDir);
      const where = server === undefined ? "is starting" : `runs at ${server.localUrl}`;
      throw new CliError(
        "already_running",
        `Mandate ${where} on ${dataDir} already (process ${holder.pid}). Stop it with: kill ${holder.pid} — or set MANDATE_DATA_DIR to start another one beside it.`,
      );
    }
    rmSync(path, { force: true });
  }
  throw new CliError("data_folder_contended", `Another start is claiming ${dataDir} at the same moment; try again.`);
}

/** The server that is ready on this data folder, or undefined when none runs. */
export function readRunningServer(dataDir: string): RunningServer | undefined {
  const server = readJson(serverFile(dataDir)) as RunningServer | undefined;
  if (server === undefined || typeof server.url !== "string" || typeof server.localUrl !== "string") return undefined;
  return server.pid === process.pid || isOtherProcessAlive(server) ? server : undefined;
}

export function writeRunningServer(server: Omit<RunningServer, keyof ProcessIdentity>): void {
  replacePrivateFile(serverFile(server.dataDir), `${JSON.stringify({ ...server, ...ownIdentity() }, null, 2)}\n`);
}

export function removeRunningServer(dataDir: string): void {
  rmSync(serverFile(dataDir), { force: true });
}

function serverFile(dataDir: string): string {
  return join(dataDir, "server.json");
}

function readJson(path: string): unknown {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return typeof value === "object" && value !== null ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

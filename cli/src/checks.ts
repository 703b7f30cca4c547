/** The checks of `doctor` that need no server: each says what it found and, when something is wrong, what mends it. */
import { existsSync, readdirSync, realpathSync, statfsSync, statSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { isPortFree } from "./port.ts";
import { isExposed } from "./private-file.ts";
import type { Settings } from "./settings.ts";

/** `ok` is the verdict: a `warn` passes, a `fail` makes the command fail. */
export type Check = { name: string; ok: "ok" | "warn" | "fail"; message: string; fix?: string };

const minDiskBytes = 100 * 1024 * 1024;
const lowDiskBytes = 1024 * 1024 * 1024;
/** 2026-01-01T00:00:00Z: no clock that is right shows less. */
const earliestClockMs = 1_767_225_600_000;
const latestClockMs = 4_102_444_800_000;

export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  const message = `Node ${version}`;
  return ok
    ? { name: "node", ok: "ok", message }
    : { name: "node", ok: "fail", message, fix: "install Node 20.19 or newer" };
}

/** Expiries and time conditions are judged by this clock. */
export function checkClock(nowMs: number): Check {
  const message = new Date(nowMs).toISOString();
  if (nowMs >= earliestClockMs && nowMs < latestClockMs) return { name: "clock", ok: "ok", message };
  return { name: "clock", ok: "fail", message: `the clock shows ${message}`, fix: "set it, and keep it set with NTP" };
}

export function checkDataFolder(dataDir: string): Check {
  const name = "data folder";
  if (!existsSync(dataDir)) {
    return { name, ok: "warn", message: `${dataDir} does not exist yet`, fix: "npm start makes it" };
  }
  if (!statSync(dataDir).isDirectory()) return { name, ok: "fail", message: `${dataDir} is not a folder` };
  if (isExposed(dataDir)) {
    const fix = `chmod 700 ${dataDir}`;
    return { name, ok: "fail", message: `other users of this machine may look into ${dataDir}`, fix };
  }
  const exposed = readdirSync(dataDir, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".json") && isExposed(join(dataDir, entry.name)))
    .map((entry) => join(dataDir, entry.name));
  if (exposed.length === 0) return { name, ok: "ok", message: `${dataDir} (0700)` };
  const fix = `chmod 600 ${exposed.join(" ")}`;
  return { name, ok: "fail", message: `credentials are readable by other users: ${exposed.join(", ")}`, fix };
}

export function checkDisk(dataDir: string): Check {
  const existing = nearestExisting(dataDir);
  const { bavail, bsize } = statfsSync(existing);
  const free = bavail * bsize;
  const message = `${(free / 1024 ** 3).toFixed(1)} GB free`;
  if (free >= lowDiskBytes) return { name: "disk", ok: "ok", message };
  return {
    name: "disk",
    ok: free < minDiskBytes ? "fail" : "warn",
    message,
    fix: `make room on the disk of ${existing}`,
  };
}

/** The key that everything is sealed under: private to its owner, and not on the same disk as what it protects. */
export function checkRootKey(environment: NodeJS.ProcessEnv, settings: Settings): Check {
  const name = "root key";
  const provider = environment.MANDATE_ROOT_KEY_PROVIDER || "file";
  if (provider !== "file") return { name, ok: "ok", message: `provider ${provider}` };
  const path = findRootKeyFile(environment, settings.dataDir);
  if (path === undefined) return { name, ok: "ok", message: "provider file; the file is made at the first start" };
  if (isExposed(path)) {
    const message = `other users of this machine may read ${path}`;
    return { name, ok: "fail", message, fix: `chmod 600 ${path}, and rotate the root key if they may have read it` };
  }
  if (!isInside(path, settings.dataDir)) return { name, ok: "ok", message: `${path} (0600)` };
  return {
    name,
    ok: "warn",
    message: `${path} lies beside the data that it protects: whoever copies the folder has both`,
    fix: "fine for development; in production set MANDATE_ROOT_KEY_FILE to a path outside, or another provider",
  };
}

export async function checkPort(settings: Settings): Promise<Check> {
  const name = "port";
  if (settings.port === 0 || (await isPortFree(settings.port, settings.host))) {
    return { name, ok: "ok", message: `${settings.port} is free` };
  }
  const message = `port ${settings.port} on ${settings.host} is taken by another program`;
  return { name, ok: "fail", message, fix: `stop that one, or set MANDATE_PORT` };
}

/** The configured file, else the file in the signer's folder whose name says that it is the root key. */
function findRootKeyFile(environment: NodeJS.ProcessEnv, dataDir: string): string | undefined {
  const configured = environment.MANDATE_ROOT_KEY_FILE;
  if (configured) return existsSync(configured) ? resolve(configured) : undefined;
  const folder = join(dataDir, "signer");
  if (!existsSync(folder)) return undefined;
  const file = readdirSync(folder).find((entry) => /^root[-_.]?key/.test(entry));
  return file === undefined ? undefined : join(folder, file);
}

function isInside(path: string, folder: string): boolean {
  return existsSync(folder) && realpathSync(path).startsWith(realpathSync(folder) + sep);
}

function nearestExisting(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestExisting(dirname(path));
}

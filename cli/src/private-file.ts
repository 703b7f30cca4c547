/**
 * Files that only their owner may read: mode 0600, never visible half-written. `create…` gives the first writer
 * the file (a later one is told that it lost), `replace…` swaps the whole content at once.
 */
import { randomBytes } from "node:crypto";
import { chmodSync, closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { platform } from "node:process";
import { systemErrorCode } from "./cli-error.ts";

/** Writes `text` to a new file and returns true, or returns false when the file exists already. */
export function createPrivateFile(path: string, text: string): boolean {
  const temporary = writeTemporary(path, text);
  try {
    // link(2) refuses an existing name, which rename(2) would silently replace.
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Makes `text` the whole content of the file, whether or not it exists. */
export function replacePrivateFile(path: string, text: string): void {
  const temporary = writeTemporary(path, text);
  try {
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Whether group or others have any permission on the path. Always false on Windows, which has no such modes. */
export function isExposed(path: string): boolean {
  return platform !== "win32" && (statSync(path).mode & 0o077) !== 0;
}

function writeTemporary(path: string, text: string): string {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  const descriptor = openSync(temporary, "wx", 0o600);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  // The mode given to open is narrowed by the umask, never widened; a umask of 0277 would leave it unreadable.
  chmodSync(temporary, 0o600);
  return temporary;
}

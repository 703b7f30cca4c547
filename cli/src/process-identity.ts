/**
 * Whether a process that a file names still runs. A process id alone is not enough: in a container the same small
 * ids come back after every restart. Where the kernel tells (Linux), the time at which the process began counts too.
 */
import { readFileSync } from "node:fs";
import { systemErrorCode } from "./cli-error.ts";

export type ProcessIdentity = { pid: number; startTicks?: string };

export function ownIdentity(): ProcessIdentity {
  const startTicks = readStartTicks(process.pid);
  return startTicks === undefined ? { pid: process.pid } : { pid: process.pid, startTicks };
}

/** True when the process runs and is not this one. */
export function isOtherProcessAlive(identity: ProcessIdentity): boolean {
  if (!Number.isSafeInteger(identity.pid) || identity.pid <= 0 || identity.pid === process.pid) return false;
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    if (systemErrorCode(error) !== "EPERM") return false;
  }
  return identity.startTicks === undefined || identity.startTicks === readStartTicks(identity.pid);
}

/** Field 22 of /proc/<pid>/stat (proc(5)): clock ticks from boot to the start of the process. */
function readStartTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the command in parentheses and may itself hold spaces and parentheses.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

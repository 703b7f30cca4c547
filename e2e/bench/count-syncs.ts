import { spawn, spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Counts the fsync and fdatasync calls of a process while `during` runs, by strace. Undefined where there is no strace,
 * or it may not look.
 */
export async function countSyncs(pid: number, during: () => Promise<void>): Promise<number | undefined> {
  if (spawnSync("strace", ["-V"]).error !== undefined) return undefined;
  const tracer = spawn("strace", ["-f", "-e", "trace=fsync,fdatasync", "-p", String(pid)], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let written = "";
  tracer.stderr.on("data", (chunk) => {
    written += String(chunk);
  });
  const ended = new Promise((resolve) => tracer.once("exit", resolve));
  for (let waited = 0; !written.includes("attached") && waited < 2_000 && tracer.exitCode === null; waited += 20) {
    await sleep(20);
  }
  if (tracer.exitCode !== null) return undefined;
  await during();
  tracer.kill("SIGINT");
  await ended;
  return written.split("\n").filter((line) => /f(data)?sync\(/.test(line)).length;
}

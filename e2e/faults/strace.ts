import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** One system call of a traced process: as strace prints it, both halves of an interrupted one joined. */
export type SystemCall = { name: string; text: string };

export type Trace = {
  /** Ends the tracing and returns the calls in the order in which they ended. */
  stop(): Promise<SystemCall[]>;
};

let traces = 0;

/** Attaches strace to running processes; resolves when it sees their calls. Arguments are strace's own (strace(1)). */
export async function trace(pids: number[], args: string[]): Promise<Trace> {
  const output = join(tmpdir(), `mandate-strace-${process.pid}-${traces++}`);
  const attached = pids.flatMap((pid) => ["-p", String(pid)]);
  const child = spawn("strace", ["-f", "-o", output, ...args, ...attached], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += String(chunk);
  });
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.once("error", () => resolve());
  });
  for (let waited = 0; !pids.every((pid) => said.includes(`Process ${pid} attached`)); waited += 10) {
    if (waited > 10_000 || child.exitCode !== null) throw new Error(`strace does not attach: ${said}`);
    await sleep(10);
  }
  return {
    async stop() {
      child.kill("SIGINT");
      // While it waits for a process that is already dead, it does not listen.
      const timer = setTimeout(() => child.kill("SIGKILL"), 2_000);
      await ended;
      clearTimeout(timer);
      const calls = parseTrace(readFileSync(output, "latin1"));
      rmSync(output, { force: true });
      return calls;
    },
  };
}

function parseTrace(text: string): SystemCall[] {
  const begun = new Map<string, string>();
  const calls: SystemCall[] = [];
  for (const line of text.split("\n")) {
    const match = /^(\d+) +(.*)$/.exec(line);
    if (match === null) continue;
    const [, thread, rest] = match as unknown as [string, string, string];
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    if (rest.endsWith("<unfinished ...>")) {
      begun.set(thread, rest.slice(0, -"<unfinished ...>".length));
      continue;
    }
    const whole = resumed === null ? rest : (begun.get(thread) ?? "") + resumed[1];
    const name = /^(\w+)\(/.exec(whole)?.[1];
    if (name !== undefined) calls.push({ name, text: whole });
  }
  return calls;
}

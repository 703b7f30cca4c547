import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export type SignerProcess = {
  child: ChildProcess;
  socket: Socket;
  /** All it wrote to stdout and stderr so far. */
  output(): string;
  exited: Promise<number | null>;
  stop(): Promise<void>;
};

/** `signer/`, seen from `src/testing` as well as from `dist/testing`. */
const PACKAGE = fileURLToPath(new URL("../..", import.meta.url));

/** The process runs what is in `dist`; this makes that what is in `src`. */
export function buildSigner(): void {
  execFileSync(join(PACKAGE, "..", "node_modules", ".bin", "tsc"), ["-b", PACKAGE], { stdio: "pipe" });
}

/** The real signer process, the other end of its socket pair in our hands. */
export function startSigner(env: { [name: string]: string }): SignerProcess {
  const child = spawn(process.execPath, [join(PACKAGE, "dist", "main.js")], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream!.on("data", (chunk: Uint8Array) => {
      output += Buffer.from(chunk).toString("utf8");
    });
  }
  const exited = once(child, "exit").then(([code]) => code as number | null);
  const socket = child.stdio[3] as Socket;
  socket.on("error", () => {});
  return {
    child,
    socket,
    output: () => output,
    exited,
    async stop() {
      socket.destroy();
      const timer = setTimeout(() => child.kill("SIGKILL"), 3000);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** `mandate example`, as `npm run example` runs it, on the data folder of a server that runs. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

export const hasExamplePackages = existsSync(path("../../examples/react-session-signer/node_modules/vite"));

export type ExampleProcess = {
  url: string;
  appId: string;
  /** Everything that it has written, both streams. */
  output(): string;
  stop(): Promise<void>;
};

export async function startExample(dataDir: string): Promise<ExampleProcess> {
  const child = spawn(process.execPath, [path("../../cli/bin/mandate.cts"), "example", "--json"], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH, MANDATE_DATA_DIR: dataDir },
  });
  let written = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (written += String(chunk)));
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const firstLine = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    void exited.then(() => reject(new Error(`the example ended before it was ready:\n${written}`)));
  });
  const { url, appId } = JSON.parse(await firstLine) as { url: string; appId: string };
  return {
    url,
    appId,
    output: () => written,
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

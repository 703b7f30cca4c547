import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CliError } from "../cli-error.ts";
import type { CommandContext } from "../command.ts";
import { findDataFolder } from "../data-folder.ts";
import { devChainId } from "../dev-chain.ts";
import { prepareExampleApp } from "../example-app.ts";
import { exchange } from "../http-request.ts";
import { findServer, memberOf, operatorGet } from "../operator-request.ts";
import { findFreePort, isPortFree } from "../port.ts";
import { onStopSignal } from "../stop-signal.ts";

const folder = fileURLToPath(new URL("../../../examples/react-session-signer", import.meta.url));
const host = "127.0.0.1";
/** Where it is looked for first, so that a bookmark holds. */
const preferredPort = 5173;
const startTimeoutMs = 120_000;

/**
 * `mandate example`: the React app of examples/react-session-signer against the server that runs, until Ctrl-C. It is
 * given an app of its own, which takes calls from its page and allows session signers.
 */
export async function example(_values: object, context: CommandContext): Promise<number> {
  const dataDir = findDataFolder(context.environment, context.cwd);
  const server = findServer(context.environment, dataDir);
  const vite = join(folder, "node_modules/vite/bin/vite.js");
  if (!existsSync(vite)) {
    throw new CliError("not_installed", "The packages of the example are not installed. Run: npm run example");
  }
  const rpcUrl = memberOf(memberOf(await operatorGet(server, "/operator/v1/status"), "chains"), devChainId);
  if (typeof rpcUrl !== "string") {
    throw new CliError(
      "no_chain",
      `The server has no ${devChainId}, the local test chain that the example pays on. Start one with anvil (https://getfoundry.sh) and the server with: MANDATE_RPC_URLS=${devChainId}=http://127.0.0.1:8545 npm start`,
    );
  }
  const port = (await isPortFree(preferredPort, host)) ? preferredPort : await findFreePort(host);
  const url = `http://${host}:${port}`;
  const app = await prepareExampleApp(server, dataDir, [url, `http://localhost:${port}`]);
  // Its many packages are given what they need and no setting of the server, keys least of all.
  const inherited = Object.entries(context.environment).filter(([name]) => !name.startsWith("MANDATE_"));
  const environment: NodeJS.ProcessEnv = {
    ...Object.fromEntries(inherited),
    MANDATE_URL: server.url,
    MANDATE_APP_ID: app.id,
    MANDATE_APP_SECRET: app.secret,
    MANDATE_EVM_RPC_URL: rpcUrl,
    MANDATE_EXAMPLE_DIR: dirname(app.path),
  };
  const args = [vite, "--port", String(port), "--logLevel", "warn"];
  const stopping = new AbortController();
  const forget = onStopSignal(() => stopping.abort(), context.environment);
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const onAbort = () => child.kill("SIGTERM");
  stopping.signal.addEventListener("abort", onAbort);
  const exited = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(stopping.signal.aborted ? 0 : (code ?? 1)));
  });
  try {
    const early = await Promise.race([exited, waitUntilServed(url)]);
    if (typeof early === "number") return early;
    context.stdout(
      context.json
        ? `${JSON.stringify({ url, appId: app.id })}\n`
        : formatBlock({ url, appId: app.id, serverUrl: server.url }),
    );
    return await exited;
  } finally {
    child.kill("SIGTERM");
    forget();
  }
}

/** Vite has read the pages' packages by then, so the first visit need not wait for that. */
async function waitUntilServed(url: string): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  const headers = { accept: "text/html" };
  while (Date.now() < deadline) {
    const answer = await exchange({ method: "GET", url, headers, timeoutMs: 5000 }).catch(() => undefined);
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new CliError("not_started", `The example did not answer at ${url} in time.`);
}

function formatBlock({ url, appId, serverUrl }: { url: string; appId: string; serverUrl: string }): string {
  const lines = [
    ["Open", url],
    ["Sign in", "with any address; in development the code is in the inbox of the dashboard:"],
    ["", `${serverUrl}/app/${appId}/inbox`],
    ["", "not signed in there? npx mandate login-link"],
    ["App ID", `${appId}  ("Coffee tab")`],
    ["Source", "examples/react-session-signer"],
    ["Stop", "Ctrl-C"],
  ];
  return `\nThe example is ready\n\n${lines.map(([label, text]) => `  ${label?.padEnd(9)}${text}\n`).join("")}\n`;
}

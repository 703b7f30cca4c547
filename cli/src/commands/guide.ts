import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { registerApp } from "../app-registration.ts";
import { CliError } from "../cli-error.ts";
import type { CommandContext } from "../command.ts";
import { findDataFolder } from "../data-folder.ts";
import { devChainId } from "../dev-chain.ts";
import { startInstance } from "../instance.ts";
import { findServer, memberOf, operatorGet, type ServerAddress } from "../operator-request.ts";
import { readSettings } from "../settings.ts";
import { onStopSignal } from "../stop-signal.ts";

/**
 * `mandate guide`: runs the example of a session signer against the running server, or against one of its own on a
 * temporary folder, which is gone afterwards. The example is given an app made for it.
 */
export async function guide(_values: object, context: CommandContext): Promise<number> {
  const example = fileURLToPath(new URL("../../../examples/node-session-signer/dist/guide.js", import.meta.url));
  if (!existsSync(example)) throw new CliError("not_built", "The example is not built. Run: npm run build");
  const stopping = new AbortController();
  const forget = onStopSignal(() => stopping.abort(), context.environment);
  try {
    const running = findRunning(context);
    if (running !== undefined) return await runExample(example, running, context, stopping.signal);
    return await withTemporaryServer(context, stopping.signal, (server) =>
      runExample(example, server, context, stopping.signal),
    );
  } finally {
    forget();
  }
}

function findRunning(context: CommandContext): ServerAddress | undefined {
  try {
    return findServer(context.environment, findDataFolder(context.environment, context.cwd));
  } catch (error) {
    if (error instanceof CliError && error.code === "not_running") return undefined;
    throw error;
  }
}

async function withTemporaryServer(
  context: CommandContext,
  signal: AbortSignal,
  use: (server: ServerAddress) => Promise<number>,
): Promise<number> {
  const dataDir = mkdtempSync(join(tmpdir(), "mandate-guide-"));
  const environment: NodeJS.ProcessEnv = { ...context.environment, MANDATE_DATA_DIR: dataDir, MANDATE_PORT: "0" };
  // A guide never writes into the database or uses the root key of an installation.
  for (const name of Object.keys(environment)) {
    if (name === "MANDATE_DATABASE_URL" || name === "MANDATE_PUBLIC_URL" || name.startsWith("MANDATE_ROOT_")) {
      delete environment[name];
    }
  }
  const onMessage = (message: string) => context.stderr(`mandate: ${message}\n`);
  try {
    const settings = readSettings(environment, context.cwd);
    const instance = await startInstance({ settings, environment, onMessage, signal });
    try {
      return await use(instance.server);
    } finally {
      await instance.stop();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function runExample(
  example: string,
  server: ServerAddress,
  context: CommandContext,
  signal: AbortSignal,
): Promise<number> {
  const chains = memberOf(await operatorGet(server, "/operator/v1/status"), "chains");
  const rpcUrl = memberOf(chains, devChainId);
  // The example plays the app's identity provider too; the server knows the public half, as of any other.
  const identityProvider = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const jwt = { publicKeyPem: String(identityProvider.publicKey.export({ format: "pem", type: "spki" })) };
  const app = await registerApp(
    server,
    { name: "Guide", allowedOrigins: [], jwt, testAccounts: [], serverSideAccess: true },
    Date.now(),
  );
  const environment: NodeJS.ProcessEnv = {
    ...context.environment,
    MANDATE_URL: server.url,
    MANDATE_APP_ID: app.id,
    MANDATE_APP_SECRET: app.secret,
    MANDATE_IDP_PRIVATE_KEY: String(identityProvider.privateKey.export({ format: "pem", type: "pkcs8" })),
    ...(typeof rpcUrl === "string" && { MANDATE_EVM_RPC_URL: rpcUrl }),
    ...(context.json && { MANDATE_JSON: "1" }),
  };
  const child = spawn(process.execPath, [example], { stdio: "inherit", env: environment });
  const onAbort = () => child.kill("SIGTERM");
  signal.addEventListener("abort", onAbort);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => resolve(code ?? 1));
    });
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

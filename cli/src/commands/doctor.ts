import type { JsonValue } from "@mandate/core/encoding/json-value";
import { type Check, checkClock, checkDataFolder, checkDisk, checkNode, checkPort, checkRootKey } from "../checks.ts";
import { CliError } from "../cli-error.ts";
import type { CommandContext } from "../command.ts";
import { findServer, memberOf, operatorGet } from "../operator-request.ts";
import { readSettings, type Settings } from "../settings.ts";

/** `mandate doctor`: what is wrong here and how to mend it. Exit code 1 when a check fails; warnings pass. */
export async function doctor(_values: object, context: CommandContext): Promise<number> {
  const checks = await runChecks(context);
  const failed = checks.filter((check) => check.ok === "fail").length;
  if (context.json) context.stdout(`${JSON.stringify({ ok: failed === 0, checks })}\n`);
  else for (const check of checks) context.stdout(formatCheck(check));
  return failed === 0 ? 0 : 1;
}

async function runChecks(context: CommandContext): Promise<Check[]> {
  const checks = [checkNode(process.versions.node), checkClock(Date.now())];
  let settings: Settings;
  try {
    settings = readSettings(context.environment, context.cwd);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [...checks, { name: "settings", ok: "fail", message: error.message }];
  }
  const server = await askServer(context, settings);
  checks.push(checkDataFolder(settings.dataDir), checkDisk(settings.dataDir));
  checks.push(checkRootKey(context.environment, settings));
  checks.push(server.check, ...serverChecks(server.status));
  if (server.status === undefined) checks.push(await checkPort(settings));
  checks.push(checkPublicUrls(settings));
  return checks;
}

async function askServer(context: CommandContext, settings: Settings): Promise<{ check: Check; status?: JsonValue }> {
  try {
    const server = findServer(context.environment, settings.dataDir);
    const status = await operatorGet(server, "/operator/v1/status");
    return { check: { name: "server", ok: "ok", message: `answers at ${server.localUrl}` }, status };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { check: { name: "server", ok: "fail", message: error.message, fix: "npm start" } };
  }
}

/** Database and signer as the server reports them; nothing when it does not answer. */
function serverChecks(status: JsonValue | undefined): Check[] {
  if (status === undefined) return [];
  return [checkDatabase(memberOf(status, "database")), checkSigner(memberOf(status, "signer"))];
}

function checkDatabase(database: JsonValue | undefined): Check {
  const name = "database";
  const integrity = memberOf(database, "integrity");
  const message = typeof database === "string" ? database : JSON.stringify(database ?? null);
  if (database === undefined || database === null) return { name, ok: "fail", message: "the server reports none" };
  if (integrity === undefined) return { name, ok: "ok", message: `${message}, reachable` };
  if (integrity === "ok" || integrity === true) return { name, ok: "ok", message: `${message}` };
  return { name, ok: "fail", message, fix: "restore a backup; the database file is damaged" };
}

/** `primitives` maps each primitive to the implementation in use; "noble" is the slow reference. */
function checkSigner(signer: JsonValue | undefined): Check {
  const name = "signer";
  if (signer === undefined || signer === null) return { name, ok: "fail", message: "the server reports none" };
  const primitives = memberOf(signer, "primitives");
  const slow = Object.entries(typeof primitives === "object" && primitives !== null ? primitives : {})
    .filter(([, implementation]) => implementation === "noble" || implementation === "reference")
    .map(([primitive]) => primitive);
  if (slow.length === 0) return { name, ok: "ok", message: typeof signer === "string" ? signer : "ready" };
  return {
    name,
    ok: "warn",
    message: `runs the slow reference implementation of ${slow.join(", ")}`,
    fix: "npm ci, which installs the native modules of this platform",
  };
}

function checkPublicUrls(settings: Settings): Check {
  const name = "public url";
  if (settings.publicUrls === undefined) {
    const ok = settings.production ? "warn" : "ok";
    const message = "MANDATE_PUBLIC_URL is not set: signed requests must name a loopback address";
    return { name, ok, message, ...(ok === "warn" && { fix: "MANDATE_PUBLIC_URL=https://your.domain" }) };
  }
  const loopback = /^http:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:|$)/;
  const plain = settings.publicUrls.filter((url) => url.startsWith("http:") && !loopback.test(url));
  if (plain.length > 0) {
    return { name, ok: "warn", message: `${plain.join(", ")} is not encrypted`, fix: "put TLS in front: https://…" };
  }
  const port = settings.port;
  const wrong = settings.publicUrls.filter((url) => loopback.test(url) && Number(new URL(url).port || 80) !== port);
  if (port !== 0 && wrong.length > 0) {
    const fix = `make the port of MANDATE_PUBLIC_URL and MANDATE_PORT agree`;
    return { name, ok: "warn", message: `${wrong.join(", ")} is not the port ${port} that the server uses`, fix };
  }
  return { name, ok: "ok", message: settings.publicUrls.join(", ") };
}

function formatCheck(check: Check): string {
  const fix = check.fix === undefined || check.ok === "ok" ? "" : `\n      ${" ".repeat(14)}→ ${check.fix}`;
  return `${check.ok.padEnd(6)}${check.name.padEnd(14)}${check.message}${fix}\n`;
}

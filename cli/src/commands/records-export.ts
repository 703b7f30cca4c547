import { resolve } from "node:path";
import type { JsonValue } from "@mandate/core/encoding/json-value";
import { encodeUtf8 } from "@mandate/core/encoding/utf8";
import { writeLogFiles } from "@mandate/core/log/log-files";
import { CliError } from "../cli-error.ts";
import type { CommandContext } from "../command.ts";
import { findDataFolder } from "../data-folder.ts";
import { findServer, memberOf, operatorGet, type ServerAddress } from "../operator-request.ts";
import { writeLogFolder } from "../records/log-folder.ts";

type Values = { app?: string; out?: string };

/** `mandate records export`: an app's whole log as files, for `records verify` and for anybody else. */
export async function recordsExport({ app, out }: Values, context: CommandContext): Promise<number> {
  if (app === undefined) throw new CliError("usage", "--app is missing: `mandate app list` shows the IDs.", 2);
  const server = findServer(context.environment, findDataFolder(context.environment, context.cwd));
  const path = `/operator/v1/apps/${encodeURIComponent(app)}/records`;
  const head = await operatorGet(server, `${path}/checkpoint`);
  const [checkpoint, key, size] = [memberOf(head, "checkpoint"), memberOf(head, "key"), memberOf(head, "size")];
  if (typeof checkpoint !== "string" || typeof key !== "string" || typeof size !== "number")
    throw new CliError("empty_log", `The log of ${app} is empty.`);
  const entries: Uint8Array[] = [];
  while (entries.length < size) {
    const page = await readPage(server, path, entries.length);
    if (page.length === 0) throw new CliError("log_cut", `The server has only ${entries.length} of ${size} entries.`);
    entries.push(...page.slice(0, size - entries.length));
  }
  const folder = resolve(context.cwd, out ?? `records-${app}-${size}`);
  writeLogFolder(folder, writeLogFiles(checkpoint, key, entries));
  if (context.json) context.stdout(`${JSON.stringify({ folder, size, key })}\n`);
  else context.stdout(`${size} entries in ${folder}\nkey: ${key}\n`);
  return 0;
}

async function readPage(server: ServerAddress, path: string, after: number): Promise<Uint8Array[]> {
  const answer = memberOf(await operatorGet(server, `${path}?after=${after}`), "entries");
  return (Array.isArray(answer) ? answer : []).map((entry: JsonValue) => encodeUtf8(String(entry)));
}

import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { encodeHex } from "@mandate/core/encoding/hex";
import { decodeUtf8 } from "@mandate/core/encoding/utf8";
import { readLogFiles } from "@mandate/core/log/log-files";
import { type LogVerdict, verifyLog, verifyProofFile } from "@mandate/core/log/verify-log";
import { CliError } from "../cli-error.ts";
import type { CommandContext } from "../command.ts";
import { readIfPresent } from "../records/log-folder.ts";

type Values = { in?: string; key?: string; since?: string[] };

/** `mandate records verify`: an export or a proof, offline. Exit code 1 when it is not what was signed. */
export async function recordsVerify(values: Values, context: CommandContext): Promise<number> {
  if (values.in === undefined)
    throw new CliError("usage", "--in is missing: the folder of an export, or the file of a proof.", 2);
  const path = resolve(context.cwd, values.in);
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory();
  if (isFolder === undefined) throw new CliError("no_such_file", `${path} does not exist.`);
  const earlier = (values.since ?? []).map((file) => readCheckpoint(resolve(context.cwd, file)));
  const verdict = isFolder ? verifyFolder(path, values.key, earlier) : verifyFile(path, values.key, earlier);
  report(verdict, values.key !== undefined, context);
  return verdict.ok ? 0 : 1;
}

function verifyFolder(folder: string, key: string | undefined, earlier: string[]): LogVerdict {
  const read = readLogFiles((path) => readIfPresent(join(folder, path)));
  if (!read.ok) return read;
  return verifyLog(read.log, { ...(key === undefined ? {} : { key }), earlier });
}

function verifyFile(path: string, key: string | undefined, earlier: string[]): LogVerdict {
  if (earlier.length > 0)
    throw new CliError("usage", "--since needs a whole export: a proof of one entry says nothing about others.", 2);
  return verifyProofFile(decodeUtf8(readIfPresent(path)!) ?? "", key === undefined ? {} : { key });
}

/** A checkpoint file, or the folder of an earlier export. */
function readCheckpoint(path: string): string {
  const bytes = readIfPresent(path) ?? readIfPresent(join(path, "checkpoint"));
  const text = bytes === undefined ? undefined : decodeUtf8(bytes);
  if (text === undefined) throw new CliError("no_such_file", `${path} is no checkpoint and no export.`);
  return text;
}

function report(verdict: LogVerdict, isPinned: boolean, context: CommandContext): void {
  if (context.json) {
    const said = verdict.ok ? { ...verdict, root: encodeHex(verdict.root), key_pinned: isPinned } : verdict;
    context.stdout(`${JSON.stringify(said)}\n`);
    return;
  }
  if (!verdict.ok) context.stdout(`NOT as signed: ${verdict.problem}\n`);
  else {
    context.stdout(`As signed: ${verdict.size} entries of ${verdict.origin}, root ${encodeHex(verdict.root)}\n`);
    if (!isPinned) context.stdout("The key is the one in the file itself; name the one you trust with --key.\n");
  }
}

/** The command `mandate`: from arguments to an exit code (0 done, 1 failed, 2 the command line is wrong). */
import { type CommandName, type FlagValue, parseCommandLine } from "./arguments.ts";
import { CliError } from "./cli-error.ts";
import type { CommandContext } from "./command.ts";
import { readVersion } from "./version.ts";

type Command = (values: Record<string, FlagValue>, context: CommandContext) => Promise<number>;

// Loaded when asked for, so that a start does not wait for what it does not use.
const commands: Record<CommandName, () => Promise<Command>> = {
  start: async () => (await import("./commands/start.ts")).start,
  status: async () => (await import("./commands/status.ts")).status,
  "app create": async () => (await import("./commands/app-create.ts")).appCreate,
  "app list": async () => (await import("./commands/app-list.ts")).appList,
  "app secret create": async () => (await import("./commands/app-secret-create.ts")).appSecretCreate,
  "app provider set": async () => (await import("./commands/app-provider.ts")).appProviderSet,
  "app provider remove": async () => (await import("./commands/app-provider.ts")).appProviderRemove,
  "app provider list": async () => (await import("./commands/app-provider.ts")).appProviderList,
  "records export": async () => (await import("./commands/records-export.ts")).recordsExport,
  "records verify": async () => (await import("./commands/records-verify.ts")).recordsVerify,
  "login-link": async () => (await import("./commands/login-link.ts")).loginLink,
  doctor: async () => (await import("./commands/doctor.ts")).doctor,
  guide: async () => (await import("./commands/guide.ts")).guide,
  example: async () => (await import("./commands/example.ts")).example,
};

/** Runs the command that `argv` (the arguments after `mandate`) names. Failures are written, never thrown. */
export async function main(argv: string[], outside: Partial<CommandContext> = {}): Promise<number> {
  const line = parseCommandLine(argv);
  const context: CommandContext = {
    environment: process.env,
    cwd: process.cwd(),
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    ...outside,
    json: line.ok && line.kind === "help" ? false : line.json,
  };
  if (!line.ok) return fail(new CliError("usage", line.message, 2), line.usage, context);
  if (line.kind === "help") {
    context.stdout(`${line.text}\n`);
    return 0;
  }
  if (line.kind === "version") {
    context.stdout(context.json ? `${JSON.stringify({ version: readVersion() })}\n` : `${readVersion()}\n`);
    return 0;
  }
  try {
    const command = await commands[line.command]();
    return await command(line.values, context);
  } catch (error) {
    if (error instanceof CliError) return fail(error, undefined, context);
    // A bug: the stack is what its report needs, and errors of ours carry no secrets.
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return fail(new CliError("internal_error", text), undefined, context);
  }
}

function fail(error: CliError, usage: string | undefined, context: CommandContext): number {
  if (context.json) context.stderr(`${JSON.stringify({ error: error.message, code: error.code })}\n`);
  else context.stderr(`${[error.message, usage].filter((part) => part !== undefined).join("\n\n")}\n`);
  return error.exitCode;
}

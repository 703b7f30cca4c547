/** The command line as data: which command, which flags; everything that is not known is an error with usage. */
import { type ParseArgsConfig, parseArgs } from "node:util";

type Flags = NonNullable<ParseArgsConfig["options"]>;

export type CommandName =
  | "start"
  | "status"
  | "app create"
  | "app list"
  | "app secret create"
  | "app provider set"
  | "app provider remove"
  | "app provider list"
  | "records export"
  | "records verify"
  | "login-link"
  | "doctor"
  | "guide"
  | "example";

export type CommandLine =
  | { ok: true; kind: "run"; command: CommandName; json: boolean; values: Record<string, FlagValue> }
  | { ok: true; kind: "help"; text: string }
  | { ok: true; kind: "version"; json: boolean }
  | { ok: false; json: boolean; message: string; usage: string };

export type FlagValue = string | boolean | (string | boolean)[];

type CommandSyntax = { summary: string; synopsis: string; flags: Flags };

const text = { type: "string" } as const;
const texts = { type: "string", multiple: true } as const;
const flag = { type: "boolean" } as const;

const commands: Record<CommandName, CommandSyntax> = {
  start: { summary: "run everything here until Ctrl-C", synopsis: "", flags: {} },
  status: { summary: "say what runs, and where", synopsis: "", flags: {} },
  "app create": {
    summary: "make an app; prints its secret once",
    synopsis:
      "--name N [--id ID] [--secret S] [--origin URL]… [--jwt-public-key FILE | --jwks-url URL] [--jwt-issuer I] [--jwt-audience A] [--jwt-subject-claim C] [--test-account EMAIL:OTP]… [--server-side-access]",
    flags: {
      name: text,
      id: text,
      secret: text,
      origin: texts,
      "jwt-public-key": text,
      "jwks-url": text,
      "jwt-issuer": text,
      "jwt-audience": text,
      "jwt-subject-claim": text,
      "test-account": texts,
      "server-side-access": flag,
    },
  },
  "app list": { summary: "list the apps", synopsis: "", flags: {} },
  "app secret create": {
    summary: "give an app one more secret; prints it once",
    synopsis: "--id ID [--secret S]",
    flags: { id: text, secret: text },
  },
  "app provider set": {
    summary: "let an app's users sign in with a provider",
    synopsis:
      "--id ID --provider NAME --client-id ID [--client-secret-file FILE] [--issuer URL] [--public-key FILE | --jwks-url URL] [--trust-api] [--authorization-endpoint URL] [--token-endpoint URL] [--userinfo-endpoint URL] [--scope S]… [--display-name N]",
    flags: {
      id: text,
      provider: text,
      "client-id": text,
      "client-secret-file": text,
      issuer: text,
      "public-key": text,
      "jwks-url": text,
      "trust-api": flag,
      "authorization-endpoint": text,
      "token-endpoint": text,
      "userinfo-endpoint": text,
      scope: texts,
      "display-name": text,
    },
  },
  "app provider remove": {
    summary: "let nobody sign in with a provider any more",
    synopsis: "--id ID --provider NAME",
    flags: { id: text, provider: text },
  },
  "app provider list": { summary: "list an app's providers", synopsis: "--id ID", flags: { id: text } },
  "records export": {
    summary: "write an app's record to files",
    synopsis: "--app ID [--out FOLDER]",
    flags: { app: text, out: text },
  },
  "records verify": {
    summary: "verify an export or a proof, offline",
    synopsis: "--in PATH [--key KEY] [--since CHECKPOINT]…",
    flags: { in: text, key: text, since: texts },
  },
  "login-link": {
    summary: "print a link to the dashboard that works once",
    synopsis: "[--email ADDRESS]",
    flags: { email: text },
  },
  doctor: { summary: "check this installation and say how to mend it", synopsis: "", flags: {} },
  guide: { summary: "run the session signer example", synopsis: "", flags: {} },
  example: { summary: "run the example app for browsers until Ctrl-C", synopsis: "", flags: {} },
};

/** Reads the arguments after `mandate`. Never throws. */
export function parseCommandLine(argv: string[]): CommandLine {
  const json = argv.includes("--json");
  if (argv.length === 0 || argv[0] === "help" || argv[0] === "--help" || argv[0] === "-h") {
    return { ok: true, kind: "help", text: overview() };
  }
  if (argv[0] === "--version") return { ok: true, kind: "version", json };
  const command = findCommand(argv);
  if (command === undefined) {
    const words = argv.filter((word) => !word.startsWith("-")).slice(0, 2);
    return { ok: false, json, message: `Unknown command: ${words.join(" ") || argv[0]}.`, usage: overview() };
  }
  const usage = usageOf(command);
  const flags = { ...commands[command].flags, json: flag, help: { ...flag, short: "h" } };
  try {
    const args = argv.slice(command.split(" ").length);
    const { values, tokens } = parseArgs({ args, options: flags, allowPositionals: false, strict: true, tokens: true });
    const parsed = values as Record<string, FlagValue | undefined>;
    if (parsed.help === true) return { ok: true, kind: "help", text: usage };
    const repeated = findRepeated(tokens, flags);
    if (repeated !== undefined) return { ok: false, json, message: `--${repeated} was given twice.`, usage };
    const given = Object.entries(parsed).filter(([name, value]) => value !== undefined && name !== "json");
    return { ok: true, kind: "run", command, json, values: Object.fromEntries(given) as Record<string, FlagValue> };
  } catch (error) {
    const message = error instanceof Error ? firstSentence(error.message) : "The arguments cannot be read.";
    return { ok: false, json, message, usage };
  }
}

/** `parseArgs` lets the last of two contradicting values win; nobody means that. */
function findRepeated(tokens: { kind: string; name?: string }[], flags: Flags): string | undefined {
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== "option" || token.name === undefined || flags[token.name]?.multiple) continue;
    if (seen.has(token.name)) return token.name;
    seen.add(token.name);
  }
  return undefined;
}

function findCommand(argv: string[]): CommandName | undefined {
  const candidates = [3, 2, 1].map((words) => argv.slice(0, words).join(" "));
  return candidates.find((name): name is CommandName => Object.hasOwn(commands, name));
}

function usageOf(command: CommandName): string {
  return `Usage: mandate ${[command, commands[command].synopsis, "[--json]"].filter((part) => part !== "").join(" ")}`;
}

function overview(): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(21)}${summary}`);
  return ["Usage: mandate <command> [--json]", "", ...lines, "", "mandate <command> --help says more."].join("\n");
}

function firstSentence(message: string): string {
  return `${message.split(/\. |\n/)[0]?.replace(/\.$/, "")}.`;
}

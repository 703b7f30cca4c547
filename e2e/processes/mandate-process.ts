/** `mandate start` as its users run it: a process of its own on a folder of its own, with a view of its two children. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { registerApp } from "@mandate/cli/app-registration";
import { findServer } from "@mandate/cli/operator-request";
import { readRunningServer } from "@mandate/cli/running-server";
import { startTestDatabase, type TestDatabase } from "./test-database.ts";

export type MandateProcess = {
  url: string;
  dataDir: string;
  /** For `createStorage`, once it is stopped. */
  databaseUrl: string;
  /** RPC URL by CAIP-2 chain id. */
  chains: { [caip2: string]: string };
  /** Everything that the processes have written so far, both streams. */
  output(): string;
  /** Process ids at this moment; a member that is being restarted is undefined. */
  pids(): { supervisor: number; signer: number | undefined; api: number | undefined };
  makeApp(options?: { jwtPublicKeyPem?: string; testAccount?: { email: string; otp: string } }): Promise<App>;
  /** Ends it and leaves the folder. */
  stop(): Promise<void>;
  /** Ends it and removes the folder. */
  remove(): Promise<void>;
};

export type App = { id: string; secret: string };

export type MandateOptions = {
  environment?: NodeJS.ProcessEnv;
  /** An existing folder, to start on it again. */
  dataDir?: string;
  /** SQLite whatever the tests run on. */
  onFile?: boolean;
  /** Starts it as people do, who read one block instead of a line of JSON. */
  forPeople?: boolean;
  /** Root of the clone. */
  root: string;
};

const startTimeoutMs = 60_000;

export async function startMandate(options: MandateOptions): Promise<MandateProcess> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "mandate-e2e-"));
  const database = await findDatabase(options, dataDir);
  const command = [join(options.root, "cli/bin/mandate.cts"), "start", ...(options.forPeople ? [] : ["--json"])];
  // Whatever ends this process, and be it a kill, ends the server too.
  const lifeline = join(options.root, "cli/bin/lifeline.cts");
  const child = spawn(process.execPath, ["--require", lifeline, ...command], {
    cwd: options.root,
    stdio: ["ignore", "pipe", "pipe", "ignore", "pipe"],
    env: {
      PATH: process.env.PATH,
      MANDATE_PORT: "0",
      MANDATE_DATA_DIR: dataDir,
      MANDATE_DATABASE_URL: database.url,
      ...options.environment,
    },
  });
  const written: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => written.push(String(chunk)));
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async () => {
    child.kill("SIGTERM");
    await exited;
  };
  try {
    const output = () => written.join("");
    const facts = await (options.forPeople
      ? readOutput(child, exited, output, (text) => (text.includes("Ctrl-C\n") ? findFacts(dataDir) : undefined))
      : readOutput(child, exited, output, readFirstLine));
    return {
      url: facts.url,
      dataDir,
      databaseUrl: database.url,
      chains: facts.chains,
      output,
      pids: () => findPair(child.pid!),
      async makeApp({ jwtPublicKeyPem, testAccount } = {}) {
        const server = findServer({}, dataDir);
        const { id, secret } = await registerApp(
          server,
          {
            name: "E2E",
            allowedOrigins: [],
            jwt: jwtPublicKeyPem === undefined ? undefined : { publicKeyPem: jwtPublicKeyPem },
            testAccounts: testAccount === undefined ? [] : [testAccount],
            serverSideAccess: true,
          },
          Date.now(),
        );
        return { id, secret };
      },
      stop,
      async remove() {
        await stop();
        await database.remove();
        rmSync(dataDir, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await stop();
    await database.remove();
    throw error;
  }
}

function findDatabase({ onFile, environment }: MandateOptions, dataDir: string): Promise<TestDatabase> | TestDatabase {
  const given = environment?.MANDATE_DATABASE_URL ?? (onFile === true ? join(dataDir, "mandate.db") : undefined);
  return given === undefined ? startTestDatabase(dataDir) : { url: given, remove: async () => undefined };
}

type Facts = { url: string; chains: { [caip2: string]: string } };

function readFirstLine(text: string): Facts | undefined {
  const end = text.indexOf("\n");
  return end < 0 ? undefined : (JSON.parse(text.slice(0, end)) as Facts);
}

/** What a start leaves in its folder for the other commands. */
function findFacts(dataDir: string): Facts {
  const server = readRunningServer(dataDir);
  if (server === undefined) throw new Error(`no server runs on ${dataDir}`);
  return server;
}

/** What `read` makes of the standard output so far, once it makes something of it. */
function readOutput(
  child: ChildProcess,
  exited: Promise<void>,
  output: () => string,
  read: (text: string) => Facts | undefined,
): Promise<Facts> {
  return new Promise((resolve, reject) => {
    let text = "";
    const timer = setTimeout(() => reject(new Error(`mandate was not ready in time:\n${output()}`)), startTimeoutMs);
    child.stdout?.on("data", (chunk) => {
      text += String(chunk);
      const facts = read(text);
      if (facts === undefined) return;
      clearTimeout(timer);
      resolve(facts);
    });
    void exited.then(() => {
      clearTimeout(timer);
      reject(new Error(`mandate ended before it was ready:\n${output()}`));
    });
  });
}

/** The supervisor's children by what they run. Reads /proc, so Linux only. */
function findPair(supervisor: number): ReturnType<MandateProcess["pids"]> {
  const pids: ReturnType<MandateProcess["pids"]> = { supervisor, signer: undefined, api: undefined };
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
      // proc(5): after the command in parentheses come the state and the parent's id.
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (Number(parent) !== supervisor || state === "Z") continue;
      const command = readFileSync(`/proc/${entry}/cmdline`, "utf8");
      if (command.includes("/signer/")) pids.signer = Number(entry);
      else if (command.includes("/server/")) pids.api = Number(entry);
    } catch {
      // It ended while we looked.
    }
  }
  return pids;
}

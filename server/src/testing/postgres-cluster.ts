/** A PostgreSQL server of our own for tests: Debian's programs, a throwaway folder, loopback only. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";

export type PostgresCluster = {
  /** An empty database of its own. */
  makeDatabase(): Promise<string>;
  /** `makeDatabase` at a hundredth of the price: a schema of its own in one database. */
  makeSchema(): Promise<string>;
  /** As its superuser, in the database `postgres`. */
  run(sql: string): Promise<void>;
  /** `pg_ctl stop -m immediate`: without a word to clients, recovery at the next start. */
  crash(): Promise<void>;
  /** Resolves when it takes connections again. */
  start(): Promise<void>;
  /** SIGSTOP to every process of the server, and SIGCONT: it keeps its connections and answers nothing. */
  freeze(): void;
  thaw(): void;
  remove(): Promise<void>;
};

const PASSWORD = "test";
const USER = "mandate";

/** The folder of the newest installed version's programs; undefined where there is none. */
export function findPostgres(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  if (environment.MANDATE_POSTGRES_BIN) return environment.MANDATE_POSTGRES_BIN;
  const root = "/usr/lib/postgresql";
  if (!existsSync(root)) return undefined;
  const versions = readdirSync(root).sort((left, right) => Number(right) - Number(left));
  return versions.map((version) => join(root, version, "bin")).find((bin) => existsSync(join(bin, "initdb")));
}

/** `settings` go to the server's command line. */
export async function startPostgres(
  bin: string,
  settings: { [name: string]: string | number } = {},
): Promise<PostgresCluster> {
  const folder = mkdtempSync(join(tmpdir(), "mandate-postgres-"));
  const data = join(folder, "data");
  const owner = findOwner();
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, `${PASSWORD}\n`);
  if (owner !== undefined) for (const path of [folder, passwordFile]) chownSync(path, owner.uid, owner.gid);
  chmodSync(folder, 0o700);
  // Its folder is the working directory: ours may be one that its user cannot enter.
  const as = { cwd: folder, env: { PATH: process.env.PATH ?? "" }, ...owner };
  const access = ["-U", USER, `--pwfile=${passwordFile}`, "--auth=scram-sha-256"];
  execFileSync(join(bin, "initdb"), ["-D", data, ...access, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"], {
    ...as,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const port = await findFreePort();
  const options = {
    listen_addresses: "127.0.0.1",
    port,
    unix_socket_directories: "",
    shared_buffers: "32MB",
    log_min_messages: "fatal",
    ...settings,
  };
  const flags = Object.entries(options).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const url = (path: string) => `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/${path}`;
  const log = openSync(join(folder, "log"), "a");
  let server: ChildProcess;
  let made = 0;

  async function run(sql: string): Promise<void> {
    const client = postgres(url("postgres"), { max: 1, fetch_types: false, onnotice: () => undefined });
    try {
      await client.unsafe(sql);
    } finally {
      await client.end({ timeout: 1 });
    }
  }

  async function start(): Promise<void> {
    server = spawn(join(bin, "postgres"), ["-D", data, ...flags], { ...as, stdio: ["ignore", log, log] });
    const deadline = Date.now() + 30_000;
    for (;;) {
      if (server.exitCode !== null) throw new Error(`PostgreSQL did not start; see ${folder}/log`);
      try {
        return await run("SELECT 1");
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await sleep(20);
      }
    }
  }

  async function end(mode: "fast" | "immediate"): Promise<void> {
    const exited = once(server, "exit");
    execFileSync(join(bin, "pg_ctl"), ["stop", "-D", data, "-m", mode, "-W"], { ...as, stdio: "ignore" });
    await exited;
  }

  function signal(name: "SIGSTOP" | "SIGCONT"): void {
    for (const pid of [server.pid!, ...childrenOf(server.pid!)]) process.kill(pid, name);
  }

  try {
    await start();
    await run("CREATE DATABASE shared");
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    async makeDatabase() {
      const name = `test_${++made}`;
      await run(`CREATE DATABASE ${name}`);
      return url(name);
    },
    async makeSchema() {
      const name = `test_${++made}`;
      const client = postgres(url("shared"), { max: 1, fetch_types: false });
      try {
        await client.unsafe(`CREATE SCHEMA ${name}`);
      } finally {
        await client.end({ timeout: 1 });
      }
      return url(`shared?search_path=${name}`);
    },
    run,
    crash: () => end("immediate"),
    start,
    freeze: () => signal("SIGSTOP"),
    thaw: () => signal("SIGCONT"),
    async remove() {
      if (server.exitCode === null && server.signalCode === null) await end("immediate");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root; then somebody lesser runs it. */
function findOwner(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ["postgres", "nobody"]) {
    try {
      const id = (flag: string) => Number(execFileSync("id", [flag, name], { stdio: ["ignore", "pipe", "ignore"] }));
      return { uid: id("-u"), gid: id("-g") };
    } catch {
      // No such user here.
    }
  }
  throw new Error("PostgreSQL does not run as root, and there is neither a user postgres nor nobody");
}

/** Reads /proc, so Linux only. */
function childrenOf(parent: number): number[] {
  const text = readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8").trim();
  return text === "" ? [] : text.split(" ").map(Number);
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

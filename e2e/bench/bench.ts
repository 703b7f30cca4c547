/**
 * `npm run bench`: what an authorised signature costs here, beside what its cryptography alone costs. Starts a server of
 * its own on a temporary folder and a process that makes the load; leaves nothing behind. `--json` prints the report.
 */
import { type ChildProcess, fork } from "node:child_process";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { createHttpClient } from "../processes/http-client.ts";
import { type MandateProcess, startMandate } from "../processes/mandate-process.ts";
import { makeSessionWallet } from "../processes/session-wallet.ts";
import { isSignedBy } from "./check-sample.ts";
import { countSyncs } from "./count-syncs.ts";
import { measureFloor } from "./floor.ts";
import { judge } from "./goals.ts";
import type { FromGenerator, LoadOrder, LoadResult, ToGenerator } from "./load-generator.ts";
import { readCpuMicroseconds, readResidentMegabytes } from "./process-usage.ts";
import { formatReport, type Report, type Run } from "./report.ts";
import { benchmarkRules, type WorkloadName } from "./workload.ts";

/** Requests of each run; three rounds of the one that is judged, of which the median counts. */
const PLAN: { workload: WorkloadName; inFlight: number; requests: number; rounds: number }[] = [
  { workload: "transaction", inFlight: 1, requests: 1_500, rounds: 1 },
  { workload: "transaction", inFlight: 8, requests: 5_000, rounds: 1 },
  { workload: "transaction", inFlight: 32, requests: 8_000, rounds: 1 },
  { workload: "transaction", inFlight: 64, requests: 12_000, rounds: 3 },
  { workload: "message", inFlight: 64, requests: 8_000, rounds: 1 },
  { workload: "typed data", inFlight: 64, requests: 8_000, rounds: 1 },
];
const WARM_UP = { workload: "transaction", inFlight: 64, requests: 4_000 } as const;
const TRACED = { workload: "transaction", inFlight: 64, requests: 1_500 } as const;

const isLinux = process.platform === "linux";

export async function main(argv: string[]): Promise<number> {
  const unknown = argv.filter((word) => word !== "--json");
  if (unknown.length > 0) {
    process.stderr.write(`Unknown argument: ${unknown[0]}. Usage: npm run bench -- [--json]\n`);
    return 2;
  }
  const json = argv.includes("--json");
  const say = (text: string) => void process.stderr.write(`mandate: ${text}\n`);
  try {
    const report = await measure(say);
    process.stdout.write(json ? `${JSON.stringify(report)}\n` : `\n${formatReport(report)}`);
    return 0;
  } catch (error) {
    say(`the benchmark failed: ${error instanceof Error ? error.message : "unknown"}`);
    return 1;
  }
}

async function measure(say: (text: string) => void): Promise<Report> {
  say("measuring the floor …");
  const before = await measureFloor();
  const mandate = await startMandate({
    root: fileURLToPath(new URL("../../..", import.meta.url)),
    environment: { MANDATE_DEV_CHAINS: "0", MANDATE_RATE_LIMIT: "1000000" },
  });
  try {
    const run = await prepareRuns(mandate);
    await run(WARM_UP);
    const measured: { workload: WorkloadName; inFlight: number; rounds: Omit<Run, "ratioToFloor">[] }[] = [];
    for (const { rounds, ...plan } of PLAN) {
      say(`${plan.workload}, ${plan.inFlight} in flight …`);
      const results: Omit<Run, "ratioToFloor">[] = [];
      for (let round = 0; round < rounds; round++) results.push(await run(plan));
      measured.push({ ...plan, rounds: results });
    }
    const memoryMegabytes = isLinux ? readLargest(mandate) : undefined;
    const { api } = mandate.pids();
    const syncs = api === undefined ? undefined : await countSyncs(api, async () => void (await run(TRACED)));
    const after = await measureFloor();
    const floorMicroseconds = Math.min(before.microseconds, after.microseconds);
    const runs = measured.map(({ rounds }): Run => {
      const chosen = rounds.toSorted((a, b) => (a.cpuMicroseconds ?? 0) - (b.cpuMicroseconds ?? 0));
      const median = chosen[Math.floor(chosen.length / 2)]!;
      const cpu = median.cpuMicroseconds;
      return { ...median, ratioToFloor: cpu === undefined ? undefined : cpu / floorMicroseconds };
    });
    const processors = cpus();
    const report = {
      machine: { node: process.versions.node, processors: processors.length, model: processors[0]?.model ?? "unknown" },
      primitives: before.primitives,
      floorBeforeMicroseconds: before.microseconds,
      floorAfterMicroseconds: after.microseconds,
      floorMicroseconds,
      runs,
      syncsPerRequest: syncs === undefined ? undefined : syncs / TRACED.requests,
      memoryMegabytes,
    };
    return { ...report, goals: judge(report) };
  } finally {
    await mandate.remove();
  }
}

type RunPlan = { workload: WorkloadName; inFlight: number; requests: number };

/** Makes the wallet; what it gives runs one load against it and throws unless every answer was a signature. */
async function prepareRuns(mandate: MandateProcess): Promise<(plan: RunPlan) => Promise<Omit<Run, "ratioToFloor">>> {
  const app = await mandate.makeApp();
  const client = createHttpClient(mandate.url);
  const wallet = await makeSessionWallet(client, { origin: mandate.url, app }, benchmarkRules);
  client.close();
  const signerKeyBase64 = wallet.signer.privateKey.export({ format: "der", type: "pkcs8" }).toString("base64");
  let first = 0;

  return async (plan) => {
    const { url } = mandate;
    const order: LoadOrder = { url, app, walletId: wallet.id, signerKeyBase64, first, ...plan };
    first += plan.requests;
    const { result, cpu } = await runLoad(order, mandate);
    const { seconds, latencies, failed, failures, sample } = result;
    if (failed > 0) throw new Error(`${failed} of ${plan.requests} requests failed: ${failures.join("; ")}`);
    if (!(await isSignedBy(wallet.address, plan.workload, order.first, sample))) {
      throw new Error(`the signature of a ${plan.workload} is not the wallet's`);
    }
    const perRequest = (total: number | undefined) => (total === undefined ? undefined : total / plan.requests);
    return {
      ...plan,
      failed,
      perSecond: plan.requests / seconds,
      cpuMicroseconds: perRequest(cpu?.all),
      apiMicroseconds: perRequest(cpu?.api),
      signerMicroseconds: perRequest(cpu?.signer),
      p50Ms: latencies[Math.floor(latencies.length * 0.5)] ?? 0,
      p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? 0,
    };
  };
}

type CpuShare = { all: number; api: number; signer: number };

async function runLoad(order: LoadOrder, mandate: MandateProcess): Promise<{ result: LoadResult; cpu?: CpuShare }> {
  const generator = fork(fileURLToPath(new URL("./load-generator.js", import.meta.url)), { execArgv: [] });
  try {
    await ask(generator, { kind: "prepare", order });
    const before = readCpu(mandate);
    const done = await ask(generator, { kind: "run" });
    const after = readCpu(mandate);
    if (done.kind !== "done") throw new Error("the load generator did not run");
    if (before === undefined || after === undefined) return { result: done.result };
    const cpu = { all: after.all - before.all, api: after.api - before.api, signer: after.signer - before.signer };
    return { result: done.result, cpu };
  } finally {
    generator.kill();
  }
}

function ask(generator: ChildProcess, message: ToGenerator): Promise<FromGenerator> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error("the load generator ended"));
    generator.once("exit", onExit);
    generator.once("message", (answer: FromGenerator) => {
      generator.off("exit", onExit);
      if (answer.kind === "failed") reject(new Error(`the load generator failed: ${answer.reason}`));
      else resolve(answer);
    });
    generator.send(message);
  });
}

function readCpu(mandate: MandateProcess): CpuShare | undefined {
  if (!isLinux) return undefined;
  const { supervisor, api, signer } = mandate.pids();
  if (api === undefined || signer === undefined) throw new Error("the server is not running");
  const share = { api: readCpuMicroseconds(api), signer: readCpuMicroseconds(signer) };
  return { ...share, all: share.api + share.signer + readCpuMicroseconds(supervisor) };
}

function readLargest(mandate: MandateProcess): number {
  const { api, signer } = mandate.pids();
  return Math.max(...[api, signer].map((pid) => (pid === undefined ? 0 : readResidentMegabytes(pid))));
}

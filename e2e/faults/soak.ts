/**
 * `npm run soak -- --minutes 15`: the mixed load of an ordinary day, for a while, on a server that has so many policies
 * that its bounded caches are full. What must not grow is watched: memory and open files of both processes, and the time
 * to an answer. `--json` prints the report; exit code 1 when it grew.
 */
import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { readResidentMegabytes } from "../bench/process-usage.ts";
import { prepareRequest } from "../processes/signed-request.ts";
import { CAIP2, fund, mineEverySecond, randomAddress } from "./chain.ts";
import { formatMs, percentile } from "./fault.ts";
import { startLoad } from "./load.ts";
import { startTarget, type Target } from "./target.ts";

type Sample = {
  minute: number;
  /** Medians of a look each second: between two collections a process holds more than it needs. */
  apiMegabytes: number;
  signerMegabytes: number;
  files: number;
  p50: number;
  p99: number;
  requests: number;
};

/** Enough to fill the record cache of the API and the one of opened records of the signer. */
const POLICIES = 10_000;
const RULES_EACH = 20;
const POLICIES_AT_ONCE = 16;
const RECIPIENTS = 100;
const LOOK_MS = 1_000;

export type SoakReport = {
  policies: number;
  samples: Sample[];
  violations: string[];
  signatures: number;
  sends: number;
  changes: number;
};

export async function main(argv: string[]): Promise<number> {
  const at = argv.indexOf("--minutes");
  const minutes = at < 0 ? 15 : Number(argv[at + 1]);
  const unknown = argv.filter((word, index) => word !== "--json" && index !== at && (at < 0 || index !== at + 1));
  if (unknown.length > 0 || !(minutes > 0 && minutes <= 240)) {
    process.stderr.write("Usage: npm run soak -- [--minutes 15] [--json]\n");
    return 2;
  }
  const report = await soak({
    policies: POLICIES,
    samples: Math.max(2, Math.ceil(minutes)),
    sampleMs: (minutes * 60_000) / Math.max(2, Math.ceil(minutes)),
    say: (text) => void process.stderr.write(`mandate: ${text}\n`),
  });
  process.stdout.write(argv.includes("--json") ? `${JSON.stringify(report)}\n` : format(report));
  return report.violations.length > 0 ? 1 : 0;
}

/** Makes `policies`, then runs the load for `samples` stretches of `sampleMs` each. */
export async function soak(options: {
  policies: number;
  samples: number;
  sampleMs: number;
  say(text: string): void;
}): Promise<SoakReport> {
  const target = await startTarget({ MANDATE_USERS_PER_MINUTE: "100000" });
  try {
    const { mandate, app } = target;
    const filledAt = performance.now();
    await makePolicies(target, options.policies);
    options.say(`${options.policies} policies made in ${formatMs(performance.now() - filledAt)}`);
    const chain = mandate.chains[CAIP2]!;
    await mineEverySecond(chain);
    const latencies: number[] = [];
    const timed = {
      ...target.client,
      async sendUntilAnswered(request: Parameters<Target["client"]["sendUntilAnswered"]>[0]) {
        const sentAt = performance.now();
        const answer = await target.client.sendUntilAnswered(request);
        latencies.push(performance.now() - sentAt);
        return answer;
      },
    };
    // The development chain copies all accounts for each block: with a new one for each send it would grow, and slow down
    // what waits for it.
    const recipients = Array.from({ length: RECIPIENTS }, randomAddress);
    let sends = 0;
    const nextRecipient = () => recipients[sends++ % RECIPIENTS]!;
    const load = await startLoad(
      timed,
      { origin: mandate.url, app },
      { clients: 8, pauseMs: 20, fund: (address) => fund(chain, address), nextRecipient },
    );
    const samples: Sample[] = [];
    for (let minute = 1; minute <= options.samples; minute++) {
      latencies.length = 0;
      const { api, signer } = mandate.pids();
      const [apiMegabytes, signerMegabytes] = await lookAtMemory([api!, signer!], options.sampleMs);
      const sample: Sample = {
        minute,
        apiMegabytes: apiMegabytes!,
        signerMegabytes: signerMegabytes!,
        files: countFiles(api!) + countFiles(signer!),
        p50: percentile(latencies, 0.5),
        p99: percentile(latencies, 0.99),
        requests: latencies.length,
      };
      samples.push(sample);
      options.say(describe(sample));
    }
    const { signatures, changes, unexpected, sends: sent } = await load.stop();
    const violations = [...new Set(unexpected)].slice(0, 5).map((answer) => `unexpected: ${answer}`);
    return {
      policies: options.policies,
      samples,
      violations: [...violations, ...findGrowth(samples)],
      signatures: signatures.length,
      sends: sent.length,
      changes,
    };
  } finally {
    await target.remove();
  }
}

async function makePolicies({ client, app, mandate }: Target, count: number): Promise<void> {
  const rules = Array.from({ length: RULES_EACH }, (_, at) => ({
    name: `Rule ${at}`,
    method: "eth_sendTransaction",
    action: "ALLOW",
    conditions: [{ field_source: "ethereum_transaction", field: "value", operator: "lte", value: String(at) }],
  }));
  let left = count;
  const makeSome = async () => {
    while (left > 0) {
      const body = { version: "1.0", name: `Policy ${left--}`, chain_type: "ethereum", rules };
      const { status, body: text } = await client.sendUntilAnswered(
        prepareRequest({ origin: mandate.url, app }, "POST", "/v1/policies", body),
      );
      if (status !== 200) throw new Error(`a policy was answered ${status}: ${text}`);
    }
  };
  await Promise.all(Array.from({ length: POLICIES_AT_ONCE }, makeSome));
}

/** Median of what each process held, looked at again and again for so long. */
async function lookAtMemory(pids: number[], forMs: number): Promise<number[]> {
  const looks = pids.map((): number[] => []);
  const endsAt = performance.now() + forMs;
  for (let leftMs = forMs; leftMs > 0; leftMs = endsAt - performance.now()) {
    await sleep(Math.min(LOOK_MS, leftMs));
    pids.forEach((pid, at) => void looks[at]!.push(readResidentMegabytes(pid)));
  }
  return looks.map((seen) => percentile(seen, 0.5));
}

/**
 * The second half against the first: memory may settle, not climb. The first quarter is left out, as the heap of a
 * young process grows to its working size.
 */
export function findGrowth(samples: readonly Sample[]): string[] {
  const settled = samples.slice(Math.floor(samples.length / 4));
  const middle = Math.floor(settled.length / 2);
  const [earlier, later] = [settled.slice(0, middle), settled.slice(middle)];
  if (earlier.length === 0) return [];
  const median = (of: readonly Sample[], member: keyof Sample) =>
    percentile(
      of.map((sample) => sample[member]),
      0.5,
    );
  const found: string[] = [];
  for (const [member, factor, slack] of [
    ["apiMegabytes", 1.1, 10],
    ["signerMegabytes", 1.1, 10],
    ["files", 1, 4],
    ["p99", 1.5, 20],
  ] as const) {
    const [before, after] = [median(earlier, member), median(later, member)];
    if (after > before * factor + slack) found.push(`${member} grew from ${before.toFixed(1)} to ${after.toFixed(1)}`);
  }
  return found;
}

function countFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

function describe({ minute, apiMegabytes, signerMegabytes, files, p50, p99, requests }: Sample): string {
  return `${minute}: API ${apiMegabytes} MB, signer ${signerMegabytes} MB, ${files} files, ${requests} requests, p50 ${formatMs(p50)}, p99 ${formatMs(p99)}`;
}

function format({ policies, samples, violations, signatures, sends, changes }: SoakReport): string {
  const verdict = violations.length === 0 ? "nothing grew" : violations.map((one) => `VIOLATION: ${one}`).join("\n");
  return `${samples.map(describe).join("\n")}\n${policies} policies before, then ${signatures} signatures, ${sends} sends, ${changes} changes\n${verdict}\n`;
}

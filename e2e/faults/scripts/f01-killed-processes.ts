import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Fault, type FaultReport, formatMs, percentile } from "../fault.ts";
import { compare, readReceipts, resultOf, type SigningSite, startSigningSite } from "../signing-site.ts";

const CLIENTS = 8;
const BACK_WITHIN_MS = 2_000;

export const killedApi = killStorm("F1", "api");
export const killedSigner = killStorm("F2", "signer");

/** One process is killed again and again under signing load; lost answers are asked for again with the same bytes. */
function killStorm(id: string, member: "api" | "signer"): Fault {
  return {
    id,
    title: `kill -9 of the ${member === "api" ? "API" : "signer"}, again and again`,
    mustHold: "every request gets one signature, made once; nothing that was answered is lost",
    async run({ full }) {
      const site = await startSigningSite();
      try {
        return await storm(site, member, full ? 200 : 8);
      } finally {
        await site.remove();
      }
    },
  };
}

async function storm(site: SigningSite, member: "api" | "signer", kills: number): Promise<FaultReport> {
  const acknowledged: string[] = [];
  const violations: string[] = [];
  let [running, repeated] = [true, 0];
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (running) {
      const answer = await site.client().sendUntilAnswered(site.prepareSignature());
      if (answer.attempts > 1) repeated++;
      if (answer.status === 200) acknowledged.push(resultOf(answer.body));
      else violations.push(`a signature was answered ${answer.status} ${answer.body.slice(0, 200)}`);
    }
  });
  const outages: number[] = [];
  for (let kill = 0; kill < kills; kill++) {
    await sleep(randomInt(50, 500));
    outages.push(await killAndWait(site, member));
  }
  running = false;
  await Promise.all(clients);
  await site.stop();
  const stored = await readReceipts(site.dataDir, site.app.id);
  violations.push(...compare(acknowledged, stored));
  const signatures = [...stored.results.values()].reduce((sum, count) => sum + count, 0);
  if (signatures !== acknowledged.length)
    violations.push(`${acknowledged.length} requests have ${signatures} signatures on record`);
  // A figure and no violation: how long two processes take to start is the machine's, and what else runs on it.
  const slow = outages.filter((ms) => ms > BACK_WITHIN_MS).length;
  return {
    figures: {
      kills,
      acknowledged: acknowledged.length,
      "sent again": repeated,
      "signatures on record": signatures,
      "back after, p50": formatMs(percentile(outages, 0.5)),
      "back after, p99": formatMs(percentile(outages, 0.99)),
      "later than 2 s": slow,
    },
    violations,
  };
}

/** Milliseconds from the kill to the readiness of another pair. */
async function killAndWait(site: SigningSite, member: "api" | "signer"): Promise<number> {
  const pid = site.pids()[member];
  if (pid === undefined) throw new Error(`no ${member} is running`);
  process.kill(pid, "SIGKILL");
  const killedAt = performance.now();
  const request = { method: "GET", path: "/readyz", headers: {}, body: "" };
  while (performance.now() - killedAt < 30_000) {
    const now = site.pids()[member];
    const answer = await site
      .client()
      .send(request)
      .catch(() => undefined);
    if (now !== undefined && now !== pid && answer?.status === 200) return performance.now() - killedAt;
    await sleep(10);
  }
  throw new Error(`not back after 30 s:\n${site.output()}`);
}

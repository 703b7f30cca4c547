import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../fault.ts";
import { compare, readReceipts, resultOf, startSigningSite } from "../signing-site.ts";
import { type Trace, trace } from "../strace.ts";

/** Between these system calls lie all states that a request can be in: read, asked, answered, written, synced, sent. */
const POINTS: { member: "api" | "signer"; calls: string; last: number }[] = [
  { member: "api", calls: "fdatasync,fsync", last: 2 },
  { member: "api", calls: "pwrite64", last: 12 },
  { member: "api", calls: "read,recvfrom,readv", last: 6 },
  { member: "api", calls: "write,writev,sendto,sendmsg", last: 6 },
  { member: "signer", calls: "read,recvfrom,readv", last: 3 },
  { member: "signer", calls: "write,writev,sendto,sendmsg", last: 2 },
];

/** A process is killed as it makes its n-th system call of a kind, in the middle of signing one request. */
export const crashPoints: Fault = {
  id: "F12",
  title: "crash at each step of a signature",
  mustHold: "the same request, sent again, gets one signature, made once; nothing that was answered is lost",
  async run({ full }) {
    const rounds = full ? 60 : POINTS.length;
    const site = await startSigningSite();
    const acknowledged: string[] = [];
    const violations: string[] = [];
    let killed = 0;
    let repeated = 0;
    try {
      for (let round = 0; round < rounds; round++) {
        const { member, calls, last } = POINTS[round % POINTS.length]!;
        const pid = site.pids()[member]!;
        const inject = `inject=${calls}:signal=SIGKILL:when=${1 + randomInt(last)}`;
        const tracing = await trace([pid], ["-e", `trace=${calls}`, "-e", inject]);
        const request = site.client().sendUntilAnswered(site.prepareSignature());
        // A dead process stays a zombie, unseen by its supervisor, for as long as it is traced.
        const released = releaseWhenDead(pid, tracing, request);
        const answer = await Promise.race([request, sleep(30_000)]);
        await released;
        if (answer === undefined) throw new Error(`no answer after ${member} was killed at ${calls}`);
        if (answer.attempts > 1) repeated++;
        if (answer.status === 200) acknowledged.push(resultOf(answer.body));
        else violations.push(`${member} killed at ${calls}: ${answer.status} ${answer.body}`);
        if (isDead(pid)) killed++;
        await untilReady(site);
      }
      await site.stop();
      const stored = await readReceipts(site.dataDir, site.app.id);
      violations.push(...compare(acknowledged, stored));
      const signatures = [...stored.results.values()].reduce((sum, count) => sum + count, 0);
      if (signatures !== rounds) violations.push(`${rounds} requests have ${signatures} signatures on record`);
      return {
        figures: { requests: rounds, "processes killed": killed, "sent again": repeated, signatures },
        violations,
      };
    } finally {
      await site.remove();
    }
  },
};

async function releaseWhenDead(pid: number, tracing: Trace, request: Promise<unknown>): Promise<void> {
  let answered = false;
  void request.then(() => {
    answered = true;
  });
  for (let waited = 0; waited < 30_000 && !answered && !isDead(pid); waited += 10) await sleep(10);
  await tracing.stop();
}

function isDead(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return true;
  }
}

async function untilReady(site: Awaited<ReturnType<typeof startSigningSite>>): Promise<void> {
  for (let waited = 0; waited < 15_000; waited += 20) {
    const answer = await site
      .client()
      .send({ method: "GET", path: "/readyz", headers: {}, body: "" })
      .catch(() => undefined);
    const { api, signer } = site.pids();
    if (answer?.status === 200 && api !== undefined && signer !== undefined) return;
    await sleep(20);
  }
  throw new Error(`not back in time:\n${site.output()}`);
}

import type { Fault } from "../fault.ts";
import { type SigningSite, startSigningSite } from "../signing-site.ts";
import { type SystemCall, trace } from "../strace.ts";

/** The API's system calls, in order: what was written to the database's log, when it was synced, when it was answered. */
export const orderOfSyncs: Fault = {
  id: "F4",
  title: "order of syncs and answers",
  mustHold: "no success is answered before the sync of the log that it depends on",
  async run({ full }) {
    const site = await startSigningSite();
    try {
      const together = await traceSignatures(site, 8, full ? 250 : 15);
      // One after the other, each answer needs a sync of its own: none passes on another's.
      const alone = await traceSignatures(site, 1, full ? 500 : 30);
      const violations = [...judgeOrder(together.calls, false), ...judgeOrder(alone.calls, true)];
      return {
        figures: {
          "signatures answered, 8 at once": together.answered,
          "syncs for each": (countSyncs(together.calls) / together.answered).toFixed(2),
          "signatures answered, one by one": alone.answered,
          "syncs for each of these": (countSyncs(alone.calls) / alone.answered).toFixed(2),
          "answers before their sync": violations.length,
        },
        violations,
      };
    } finally {
      await site.remove();
    }
  },
};

async function traceSignatures(site: SigningSite, clients: number, count: number) {
  const wanted = "trace=pwrite64,fdatasync,fsync,write,writev,sendto,sendmsg";
  const tracing = await trace([site.pids().api!], ["-y", "-s", "32", "-e", wanted]);
  let answered = 0;
  const run = async () => {
    for (let at = 0; at < count; at++)
      if ((await site.client().send(site.prepareSignature())).status === 200) answered++;
  };
  await Promise.all(Array.from({ length: clients }, run));
  const calls = await tracing.stop();
  const seen = calls.filter(isSuccess).length;
  if (answered === 0 || seen < answered) throw new Error(`strace saw ${seen} of ${answered} answers`);
  return { answered, calls };
}

const isLog = ({ text }: SystemCall) => /^\w+\(\d+<[^>]*-wal>/.test(text);
const isSync = (call: SystemCall) => /^f(data)?sync$/.test(call.name) && isLog(call) && call.text.endsWith("= 0");
const isSuccess = ({ text }: SystemCall) => /HTTP\/1\.1 2\d\d/.test(text);

function countSyncs(calls: readonly SystemCall[]): number {
  return calls.filter(isSync).length;
}

/**
 * A commit writes its pages to the log and syncs it, all in one turn of the event loop. So at an answer nothing may be
 * written that is not synced; and where requests come one by one, something must have been synced since the last.
 */
export function judgeOrder(calls: readonly SystemCall[], oneByOne: boolean): string[] {
  let [unsynced, synced] = [0, false];
  const violations: string[] = [];
  for (const call of calls) {
    if (call.name === "pwrite64" && isLog(call)) unsynced++;
    else if (isSync(call)) [unsynced, synced] = [0, true];
    else if (isSuccess(call)) {
      if (unsynced > 0 || !synced) violations.push(`an answer before its sync: ${call.text.slice(0, 80)}`);
      if (oneByOne) synced = false;
    }
  }
  return violations;
}

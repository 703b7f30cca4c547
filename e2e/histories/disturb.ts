import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Replicas } from "../processes/replicas.ts";

export type Disturbance = {
  counts: { apiKills: number; signerKills: number; databaseCrashes: number };
  /** Resolves when nothing is broken on purpose any more. */
  stop(): Promise<void>;
};

/** Kills a process or crashes the database every now and then, until it is stopped. Supervisors restart what died. */
export function disturb(replicas: Replicas, everyMs: number): Disturbance {
  const counts = { apiKills: 0, signerKills: 0, databaseCrashes: 0 };
  const stopping = new AbortController();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await sleep(randomInt(everyMs / 2, everyMs * 1.5), undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      const kind = randomInt(0, 4);
      if (kind === 0) {
        await replicas.cluster.crash();
        await replicas.cluster.start();
        counts.databaseCrashes += 1;
        continue;
      }
      const { api, signer } = replicas.pairs[randomInt(0, replicas.pairs.length)]!.mandate.pids();
      const pid = kind === 1 ? signer : api;
      if (pid === undefined) continue;
      try {
        process.kill(pid, "SIGKILL");
        counts[kind === 1 ? "signerKills" : "apiKills"] += 1;
      } catch {
        // It had just ended.
      }
    }
  }

  const running = run();
  return {
    counts,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Replicas } from "../processes/replicas.ts";

/** Kills an API or a signer of either pair about every so often; the supervisors start another. */
export function killNowAndThen(replicas: Pick<Replicas, "pairs">, everyMs: number): { stop(): Promise<number> } {
  const stopping = new AbortController();
  let kills = 0;
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      const { api, signer } = replicas.pairs[randomInt(0, replicas.pairs.length)]!.mandate.pids();
      const pid = randomInt(0, 2) === 0 ? api : signer;
      if (pid === undefined) continue;
      process.kill(pid, "SIGKILL");
      kills += 1;
    }
  })();
  return {
    /** How many it were. */
    async stop() {
      stopping.abort();
      await running;
      return kills;
    },
  };
}

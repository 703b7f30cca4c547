import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../fault.ts";
import { startTarget } from "../target.ts";

/** The signer stands still (SIGSTOP) while requests expire, then goes on as if nothing had been. */
export const stoppedSigner: Fault = {
  id: "F20",
  title: "signer stopped and continued",
  mustHold: "no request that expired meanwhile is signed, readiness says so meanwhile, and afterwards all is served",
  async run({ full }) {
    const [stillMs, count] = full ? [60_000, 200] : [2_500, 20];
    const target = await startTarget({ MANDATE_DEV_CHAINS: "0" });
    try {
      const { mandate, client } = target;
      const signer = mandate.pids().signer!;
      const violations: string[] = [];
      process.kill(signer, "SIGSTOP");
      let ready: number;
      let answers: number[];
      try {
        const expiryMs = Date.now() + Math.min(1_000, stillMs / 2);
        const asked = Array.from({ length: count }, async (_, index) => {
          const answer = await client.send(target.signMessage(`m${index}`, { expiryMs })).catch(() => undefined);
          return answer?.status ?? 0;
        });
        ready = (await client.send({ method: "GET", path: "/readyz", headers: {}, body: "" })).status;
        await sleep(stillMs);
        process.kill(signer, "SIGCONT");
        answers = await Promise.all(asked);
      } finally {
        process.kill(signer, "SIGCONT");
      }
      const signed = answers.filter((status) => status === 200).length;
      if (signed > 0) violations.push(`${signed} requests were signed after they had expired`);
      if (ready !== 503) violations.push(`/readyz answered ${ready} while the signer stood still`);
      const later = await client.sendUntilAnswered(target.signMessage("later", { expiryMs: Date.now() + 60_000 }));
      if (later.status !== 200) violations.push(`afterwards a request was answered ${later.status}`);
      const statuses = [...new Set(answers)].sort().join(", ");
      return {
        figures: { "still for": `${stillMs} ms`, "expired requests": count, signed, answers: statuses },
        violations,
      };
    } finally {
      await target.remove();
    }
  },
};

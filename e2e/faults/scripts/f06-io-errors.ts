import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../fault.ts";
import { compare, readReceipts, resultOf, startSigningSite } from "../signing-site.ts";
import { trace } from "../strace.ts";

const GET_READY = { method: "GET", path: "/readyz", headers: {}, body: "" };

/** From one moment on every sync of the API fails with EIO, as on a dying disk; later the disk seems well again. */
export const ioErrors: Fault = {
  id: "F6",
  title: "I/O errors while syncing",
  mustHold:
    "nothing is acknowledged after the first failed sync, also when later ones succeed, until the file is reopened",
  async run({ full }) {
    const count = full ? 300 : 40;
    const site = await startSigningSite();
    const acknowledged: string[] = [];
    const violations: string[] = [];
    const signMany = async () => {
      const answers = await Promise.all(
        Array.from({ length: count }, () => site.client().send(site.prepareSignature())),
      );
      const successes = answers.filter(({ status }) => status === 200);
      for (const { body } of successes) acknowledged.push(resultOf(body));
      return { successes: successes.length, statuses: [...new Set(answers.map(({ status }) => status))].join(", ") };
    };
    try {
      const before = await signMany();
      const inject = "inject=fdatasync,fsync:error=EIO";
      const tracing = await trace([site.pids().api!], ["-e", "trace=fdatasync,fsync", "-e", inject]);
      const during = await signMany();
      const ready = (await site.client().send(GET_READY)).status;
      const read = (await site.client().send(site.readWallet())).status;
      await tracing.stop();
      const later = await signMany();
      if (during.successes + later.successes > 0)
        violations.push(`${during.successes} + ${later.successes} signatures were acknowledged after a failed sync`);
      if (ready !== 503) violations.push(`/readyz answered ${ready}`);
      if (read !== 200) violations.push(`a read was answered ${read}`);
      process.kill(site.pids().api!, "SIGKILL");
      await sleep(200);
      const again = await site.client().sendUntilAnswered(site.prepareSignature());
      if (again.status !== 200) violations.push(`after a restart a signature was answered ${again.status}`);
      else acknowledged.push(resultOf(again.body));
      await site.stop();
      violations.push(...compare(acknowledged, await readReceipts(site.dataDir, site.app.id)));
      return {
        figures: {
          "acknowledged before": before.successes,
          "asked during and after": 2 * count,
          "acknowledged after a failed sync": during.successes + later.successes,
          answers: during.statuses,
        },
        violations,
      };
    } finally {
      await site.remove();
    }
  },
};

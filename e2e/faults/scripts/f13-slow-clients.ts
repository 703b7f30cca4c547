import { setTimeout as sleep } from "node:timers/promises";
import { type Fault, formatMs, percentile } from "../fault.ts";
import { countUnexpected, probeWhile } from "../probe.ts";
import { startTarget } from "../target.ts";
import { openSockets } from "./open-sockets.ts";

/** The server gives a head ten seconds (`HTTP_LIMITS`), and looks once a second. */
const GONE_AFTER_MS = 13_000;

/** Connections that begin a request and never end it ("slow loris"). */
export const slowClients: Fault = {
  id: "F13",
  title: "slow clients",
  mustHold: "half requests are cut off after ten seconds, and others are served meanwhile",
  async run({ full }) {
    const count = full ? 10_000 : 500;
    const target = await startTarget({ MANDATE_DEV_CHAINS: "0" });
    try {
      const half = await openSockets(target.mandate.url, count, "POST /v1/wallets HTTP/1.1\r\nhost: a\r\nx-slow: ");
      const begun = half.countOpen();
      const probe = await probeWhile(target.client, target.readWallet(), {
        perSecond: 50,
        until: sleep(GONE_AFTER_MS),
      });
      const left = half.countOpen();
      half.close();
      const violations: string[] = [];
      if (begun < count) violations.push(`only ${begun} of ${count} connections were accepted`);
      if (left > 0) violations.push(`${left} half requests are still open after ${GONE_AFTER_MS} ms`);
      if (countUnexpected(probe) > 0) violations.push(`honest requests were answered ${describe(probe.unexpected)}`);
      return {
        figures: {
          "half-open": begun,
          "open after 13 s": left,
          "healthy p50": formatMs(percentile(probe.latencies, 0.5)),
          "healthy p99": formatMs(percentile(probe.latencies, 0.99)),
        },
        violations,
      };
    } finally {
      await target.remove();
    }
  },
};

export function describe(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([what, count]) => `${what} (${count})`).join(", ");
}

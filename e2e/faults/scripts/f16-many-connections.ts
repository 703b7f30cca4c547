import { setTimeout as sleep } from "node:timers/promises";
import { readResidentMegabytes } from "../../bench/process-usage.ts";
import { type Fault, formatMs, percentile } from "../fault.ts";
import { countUnexpected, probeWhile } from "../probe.ts";
import { startTarget } from "../target.ts";
import { describe } from "./f13-slow-clients.ts";
import { openSockets } from "./open-sockets.ts";

/** Ten thousand connections that have asked something and are kept open, and 200 requests a second beside them. */
export const manyConnections: Fault = {
  id: "F16",
  title: "10,000 connections",
  mustHold: "all are accepted, memory stays below 512 MB, and others are served",
  async run({ full }) {
    const count = full ? 10_000 : 1_000;
    const target = await startTarget({ MANDATE_DEV_CHAINS: "0" });
    try {
      const beganAt = performance.now();
      const idle = await openSockets(target.mandate.url, count, "GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n");
      const connectedAfterMs = performance.now() - beganAt;
      const accepted = idle.countOpen();
      const until = sleep(full ? 10_000 : 2_000);
      const probe = await probeWhile(target.client, target.readWallet(), { perSecond: 200, until });
      const residentMegabytes = readResidentMegabytes(target.mandate.pids().api!);
      const left = idle.countOpen();
      idle.close();
      const violations: string[] = [];
      if (accepted < count) violations.push(`only ${accepted} of ${count} connections were accepted`);
      if (left < accepted) violations.push(`${accepted - left} connections were cut`);
      if (residentMegabytes > 512) violations.push(`the API holds ${residentMegabytes} MB`);
      if (countUnexpected(probe) > 0) violations.push(`honest requests were answered ${describe(probe.unexpected)}`);
      return {
        figures: {
          connections: accepted,
          "connected after": formatMs(connectedAfterMs),
          "requests beside": probe.latencies.length,
          "healthy p50": formatMs(percentile(probe.latencies, 0.5)),
          "healthy p99": formatMs(percentile(probe.latencies, 0.99)),
          "API RSS MB": residentMegabytes,
        },
        violations,
      };
    } finally {
      await target.remove();
    }
  },
};

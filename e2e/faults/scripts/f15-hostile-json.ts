import type { PreparedRequest } from "../../processes/signed-request.ts";
import { type Fault, formatMs, percentile } from "../fault.ts";
import { countUnexpected, probeWhile } from "../probe.ts";
import { startTarget } from "../target.ts";
import { describe } from "./f13-slow-clients.ts";

const BODIES: { [name: string]: string } = {
  "deep arrays": `${"[".repeat(200_000)}${"]".repeat(200_000)}`,
  "deep objects": `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`,
  "many members": `{${Array.from({ length: 90_000 }, (_, index) => `"m${index}":1`).join(",")}}`,
  "many elements": `[${"1,".repeat(400_000)}1]`,
  "one long number": `[${"9".repeat(900_000)}]`,
  "one long string": `["${"\\u0061".repeat(150_000)}"]`,
  "a polluting name": `{"__proto__":{"a":1},"chain_type":"ethereum"}`,
};

/** JSON that costs a careless parser its stack or its time. */
export const hostileJson: Fault = {
  id: "F15",
  title: "deep and wide JSON",
  mustHold: "every one is refused with 400, and nobody else waits for it",
  async run({ full }) {
    const rounds = full ? 40 : 4;
    const target = await startTarget({ MANDATE_DEV_CHAINS: "0" });
    try {
      const headers = { ...target.readWallet().headers, "content-type": "application/json" };
      const violations: string[] = [];
      const spent: number[] = [];
      const attack = async () => {
        for (let round = 0; round < rounds; round++) {
          for (const [name, body] of Object.entries(BODIES)) {
            const request: PreparedRequest = { method: "POST", path: "/v1/wallets", headers, body };
            const beganAt = performance.now();
            const { status } = await target.client.send(request).catch(() => ({ status: 0 }));
            spent.push(performance.now() - beganAt);
            if (status !== 400) violations.push(`${name} was answered ${status}`);
          }
        }
      };
      const until = attack();
      const probe = await probeWhile(target.client, target.readWallet(), { perSecond: 100, until });
      if (countUnexpected(probe) > 0) violations.push(`honest requests were answered ${describe(probe.unexpected)}`);
      return {
        figures: {
          bodies: spent.length,
          "answered after, median": formatMs(percentile(spent, 0.5)),
          "answered after, longest": formatMs(percentile(spent, 1)),
          "healthy p50": formatMs(percentile(probe.latencies, 0.5)),
          "healthy longest": formatMs(percentile(probe.latencies, 1)),
        },
        violations: [...new Set(violations)],
      };
    } finally {
      await target.remove();
    }
  },
};

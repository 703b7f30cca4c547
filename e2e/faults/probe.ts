import { setTimeout as sleep } from "node:timers/promises";
import type { HttpClient } from "../processes/http-client.ts";
import type { PreparedRequest } from "../processes/signed-request.ts";

export type Probe = {
  /** Milliseconds from sending to the answer, of those answered as expected. */
  latencies: number[];
  /** Answers with another status, and none at all, by what they were. */
  unexpected: Map<string, number>;
};

/** An honest caller beside a fault: sends `request` at a steady rate until `until` settles, whatever comes back. */
export async function probeWhile(
  client: HttpClient,
  request: PreparedRequest,
  options: { perSecond: number; until: Promise<unknown> },
): Promise<Probe> {
  const probe: Probe = { latencies: [], unexpected: new Map() };
  let running = true;
  void options.until.finally(() => {
    running = false;
  });
  const sent: Promise<void>[] = [];
  while (running) {
    sent.push(sendOne());
    await sleep(1000 / options.perSecond);
  }
  await Promise.all(sent);
  return probe;

  async function sendOne(): Promise<void> {
    const sentAt = performance.now();
    const status = await client.send(request).then(
      (answer) => String(answer.status),
      () => "no answer",
    );
    if (status === "200") probe.latencies.push(performance.now() - sentAt);
    else probe.unexpected.set(status, (probe.unexpected.get(status) ?? 0) + 1);
  }
}

export function countUnexpected({ unexpected }: Probe): number {
  return [...unexpected.values()].reduce((sum, count) => sum + count, 0);
}

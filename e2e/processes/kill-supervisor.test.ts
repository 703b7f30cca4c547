import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { callChain } from "../faults/chain.ts";
import { type MandateProcess, startMandate } from "./mandate-process.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const CAIP2 = "eip155:31337";
const WITHIN_MS = 15_000;

const started: MandateProcess[] = [];
afterEach(async () => {
  for (const mandate of started.splice(0)) await mandate.remove();
});

/** Its children at this moment, by what they run. Reads /proc, so Linux only. */
function listChildren(parent: number): Map<number, string> {
  const children = new Map<number, string>();
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
      if (Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) !== parent) continue;
      children.set(Number(entry), readFileSync(`/proc/${entry}/cmdline`, "utf8").replaceAll("\0", " "));
    } catch {
      // It ended while we looked.
    }
  }
  return children;
}

/** A zombie that nobody reaps has ended all the same. */
function isRunning(pid: number): boolean {
  if (!existsSync(`/proc/${pid}`)) return false;
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

describe.skipIf(process.platform !== "linux")("kill -9 of the supervisor", () => {
  it("ends whatever it started, the local chain too, and the folder starts again", async () => {
    const mandate = await startMandate({ root, onFile: true });
    started.push(mandate);
    const chain = mandate.chains[CAIP2]!;
    expect(await callChain(chain, "eth_chainId", [])).toBe("0x7a69");
    const { supervisor } = mandate.pids();
    const children = listChildren(supervisor);
    const commands = [...children.values()];
    for (const name of ["anvil", "/signer/", "/server/"]) {
      expect(
        commands.filter((command) => command.includes(name)),
        name,
      ).toHaveLength(1);
    }

    process.kill(supervisor, "SIGKILL");
    const deadline = performance.now() + WITHIN_MS;
    const left = () => [...children].filter(([pid]) => isRunning(pid)).map(([, command]) => command);
    while (left().length > 0 && performance.now() < deadline) await sleep(50);
    expect(left()).toEqual([]);
    await expect(callChain(chain, "eth_chainId", [])).rejects.toThrow();

    const again = await startMandate({ root, onFile: true, dataDir: mandate.dataDir });
    started.unshift(again);
    expect((await fetch(`${again.url}/readyz`)).status).toBe(200);
  });
});

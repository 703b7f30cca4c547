import { execFileSync } from "node:child_process";
import { closeSync, fdatasyncSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Fault } from "../fault.ts";
import { compare, readReceipts, resultOf, type SigningSite, startSigningSite } from "../signing-site.ts";

/** The data folder on a disk of 24 MB, which is filled while signatures are asked for, and freed again. */
export const fullDisk: Fault = {
  id: "F5",
  title: "disk full",
  mustHold:
    "writes are answered 503, reads go on, and when there is room all works again without a restart; nothing is lost",
  async run({ full }) {
    const disk = mkdtempSync(join(tmpdir(), "mandate-disk-"));
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", disk], { stdio: "ignore" });
    } catch {
      rmSync(disk, { recursive: true });
      return { figures: { skipped: "a disk of its own can be mounted by root only" }, violations: [] };
    }
    try {
      return await fillAndFree(disk, full ? 5 : 1);
    } finally {
      execFileSync("umount", ["--lazy", disk]);
      rmSync(disk, { recursive: true, force: true });
    }
  },
};

async function fillAndFree(disk: string, rounds: number) {
  const dataDir = join(disk, "data");
  mkdirSync(dataDir, { mode: 0o700 });
  const site = await startSigningSite({ dataDir });
  const acknowledged: string[] = [];
  const violations: string[] = [];
  const refusals = new Map<number, number>();
  try {
    for (let round = 0; round < rounds; round++) {
      fillDisk(disk);
      // What is free inside the log's file is used up first.
      let refused = 0;
      for (let at = 0; at < 400 && refused < 100; at++) {
        const statuses = await sign(site, 20, acknowledged);
        for (const status of statuses.filter((status) => status !== 200)) {
          refused++;
          refusals.set(status, (refusals.get(status) ?? 0) + 1);
        }
      }
      if (refused === 0) violations.push("the disk did not fill");
      const read = (await site.client().send(site.readWallet())).status;
      if (read !== 200) violations.push(`a read on the full disk was answered ${read}`);
      rmSync(join(disk, "filler"));
      const statuses = await sign(site, 20, acknowledged);
      if (statuses.some((status) => status !== 200))
        violations.push(`with room again, signatures were answered ${[...new Set(statuses)].join(", ")}`);
    }
    const wrong = [...refusals.keys()].filter((status) => status !== 503);
    if (wrong.length > 0) violations.push(`on the full disk, signatures were answered ${wrong.join(", ")}`);
    await site.stop();
    violations.push(...compare(acknowledged, await readReceipts(site.dataDir, site.app.id)));
    return {
      figures: {
        "times filled": rounds,
        acknowledged: acknowledged.length,
        refused: [...refusals].map(([status, count]) => `${count} × ${status}`).join(", "),
      },
      violations,
    };
  } finally {
    await site.remove();
  }
}

async function sign(site: SigningSite, count: number, acknowledged: string[]): Promise<number[]> {
  const answers = await Promise.all(Array.from({ length: count }, () => site.client().send(site.prepareSignature())));
  for (const { status, body } of answers) if (status === 200) acknowledged.push(resultOf(body));
  return answers.map(({ status }) => status);
}

/** Leaves less than a page. */
function fillDisk(disk: string): void {
  const file = openSync(join(disk, "filler"), "a");
  const { bavail, bsize } = statfsSync(disk);
  try {
    for (let left = bavail * bsize; left > 0; ) left -= writeSync(file, Buffer.alloc(Math.min(left, 65_536)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
  fdatasyncSync(file);
  closeSync(file);
}

import { randomInt } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "@mandate/server/storage/sqlite/connection";
import { type CutDisk, mountCutDisk } from "../cut-disk.ts";
import { type Fault, type FaultReport, formatMs, percentile } from "../fault.ts";
import { compare, readReceipts, resultOf, type SigningSite, startSigningSite } from "../signing-site.ts";

const CLIENTS = 8;
const UNSYNCED = "written, and not synced, right before the cut";

/** What lies on the disk that loses its power. The processes are killed with it either way. */
const placements = ["everything", "the database", "the signer's files"] as const;
type Placement = (typeof placements)[number];

/** The disk loses power in the middle of signing load, again and again: what was not synced is gone. */
export const powerCut: Fault = {
  id: "F3",
  title: "power cut",
  mustHold: "nothing that was answered is lost or done twice, the database is whole, and the next start signs again",
  async run({ full, say }) {
    const reports: FaultReport[] = [];
    for (const placement of full ? placements : placements.slice(0, 1)) {
      say(`F3: ${placement} on the disk …`);
      const report = await cutWith(placement, full ? 30 : 2);
      if (report === undefined)
        return { figures: { skipped: "a disk of its own can be mounted by root only" }, violations: [] };
      reports.push(report);
    }
    return {
      figures: Object.assign({}, ...reports.map(({ figures }) => figures)) as FaultReport["figures"],
      violations: reports.flatMap(({ violations }) => violations),
    };
  },
};

async function cutWith(placement: Placement, cuts: number): Promise<FaultReport | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "mandate-power-"));
  const dataDir = join(folder, "data");
  const onDisk = {
    everything: dataDir,
    "the database": join(folder, "disk"),
    "the signer's files": join(dataDir, "signer"),
  };
  const disk = mountCutDisk(onDisk[placement]);
  try {
    if (disk === undefined) return undefined;
    const databaseUrl = join(placement === "the database" ? disk.folder : dataDir, "mandate.db");
    return await cutAgainAndAgain(placement, disk, { dataDir, databaseUrl, cuts });
  } finally {
    disk?.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Plan = { dataDir: string; databaseUrl: string; cuts: number };

async function cutAgainAndAgain(placement: Placement, disk: CutDisk, { dataDir, databaseUrl, cuts }: Plan) {
  const site = await startSigningSite({ dataDir, environment: { MANDATE_DATABASE_URL: databaseUrl } });
  const acknowledged: string[] = [];
  const violations: string[] = [];
  const restarts: number[] = [];
  let [unsynced, kept] = [0, 0];
  try {
    for (let cut = 0; cut < cuts; cut++) {
      const load = startLoad(site, acknowledged);
      await sleep(randomInt(200, 1200));
      const control = join(disk.folder, `unsynced-${cut}`);
      writeFileSync(control, UNSYNCED);
      // Who has lost power answers nobody: what arrives from here on is no acknowledgement. A sync that the cut
      // interrupts may even report success, since the machine that asked for it goes on here.
      load.stopCounting();
      disk.cut();
      const { supervisor, signer, api } = site.pids();
      for (const pid of [supervisor, api, signer]) if (pid !== undefined) kill(pid);
      await load.end();
      const cutAt = performance.now();
      await site.restart(() => disk.restore());
      restarts.push(performance.now() - cutAt);
      unsynced++;
      if (existsSync(control) && readFileSync(control, "utf8") === UNSYNCED) kept++;
      const { status, body } = await site.client().send(site.prepareSignature());
      if (status === 200) acknowledged.push(resultOf(body));
      else violations.push(`after the cut a signature was answered ${status} ${body.slice(0, 200)}`);
    }
    await site.stop();
    const integrity = checkIntegrity(databaseUrl);
    if (integrity !== "ok") violations.push(`integrity_check: ${integrity}`);
    // Otherwise the cut was none, and shows nothing.
    if (kept === unsynced) violations.push("the disk kept what was not synced: it was not cut");
    violations.push(...compare(acknowledged, await readReceipts(dirname(databaseUrl), site.app.id)));
    return {
      figures: {
        [`${placement}: cuts`]: cuts,
        [`${placement}: acknowledged`]: acknowledged.length,
        [`${placement}: unsynced files that survived`]: `${kept} of ${unsynced}`,
        [`${placement}: integrity_check`]: integrity,
        [`${placement}: serving again after, p50`]: formatMs(percentile(restarts, 0.5)),
      },
      violations,
    };
  } finally {
    await site.stop();
  }
}

/** Signs as fast as it is answered, until the first answer that is none. */
function startLoad(site: SigningSite, acknowledged: string[]): { stopCounting(): void; end(): Promise<void> } {
  let [running, counting] = [true, true];
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (running) {
      const answer = await site
        .client()
        .send(site.prepareSignature())
        .catch(() => undefined);
      if (answer === undefined) return;
      if (answer.status === 200 && counting) acknowledged.push(resultOf(answer.body));
    }
  });
  return {
    stopCounting: () => {
      counting = false;
    },
    async end() {
      running = false;
      await Promise.all(clients);
    },
  };
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It had ended by itself.
  }
}

function checkIntegrity(file: string): string {
  const connection = connect(file, 1000);
  try {
    return connection.prepareRead<[string]>("PRAGMA integrity_check").findRow([])?.[0] ?? "no answer";
  } finally {
    connection.close();
  }
}

/**
 * F1, F2: either process is killed again and again in the middle of load. Nothing that was acknowledged is lost,
 * nothing is executed twice, and the service is back within two seconds (I6, I7, I27, I28, I31, I35).
 */
import { createHash, randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { canonicalize } from "@mandate/core/encoding/canonical-json";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import { createStorage } from "@mandate/server/storage/open-storage";
import type { StoredReceipt } from "@mandate/server/storage/storage";
import { readSealedRecord } from "@mandate/signer/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHttpClient, type HttpClient } from "../processes/http-client.ts";
import { type App, type MandateProcess, startMandate } from "../processes/mandate-process.ts";
import { prepareRequest } from "../processes/signed-request.ts";
import { CAIP2, fund, listTransactions } from "./chain.ts";
import { type LoadReport, startLoad } from "./load.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const KILLS = Number(process.env.MANDATE_KILLS ?? 20);
const BACK_WITHIN_MS = 2_000;
/** How long load runs between two kills, at random: the moment of a kill must not fall into step with the requests. */
const BETWEEN_MS = { min: 150, max: 600 };

describe.skipIf(process.platform !== "linux")(`kill -9, ${KILLS} times each`, () => {
  let mandate: MandateProcess;
  let app: App;
  let client: HttpClient;
  let report: LoadReport;
  let receipts: StoredReceipt[];
  const outages: { [member in "api" | "signer"]: number[] } = { api: [], signer: [] };

  beforeAll(async () => {
    mandate = await startMandate({ root, environment: { MANDATE_RATE_LIMIT: "100000" } });
    app = await mandate.makeApp();
    client = createHttpClient(mandate.url);
    const chain = mandate.chains[CAIP2]!;
    const load = await startLoad(client, target(), {
      clients: 5,
      pauseMs: 10,
      fund: (address) => fund(chain, address),
    });
    for (let round = 0; round < KILLS; round++) {
      for (const member of ["api", "signer"] as const) outages[member].push(await killAndMeasure(member));
    }
    report = await load.stop();
    for (const [member, times] of Object.entries(outages)) console.log(describeOutages(member, times));
  }, 240_000);

  afterAll(async () => {
    client.close();
    await mandate.remove();
  }, 30_000);

  const target = () => ({ origin: mandate.url, app });
  const get = async (path: string): Promise<JsonObject> => {
    const answer = await client.send(prepareRequest(target(), "GET", path, undefined));
    expect(answer.status, `GET ${path}: ${answer.body}`).toBe(200);
    return JSON.parse(answer.body);
  };

  async function killAndMeasure(member: "api" | "signer"): Promise<number> {
    await sleep(randomInt(BETWEEN_MS.min, BETWEEN_MS.max));
    const pid = mandate.pids()[member];
    if (pid === undefined) throw new Error(`no ${member} is running`);
    process.kill(pid, "SIGKILL");
    const killedAt = performance.now();
    // Asked anew each time, so a 200 is the answer of the pair that was started afterwards.
    const probe = createHttpClient(mandate.url);
    const ask = { method: "GET", path: "/readyz", headers: {}, body: "" };
    for (;;) {
      const answer = await probe.send(ask).catch(() => undefined);
      if (answer?.status === 200) break;
      if (performance.now() - killedAt > 30_000) throw new Error(`not back after 30 s\n${mandate.output()}`);
      await sleep(5);
    }
    probe.close();
    return performance.now() - killedAt;
  }

  it("was under load of every kind, and lost answers", () => {
    expect(report.signatures.length).toBeGreaterThan(5 * KILLS);
    expect(report.sends.length).toBeGreaterThan(5 * KILLS);
    expect(report.createdWallets.length).toBeGreaterThan(2 * KILLS);
    expect(report.changes).toBeGreaterThan(5 * KILLS);
    expect(report.repeated).toBeGreaterThan(KILLS);
    console.log(
      `${report.signatures.length} signatures, ${report.sends.length} sends, ${report.createdWallets.length} wallets, ${report.changes} changes; ${report.repeated} requests were repeated`,
    );
  });

  it("gives no client an answer that it should not get", () => {
    expect(report.unexpected).toEqual([]);
  });

  it(`is back within ${BACK_WITHIN_MS} ms each time`, () => {
    expect(outages.api).toHaveLength(KILLS);
    expect(outages.signer).toHaveLength(KILLS);
    expect(Math.max(...outages.api, ...outages.signer)).toBeLessThan(BACK_WITHIN_MS);
  });

  it("loses no wallet and makes none twice", async () => {
    const listed = new Map<string, JsonObject>();
    for (let cursor: unknown = ""; cursor !== null; ) {
      const page = await get(`/v1/wallets?limit=100${cursor === "" ? "" : `&cursor=${cursor}`}`);
      for (const wallet of page.data as JsonObject[]) listed.set(String(wallet.id), wallet);
      cursor = page.next_cursor ?? null;
    }
    for (const wallet of report.createdWallets) expect(listed.get(String(wallet.id))).toEqual(wallet);
    // Those of the clients themselves come on top.
    expect(listed.size).toBe(report.createdWallets.length + report.wallets.length);
  });

  it("keeps every acknowledged change of a wallet and of a policy", async () => {
    for (const { wallet, policy } of report.wallets) {
      expect(await get(`/v1/wallets/${wallet.id}`)).toEqual(wallet);
      expect(await get(`/v1/policies/${policy.id}`)).toEqual(policy);
    }
  });

  it("executes every send once, as it was answered", async () => {
    const mined = await listTransactions(mandate.chains[CAIP2]!);
    const byRecipient = new Map(mined.map((transaction) => [transaction.to, transaction]));
    for (const { to, value, hash } of report.sends) {
      expect(byRecipient.get(to), `the send to ${to}`).toMatchObject({ hash, value });
    }
    expect(mined).toHaveLength(report.sends.length);
  });

  it("has a receipt for everything it released, without a gap, and none twice", async () => {
    // The file is for one process alone.
    await mandate.stop();
    receipts = await readReceipts();
    expect(receipts.map(({ sequence }) => sequence)).toEqual(receipts.map((_, index) => index + 1));
    const bodies = receipts.map(({ receipt }) => readSealedRecord(receipt).body);
    const results = new Set(bodies.map((body) => body.result_sha256));
    for (const data of report.signatures) {
      const digest = createHash("sha256").update(canonicalize(data)).digest("hex");
      expect(results.has(digest), "the receipt of a signature").toBe(true);
    }
    const hashes = new Set(bodies.map((body) => body.transaction_hash));
    for (const { hash } of report.sends) expect(hashes.has(hash), "the receipt of a send").toBe(true);
    const allowed = bodies.filter((body) => body.decision === "ALLOW" && body.method === "POST" && !body.unowned);
    expect(new Set(allowed.map((body) => body.request_sha256)).size).toBe(allowed.length);
  });

  async function readReceipts(): Promise<StoredReceipt[]> {
    const storage = await createStorage(mandate.databaseUrl);
    const all: StoredReceipt[] = [];
    for (;;) {
      const page = await storage.listReceipts(app.id, all.at(-1)?.sequence ?? 0, 1000);
      if (page.length === 0) break;
      all.push(...page);
    }
    await storage.close();
    return all;
  }
});

function describeOutages(member: string, times: number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return `${member} killed ${times.length} times: back after ${Math.round(median)} ms (median), ${Math.round(sorted.at(-1) ?? 0)} ms (longest)`;
}

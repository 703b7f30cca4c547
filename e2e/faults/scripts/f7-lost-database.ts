import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import { type Replicas, spread, startReplicas } from "../../processes/replicas.ts";
import { makeSessionWallet, type SessionWallet } from "../../processes/session-wallet.ts";
import { prepareRequest } from "../../processes/signed-request.ts";
import { fund, listTransactions } from "../chain.ts";
import { type Fault, formatMs, percentile } from "../fault.ts";
import { type LoadReport, startLoad } from "../load.ts";
import { startReplicasOnChain } from "../replicas-on-chain.ts";

const TERMINATE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mandate'";

/** The database crashes, ends connections, stands still and has too few connections, under load from two pairs. */
export const lostDatabase: Fault = {
  id: "F7",
  title: "PostgreSQL lost",
  needs: "postgres",
  mustHold: "nothing acknowledged is lost, nothing is done twice, and both pairs serve again within three seconds",
  async run({ full, say }) {
    const [crashes, terminations, frozenMs] = full ? [50, 50, 30_000] : [3, 3, 1000];
    const replicas = await startReplicasOnChain();
    try {
      const client = spread(replicas.pairs);
      const probe = await makeSessionWallet(client, replicas);
      const load = await startLoad(client, replicas, {
        clients: 8,
        pauseMs: 5,
        fund: (address) => fund(replicas.chain, address),
      });
      const recoveries: number[] = [];
      for (let crash = 0; crash < crashes; crash++) {
        await replicas.cluster.crash();
        await replicas.cluster.start();
        recoveries.push(await timeUntilServed(replicas, probe));
        await sleep(200);
      }
      say(`${crashes} crashes done …`);
      for (let round = 0; round < terminations; round++) {
        await replicas.cluster.run(TERMINATE);
        recoveries.push(await timeUntilServed(replicas, probe));
      }
      replicas.cluster.freeze();
      await sleep(frozenMs);
      replicas.cluster.thaw();
      recoveries.push(await timeUntilServed(replicas, probe));
      const report = await load.stop();
      const { lost, doubled } = await holdAgainst(replicas, report);
      const refusedByLimit = await countFailuresWithFewConnections(full ? 1000 : 100);
      const slowest = Math.max(...recoveries);
      const violations: string[] = [];
      if (lost > 0) violations.push(`${lost} acknowledged changes, wallets or sends are not there`);
      if (doubled > 0) violations.push(`${doubled} sends reached the chain twice or unasked`);
      if (slowest > 3000) violations.push(`serving again took ${formatMs(slowest)}`);
      if (refusedByLimit > 0) violations.push(`${refusedByLimit} requests failed with few connections`);
      for (const text of new Set(report.unexpected)) violations.push(`unexpected answer: ${text}`);
      const acknowledged =
        report.signatures.length + report.sends.length + report.createdWallets.length + report.changes;
      return {
        figures: {
          crashes,
          "connections ended": terminations,
          "stood still": formatMs(frozenMs),
          acknowledged,
          "asked more than once": report.repeated,
          lost,
          doubled,
          "recovery p50": formatMs(percentile(recoveries, 0.5)),
          "recovery longest": formatMs(slowest),
          "failed with 5 connections for both": refusedByLimit,
        },
        violations,
      };
    } finally {
      replicas.cluster.thaw();
      await replicas.remove();
    }
  },
};

/** From a server that takes connections to a signature by each of the pairs. */
async function timeUntilServed(replicas: Replicas, wallet: SessionWallet): Promise<number> {
  const beganAt = performance.now();
  const body: JsonObject = { method: "personal_sign", params: { message: "probe", encoding: "utf-8" } };
  const request = prepareRequest(replicas, "POST", `/v1/wallets/${wallet.id}/rpc`, body, { keys: [wallet.signer] });
  await Promise.all(
    replicas.pairs.map(async ({ client }) => {
      const { status, body: text } = await client.sendUntilAnswered(request);
      if (status !== 200) throw new Error(`a probe was answered ${status}: ${text}`);
    }),
  );
  return performance.now() - beganAt;
}

async function holdAgainst(
  replicas: Replicas & { chain: string },
  report: LoadReport,
): Promise<{ lost: number; doubled: number }> {
  const client = spread(replicas.pairs);
  const get = async (path: string): Promise<string> =>
    (await client.sendUntilAnswered(prepareRequest(replicas, "GET", path, undefined))).body;
  let lost = 0;
  for (const created of report.createdWallets) {
    const now = JSON.parse(await get(`/v1/wallets/${created.id}`)) as JsonObject;
    if (now.address !== created.address) lost += 1;
  }
  for (const { wallet, policy } of report.wallets) {
    if ((await get(`/v1/wallets/${wallet.id}`)) !== JSON.stringify(wallet)) lost += 1;
    if ((await get(`/v1/policies/${policy.id}`)) !== JSON.stringify(policy)) lost += 1;
  }
  // What is stored unsent is broadcast by a round of the pairs' own.
  const hashes = new Set(report.sends.map(({ hash }) => hash));
  for (let waited = 0; waited < 40; waited++) {
    const mined = new Set((await listTransactions(replicas.chain)).map(({ hash }) => hash));
    if ([...hashes].every((hash) => mined.has(hash))) break;
    await sleep(1000);
  }
  const mined = (await listTransactions(replicas.chain)).map(({ hash }) => hash);
  lost += [...hashes].filter((hash) => !mined.includes(hash)).length;
  const doubled = mined.length - new Set(mined).size + mined.filter((hash) => !hashes.has(hash)).length;
  return { lost, doubled };
}

/** The server has five connections for both pairs together; each would like ten. */
async function countFailuresWithFewConnections(count: number): Promise<number> {
  const few = { max_connections: 5, max_wal_senders: 0, superuser_reserved_connections: 0 };
  const replicas = await startReplicas(2, {}, few);
  try {
    const client = spread(replicas.pairs);
    const wallet = await makeSessionWallet(client, replicas);
    const path = `/v1/wallets/${wallet.id}/rpc`;
    let failures = 0;
    let sent = 0;
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        while (sent++ < count) {
          const body = { method: "personal_sign", params: { message: `few ${sent}`, encoding: "utf-8" } };
          const request = prepareRequest(replicas, "POST", path, body, { keys: [wallet.signer] });
          const answer = await client.send(request).catch(() => undefined);
          if (answer?.status !== 200) failures += 1;
        }
      }),
    );
    return failures;
  } finally {
    await replicas.remove();
  }
}

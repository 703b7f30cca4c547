import { randomInt } from "node:crypto";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import { parseTransaction, type TransactionSerialized } from "viem";
import { type Answer, askUntilDecided } from "../../processes/http-client.ts";
import { type Replicas, spread, startReplicas } from "../../processes/replicas.ts";
import { makeSessionWallet, type SessionWallet } from "../../processes/session-wallet.ts";
import { prepareRequest } from "../../processes/signed-request.ts";
import { randomAddress } from "../chain.ts";
import type { Fault, FaultReport } from "../fault.ts";
import { killNowAndThen } from "../kill-now-and-then.ts";

const CLIENTS = 64;
const LIMIT = 100;
const METHOD = "eth_signTransaction";

/** A limit on a rolling sum, by recipient: each recipient has a window of its own. */
export const limits: Fault = {
  id: "I16",
  title: "a limit on a rolling sum, 64 clients at two API and signer pairs",
  needs: "postgres",
  mustHold: "what is released in a window never exceeds its limit, and all of the limit can be spent",
  async run({ full, say }) {
    const replicas = await startReplicas(2);
    const killing = killNowAndThen(replicas, full ? 15_000 : 3_000);
    try {
      const client = spread(replicas.pairs);
      const wallets = await makeLimitedWallets(replicas);
      const windows = full ? 1000 : 4;
      const totals = { asked: 0, released: 0, above: 0, unspent: 0, other: new Set<string>() };
      for (let window = 0; window < windows; window++) {
        const to = randomAddress();
        const ask = async (value: number): Promise<number> => {
          totals.asked++;
          // Without a nonce of its own, a request would be the same as another one of the same value and moment.
          const request = signTransfer(replicas, wallets[randomInt(0, 2)]!, { to, value, nonce: totals.asked });
          const answer = read(await askUntilDecided(client, request));
          if (answer.released !== undefined) totals.released++;
          else if (answer.code !== "policy_violation") totals.other.add(answer.code);
          return answer.released ?? 0;
        };
        const values = Array.from({ length: CLIENTS }, () => randomInt(1, 20));
        const released = await Promise.all(values.map(ask));
        const spent = released.reduce((sum, value) => sum + value, 0);
        if (spent > LIMIT) totals.above++;
        if (spent < LIMIT && (await ask(LIMIT - spent)) !== LIMIT - spent) totals.unspent++;
        if ((await ask(1)) !== 0) totals.above++;
        if ((window + 1) % 100 === 0) say(`I16: ${window + 1} windows …`);
      }
      const kills = await killing.stop();
      return report(windows, kills, totals);
    } finally {
      await killing.stop();
      await replicas.remove();
    }
  },
};

type Totals = { asked: number; released: number; above: number; unspent: number; other: Set<string> };

function report(windows: number, kills: number, { asked, released, above, unspent, other }: Totals): FaultReport {
  const violations: string[] = [];
  if (above > 0) violations.push(`more than the limit was released in ${above} windows`);
  if (unspent > 0) violations.push(`the rest of the limit could not be spent in ${unspent} windows`);
  if (other.size > 0) violations.push(`answers that are neither a signature nor a policy's refusal: ${[...other]}`);
  return { figures: { windows, asked, released, "windows above the limit": above, kills }, violations };
}

async function makeLimitedWallets(replicas: Replicas): Promise<SessionWallet[]> {
  const client = spread(replicas.pairs);
  const body = {
    name: "an hour, by recipient",
    method: METHOD,
    metric: { field_source: "ethereum_transaction", field: "value", function: "sum" },
    window: { type: "rolling", seconds: 3600 },
    group_by: [{ field_source: "ethereum_transaction", field: "to" }],
  };
  const answer = await client.sendUntilAnswered(prepareRequest(replicas, "POST", "/v1/aggregations", body));
  if (answer.status !== 200) throw new Error(answer.body);
  const { id } = JSON.parse(answer.body) as { id: string };
  const condition = { field_source: "reference", field: `aggregation.${id}`, operator: "lte", value: String(LIMIT) };
  const rules: JsonObject[] = [{ name: "limit", method: METHOD, action: "ALLOW", conditions: [condition] }];
  return [await makeSessionWallet(client, replicas, rules), await makeSessionWallet(client, replicas, rules)];
}

function signTransfer(
  replicas: Replicas,
  wallet: SessionWallet,
  { to, value, nonce }: { to: string; value: number; nonce: number },
) {
  const transaction = { to, value, nonce, chain_id: 1 };
  const options = { keys: [wallet.signer], expiryMs: Date.now() + 600_000 };
  const body: JsonObject = { method: METHOD, params: { transaction } };
  return prepareRequest(replicas, "POST", `/v1/wallets/${wallet.id}/rpc`, body, options);
}

type Decided = { released?: number; code: string };

function read({ status, body }: Answer): Decided {
  const answer = JSON.parse(body) as { code?: string; data?: { signed_transaction: TransactionSerialized } };
  if (status !== 200 || answer.data === undefined) return { code: answer.code ?? String(status) };
  return { released: Number(parseTransaction(answer.data.signed_transaction).value ?? 0n), code: "" };
}

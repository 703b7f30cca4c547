import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import { askUntilDecided } from "../../processes/http-client.ts";
import { spread } from "../../processes/replicas.ts";
import { makeSessionWallet, type SessionWallet } from "../../processes/session-wallet.ts";
import { type PreparedRequest, prepareRequest } from "../../processes/signed-request.ts";
import { CAIP2, fund, listTransactions, randomAddress } from "../chain.ts";
import type { Fault } from "../fault.ts";
import { killNowAndThen } from "../kill-now-and-then.ts";
import { startReplicasOnChain } from "../replicas-on-chain.ts";

/** At each of the two pairs. */
const COPIES = 8;
/** Requests whose copies are under way at the same moment. */
const AT_ONCE = 16;

/** Eight copies of each request at each pair at the same moment, while one process after the other is killed. */
export const twoReplicas: Fault = {
  id: "F8",
  title: "two API and signer pairs on one PostgreSQL, duplicates and kills",
  needs: "postgres",
  mustHold: "every idempotency key and every payload with an expiry is executed once, whichever pair gets its copies",
  async run({ full }) {
    const [keys, sends, killEveryMs] = full ? [1000, 1000, 5000] : [60, 12, 4000];
    const replicas = await startReplicasOnChain();
    let killing: ReturnType<typeof killNowAndThen> | undefined;
    try {
      const client = spread(replicas.pairs);
      const wallets: SessionWallet[] = [];
      for (let index = 0; index < 4; index++) {
        const wallet = await makeSessionWallet(client, replicas);
        await fund(replicas.chain, wallet.address);
        wallets.push(wallet);
      }
      const create = (): PreparedRequest => {
        const options = { idempotencyKey: randomBytes(16).toString("hex") };
        return prepareRequest(replicas, "POST", "/v1/wallets", { chain_type: "ethereum" }, options);
      };
      const send = (index: number): PreparedRequest => {
        const wallet = wallets[index % wallets.length]!;
        const transaction = { to: randomAddress(), value: "0x1" };
        const body: JsonObject = { method: "eth_sendTransaction", caip2: CAIP2, params: { transaction } };
        const options = { keys: [wallet.signer], expiryMs: Date.now() + 600_000 };
        return prepareRequest(replicas, "POST", `/v1/wallets/${wallet.id}/rpc`, body, options);
      };
      const requests = Array.from({ length: keys + sends }, (_, index) =>
        index % (keys / sends + 1) < 1 ? send(index) : create(),
      );
      killing = killNowAndThen(replicas, killEveryMs);
      const answers: { isSend: boolean; bodies: Set<string> }[] = [];
      let next = 0;
      const runLane = async () => {
        while (next < requests.length) {
          const request = requests[next++]!;
          const copies = replicas.pairs.flatMap((pair) =>
            Array.from({ length: COPIES }, async () => {
              const { status, body } = await askUntilDecided(pair.client, request);
              return `${status} ${body}`;
            }),
          );
          answers.push({ isSend: request.path.endsWith("/rpc"), bodies: new Set(await Promise.all(copies)) });
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, runLane));
      const kills = await killing.stop();

      const sent = answers.filter(({ isSend }) => isSend);
      const created = new Set(answers.filter(({ isSend }) => !isSend).flatMap(({ bodies }) => [...bodies]));
      const mined = await waitForMined(replicas.chain, sent.length);
      const differing = answers.filter(({ bodies }) => bodies.size !== 1);
      const failed = answers.flatMap(({ bodies }) => [...bodies]).filter((answer) => !answer.startsWith("200 "));
      const violations: string[] = [];
      const [first] = differing;
      if (first !== undefined) {
        violations.push(
          `${differing.length} requests got differing answers, such as ${[...first.bodies].join(" and ")}`,
        );
      }
      if (failed.length > 0) violations.push(`${failed.length} answers were not 200, such as ${failed[0]}`);
      const keysAsked = answers.length - sent.length;
      if (created.size !== keysAsked) violations.push(`${created.size} wallets were made for ${keysAsked} keys`);
      if (mined !== sent.length) violations.push(`${mined} transactions were mined for ${sent.length} payloads`);
      const figures = {
        keys: keysAsked,
        payloads: sent.length,
        copies: answers.length * COPIES * replicas.pairs.length,
        kills,
      };
      return {
        figures: { ...figures, executed: created.size + mined, "differing answers": differing.length },
        violations,
      };
    } finally {
      await killing?.stop();
      await replicas.remove();
    }
  },
};

async function waitForMined(chain: string, expected: number): Promise<number> {
  for (let waited = 0; ; waited++) {
    const mined = await listTransactions(chain);
    if (mined.length >= expected || waited > 40) return mined.length;
    await sleep(1000);
  }
}

import { randomBytes, randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import { type PreparedRequest, prepareRequest } from "../../processes/signed-request.ts";
import { CAIP2, fund, listTransactions, randomAddress } from "../chain.ts";
import type { Fault } from "../fault.ts";
import { startTarget } from "../target.ts";

/** Each request arrives one to eight times, shuffled, up to a second late, at once with all the others. */
export const duplicates: Fault = {
  id: "F10",
  title: "duplicates, reordering, delay",
  mustHold:
    "every idempotency key and every payload with an expiry is executed at most once, and each copy gets the same answer",
  async run({ full }) {
    const [keys, sends] = full ? [1000, 100] : [100, 10];
    const target = await startTarget({ MANDATE_IN_FLIGHT_MAX: "100000" });
    try {
      const { mandate, client, app, wallet } = target;
      const chain = mandate.chains[CAIP2]!;
      await fund(chain, wallet.address);
      const of = { origin: mandate.url, app };
      const create = (): PreparedRequest =>
        prepareRequest(of, "POST", "/v1/wallets", { chain_type: "ethereum" }, { idempotencyKey: randomHex() });
      const send = (): PreparedRequest => {
        const transaction = { to: randomAddress(), value: "0x1" };
        const body: JsonObject = { method: "eth_sendTransaction", caip2: CAIP2, params: { transaction } };
        const options = { keys: [wallet.signer], expiryMs: Date.now() + 120_000 };
        return prepareRequest(of, "POST", `/v1/wallets/${wallet.id}/rpc`, body, options);
      };
      const requests = [...Array.from({ length: keys }, create), ...Array.from({ length: sends }, send)];
      let copies = 0;
      const answers = await Promise.all(
        requests.map(async (request) => {
          const count = randomInt(1, 9);
          copies += count;
          const bodies = await Promise.all(
            Array.from({ length: count }, async () => {
              await sleep(randomInt(0, 1000));
              const { status, body } = await client.sendUntilAnswered(request);
              return `${status} ${body}`;
            }),
          );
          return new Set(bodies);
        }),
      );
      const differing = answers.filter((bodies) => bodies.size !== 1).length;
      const failed = answers.flatMap((bodies) => [...bodies]).filter((answer) => !answer.startsWith("200 "));
      const mined = await listTransactions(chain);
      const created = new Set(answers.slice(0, keys).flatMap((bodies) => [...bodies]));
      const violations: string[] = [];
      if (differing > 0) violations.push(`${differing} requests got different answers for their copies`);
      if (failed.length > 0) violations.push(`${failed.length} answers were not 200, such as ${failed[0]}`);
      if (created.size !== keys) violations.push(`${created.size} wallets were made for ${keys} idempotency keys`);
      if (mined.length !== sends) violations.push(`${mined.length} transactions were mined for ${sends} payloads`);
      return { figures: { requests: requests.length, copies, executed: created.size + mined.length }, violations };
    } finally {
      await target.remove();
    }
  },
};

function randomHex(): string {
  return randomBytes(16).toString("hex");
}

/**
 * One signed request, one transaction, whatever happens between the caller and the chain: duplicates (F10), a crash
 * between commit and broadcast (F12), a signer that is held up past the request's expiry (F20); I6, I7, I28.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type DevChain, findAnvil, startDevChain } from "@mandate/cli/dev-chain";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import { keccak256, parseTransaction, type TransactionSerializedEIP1559 } from "viem";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Answer, createHttpClient, type HttpClient } from "../processes/http-client.ts";
import { type App, type MandateProcess, startMandate } from "../processes/mandate-process.ts";
import { makeSessionWallet, type SessionWallet } from "../processes/session-wallet.ts";
import { type PreparedRequest, prepareRequest, type RequestOptions } from "../processes/signed-request.ts";
import { CAIP2, fund, listTransactions, randomAddress } from "./chain.ts";
import { type RpcProxy, startRpcProxy } from "./rpc-proxy.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const anvil = findAnvil(process.env);

describe.skipIf(process.platform !== "linux" || anvil === undefined)("a signed request", () => {
  let chain: DevChain;
  let proxy: RpcProxy;
  let mandate: MandateProcess;
  let app: App;
  let client: HttpClient;
  let wallet: SessionWallet;

  beforeAll(async () => {
    chain = await startDevChain(anvil!, { onMessage: () => undefined });
    proxy = await startRpcProxy(chain.url);
    mandate = await startMandate({ root, environment: { MANDATE_RPC_URLS: `${CAIP2}=${proxy.url}` } });
    app = await mandate.makeApp();
    client = createHttpClient(mandate.url);
  }, 60_000);

  beforeEach(async () => {
    proxy.holdBroadcasts = false;
    proxy.sendBefore = false;
    proxy.broadcasts.length = 0;
    wallet = await makeSessionWallet(client, target());
    await fund(chain.url, wallet.address);
  });

  afterAll(async () => {
    client.close();
    await mandate.remove();
    await proxy.close();
    await chain.stop();
  }, 30_000);

  const target = () => ({ origin: mandate.url, app });

  function rpc(body: JsonObject, options: RequestOptions): PreparedRequest {
    return prepareRequest(target(), "POST", `/v1/wallets/${wallet.id}/rpc`, body, {
      keys: [wallet.signer],
      ...options,
    });
  }

  function sendRequest(options: RequestOptions) {
    const to = randomAddress();
    const body = { method: "eth_sendTransaction", caip2: CAIP2, params: { transaction: { to, value: "0x1" } } };
    return { to, request: rpc(body, options) };
  }

  const expiring = (): RequestOptions => ({ expiryMs: Date.now() + 120_000 });
  const hashOf = (answer: Answer) => JSON.parse(answer.body).data.hash as string;
  const minedTo = async (to: string) => (await listTransactions(chain.url)).filter((mined) => mined.to === to);
  const untilReady = async () => {
    const ask = { method: "GET", path: "/readyz", headers: {}, body: "" };
    for (;;) {
      const answer = await client.send(ask).catch(() => undefined);
      if (answer?.status === 200) return;
      await sleep(10);
    }
  };

  it.each([
    ["an expiry", expiring],
    ["an idempotency key", () => ({ idempotencyKey: randomBytes(8).toString("hex") })],
    ["neither", () => ({})],
  ])("with %s is sent once when it arrives eight times at once", async (_, options) => {
    const { to, request } = sendRequest(options());
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.send(request)));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    const mined = await minedTo(to);
    expect(mined).toHaveLength(1);
    expect(new Set(answers.map(hashOf))).toEqual(new Set([mined[0]!.hash]));
  });

  it("that makes a wallet makes one when it arrives eight times at once", async () => {
    const body = { chain_type: "ethereum", owner: { public_key: wallet.owner.publicKeySpkiBase64 } };
    const request = prepareRequest(target(), "POST", "/v1/wallets", body, { idempotencyKey: "make-one" });
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.send(request)));
    expect(new Set(answers.map(({ status, body: text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]!.status).toBe(200);
  });

  it("is refused when its idempotency key was used for another", async () => {
    const idempotencyKey = "one-key";
    expect((await client.send(sendRequest({ idempotencyKey }).request)).status).toBe(200);
    const other = sendRequest({ idempotencyKey });
    expect((await client.send(other.request)).status).toBe(400);
    expect(await minedTo(other.to)).toEqual([]);
  });

  it.each(["api", "signer"] as const)(
    "whose %s is killed between commit and broadcast is sent as it was committed, and never otherwise",
    async (member) => {
      proxy.holdBroadcasts = true;
      const { to, request } = sendRequest(expiring());
      const lost = client.send(request).then(
        (answer) => answer.status,
        () => "no answer",
      );
      await proxy.untilBroadcasts(1);
      expect(await minedTo(to)).toEqual([]);
      // The world moves on meanwhile: decided anew, this request would get other fees.
      proxy.holdBroadcasts = false;
      await fetch(chain.url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          jsonrpc: "2.0",
          id: 1,
          method: "anvil_setNextBlockBaseFeePerGas",
          params: ["0x3b9aca01"],
        }),
      });
      process.kill(mandate.pids()[member]!, "SIGKILL");
      expect(await lost).toBe("no answer");

      const answer = await client.sendUntilAnswered(request);
      expect(answer.status).toBe(200);
      await proxy.untilBroadcasts(2);
      expect(new Set(proxy.broadcasts).size).toBe(1);
      const signed = proxy.broadcasts[0] as TransactionSerializedEIP1559;
      expect(parseTransaction(signed).to).toBe(to);
      expect(hashOf(answer)).toBe(keccak256(signed));
      expect((await minedTo(to)).map(({ hash }) => hash)).toEqual([keccak256(signed)]);
    },
  );

  it("whose transaction another server has broadcast a moment before is answered as sent", async () => {
    proxy.sendBefore = true;
    const { to, request } = sendRequest(expiring());
    const answer = await client.send(request);
    expect(answer).toMatchObject({ status: 200 });
    expect((await minedTo(to)).map(({ hash }) => hash)).toEqual([hashOf(answer)]);
  });

  it("that waits for a silent chain does not keep the service from coming back", async () => {
    proxy.holdBroadcasts = true;
    const { to, request } = sendRequest(expiring());
    void client.send(request).catch(() => undefined);
    await proxy.untilBroadcasts(1);
    process.kill(mandate.pids().api!, "SIGKILL");
    const killedAt = performance.now();
    await untilReady();
    expect(performance.now() - killedAt).toBeLessThan(3_000);
    // Committed is executed: the answer stands although the chain has not seen it yet, and the bytes go on being sent.
    expect((await client.sendUntilAnswered(request)).status).toBe(200);
    expect(await minedTo(to)).toEqual([]);
    proxy.holdBroadcasts = false;
    while ((await minedTo(to)).length === 0) await sleep(250);
    expect(new Set(proxy.broadcasts).size).toBe(1);
  }, 60_000);

  it("is not executed when the signer was held up past its expiry", async () => {
    const message = { method: "personal_sign", params: { message: "late", encoding: "utf-8" } };
    const late = sendRequest({ expiryMs: Date.now() + 700 });
    const requests = [late.request, rpc(message, { expiryMs: Date.now() + 700 })];
    const signer = mandate.pids().signer!;
    process.kill(signer, "SIGSTOP");
    const answers = requests.map((request) => client.send(request));
    await sleep(1_000);
    process.kill(signer, "SIGCONT");
    for (const answer of await Promise.all(answers)) {
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.body).code).toBe("request_expired");
    }
    expect(await minedTo(late.to)).toEqual([]);
    expect(proxy.broadcasts).toEqual([]);
  });
});

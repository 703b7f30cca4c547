/** The nonces of one wallet whose sends go by way of two servers at the same moment (I7). */
import { type DevChain, findAnvil, startDevChain } from "@mandate/cli/dev-chain";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasPostgres, type Replicas, startReplicas } from "../processes/replicas.ts";
import { makeSessionWallet } from "../processes/session-wallet.ts";
import { prepareRequest } from "../processes/signed-request.ts";
import { CAIP2, fund, listTransactions, randomAddress } from "./chain.ts";
import { type RpcProxy, startRpcProxy } from "./rpc-proxy.ts";

const anvil = findAnvil(process.env);

describe.skipIf(!hasPostgres || anvil === undefined)("two servers that send for one wallet", () => {
  let chain: DevChain;
  let proxy: RpcProxy;
  let replicas: Replicas;

  beforeAll(async () => {
    chain = await startDevChain(anvil!, { onMessage: () => undefined });
    proxy = await startRpcProxy(chain.url);
    replicas = await startReplicas(2, { MANDATE_RPC_URLS: `${CAIP2}=${proxy.url}` });
  });
  afterAll(async () => {
    await replicas?.remove();
    await proxy?.close();
    await chain?.stop();
  });

  it("do not use a nonce twice where one asked the chain before the other's transaction reached it", async () => {
    const [first, second] = replicas.pairs;
    const wallet = await makeSessionWallet(first!.client, replicas);
    await fund(chain.url, wallet.address);
    const to = [0, 1].map(randomAddress);
    const prepare = (recipient: string) => {
      const transaction = { to: recipient, value: "0x1" };
      const body = { method: "eth_sendTransaction", caip2: CAIP2, params: { transaction } };
      return prepareRequest(replicas, "POST", `/v1/wallets/${wallet.id}/rpc`, body, { keys: [wallet.signer] });
    };
    proxy.holdNonces = true;
    const slow = first!.client.send(prepare(to[0]!));
    await proxy.untilNonceHeld();
    proxy.holdNonces = false;
    expect(await second!.client.send(prepare(to[1]!))).toMatchObject({ status: 200 });
    proxy.releaseNonces();
    expect(await slow).toMatchObject({ status: 200 });
    const mined = (await listTransactions(chain.url)).map((transaction) => transaction.to);
    expect(mined).toEqual(expect.arrayContaining(to));
  });
});

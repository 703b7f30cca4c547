/** Stands between the API and the chain's node, writes down what is broadcast, and holds it back when asked to. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export type RpcProxy = {
  url: string;
  /** The signed transactions that were to be broadcast, in order, each time anew. */
  readonly broadcasts: string[];
  /** While true, broadcasts are noted and neither passed on nor answered. */
  holdBroadcasts: boolean;
  /** While true, each broadcast reaches the node once before, as if another server had sent the same bytes. */
  sendBefore: boolean;
  /** While true, the node's answers to who asks for a nonce are kept until `releaseNonces`. */
  holdNonces: boolean;
  /** Resolves when an answer is kept. */
  untilNonceHeld(): Promise<void>;
  releaseNonces(): void;
  /** Resolves when `broadcasts` has that many. */
  untilBroadcasts(count: number): Promise<void>;
  close(): Promise<void>;
};

export async function startRpcProxy(nodeUrl: string): Promise<RpcProxy> {
  const held: (() => void)[] = [];
  const awaitingHeld: (() => void)[] = [];
  const waiting: { count: number; resolve(): void }[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const call = JSON.parse(body) as { method: string; params: string[] };
    if (call.method === "eth_sendRawTransaction") {
      proxy.broadcasts.push(call.params[0]!);
      for (const { count, resolve } of waiting) if (proxy.broadcasts.length >= count) resolve();
      if (proxy.holdBroadcasts) return;
    }
    const ask = () => fetch(nodeUrl, { method: "POST", headers: { "content-type": "application/json" }, body });
    if (call.method === "eth_sendRawTransaction" && proxy.sendBefore) await ask();
    const answer = await ask();
    if (call.method === "eth_getTransactionCount" && proxy.holdNonces) {
      await new Promise<void>((release) => {
        held.push(release);
        for (const resolve of awaitingHeld.splice(0)) resolve();
      });
    }
    response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy: RpcProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    broadcasts: [],
    holdBroadcasts: false,
    sendBefore: false,
    holdNonces: false,
    untilNonceHeld: () =>
      new Promise((resolve) => {
        if (held.length > 0) resolve();
        else awaitingHeld.push(resolve);
      }),
    releaseNonces() {
      proxy.holdNonces = false;
      for (const release of held.splice(0)) release();
    },
    untilBroadcasts: (count) =>
      new Promise((resolve) => {
        if (proxy.broadcasts.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return proxy;
}

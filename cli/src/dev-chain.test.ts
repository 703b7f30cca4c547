import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { isAlive } from "../testing/stub-pair.ts";
import { type DevChain, findAnvil, startDevChain, wantsDevChain } from "./dev-chain.ts";
import { exchange } from "./http-request.ts";
import { findFreePort } from "./port.ts";

const anvil = findAnvil(process.env);
const started: DevChain[] = [];

afterEach(async () => {
  for (const chain of started.splice(0)) await chain.stop();
});

async function start(preferredPort: number, messages: string[] = []): Promise<DevChain> {
  const chain = await startDevChain(anvil as string, { preferredPort, onMessage: (text) => void messages.push(text) });
  started.push(chain);
  return chain;
}

async function chainId(chain: DevChain): Promise<unknown> {
  const body = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}';
  const headers = { "content-type": "application/json" };
  const answer = await exchange({ method: "POST", url: chain.url, headers, body, timeoutMs: 2_000 });
  return (JSON.parse(answer.body) as { result: unknown }).result;
}

describe("wantsDevChain", () => {
  it("leaves a chain alone that the operator has", () => {
    expect(wantsDevChain({ devChains: true, rpcUrls: { "eip155:31337": "http://127.0.0.1:1" } })).toBe(false);
    expect(wantsDevChain({ devChains: false, rpcUrls: {} })).toBe(false);
    expect(wantsDevChain({ devChains: true, rpcUrls: { "eip155:1": "http://127.0.0.1:1" } })).toBe(true);
  });
});

describe("findAnvil", () => {
  it("finds nothing where nothing is, and does not invent a path", () => {
    const found = findAnvil({ PATH: "/nonexistent" });
    expect(found === undefined || found.includes("node_modules")).toBe(true);
  });
});

describe.skipIf(anvil === undefined)("the local chain", () => {
  it("answers with its chain id, on the port that was asked for, and is gone after stop", async () => {
    const port = await findFreePort("127.0.0.1");
    const chain = await start(port);
    expect(chain.url).toBe(`http://127.0.0.1:${port}`);
    expect(await chainId(chain)).toBe("0x7a69");
    const pid = chain.pid();
    await Promise.all([chain.stop(), chain.stop()]);
    expect(isAlive(pid)).toBe(false);
    await expect(chainId(chain)).rejects.toThrow();
  });

  it("takes another port when that one is taken", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    try {
      const chain = await start(port);
      expect(chain.url).not.toBe(`http://127.0.0.1:${port}`);
      expect(await chainId(chain)).toBe("0x7a69");
    } finally {
      other.close();
    }
  });

  it("comes back after a crash, on the same port, and says so", async () => {
    const messages: string[] = [];
    const chain = await start(await findFreePort("127.0.0.1"), messages);
    const before = chain.pid() as number;
    process.kill(before, "SIGKILL");
    for (let waited = 0; waited < 5_000; waited += 50) {
      await sleep(50);
      if (chain.pid() !== before && (await chainId(chain).catch(() => undefined)) === "0x7a69") break;
    }
    expect(await chainId(chain)).toBe("0x7a69");
    expect(messages).toEqual(["local chain eip155:31337 stopped (SIGKILL); restarting it empty"]);
  });
});

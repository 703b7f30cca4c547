import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createChains } from "../chains/chains.ts";
import type { Deps } from "../deps.ts";
import { createStorage } from "../storage/open-storage.ts";
import type { Storage } from "../storage/storage.ts";
import { rebroadcast } from "./rebroadcast.ts";

const APP = "c23456789012345678901234a";
const CAIP2 = "eip155:31337";
const NOW_MS = 1_800_000_000_000;

let folder: string;
let storage: Storage;
let node: Server;
let calls: string[];
let known: Set<string>;
let refusal: string | undefined;
let deps: Deps;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "mandate-rebroadcast-"));
  storage = await createStorage(join(folder, "test.db"));
  calls = [];
  known = new Set();
  refusal = undefined;
  node = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString());
    calls.push(method);
    if (method === "eth_sendRawTransaction" && refusal !== undefined) {
      response.end(JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32000, message: refusal } }));
      return;
    }
    const result = method === "eth_sendRawTransaction" ? "0x" : known.has(params[0]) ? { hash: params[0] } : null;
    response.end(JSON.stringify({ jsonrpc: "2.0", id, result }));
  });
  await new Promise<void>((resolve) => node.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(node.address() as AddressInfo).port}`;
  deps = { storage, chains: createChains(new Map([[CAIP2, url]])), nowMs: () => NOW_MS } as unknown as Deps;
});
afterEach(async () => {
  await storage.close();
  await new Promise((resolve) => node.close(resolve));
  rmSync(folder, { recursive: true });
});

async function commitSend(id: string, expiresAtMs: number | undefined): Promise<void> {
  const transaction = {
    ...{ id, walletId: "w", caip2: CAIP2, nonce: String(id.length), hash: `0x${id}`, signed: "0x02" },
    ...{ referenceId: undefined, createdAtMs: NOW_MS - 1000, expiresAtMs },
  };
  expect(await storage.commit({ appId: APP, expect: [], put: [], transaction })).toMatchObject({ ok: true });
}

const statusOf = async (id: string) => (await storage.findTransaction(APP, id))?.status;

describe("a send that a crash left behind", () => {
  it("never leaves after its request expired (I6)", async () => {
    await commitSend("late", NOW_MS - 1);
    await rebroadcast(deps, NOW_MS);
    expect(await statusOf("late")).toBe("failed");
    expect(calls).not.toContain("eth_sendRawTransaction");
  });

  it("that had left before is what it is, also after the expiry", async () => {
    known.add("0xsent");
    await commitSend("sent", NOW_MS - 1);
    await rebroadcast(deps, NOW_MS);
    expect(await statusOf("sent")).toBe("broadcasted");
  });

  it.each([
    ["in time", NOW_MS],
    ["without expiry", undefined],
  ])("%s is broadcast", async (_, expiresAtMs) => {
    await commitSend("due", expiresAtMs);
    await rebroadcast(deps, NOW_MS);
    expect(await statusOf("due")).toBe("broadcasted");
    expect(calls).toEqual(["eth_sendRawTransaction"]);
  });

  it.each(["nonce too low", "replacement transaction underpriced"])(
    "that the node refuses with '%s' because another server has just sent it was sent",
    async (text) => {
      refusal = text;
      known.add("0xtwice");
      await commitSend("twice", NOW_MS);
      await rebroadcast(deps, NOW_MS);
      expect(await statusOf("twice")).toBe("broadcasted");
    },
  );

  it("that the node refuses and does not know has failed", async () => {
    refusal = "nonce too low";
    await commitSend("overtaken", NOW_MS);
    await rebroadcast(deps, NOW_MS);
    expect(await statusOf("overtaken")).toBe("failed");
  });
});

import { randomUUID } from "node:crypto";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import { parseTransaction } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AppClient } from "./app-client.ts";
import { makeAuthorizationKey } from "./authorization-key.ts";
import { type Stack, startStack } from "./stack.ts";

const CLIENTS = 64;
const LIMIT = 100n;
const VALUE = 7n;
const TO = "0x00000000000000000000000000000000000a11cE";

let stack: Stack;
let client: AppClient;

beforeAll(async () => {
  stack = await startStack();
  client = stack.client(await stack.createApp());
});
afterAll(() => stack?.stop());

async function make(target: string, body: JsonObject): Promise<{ id: string }> {
  const answer = await client.request("POST", target, { body });
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.json as { id: string };
}

const sign = (walletId: string, value: bigint) =>
  client.request("POST", `/v1/wallets/${walletId}/rpc`, {
    body: {
      method: "eth_signTransaction",
      params: { transaction: { to: TO, value: `0x${value.toString(16)}`, chain_id: 1 } },
    },
  });

describe("a limit on a rolling sum (I16)", () => {
  it(`holds against ${CLIENTS} clients at the same moment, on two wallets that share it`, async () => {
    const { id } = await make("/v1/aggregations", {
      name: "an hour",
      method: "eth_signTransaction",
      metric: { field_source: "ethereum_transaction", field: "value", function: "sum" },
      window: { type: "rolling", seconds: 3600 },
    });
    const condition = { field_source: "reference", field: `aggregation.${id}`, operator: "lte", value: String(LIMIT) };
    const rules = [{ name: "limit", method: "eth_signTransaction", action: "ALLOW", conditions: [condition] }];
    const policy = await make("/v1/policies", { version: "1.0", name: "limited", chain_type: "ethereum", rules });
    const wallets = await Promise.all(
      [0, 1].map(() => make("/v1/wallets", { chain_type: "ethereum", policy_ids: [policy.id] })),
    );
    const answers = await Promise.all(Array.from({ length: CLIENTS }, (_, n) => sign(wallets[n % 2]!.id, VALUE)));
    const released = answers.filter(({ status }) => status === 200);
    const sum = released.reduce((total, { json }) => {
      const { data } = json as { data: { signed_transaction: `0x02${string}` } };
      return total + (parseTransaction(data.signed_transaction).value ?? 0n);
    }, 0n);
    // All of it can be spent, none of it twice: the sum stops at the last multiple below the limit.
    expect(sum).toBe((LIMIT / VALUE) * VALUE);
    expect(new Set(answers.map(({ status, json }) => `${status} ${(json as JsonObject).code ?? ""}`))).toEqual(
      new Set(["200 ", "400 policy_violation"]),
    );
    expect((await sign(wallets[0]!.id, LIMIT % VALUE)).status).toBe(200);
    expect((await sign(wallets[1]!.id, 1n)).status).toBe(400);
  });

  it.each([
    ["an expiry", () => ({ requestExpiry: String(Date.now() + 120_000) })],
    ["an idempotency key", () => ({ idempotencyKey: randomUUID() })],
  ])("answers each copy of a request with %s alike when the first has used it up", async (_, options) => {
    const { id } = await make("/v1/aggregations", {
      name: "an hour",
      method: "eth_signTransaction",
      metric: { field_source: "ethereum_transaction", field: "value", function: "sum" },
      window: { type: "rolling", seconds: 3600 },
    });
    const condition = { field_source: "reference", field: `aggregation.${id}`, operator: "lte", value: "10" };
    const rules = [{ name: "limit", method: "eth_signTransaction", action: "ALLOW", conditions: [condition] }];
    const policy = await make("/v1/policies", { version: "1.0", name: "limited", chain_type: "ethereum", rules });
    const key = makeAuthorizationKey();
    const owner = { public_key: key.publicKey };
    const wallet = await make("/v1/wallets", { chain_type: "ethereum", owner, policy_ids: [policy.id] });
    const target = `/v1/wallets/${wallet.id}/rpc`;
    const transaction = { to: TO, value: 10, chain_id: 1 };
    const request = { body: { method: "eth_signTransaction", params: { transaction } }, ...options() };
    const copies = Array.from({ length: 8 }, () => client.request("POST", target, { ...request, keys: [key] }));
    const answers = (await Promise.all(copies)).map(({ status, text }) => `${status} ${text}`);
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toMatch(/^200 /);
  });

  it("is refused beyond ten in an app", async () => {
    const another = stack.client(await stack.createApp());
    const body = {
      name: "one more",
      method: "eth_signTransaction",
      metric: { field_source: "ethereum_transaction", field: "value", function: "sum" },
      window: { type: "rolling", seconds: 3600 },
    };
    const answers = await Promise.all(
      Array.from({ length: 11 }, () => another.request("POST", "/v1/aggregations", { body })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(10).fill(200), 400]);
  });
});

describe("the items of a condition set", () => {
  it("come in pages, and by text", async () => {
    const set = await make("/v1/condition_sets", { name: "many" });
    const path = `/v1/condition_sets/${set.id}/condition_set_items`;
    const body = Array.from({ length: 25 }, (_, n) => ({ value: `item ${n}` }));
    const added = await client.request("POST", path, { body });
    expect(added.json).toHaveLength(25);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await client.request("GET", `${path}?limit=10${cursor === null ? "" : `&cursor=${cursor}`}`);
      const { items, next_cursor } = page.json as {
        items: { id: string; value: string }[];
        next_cursor: string | null;
      };
      seen.push(...items.map(({ value }) => value));
      // One that was shown goes away between the pages, and moves nothing.
      if (cursor === null) await client.request("DELETE", `${path}/${items[0]!.id}`);
      cursor = next_cursor;
    } while (cursor !== null);
    expect(seen).toEqual(body.map(({ value }) => value));
    const found = await client.request("GET", `${path}?query=${encodeURIComponent("item 2")}`);
    const values = (found.json as { items: { value: string }[] }).items.map(({ value }) => value);
    expect(values).toEqual(["item 2", "item 20", "item 21", "item 22", "item 23", "item 24"]);
    expect((await client.request("GET", `${path}?cursor=x`)).status).toBe(400);
  });
});

describe("aggregations of an app", () => {
  it("are ten at most, also when they are made at the same moment; a deleted one makes room", async () => {
    const own = stack.client(await stack.createApp());
    const body = {
      name: "an hour",
      method: "eth_signTransaction",
      metric: { field_source: "ethereum_transaction", field: "value", function: "sum" },
      window: { type: "rolling", seconds: 3600 },
    };
    const create = () => own.request("POST", "/v1/aggregations", { body });
    const answers = await Promise.all(Array.from({ length: 16 }, create));
    const made = answers.filter(({ status }) => status === 200);
    expect(made).toHaveLength(10);
    for (const { status, json } of answers.filter((answer) => !made.includes(answer))) {
      expect([status, json]).toEqual([
        400,
        { error: "an app has at most 10 aggregations; delete one first", code: "invalid_data" },
      ]);
    }
    const { id } = made[0]!.json as { id: string };
    expect((await own.request("DELETE", `/v1/aggregations/${id}`)).status).toBe(200);
    expect((await create()).status).toBe(200);
    expect((await create()).status).toBe(400);
  });
});

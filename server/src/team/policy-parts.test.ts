import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTeamServer, type TeamServer } from "../testing/team-server.ts";

const APP = "c23456789012345678901234a";
const OTHER = "c23456789012345678901234b";
const path = `/operator/v1/apps/${APP}`;
const RECIPIENT = "0x000000000000000000000000000000000000dead";

let server: TeamServer;
let session: string;
let setId: string;
let sumId: string;
let policyId: string;

type Body = { id: string; data: unknown[]; items: { id: string; value: string }[]; next_cursor: string | null };
async function ask(method: string, target: string, body?: object): Promise<Body> {
  const answer = await server.ask(method, target, { body, session });
  if (answer.status !== 200) throw new Error(`${method} ${target}: ${JSON.stringify(answer.body)}`);
  return answer.body as Body;
}

beforeAll(async () => {
  server = await startTeamServer();
  ({ session } = await server.signIn("admin"));
  const secret_sha256 = createHash("sha256").update("secret").digest("hex");
  for (const id of [APP, OTHER]) await ask("POST", "/operator/v1/apps", { id, name: "Shop", secret_sha256 });
  setId = (await ask("POST", `${path}/condition_sets`, { name: "Friends" })).id;
  const window = { type: "rolling", seconds: 3600 };
  const metric = { field_source: "ethereum_transaction", field: "value", function: "sum" };
  sumId = (await ask("POST", `${path}/aggregations`, { name: "Spent", method: "eth_signTransaction", metric, window }))
    .id;
  const conditions = [
    { field_source: "ethereum_transaction", field: "to", operator: "in_condition_set", value: setId },
    { field_source: "reference", field: `aggregation.${sumId}`, operator: "lte", value: "100" },
  ];
  const rule = { name: "Friends", method: "eth_signTransaction", action: "ALLOW", conditions };
  const rules = [rule, { ...rule, name: "Again" }];
  const policy = { version: "1.0", name: "To friends", chain_type: "ethereum", rules };
  policyId = (await ask("POST", `${path}/policies`, policy)).id;
});
afterAll(() => server.close());

it("what another app has is not found", async () => {
  for (const rest of [
    `condition_sets/${setId}`,
    `condition_sets/${setId}/condition_set_items`,
    `aggregations/${sumId}`,
  ]) {
    const answer = await server.ask("GET", `/operator/v1/apps/${OTHER}/${rest}`, { session });
    expect(answer.status, rest).toBe(404);
  }
  for (const list of ["condition_sets", "aggregations"]) {
    expect((await ask("GET", `/operator/v1/apps/${OTHER}/${list}`)).data).toEqual([]);
  }
});

it("sets and sums say which policies refer to them, each once", async () => {
  const attached_to = [{ id: policyId, name: "To friends" }];
  const set = { condition_set: { id: setId, name: "Friends", owner_id: null }, item_count: 0, attached_to };
  expect((await ask("GET", `${path}/condition_sets`)).data).toMatchObject([set]);
  expect(await ask("GET", `${path}/condition_sets/${setId}`)).toMatchObject(set);
  const sum = { aggregation: { id: sumId, name: "Spent" }, attached_to };
  expect((await ask("GET", `${path}/aggregations`)).data).toMatchObject([sum]);
  expect(await ask("GET", `${path}/aggregations/${sumId}`)).toMatchObject(sum);
  const unused = await ask("POST", `${path}/condition_sets`, { name: "Strangers" });
  expect(await ask("GET", `${path}/condition_sets/${unused.id}`)).toMatchObject({ attached_to: [] });
  expect((await ask("GET", `${path}/condition_sets?search=frie`)).data).toMatchObject([set]);
});

it("a simulation knows what the set holds, and follows its change", async () => {
  const { id: wallet_id } = await ask("POST", `${path}/wallets`, { chain_type: "ethereum" });
  const transaction = { to: RECIPIENT, value: "0x1", chain_id: 1, nonce: 0, gas_limit: "0x5208", gas_price: "0x1" };
  const request = { method: "eth_signTransaction", params: { transaction: { ...transaction, type: 0 } } };
  const simulate = () => ask("POST", `${path}/policies/simulate`, { policy_id: policyId, wallet_id, request });
  expect(await simulate()).toMatchObject({ decision: "DENY", reason: "no_rule_allows" });
  const items = `${path}/condition_sets/${setId}/condition_set_items`;
  await ask("POST", items, [{ value: RECIPIENT }] as object);
  expect(await simulate()).toMatchObject({ decision: "ALLOW", policy_id: policyId });
  const page = await ask("GET", `${items}?limit=1&query=dead`);
  expect(page).toMatchObject({ items: [{ value: RECIPIENT }], next_cursor: null });
  await ask("DELETE", `${items}/${page.items[0]!.id}`);
  expect(await simulate()).toMatchObject({ decision: "DENY" });
});

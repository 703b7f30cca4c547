import { describe, expect, it } from "vitest";
import { createTestSigner, Harness, idOf, type TestApp, type TestWallet } from "./testing/harness.ts";
import { testKey } from "./testing/test-keys.ts";
import { transfer } from "./testing/world.ts";

const TO = "0x1111111111111111111111111111111111111111";
const OTHER = "0x2222222222222222222222222222222222222222";
const key = testKey("signer");
const MINUTE_MS = 60_000;

const definition = {
  name: "spent in an hour",
  method: "eth_signTransaction",
  metric: { field_source: "ethereum_transaction", field: "value", function: "sum" },
  window: { type: "rolling", seconds: 3600 },
};
const limit = (id: string, value: string, action = "ALLOW", operator = "lte") => ({
  ...{ name: "limit", method: "eth_signTransaction", action },
  conditions: [{ field_source: "reference", field: `aggregation.${id}`, operator, value }],
});

async function start(more: object = {}, limitOf: (id: string) => object[] = (id) => [limit(id, "100")]) {
  const signer = await createTestSigner();
  const harness = Harness.inProcess(signer);
  const app = await harness.createApp("spending");
  const created = await harness.expectAccepted({
    app,
    method: "POST",
    path: "/v1/aggregations",
    body: { ...definition, ...more },
  });
  const aggregationId = idOf(created.put, "aggregation");
  const policyId = await harness.createPolicy(app, limitOf(aggregationId));
  const wallet = await harness.createWallet(app, { policy_ids: [policyId] });
  return { signer, harness, app, aggregationId, policyId, wallet };
}

const spend = async (harness: Harness, app: TestApp, wallet: TestWallet, value: number, to = TO) => {
  const answer = await harness.rpc(app, wallet, transfer(to, value), []);
  return answer.outcome === "accepted" ? "ALLOW" : answer.outcome === "refused" ? answer.code : answer.outcome;
};

describe("a limit on a rolling sum (I16)", () => {
  it("denies what would exceed it, counts only what was released, and forgets after the window", async () => {
    const { harness, app, wallet } = await start();
    expect(await spend(harness, app, wallet, 101)).toBe("policy_violation");
    expect(await spend(harness, app, wallet, 60)).toBe("ALLOW");
    expect(await spend(harness, app, wallet, 41)).toBe("policy_violation");
    expect(await spend(harness, app, wallet, 40)).toBe("ALLOW");
    expect(await spend(harness, app, wallet, 1)).toBe("policy_violation");
    harness.clock.nowMs += 59 * MINUTE_MS;
    expect(await spend(harness, app, wallet, 1)).toBe("policy_violation");
    harness.clock.nowMs += 2 * MINUTE_MS;
    expect(await spend(harness, app, wallet, 100)).toBe("ALLOW");
  });

  it("counts nothing for a decision that signs nothing", async () => {
    const { harness, app, wallet } = await start();
    const asked = await harness.rpc(app, wallet, transfer(TO, 100), [], { more: { decideOnly: true } });
    expect(asked.outcome).toBe("accepted");
    expect(await spend(harness, app, wallet, 100)).toBe("ALLOW");
  });

  it("is one for all wallets, unless it is grouped", async () => {
    const { harness, app, policyId, wallet } = await start();
    const second = await harness.createWallet(app, { policy_ids: [policyId] });
    expect(await spend(harness, app, wallet, 60)).toBe("ALLOW");
    expect(await spend(harness, app, second, 41)).toBe("policy_violation");

    const grouped = await start({ group_by: [{ field_source: "ethereum_transaction", field: "to" }] });
    expect(await spend(grouped.harness, grouped.app, grouped.wallet, 100, TO)).toBe("ALLOW");
    expect(await spend(grouped.harness, grouped.app, grouped.wallet, 1, TO)).toBe("policy_violation");
    expect(await spend(grouped.harness, grouped.app, grouped.wallet, 100, OTHER)).toBe("ALLOW");
  });

  it("counts only requests that its conditions are about", async () => {
    const conditions = [{ field_source: "ethereum_transaction", field: "to", operator: "eq", value: TO }];
    const { harness, app, wallet } = await start({ conditions });
    expect(await spend(harness, app, wallet, 1000, OTHER)).toBe("ALLOW");
    expect(await spend(harness, app, wallet, 100)).toBe("ALLOW");
    expect(await spend(harness, app, wallet, 1)).toBe("policy_violation");
  });

  it("counts what a session signer releases under a policy of its own", async () => {
    const { harness, app, policyId } = await start();
    const all = await harness.createPolicy(app, [{ name: "all", method: "*", action: "ALLOW", conditions: [] }]);
    const signerId = await harness.createQuorum(app, { public_keys: [key.spkiBase64], authorization_threshold: 1 });
    const additional_signers = [{ signer_id: signerId, override_policy_ids: [all] }];
    const wallet = await harness.createWallet(app, { policy_ids: [policyId], additional_signers });
    expect((await harness.rpc(app, wallet, transfer(TO, 70), [key])).outcome).toBe("accepted");
    expect(await spend(harness, app, wallet, 31)).toBe("policy_violation");
  });

  it("cannot be told once the aggregation is gone: an ALLOW rule allows nothing, a DENY rule denies", async () => {
    for (const rules of [
      (id: string) => [limit(id, "100")],
      (id: string) => [{ name: "all", method: "*", action: "ALLOW", conditions: [] }, limit(id, "100", "DENY", "gt")],
    ]) {
      const { harness, app, wallet, aggregationId } = await start({}, rules);
      expect(await spend(harness, app, wallet, 1)).toBe("ALLOW");
      await harness.expectAccepted({ app, method: "DELETE", path: `/v1/aggregations/${aggregationId}` });
      expect(await spend(harness, app, wallet, 1)).toBe("policy_violation");
    }
  });

  it("is not reset by a database that lost its window, or has an older one", async () => {
    const { harness, app, wallet } = await start();
    expect(await spend(harness, app, wallet, 60)).toBe("ALLOW");
    const [name, first] = [...harness.api.current].find(([one]) => one.includes("/aggregation_window/"))!;
    expect(await spend(harness, app, wallet, 30)).toBe("ALLOW");
    const second = harness.api.current.get(name)!;
    harness.api.current.set(name, first);
    expect(await spend(harness, app, wallet, 30)).toBe("stale");
    harness.api.current.delete(name);
    expect(await spend(harness, app, wallet, 30)).toBe("stale");
    harness.api.current.set(name, second);
    expect(await spend(harness, app, wallet, 10)).toBe("ALLOW");
  });

  it("makes the decision depend on the version of the window that it was made on", async () => {
    const { harness, app, wallet } = await start();
    await spend(harness, app, wallet, 10);
    const answer = await harness.expectAccepted({
      app,
      method: "POST",
      path: `/v1/wallets/${wallet.id}/rpc`,
      body: transfer(TO, 10),
    });
    expect(answer.used).toContainEqual(expect.objectContaining({ type: "aggregation_window", version: 1 }));
    expect(answer.put).toContainEqual(expect.objectContaining({ type: "aggregation_window", version: 2 }));
  });
});

describe("a new aggregation", () => {
  it.each<[string, object, string]>([
    ["a send's method", { method: "eth_sendTransaction" }, "Invalid enum value"],
    [
      "no window",
      { window: { type: "rolling", duration_seconds: 3600 } },
      "Required at window.seconds; Unrecognized key(s) in object: 'duration_seconds'",
    ],
    ["a window below an hour", { window: { type: "rolling", seconds: 3599 } }, "window.seconds must be"],
    ["a metric that is no number", { metric: { ...definition.metric, field: "to" } }, "unsigned integer"],
    [
      "a metric that may be negative",
      {
        metric: {
          field_source: "ethereum_calldata",
          field: "f.x",
          function: "sum",
          abi: [{ type: "function", name: "f", inputs: [{ name: "x", type: "int256" }] }],
        },
      },
      "unsigned integer",
    ],
    [
      "calldata without an ABI",
      { metric: { field_source: "ethereum_calldata", field: "f.x", function: "sum" } },
      "Required at metric.abi",
    ],
    ["three groups", { group_by: Array(3).fill({ field_source: "ethereum_transaction", field: "to" }) }, "at most 2"],
    [
      "a condition about the time",
      { conditions: [{ field_source: "system", field: "current_unix_timestamp", operator: "gt", value: "1" }] },
      "Invalid enum value",
    ],
    ["an unknown member", { scope: "wallet" }, "Unrecognized key(s) in object: 'scope'"],
    ["no name", { name: undefined }, "Required at name"],
  ])("is refused with %s", async (_, more, message) => {
    const harness = Harness.inProcess(await createTestSigner());
    const app = await harness.createApp("spending");
    const answer = await harness.call({
      app,
      method: "POST",
      path: "/v1/aggregations",
      body: { ...definition, ...more },
    });
    expect(answer).toMatchObject({ outcome: "refused", status: 400, code: "invalid_aggregation_format" });
    expect(answer.outcome === "refused" && answer.error).toContain(message);
  });
});

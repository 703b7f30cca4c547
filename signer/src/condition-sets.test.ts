import { describe, expect, it } from "vitest";
import { createTestSigner, Harness, idOf } from "./testing/harness.ts";
import { testKey } from "./testing/test-keys.ts";
import { transfer } from "./testing/world.ts";

const TO = "0x1111111111111111111111111111111111111aBc";
const key = testKey("policyOwner");

async function start(owned = false) {
  const harness = Harness.inProcess(await createTestSigner());
  const app = await harness.createApp("sets");
  const body = { name: "known", ...(owned ? { owner: { public_key: key.spkiBase64 } } : {}) };
  const { put } = await harness.expectAccepted({ app, method: "POST", path: "/v1/condition_sets", body });
  const id = idOf(put, "condition_set");
  const path = `/v1/condition_sets/${id}`;
  const rule = (action: string) => ({
    ...{ name: action, method: "eth_signTransaction", action },
    conditions: [{ field_source: "ethereum_transaction", field: "to", operator: "in_condition_set", value: id }],
  });
  const open = { name: "all", method: "*", action: "ALLOW", conditions: [] };
  const wallet = async (rules: object[]) =>
    harness.createWallet(app, { policy_ids: [await harness.createPolicy(app, rules)] });
  const [listed, unlisted] = [await wallet([rule("ALLOW")]), await wallet([open, rule("DENY")])];
  /** Whether a transfer is allowed by the allow list, and by the block list. */
  const verdicts = async (to = TO) => {
    const answers = [listed, unlisted].map((one) => harness.rpc(app, one, transfer(to, 1), []));
    return (await Promise.all(answers)).map(({ outcome }) => outcome === "accepted");
  };
  const items = (method: string, values: string[], keys = owned ? [key] : []) =>
    harness.call({ app, method, path: `${path}/condition_set_items`, body: values.map((value) => ({ value })), keys });
  return { harness, app, id, path, items, verdicts, rule, wallet };
}

describe("a condition set", () => {
  it("cannot be evaluated while it is empty, and after it is deleted: both lists deny", async () => {
    const { harness, app, path, items, verdicts } = await start();
    expect(await verdicts()).toEqual([false, false]);
    await items("POST", [TO]);
    expect(await verdicts()).toEqual([true, false]);
    await harness.expectAccepted({ app, method: "DELETE", path });
    expect(await verdicts()).toEqual([false, false]);
  });

  it("cannot be evaluated when there never was one", async () => {
    const { harness, app, rule, wallet } = await start();
    const [condition] = rule("DENY").conditions;
    const open = { name: "all", method: "*", action: "ALLOW", conditions: [] };
    const other = { ...rule("DENY"), conditions: [{ ...condition!, value: "a".repeat(24) }] };
    const answer = await harness.rpc(app, await wallet([open, other]), transfer(TO, 1), []);
    expect(answer).toMatchObject({ outcome: "refused", code: "policy_violation" });
  });

  it("is changed by its owner alone", async () => {
    const { harness, app, path, items } = await start(true);
    const refused = { outcome: "refused", status: 401 };
    expect(await items("POST", [TO], [])).toMatchObject(refused);
    expect(await items("PUT", [TO], [testKey("foreign")])).toMatchObject(refused);
    expect(await harness.call({ app, method: "PATCH", path, body: { name: "x" } })).toMatchObject(refused);
    expect(await harness.call({ app, method: "DELETE", path })).toMatchObject(refused);
    expect((await items("POST", [TO])).outcome).toBe("accepted");
  });

  it.each<[string, unknown, string]>([
    ["an object", { value: "x" }, "Expected array at body"],
    ["nothing", [], "1 to 100 items"],
    ["101 items", Array.from({ length: 101 }, (_, n) => ({ value: `${n}` })), "at most 100"],
    ["an empty value", [{ value: "" }], "[0].value"],
    ["an unknown member", [{ value: "x", id: "y" }], "Unrecognized key(s) in object: 'id'"],
  ])("does not take %s for items", async (_, body, message) => {
    const { harness, app, path } = await start();
    const answer = await harness.call({ app, method: "POST", path: `${path}/condition_set_items`, body });
    expect(answer).toMatchObject({ outcome: "refused", status: 400, code: "invalid_data" });
    expect(answer.outcome === "refused" && answer.error).toContain(message);
  });

  it("holds at most 1,000 items", async () => {
    const { items } = await start();
    for (let batch = 0; batch < 10; batch++) {
      expect(
        (
          await items(
            "POST",
            Array.from({ length: 100 }, (_, n) => `${batch}/${n}`),
          )
        ).outcome,
      ).toBe("accepted");
    }
    expect(await items("POST", ["one more"])).toMatchObject({ outcome: "refused", status: 400 });
    expect((await items("POST", ["0/0"])).outcome).toBe("accepted");
  });

  it("takes effect at once, compares as the field does, and stores a value once", async () => {
    const { harness, app, path, items, verdicts } = await start();
    const added = await items("POST", [TO.toLowerCase(), TO.toLowerCase()]);
    const { items: made } = (added as unknown as { result: { items: { id: string }[] } }).result;
    expect(made).toEqual([expect.objectContaining({ value: TO.toLowerCase(), condition_set_id: path.slice(19) })]);
    expect(await verdicts()).toEqual([true, false]);
    expect(await verdicts("0x2222222222222222222222222222222222222222")).toEqual([false, true]);
    const item = `${path}/condition_set_items/${made[0]!.id}`;
    await items("PUT", ["0x2222222222222222222222222222222222222222"]);
    expect(await verdicts()).toEqual([false, true]);
    expect(await harness.call({ app, method: "DELETE", path: item })).toMatchObject({ status: 404 });
  });
});

describe("a simulation", () => {
  it("says what the real decision says, with what was observed, and signs and counts nothing", async () => {
    const { harness, app, items, id, rule } = await start();
    await items("POST", [TO]);
    const policyId = await harness.createPolicy(app, [rule("ALLOW")]);
    const wallet = await harness.createWallet(app);
    const receipts = harness.api.receipts.length;
    const simulate = (body: object) => harness.call({ app, method: "POST", path: "/v1/policies/simulate", body });
    const asked = { wallet_id: wallet.id, request: transfer(TO, 1) };
    const stored = await simulate({ ...asked, policy_id: policyId });
    expect(stored).toMatchObject({
      outcome: "answered",
      result: {
        decision: "ALLOW",
        policy_id: policyId,
        rules: [{ conditions: [{ field: "to", value: id, observed: TO.toLowerCase(), result: "TRUE" }] }],
      },
    });
    const policy = { version: "1.0", name: "draft", chain_type: "ethereum", rules: [rule("ALLOW")] };
    const other = { ...asked, request: transfer("0x2222222222222222222222222222222222222222", 1) };
    expect(await simulate({ ...other, policy })).toMatchObject({
      result: { decision: "DENY", reason: "no_rule_allows", policy_id: null, rule_id: null },
    });
    expect(await simulate({ ...asked, policy, request: { method: "exportPrivateKey" } })).toMatchObject({
      result: { decision: "DENY", reason: "no_rule_for_method" },
    });
    expect(harness.api.receipts.length).toBe(receipts);
  });

  it.each<[string, object, string]>([
    ["two policies", { policy_id: "p".repeat(24), policy: {} }, "exactly one"],
    ["no policy", {}, "exactly one"],
    [
      "a malformed policy",
      { policy: { version: "1.0", name: "x", chain_type: "ethereum", rules: [{}] } },
      "Name is required",
    ],
    ["an unknown member", { policy: {}, now: 1 }, "Unrecognized key"],
  ])("refuses %s", async (_, more, message) => {
    const harness = Harness.inProcess(await createTestSigner());
    const app = await harness.createApp("sets");
    const wallet = await harness.createWallet(app);
    const body = { wallet_id: wallet.id, request: transfer(TO, 1), ...more };
    const answer = await harness.call({ app, method: "POST", path: "/v1/policies/simulate", body });
    expect(answer).toMatchObject({ outcome: "refused", status: 400 });
    expect(answer.outcome === "refused" && answer.error).toContain(message);
  });

  it("needs the app's secret", async () => {
    const harness = Harness.inProcess(await createTestSigner());
    const app = await harness.createApp("sets");
    const answer = await harness.call({
      app,
      method: "POST",
      path: "/v1/policies/simulate",
      body: {},
      secret: "wrong",
    });
    expect(answer).toMatchObject({ outcome: "refused", status: 401 });
  });
});

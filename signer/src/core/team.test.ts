import { beforeEach, describe, expect, it } from "vitest";
import type { SignerAnswer } from "../protocol.ts";
import { readSealedRecord } from "../protocol.ts";
import { type Call, createTestSigner, Harness, idOf, type TestApp, type TestWallet } from "../testing/harness.ts";
import { testKey } from "../testing/test-keys.ts";

let harness: Harness;
let app: TestApp;
let owned: TestWallet;
const owner = testKey("owner");

async function start(teamAllowed: boolean): Promise<void> {
  harness = Harness.inProcess(await createTestSigner({ teamAllowed }));
  app = await harness.createApp("shop");
  owned = await harness.createWallet(app, { owner: { public_key: owner.spkiBase64 } });
}
beforeEach(() => start(true));

const asTeam = (method: string, path: string, body?: object, more: Partial<Call> = {}) =>
  harness.call({ app, method, path, body, secret: null, more: { team: { memberId: "ada" } }, ...more });
const outcome = (answer: SignerAnswer) => (answer.outcome === "refused" ? answer.code : answer.outcome);
const path = (rest: string) => `/operator/v1/apps/${app.id}${rest}`;
const policy = { version: "1.0", name: "p", chain_type: "ethereum", rules: [] };
const aggregation = {
  name: "Spent in a day",
  method: "eth_signTransaction",
  metric: { field_source: "ethereum_transaction", field: "value", function: "sum" },
  window: { type: "rolling", seconds: 86_400 },
};
const quorum = () => ({ public_keys: [testKey("agent").spkiBase64], display_name: "Agent" });

describe("a member of the team is refused", () => {
  it("saying whose sign-ins an app believes", async () => {
    const oauth_providers = [{ provider: "custom:mine", client_id: "c", issuer: "https://mine.example" }];
    expect(outcome(await asTeam("PATCH", path(""), { oauth_providers }))).toBe("feature_not_enabled");
    expect(outcome(await asTeam("PATCH", path(""), { oauth_providers: [] }))).toBe("feature_not_enabled");
  });

  it("everything, while the dashboard is off", async () => {
    await start(false);
    expect(outcome(await asTeam("POST", path("/policies"), policy))).toBe("feature_not_enabled");
    expect(outcome(await asTeam("POST", path("/secrets"), { secret_sha256: "0".repeat(64) }))).toBe(
      "feature_not_enabled",
    );
  });

  it("the paths of the app, and an app the paths of the team", async () => {
    expect(outcome(await asTeam("POST", "/v1/policies", policy))).toBe("invalid_credentials");
    const call = { app, method: "POST", path: path("/policies"), body: policy };
    expect(outcome(await harness.call(call))).toBe("invalid_credentials");
  });

  it("the path of another app", async () => {
    const other = await harness.createApp("other");
    const answer = await asTeam("POST", `/operator/v1/apps/${other.id}/policies`, policy);
    expect(outcome(answer)).toBe("invalid_credentials");
  });

  it.each([
    ["signing", "/rpc", { method: "personal_sign", params: { message: "x", encoding: "utf-8" } }],
    ["exporting", "/export", { encryption_type: "HPKE", recipient_public_key: owner.spkiBase64 }],
    ["archiving", "/archive", undefined],
  ])("%s, with or without an owner", async (_name, rest, body) => {
    const free = await harness.createWallet(app);
    for (const wallet of [owned, free]) {
      const answer = await asTeam("POST", path(`/wallets/${wallet.id}${rest}`), body, { keys: [owner] });
      expect(outcome(answer)).toBe("invalid_credentials");
    }
  });

  it("a user's key", async () => {
    const body = { user_jwt: "x", encryption_type: "HPKE", recipient_public_key: owner.spkiBase64 };
    expect(outcome(await asTeam("POST", path("/wallets/authenticate"), body))).toBe("invalid_credentials");
  });

  it("what has an owner, without the owner's signature", async () => {
    const target = path(`/wallets/${owned.id}`);
    const body = { additional_signers: [] };
    expect(outcome(await asTeam("PATCH", target, body))).toBe("missing_or_empty_authorization_header");
    expect(outcome(await asTeam("PATCH", target, body, { keys: [testKey("other")] }))).toBe(
      "zero_correct_authorization_signatures",
    );
    expect(outcome(await asTeam("PATCH", target, body, { keys: [owner] }))).toBe("accepted");
  });

  it("a condition set or an aggregation with an owner, without the owner's signature", async () => {
    const owner_ = { owner: { public_key: owner.spkiBase64 } };
    for (const [rest, body] of [
      ["/condition_sets", { name: "Friends", ...owner_ }],
      ["/aggregations", { ...aggregation, ...owner_ }],
    ] as const) {
      const made = await asTeam("POST", path(rest), body);
      if (made.outcome !== "accepted") throw new Error(JSON.stringify(made));
      const id = idOf(made.put, rest === "/aggregations" ? "aggregation" : "condition_set");
      const target = path(`${rest}/${id}`);
      expect(outcome(await asTeam("DELETE", target))).toBe("missing_or_empty_authorization_header");
      expect(outcome(await asTeam("DELETE", target, undefined, { keys: [owner] }))).toBe("accepted");
    }
  });

  it("naming who vouches for users, when an app is made or changed (I21)", async () => {
    const jwt = { jwks_url: "https://login.example/keys" };
    expect(outcome(await asTeam("PATCH", path(""), { jwt }))).toBe("feature_not_enabled");
    expect(outcome(await asTeam("PATCH", path(""), { jwt: null }))).toBe("feature_not_enabled");
    const id = "c23456789012345678901234z";
    const body = { id, name: "n", secret_sha256: "0".repeat(64), jwt };
    const answer = await asTeam("POST", "/operator/v1/apps", body, { app: { id, secret: "" } });
    expect(outcome(answer)).toBe("feature_not_enabled");
  });

  it("an app that was deleted", async () => {
    expect(outcome(await asTeam("DELETE", path("")))).toBe("accepted");
    expect(outcome(await asTeam("POST", path("/policies"), policy))).toBe("not_found");
    const call = { app, method: "POST", path: "/v1/policies", body: policy };
    expect(outcome(await harness.call(call))).toBe("invalid_credentials");
  });
});

describe("a member of the team", () => {
  it("makes and changes what the app's secret could, and the receipt names the member", async () => {
    const made = await asTeam("POST", path("/key_quorums"), quorum());
    if (made.outcome !== "accepted") throw new Error(JSON.stringify(made));
    expect(readSealedRecord(made.receipt.receipt).body).toMatchObject({
      operation: "createKeyQuorum",
      team_member_id: "ada",
      unowned: true,
    });
    const wallet = await asTeam("POST", path("/wallets"), {
      chain_type: "ethereum",
      additional_signers: [{ signer_id: idOf(made.put, "key_quorum") }],
    });
    expect(outcome(wallet)).toBe("accepted");
    const answer = await asTeam("POST", path("/policies"), policy);
    if (answer.outcome !== "accepted") throw new Error(JSON.stringify(answer));
    const id = idOf(answer.put, "policy");
    expect(outcome(await asTeam("PATCH", path(`/policies/${id}`), { name: "q" }))).toBe("accepted");
    expect(outcome(await asTeam("DELETE", path(`/policies/${id}`)))).toBe("accepted");
  });

  it("makes condition sets and aggregations, and changes those without an owner", async () => {
    const made = await asTeam("POST", path("/condition_sets"), { name: "Friends" });
    if (made.outcome !== "accepted") throw new Error(JSON.stringify(made));
    const set = path(`/condition_sets/${idOf(made.put, "condition_set")}`);
    const items = [{ value: "0x000000000000000000000000000000000000dead" }];
    expect(outcome(await asTeam("POST", `${set}/condition_set_items`, items))).toBe("accepted");
    expect(outcome(await asTeam("PATCH", set, { name: "Others" }))).toBe("accepted");
    expect(outcome(await asTeam("DELETE", set))).toBe("accepted");
    const sum = await asTeam("POST", path("/aggregations"), aggregation);
    if (sum.outcome !== "accepted") throw new Error(JSON.stringify(sum));
    expect(outcome(await asTeam("DELETE", path(`/aggregations/${idOf(sum.put, "aggregation")}`)))).toBe("accepted");
  });

  it("asks what a policy would say, and signs nothing by it", async () => {
    const request = { method: "personal_sign", params: { message: "x", encoding: "utf-8" } };
    const answer = await asTeam("POST", path("/policies/simulate"), { policy, wallet_id: owned.id, request });
    if (answer.outcome !== "answered") throw new Error(JSON.stringify(answer));
    expect(answer.result).toMatchObject({ decision: "DENY" });
  });

  it("makes an app, changes its settings and its secrets", async () => {
    const id = "c23456789012345678901234z";
    const body = { id, name: "n", secret_sha256: "0".repeat(64), jwt: null };
    const other = { app: { id, secret: "" } };
    expect(outcome(await asTeam("POST", "/operator/v1/apps", body, other))).toBe("accepted");
    expect(outcome(await asTeam("PATCH", path(""), { server_side_access: false }))).toBe("accepted");
    expect(outcome(await asTeam("POST", path("/secrets"), { secret_sha256: "1".repeat(64) }))).toBe("accepted");
  });
});

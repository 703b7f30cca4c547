import { describe, expect, it } from "vitest";
import { z } from "zod";
import { messages } from "./errors.ts";
import { routes } from "./routes.ts";
import { validate, validateBody, validateQuery } from "./validate.ts";

const id = "a23456789012345678901234";
const otherId = "b23456789012345678901234";

function refusalOf(result: { ok: boolean }): { code: string; message: string } {
  expect(result.ok).toBe(false);
  const { code, message } = result as unknown as { code: string; message: string };
  return { code, message };
}

function parse(text: string): unknown {
  return JSON.parse(text, (_, value) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.defineProperties(Object.create(null), Object.getOwnPropertyDescriptors(value))
      : value,
  );
}

describe("texts of refusals", () => {
  const schema = z.strictObject({
    window: z.strictObject({ seconds: z.number().max(10), unit: z.enum(["a", "b"]).optional() }),
    list: z.array(z.strictObject({ name: z.string().min(1).max(3) })).optional(),
  });

  it.each([
    [
      { window: { duration_seconds: 1 } },
      "Required at window.seconds; Unrecognized key(s) in object: 'duration_seconds'",
    ],
    [{}, "Required at window"],
    [undefined, "Required"],
    [[], "Expected object"],
    [{ window: { seconds: "1" } }, "Expected number at window.seconds"],
    [{ window: { seconds: 11 } }, "Number must be at most 10 at window.seconds"],
    [{ window: { seconds: 1, unit: "secret" } }, "Expected 'a' | 'b' at window.unit"],
    [
      { window: { seconds: 1 }, list: [{ name: "ok" }, { name: "" }] },
      "String must contain at least 1 character(s) at list[1].name",
    ],
  ])("%j", (value, message) => {
    expect(refusalOf(validate(schema, value))).toEqual({ code: "invalid_data", message });
  });

  it("are bounded and printable whatever the request holds", () => {
    const value = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`\u202e\n${i}${"x".repeat(500)}`, 1]));
    const { message } = refusalOf(validate(schema, value));
    expect(message.length).toBeLessThanOrEqual(1000);
    expect(message).toMatch(/^[\x20-\x7e…]*$/);
  });

  it("never repeat a refused value", () => {
    const secret = "wallet-auth:MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg";
    for (const route of Object.values(routes)) {
      // Telemetry is taken whatever it says, and so never refused for what it says.
      if (!("body" in route.request) || route.id === "reportAnalyticsEvent") continue;
      for (const body of [secret, [secret], { method: secret }, { chain_type: secret, owner: secret, rules: secret }]) {
        expect(refusalOf(validateBody(route, body)).message, route.id).not.toContain(secret);
      }
    }
  });
});

describe("texts of the wire", () => {
  const transaction = { method: "eth_signTransaction", params: { transaction: {} } };
  const rule = { name: "r", method: "personal_sign", conditions: [], action: "ALLOW" };
  const policy = { version: "1.0", name: "p", chain_type: "ethereum", rules: [] };

  it.each([
    ["updateWallet", {}, messages.emptyUpdate],
    ["updateWallet", { display_name: "" }, messages.emptyUpdate],
    ["updateWallet", { owner: null, owner_id: null }, messages.ownerAndOwnerId],
    ["updateWallet", { policy_ids: [id, otherId] }, messages.onePolicyId],
    [
      "createWallet",
      { chain_type: "ethereum", owner: { user_id: "did:privy:x" }, owner_id: id },
      messages.ownerAndOwnerId,
    ],
    ["createWallet", { chain_type: "ethereum", owner: { user_id: "x" } }, messages.userIdPrefix],
    ["createWallet", { chain_type: "ethereum", owner: {} }, "Required at owner.user_id"],
    ["createWallet", { chain_type: "ethereum", owner: "x" }, "Invalid input at owner"],
    [
      "createWallet",
      { chain_type: "ethereum", authorization_threshold: 1 },
      "Unrecognized key(s) in object: 'authorization_threshold'",
    ],
    ["createWallet", { chain_type: "ethereum", policy_ids: ["x"] }, "Invalid format at policy_ids[0]"],
    ["createKeyQuorum", {}, "Must provide at least one of user_ids or public_keys"],
    ["createKeyQuorum", { user_ids: ["x"] }, messages.userIdPrefix],
    [
      "createKeyQuorum",
      { public_keys: ["k"], authorization_threshold: 2 },
      "authorization_threshold cannot exceed the number of members",
    ],
    [
      "updateKeyQuorum",
      {},
      "Must provide at least one of public_keys, authorization_threshold, display_name, or user_ids",
    ],
    ["createPolicy", { ...policy, owner: { user_id: "did:privy:x" }, owner_id: id }, messages.ownerAndOwnerId],
    ["updatePolicy", { name: "", owner_id: "" }, messages.emptyUpdate],
    ["updatePolicy", { chain_type: "ethereum", name: "p" }, "Unrecognized key(s) in object: 'chain_type'"],
    [
      "createUser",
      {
        linked_accounts: [
          { type: "email", address: "a@b.co" },
          { type: "email", address: "c@b.co" },
        ],
      },
      "User cannot have more than one email account.",
    ],
    [
      "authenticateUser",
      { user_jwt: "a.b.c" },
      "A user key leaves this server encrypted only: send encryption_type HPKE and a recipient_public_key; Required at recipient_public_key",
    ],
    ["walletRpc", {}, "Required at method"],
    ["walletRpc", { method: "eth_sign" }, "Invalid input at method"],
    [
      "walletRpc",
      { ...transaction, params: { transaction: { value: "1" } } },
      "Invalid quantity: must be either a hex string starting with '0x' or a non-negative integer.",
    ],
    [
      "walletRpc",
      { ...transaction, params: { transaction: { value: 2 ** 53 } } },
      'Please use hex string prefixed with "0x" to represent large numbers (e.g. "0xDE0B6B3A7640000").',
    ],
    [
      "walletRpc",
      { ...transaction, params: { transaction: { access_list: [] } } },
      "Unrecognized key(s) in object: 'access_list'",
    ],
    [
      "walletRpc",
      { ...transaction, method: "eth_sendTransaction", caip2: "1" },
      "Chain ID must be a valid CAIP-2 chain ID, e.g. 'eip155:1'",
    ],
    [
      "createApp",
      {
        id: "c23456789012345678901234a",
        name: "a",
        secret_sha256: "0".repeat(64),
        test_accounts: [{ email: "a@b.co", otp: "12" }],
      },
      "Verification code must have 6 digits.",
    ],
  ] as const)("%s %j", (route, body, message) => {
    expect(refusalOf(validateBody(routes[route], body))).toEqual({ code: "invalid_data", message });
  });

  it.each([
    ["createPolicy", { ...policy, name: undefined }, "Name is required"],
    ["createPolicy", { ...policy, name: "x".repeat(51) }, "Policy name must be fewer than 50 characters"],
    ["updatePolicy", { name: "", rules: [] }, "Name is required"],
    [
      "createPolicy",
      { ...policy, rules: [{ ...rule, action: "allow" }] },
      "Expected 'ALLOW' | 'DENY' at rules[0].action",
    ],
    [
      "createPolicy",
      { ...policy, rules: [{ ...rule, name: "x".repeat(51) }] },
      "Rule name must be fewer than 50 characters",
    ],
    ["createPolicyRule", { ...rule, extra: 1 }, "Unrecognized key(s) in object: 'extra'"],
    ["updatePolicyRule", { ...rule, conditions: undefined }, "Required at conditions"],
    [
      "createPolicyRule",
      { ...rule, conditions: [{ field_source: "system", field: "x", operator: "lte", value: "1", abi: [] }] },
      "Unrecognized key(s) in object: 'abi'",
    ],
    [
      "createPolicyRule",
      { ...rule, conditions: [{ field_source: "ethereum_calldata", field: "x", operator: "lte", value: "1" }] },
      "Required at conditions[0].abi",
    ],
    [
      "createPolicyRule",
      { ...rule, conditions: [{ field_source: "system", field: "x", operator: "lte", value: true }] },
      "Invalid input at conditions[0].value",
    ],
  ] as const)("%s %j is a malformed policy", (route, body, message) => {
    expect(refusalOf(validateBody(routes[route], body))).toEqual({ code: "invalid_policy_format", message });
  });

  it("says of a page of 101 records that it is too large", () => {
    expect(refusalOf(validateQuery(routes.listUsers.request.query, { limit: "101" })).message).toBe(
      messages.pageTooLarge,
    );
    expect(refusalOf(validateQuery(routes.listUsers.request.query, { limit: "0x10" })).message).toBe(
      "Query limit must be a whole number",
    );
  });
});

describe("hostile members", () => {
  it.each([
    ["createWallet", '{"chain_type":"ethereum","__proto__":{"owner_id":null}}'],
    ["createWallet", '{"chain_type":"ethereum","constructor":1}'],
    ["setCustomMetadata", '{"custom_metadata":{"__proto__":"x"}}'],
    ["setCustomMetadata", '{"custom_metadata":{"a":{"b":1}}}'],
    [
      "walletRpc",
      '{"method":"eth_signTypedData_v4","params":{"typed_data":{"domain":{"__proto__":1},"types":{},"message":{},"primary_type":"A"}}}',
    ],
    ["walletRpc", '{"method":"__proto__","params":{}}'],
    ["walletRpc", '{"method":"constructor","params":{}}'],
    ["createUser", '{"linked_accounts":[{"type":"toString"}]}'],
  ] as const)("%s refuses %s", (route, body) => {
    refusalOf(validateBody(routes[route], parse(body)));
  });
});

describe("accepted bodies", () => {
  it("are handed back themselves, not copied", () => {
    const body = parse('{"custom_metadata":{"constructor":"x","n":1,"b":true}}');
    const result = validateBody(routes.setCustomMetadata, body);
    expect(result.ok && result.value).toBe(body);
  });

  it.each([
    ["createWallet", { chain_type: "ethereum" }],
    ["createWallet", { chain_type: "ethereum", owner: null, owner_id: id }],
    [
      "createWallet",
      {
        chain_type: "ethereum",
        owner: "",
        policy_ids: [],
        additional_signers: [{ signer_id: id, override_policy_ids: [otherId] }],
      },
    ],
    ["updateWallet", { owner_id: null }],
    ["updateWallet", { additional_signers: [] }],
    ["updateWallet", { display_name: null }],
    ["updateKeyQuorum", { public_keys: [], display_name: "x" }],
    ["createKeyQuorum", { public_keys: ["k"], user_ids: ["did:privy:x"], authorization_threshold: 2 }],
    ["authenticateUser", { user_jwt: "a.b.c", encryption_type: "HPKE", recipient_public_key: "k" }],
    ["walletRpc", { method: "personal_sign", params: { message: "hi", encoding: "utf-8" }, chain_type: "ethereum" }],
    ["walletRpc", { method: "secp256k1_sign", params: { hash: `0x${"a".repeat(64)}` } }],
    [
      "walletRpc",
      { method: "eth_sendTransaction", caip2: "eip155:1", params: { transaction: { to: "0xab", value: 1, type: 2 } } },
    ],
    ["walletRpc", { method: "eth_sign7702Authorization", params: { contract: "0xab", chain_id: 1, nonce: "0x0" } }],
    [
      "createPolicyRule",
      {
        name: "x".repeat(50),
        method: "*",
        action: "DENY",
        conditions: [{ field_source: "ethereum_transaction", field: "to", operator: "in", value: ["0x"] }],
      },
    ],
    ["deletePolicy", undefined],
    ["deletePolicy", {}],
  ] as const)("%s %j", (route, body) => {
    expect(validateBody(routes[route], body)).toEqual({ ok: true, value: route === "deletePolicy" ? undefined : body });
  });

  it("of a query are parsed", () => {
    expect(validateQuery(routes.listWallets.request.query, { limit: "100", include_archived: "false" })).toEqual({
      ok: true,
      value: { limit: 100, include_archived: false },
    });
  });
});

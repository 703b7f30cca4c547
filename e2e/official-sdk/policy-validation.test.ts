import type { JsonObject, JsonValue } from "@mandate/core/encoding/json-value";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AppClient } from "../app-client.ts";
import { type Stack, startStack } from "../stack.ts";

/** The texts of spec 03 §3.5, on the wire, letter by letter: clients match on them. */
let stack: Stack;
let client: AppClient;
beforeAll(async () => {
  stack = await startStack();
  client = stack.client(await stack.createApp());
});
afterAll(() => stack?.stop());

const onMessage: JsonObject = { field_source: "message", field: "content", operator: "eq", value: "x" };
const onDomain = (more: JsonObject): JsonObject => ({
  field_source: "ethereum_typed_data_domain",
  field: "chainId",
  operator: "eq",
  value: "1",
  ...more,
});
const onTime = (value: JsonValue): JsonObject => ({
  field_source: "system",
  field: "current_unix_timestamp",
  operator: "lt",
  value,
});
const onSum = (field: string): JsonObject => ({ field_source: "reference", field, operator: "lte", value: "1" });
const sum = `aggregation.${"a".repeat(24)}`;

const rule = (more: JsonObject = {}): JsonObject => ({
  name: "r",
  method: "personal_sign",
  action: "ALLOW",
  conditions: [onMessage],
  ...more,
});
const typed = (...conditions: JsonObject[]) => rule({ method: "eth_signTypedData_v4", conditions });
const policy = (more: JsonObject = {}): JsonObject => ({
  version: "1.0",
  name: "p",
  chain_type: "ethereum",
  rules: [],
  ...more,
});
const ruled = (...rules: JsonObject[]) => policy({ rules });
const without = (object: JsonObject, name: string): JsonObject => {
  const { [name]: _, ...rest } = object;
  return rest;
};

const timeText = "Condition value must be a numerical string value for the current_unix_timestamp field";
const chainIdText = "Condition value must be a numerical string when using the 'chainId' field";
const oneOwner = "Only one of owner or owner_id can be provided.";
const owners: JsonObject = { owner: { user_id: "did:privy:u" }, owner_id: "a".repeat(24) };

const format = (text: string) => ({ code: "invalid_policy_format", error: text });
const data = (text: string) => ({ code: "invalid_data", error: text });

/** What is wrong, the body of `POST /v1/policies`, and the whole answer. */
const onCreate: [name: string, body: JsonObject, refusal: { code: string; error: string }][] = [
  ["a time in hex", ruled(rule({ conditions: [onTime("0x10")] })), format(timeText)],
  ["a time in words", ruled(rule({ conditions: [onTime("soon")] })), format(timeText)],
  ["a time as a number", ruled(rule({ conditions: [onTime(1_800_000_000)] })), format(timeText)],
  ["a domain's chain in hex", ruled(typed(onDomain({ value: "0x1" }))), format(chainIdText)],
  ["a domain's chain as a number", ruled(typed(onDomain({ value: 1 }))), format(chainIdText)],
  [
    "`in` on a domain's chain",
    ruled(typed(onDomain({ operator: "in", value: ["1"] }))),
    format("Operator 'in' is not supported for the 'chainId' field"),
  ],
  [
    "typed data without conditions",
    ruled(typed()),
    format("The 'eth_signTypedData_v4' method must have at least one condition"),
  ],
  ["a long rule name", ruled(rule({ name: "n".repeat(51) })), format("Rule name must be fewer than 50 characters")],
  ["a long policy name", policy({ name: "n".repeat(51) }), format("Policy name must be fewer than 50 characters")],
  ["no policy name", without(policy(), "name"), format("Name is required")],
  ["an empty policy name", policy({ name: "" }), format("Name is required")],
  ["no rule name", ruled(without(rule(), "name")), format("Name is required")],
  [
    "a reference of another form",
    ruled(rule({ method: "eth_signTransaction", conditions: [onSum("aggregation")] })),
    format("Reference field must be of the form 'aggregation.<id>' at rules[0].conditions[0]"),
  ],
  [
    "a reference in a send",
    ruled(rule({ method: "eth_sendTransaction", conditions: [onSum(sum)] })),
    format("Field source 'reference' is not supported for the 'eth_sendTransaction' method"),
  ],
  ["an unknown member", policy({ rule: [] }), data("Unrecognized key(s) in object: 'rule'")],
  ["an unknown member of a rule", ruled(rule({ methods: [] })), format("Unrecognized key(s) in object: 'methods'")],
  [
    "an unknown member of a condition",
    ruled(rule({ conditions: [{ ...onMessage, values: [] }] })),
    format("Unrecognized key(s) in object: 'values'"),
  ],
  ["no version", without(policy(), "version"), data("Required at version")],
  ["no rules", without(policy(), "rules"), format("Required at rules")],
  ["no action", ruled(without(rule(), "action")), format("Required at rules[0].action")],
  [
    "no operator",
    ruled(rule({ conditions: [without(onMessage, "operator")] })),
    format("Required at rules[0].conditions[0].operator"),
  ],
  [
    "no value",
    ruled(rule({ conditions: [without(onMessage, "value")] })),
    format("Required at rules[0].conditions[0].value"),
  ],
  ["two owners", policy(owners), data(oneOwner)],
];

describe("a new policy", () => {
  it.each(onCreate)("is refused with %s", async (_, body, refusal) => {
    const answer = await client.request("POST", "/v1/policies", { body });
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual(refusal);
  });

  it("may have a name of exactly 50 characters", async () => {
    const name = "n".repeat(50);
    expect((await client.request("POST", "/v1/policies", { body: policy({ name }) })).status).toBe(200);
  });
});

describe("a policy update", () => {
  const onUpdate: [string, JsonObject, { code: string; error: string }][] = [
    ["nothing", {}, data("At least one field must be provided")],
    ["nothing but empty text", { name: "", owner_id: "" }, data("At least one field must be provided")],
    ["two owners", owners, data(oneOwner)],
    ["two owners that are null", { owner: null, owner_id: null }, data(oneOwner)],
    ["a long name", { name: "n".repeat(51) }, format("Policy name must be fewer than 50 characters")],
    [
      "a chain type",
      { chain_type: "solana" },
      data("Unrecognized key(s) in object: 'chain_type'; At least one field must be provided"),
    ],
    [
      "a rule that is none",
      { rules: [typed()] },
      format("The 'eth_signTypedData_v4' method must have at least one condition"),
    ],
  ];
  it.each(onUpdate)("is refused with %s", async (_, body, refusal) => {
    const { id } = (await client.request("POST", "/v1/policies", { body: policy() })).json as { id: string };
    const answer = await client.request("PATCH", `/v1/policies/${id}`, { body });
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual(refusal);
  });

  it("of a policy or rule that cannot be one is 404, whatever its ID looks like", async () => {
    const { id } = (await client.request("POST", "/v1/policies", { body: policy() })).json as { id: string };
    for (const target of ["undefined", "..%2f", "a".repeat(24), `${id}/rules/undefined`]) {
      const answer = await client.request("GET", `/v1/policies/${target}`);
      expect([target, answer.status]).toEqual([target, 404]);
    }
  });
});

/** What the grammar has for methods that are not built: nobody may believe that a limit holds. */
describe("parts of the grammar for what is not built", () => {
  it.each([
    ["action_request_body", "transfer", "source.amount"],
    ["action_request_body", "earn_deposit", "amount"],
    ["tempo_transaction", "eth_signTransaction", "fee_token"],
  ])("refuse the field source %s in a rule about %s", async (field_source, method, field) => {
    const conditions = [{ field_source, field, operator: "eq", value: "1" }];
    const answer = await client.request("POST", "/v1/policies", { body: ruled(rule({ method, conditions })) });
    expect(answer.status).toBe(400);
    const { code, error } = answer.json as { code: string; error: string };
    expect(code).toBe("invalid_policy_format");
    expect(error).toContain(`received '${field_source}' at rules[0].conditions[0].field_source`);
  });

  it("take rules about the methods themselves, which then have nothing to allow", async () => {
    const everything = rule({ method: "*", conditions: [] });
    const make = async (chain_type: string, methods: string[]) => {
      const rules = [everything, ...methods.map((method) => rule({ method, conditions: [] }))];
      const made = await client.request("POST", "/v1/policies", { body: policy({ chain_type, rules }) });
      expect(made.status).toBe(200);
      const body = { chain_type, policy_ids: [(made.json as { id: string }).id] };
      return (await client.request("POST", "/v1/wallets", { body })).json as { id: string; address: string };
    };
    const tron = await make("tron", ["tron_sendTransaction"]);
    const ethereum = await make("ethereum", ["transfer", "earn_deposit", "earn_withdraw"]);
    const contract = [{ type: "TransferContract", owner_address: "41", to_address: "41", amount: 1 }];
    const transaction = { type: 118, chain_id: 1, calls: [{ to: ethereum.address }] };
    const refused: [string, JsonObject][] = [
      [`${tron.id}/rpc`, { method: "tron_sendTransaction", params: { raw_data: { contract } } }],
      [`${ethereum.id}/rpc`, { method: "eth_signTransaction", params: { transaction } }],
      [`${ethereum.id}/transfer`, { source: { asset: "eth", chain: "ethereum", amount: "1" } }],
      [`${ethereum.id}/earn/ethereum/deposit`, { vault_id: "v", amount: "1" }],
    ];
    for (const [target, body] of refused) {
      const answer = await client.request("POST", `/v1/wallets/${target}`, { body });
      expect([target, answer.status, (answer.json as { code: string }).code]).toEqual([target, 400, "not_supported"]);
    }
  });
});

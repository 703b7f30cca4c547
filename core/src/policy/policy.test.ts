import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { JsonObject, JsonValue } from "../encoding/json-value.ts";
import {
  A,
  AGGREGATION_ID,
  condition,
  erc20,
  onCalldata,
  onDomain,
  onMessage,
  onPermit,
  onTime,
  onTransaction,
  permitTypes,
  personalSign,
  SET_ID,
  signTransaction,
} from "../testing/policy-fixtures.ts";
import { vectorsPath } from "../testing/vectors.ts";
import { compilePolicy, evaluatePolicy } from "./evaluate.ts";
import { parsePolicyInput, parsePolicyRules, parsePolicyUpdate, parseRuleInput } from "./policy.ts";

const rule = (overrides: JsonObject = {}): JsonObject => ({
  name: "transfers",
  method: "eth_signTransaction",
  action: "ALLOW",
  conditions: [],
  ...overrides,
});
const policy = (overrides: JsonObject = {}): JsonObject => ({
  version: "1.0",
  name: "spending",
  chain_type: "ethereum",
  rules: [rule()],
  ...overrides,
});
const withCondition = (one: object, method = "eth_signTransaction"): JsonObject =>
  rule({ method, conditions: [one as JsonObject] });
const without = (object: JsonObject, name: string): JsonObject => {
  const { [name]: _, ...rest } = object;
  return rest;
};

function refusal(result: { ok: true } | { ok: false; code: string; message: string }): string {
  return result.ok ? "accepted" : `${result.code}: ${result.message}`;
}
const refusalOfCondition = (one: object, method?: string): string =>
  refusal(parseRuleInput(withCondition(one, method), "ethereum")).replace("invalid_policy_format: ", "");

describe("parsePolicyInput refuses", () => {
  it.each<[string, JsonValue, string]>([
    ["what is no object", [], "invalid_data: Expected object, received array"],
    ["an unknown member", policy({ rule: [] }), "invalid_data: Unrecognized key(s) in object: 'rule'"],
    ["a missing version", without(policy(), "version"), "invalid_data: Required at version"],
    [
      "another version",
      policy({ version: "2.0" }),
      "invalid_data: Invalid enum value. Expected '1.0', received '2.0' at version",
    ],
    ["a missing name", without(policy(), "name"), "invalid_policy_format: Name is required"],
    ["an empty name", policy({ name: "" }), "invalid_policy_format: Name is required"],
    [
      "a long name",
      policy({ name: "n".repeat(51) }),
      "invalid_policy_format: Policy name must be fewer than 50 characters",
    ],
    ["missing rules", without(policy(), "rules"), "invalid_policy_format: Required at rules"],
    [
      "a rule that is none",
      policy({ rules: [rule(), null] }),
      "invalid_policy_format: Expected object, received null at rules[1]",
    ],
    [
      "several mistakes at once",
      policy({ rules: [without(rule({ nmae: "x" }), "action")] }),
      "invalid_policy_format: Required at rules[0].action; Unrecognized key(s) in object: 'nmae'",
    ],
  ])("%s", (_, body, message) => {
    expect(refusal(parsePolicyInput(body))).toBe(message);
  });

  it("an unknown chain type", () => {
    expect(refusal(parsePolicyInput(policy({ chain_type: "evm" })))).toMatch(/^invalid_data: Invalid enum value/);
  });

  it("members that a prototype would lend", () => {
    const body = JSON.parse('{"version":"1.0","name":"n","chain_type":"ethereum","rules":[],"__proto__":{}}');
    expect(refusal(parsePolicyInput(body))).toContain("Unrecognized key(s) in object: '__proto__'");
    expect(refusal(parsePolicyInput(Object.create(policy())))).toContain("Required at version");
  });
});

describe("parseRuleInput refuses", () => {
  it.each<[string, JsonObject, string]>([
    ["an id", rule({ id: "r" }), "Unrecognized key(s) in object: 'id'"],
    ["a missing name", without(rule(), "name"), "Name is required"],
    ["a long name", rule({ name: "n".repeat(51) }), "Rule name must be fewer than 50 characters"],
    ["missing conditions", without(rule(), "conditions"), "Required at conditions"],
    [
      "another action",
      rule({ action: "allow" }),
      "Invalid enum value. Expected 'ALLOW' | 'DENY', received 'allow' at action",
    ],
    [
      "a method of another chain",
      rule({ method: "signTransaction" }),
      "Method 'signTransaction' is not supported for chain type 'ethereum' at method",
    ],
    [
      "typed data without a condition",
      rule({ method: "eth_signTypedData_v4" }),
      "The 'eth_signTypedData_v4' method must have at least one condition",
    ],
  ])("%s", (_, body, message) => {
    expect(refusal(parseRuleInput(body, "ethereum"))).toBe(`invalid_policy_format: ${message}`);
  });

  it.each(["secp256k1_sign", "raw_sign", "constructor", "__proto__", ""])("the method %j", (method) => {
    expect(refusal(parseRuleInput(rule({ method }), "ethereum"))).toContain("Invalid enum value. Expected '*' | ");
  });
});

describe("conditions are refused", () => {
  it.each<[string, object, string]>([
    [
      "without a value",
      without(onTransaction("to", "eq", A) as JsonObject, "value"),
      "Required at conditions[0].value",
    ],
    ["with another member", { ...onTransaction("to", "eq", A), abi: [] }, "Unrecognized key(s) in object: 'abi'"],
    [
      "with a number for a value",
      { ...onTransaction("value", "lte", "1"), value: 1 },
      "Expected string, received number at conditions[0].value",
    ],
    [
      "with a list and no `in`",
      onTransaction("to", "eq", [A]),
      "Expected string, received array at conditions[0].value",
    ],
    ["with `in` and no list", onTransaction("to", "in", A), "Expected array, received string at conditions[0].value"],
    [
      "with an empty list",
      onTransaction("to", "in", []),
      "Array must contain at least 1 element(s) at conditions[0].value",
    ],
    [
      "with a long list",
      onTransaction("to", "in", Array(101).fill(A)),
      "Array must contain at most 100 element(s) at conditions[0].value",
    ],
    [
      "with an unknown field",
      onTransaction("__proto__", "eq", A),
      "Invalid field for 'ethereum_transaction'. Expected 'to' | 'value' | 'chain_id' at conditions[0]",
    ],
    [
      "with an operator the field has not",
      onTransaction("to", "gt", A),
      "Operator 'gt' is not supported for the 'to' field",
    ],
    [
      "with a part of a number",
      onTransaction("value", "contains", "1"),
      "Operator 'contains' is not supported for the 'value' field",
    ],
    ["without an abi", condition("ethereum_calldata", "transfer.to", "eq", A), "Required at conditions[0].abi"],
    [
      "with an address of the wrong length in a list",
      onTransaction("to", "in", [A, "0x12"]),
      "Condition value for the 'to' field must be a 20-byte address as 0x followed by 40 hex digits at conditions[0].value[1]",
    ],
    [
      "with a condition set that is no id",
      onTransaction("to", "in_condition_set", "s"),
      "Condition value must be the id of a condition set at conditions[0].value",
    ],
    [
      "with an order of addresses in calldata",
      onCalldata("transfer.to", "gt", A),
      "Operator 'gt' is not supported for the 'transfer.to' field",
    ],
    [
      "with a field of calldata that is no function",
      onCalldata("mint", "eq", "mint"),
      "Invalid field for 'ethereum_calldata'. Expected 'function_name' | '<function>.<parameter>' at conditions[0]",
    ],
    [
      "with an abi that is none",
      onCalldata("transfer.to", "eq", A, {} as never),
      "`abi` must be an array of ABI items at conditions[0]",
    ],
    [
      "with a time in hex",
      onTime("lt", "0x6b49d200"),
      "Condition value must be a numerical string value for the current_unix_timestamp field",
    ],
    [
      "with a message in order",
      onMessage("content", "lt", "a"),
      "Operator 'lt' is not supported for the 'content' field",
    ],
  ])("%s", (_, one, message) => {
    const method = JSON.stringify(one).includes('"message"') ? "personal_sign" : undefined;
    expect(refusalOfCondition(one, method)).toBe(message);
  });

  it("on a typed-data chain id in hex or in a list", () => {
    const method = "eth_signTypedData_v4";
    expect(refusalOfCondition(onDomain("chainId", "eq", "0x1"), method)).toBe(
      "Condition value must be a numerical string when using the 'chainId' field",
    );
    expect(refusalOfCondition(onDomain("chainId", "in", ["1"]), method)).toBe(
      "Operator 'in' is not supported for the 'chainId' field",
    );
  });

  it("on typed data that says nothing", () => {
    const method = "eth_signTypedData_v4";
    const source = "ethereum_typed_data_message";
    expect(refusalOfCondition(condition(source, "spender", "eq", A), method)).toBe(
      "Required at conditions[0].typed_data",
    );
    for (const typed_data of [[], { types: {} }, { types: { P: [{ name: "a" }] }, primary_type: "P" }]) {
      expect(
        refusalOfCondition(condition(source, "spender", "eq", A, { typed_data: typed_data as JsonValue }), method),
      ).toContain("typed_data");
    }
    expect(refusalOfCondition(onPermit("spender", "lt", A), method)).toContain("Operator 'lt' is not supported");
    expect(refusalOfCondition(onPermit("value", "lt", "-1"), method)).toContain("from 0 to 2^256 - 1");
  });

  it("on a source that the method can never have", () => {
    expect(refusalOfCondition(onMessage("content", "eq", "x"))).toBe(
      "Field source 'message' is not supported for the 'eth_signTransaction' method",
    );
    expect(refusalOfCondition(onTransaction("to", "eq", A), "exportPrivateKey")).toContain("is not supported for");
  });

  it("on a reference that is malformed or in another method", () => {
    const limit = (field: string): object => condition("reference", field, "lte", "1");
    expect(refusalOfCondition(limit("aggregation"))).toContain("must be of the form 'aggregation.<id>'");
    for (const method of ["eth_sendTransaction", "*"]) {
      expect(refusalOfCondition(limit(`aggregation.${AGGREGATION_ID}`), method)).toContain("is not supported for");
    }
    expect(refusalOfCondition(limit(`aggregation.${AGGREGATION_ID}`))).toBe("accepted");
  });

  it.each(["1.5", "", "0x", "1e18", "-1", " 1", String(2n ** 256n)])("on the number %j", (value) => {
    expect(refusalOfCondition(onTransaction("value", "lte", value))).toContain(
      "must be an integer from 0 to 2^256 - 1",
    );
  });
});

describe("what is accepted", () => {
  it("is kept verbatim, rule ids apart", () => {
    const conditions = [
      onTransaction("to", "in", [A.toLowerCase()]),
      onTransaction("value", "neq", "0x00Ff"),
      onTransaction("to", "in_condition_set", SET_ID),
      onCalldata("transfer.amount", "lte", "007"),
      onCalldata("no_such_function.to", "eq", "anything"),
    ] as unknown as JsonObject[];
    const read = parsePolicyInput(policy({ rules: [rule({ id: "given", conditions })], owner_id: null }));
    expect(read).toEqual({
      ok: true,
      policy: { version: "1.0", name: "spending", chainType: "ethereum", rules: [rule({ conditions })] },
    });
  });

  it("includes names of 1 and of 50 characters, an empty list of rules, and every chain type", () => {
    expect(parsePolicyInput(policy({ name: "n", rules: [] })).ok).toBe(true);
    expect(parsePolicyInput(policy({ name: "n".repeat(50), rules: [rule({ name: "n".repeat(50) })] })).ok).toBe(true);
    const time = onTime("lt", "1") as unknown as JsonObject;
    expect(parsePolicyRules([rule({ method: "signMessage", conditions: [time] })], "solana").ok).toBe(true);
    expect(parsePolicyRules([rule({ method: "*" })], "bitcoin-segwit").ok).toBe(true);
  });

  it("includes negative numbers where the type is signed", () => {
    const abi: JsonValue = [{ type: "function", name: "f", inputs: [{ name: "x", type: "int256" }], outputs: [] }];
    expect(refusalOfCondition(onCalldata("f.x", "gte", "-5", abi))).toBe("accepted");
    expect(refusalOfCondition(onPermit("steps.0", "gte", "-5"), "eth_signTypedData_v4")).toBe("accepted");
  });
});

describe("parsePolicyUpdate", () => {
  it("refuses an empty update and members that cannot change", () => {
    for (const body of [{}, { name: "" }, { name: "", owner_id: "" }] as JsonObject[]) {
      expect(refusal(parsePolicyUpdate(body, "ethereum"))).toBe("invalid_data: At least one field must be provided");
    }
    expect(refusal(parsePolicyUpdate({ chain_type: "solana" }, "ethereum"))).toContain("'chain_type'");
  });

  it("reads name and rules, each optional", () => {
    expect(parsePolicyUpdate({ owner_id: null }, "ethereum")).toEqual({ ok: true, update: {} });
    expect(parsePolicyUpdate({ name: "n", rules: [] }, "ethereum")).toEqual({
      ok: true,
      update: { name: "n", rules: [] },
    });
  });
});

const naughtyFolder = vectorsPath("naughty-strings");
const naughtyFile = naughtyFolder === undefined ? undefined : join(naughtyFolder, "blns.json");
const naughty: string[] =
  naughtyFile !== undefined && existsSync(naughtyFile) ? JSON.parse(readFileSync(naughtyFile, "utf8")) : [];

describe.skipIf(naughty.length === 0)("naughty strings (I25)", () => {
  const sources: [string, string, JsonObject][] = [
    ["ethereum_transaction", "to", {}],
    ["ethereum_calldata", "transfer.to", { abi: erc20 }],
    ["ethereum_typed_data_message", "spender", { typed_data: { types: permitTypes as never, primary_type: "Permit" } }],
    ["ethereum_typed_data_domain", "chainId", {}],
    ["message", "content", {}],
    ["system", "current_unix_timestamp", {}],
  ];

  it("throw nowhere, as values, fields, operators, sources, methods or names", () => {
    let outcomes = 0;
    for (const text of naughty) {
      for (const [field_source, field, companion] of sources) {
        const plain = { field_source, field, operator: "eq", value: text, ...companion };
        for (const name of ["value", "field", "operator", "field_source"]) {
          const one = { ...plain, [name]: text };
          for (const method of ["*", "personal_sign", text]) {
            const stored = rule({ name: text, method, conditions: [one] });
            parseRuleInput(stored, "ethereum");
            const compiled = compilePolicy({ id: text, chain_type: "ethereum", rules: [stored as never] });
            for (const request of [signTransaction(), personalSign("x")]) {
              if (evaluatePolicy(compiled, request, { nowS: 1 }).decision === "DENY") outcomes++;
            }
          }
        }
      }
    }
    expect(outcomes).toBeGreaterThan(naughty.length);
  });

  it("compare as themselves in messages", () => {
    for (const text of naughty) {
      const stored = rule({
        id: "r",
        method: "personal_sign",
        conditions: [onMessage("content", "eq", text) as never],
      });
      // A message of 32 bytes has to be allowed as the hash of a user operation too.
      const operations = { ...rule({ id: "o", method: "eth_signUserOperation", conditions: [] }) };
      const compiled = compilePolicy({ id: "p", chain_type: "ethereum", rules: [stored, operations] as never });
      expect(evaluatePolicy(compiled, personalSign(text), { nowS: 1 }).decision).toBe("ALLOW");
      expect(evaluatePolicy(compiled, personalSign(`${text}!`), { nowS: 1 }).decision).toBe("DENY");
    }
  });
});

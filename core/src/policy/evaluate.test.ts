import { describe, expect, it } from "vitest";
import type { JsonValue } from "../encoding/json-value.ts";
import {
  A,
  AGGREGATION_ID,
  allow,
  approveData,
  authorization,
  B,
  blobTransaction,
  C,
  compileRules,
  condition,
  DELETED_SET_ID,
  decide,
  deny,
  EMPTY_SET_ID,
  factsNow,
  onCalldata,
  onDomain,
  onMessage,
  onPermit,
  onTime,
  onTransaction,
  permit,
  permitTypes,
  personalSign,
  SET_ID,
  setCodeTransaction,
  signTransaction,
  transaction,
  transferData,
  word,
} from "../testing/policy-fixtures.ts";
import { createConditionSet } from "./condition-set.ts";
import { compilePolicy, evaluateAll, evaluatePolicy } from "./evaluate.ts";
import type { Condition } from "./policy.ts";
import type { Facts, PolicyRequest } from "./request.ts";

/** The result of one condition, seen from outside: alone in an ALLOW rule, and alone in a DENY rule. */
function resultOf(one: Condition, request: PolicyRequest, facts: Facts = factsNow): "TRUE" | "FALSE" | "UNKNOWN" {
  const allows = decide([allow("*", one)], request, facts) === "ALLOW";
  const denies = decide([allow("*"), deny("*", one)], request, facts) === "DENY";
  if (allows) expect(denies, "what allows also denies").toBe(true);
  return allows ? "TRUE" : denies ? "UNKNOWN" : "FALSE";
}

const creation = signTransaction({ to: undefined, data: transferData(A, 1n) });
const transfer = (to: string, amount: bigint): PolicyRequest =>
  signTransaction({ to: C, data: transferData(to, amount) });
const approve = signTransaction({ to: C, data: approveData(B, 1n) });
const otherSelector = signTransaction({ to: C, data: "0xdeadbeef" });
const trailing = signTransaction({ to: C, data: `${transferData(A, 1n)}${word(0n)}` });
const dirty = signTransaction({ to: C, data: `0xa9059cbb${"f".repeat(64)}${word(1n)}` });
const unbound = permit({ domain: { name: "T" } });
const everyChain: PolicyRequest = {
  method: "eth_signTransaction",
  transaction: { ...transaction(), type: 0, chainId: undefined, gasPrice: 1n } as never,
};
const hash: PolicyRequest = { method: "secp256k1_sign", hash: new Uint8Array(32) };
const sets: Facts = {
  ...factsNow,
  conditionSets: new Map([
    [SET_ID, createConditionSet([A.toLowerCase(), B])],
    [EMPTY_SET_ID, createConditionSet([])],
    ["cset00000000000000000004", createConditionSet([B, "0x12"])],
  ]),
};
const inSet = (id: string): Condition => onTransaction("to", "in_condition_set", id);
const onContract = (operator: string, value: string): Condition =>
  condition("ethereum_7702_authorization", "contract", operator, value);

describe("conditions hold, do not hold, or are not known (docs/policy-evaluation.md)", () => {
  const cases: [string, Condition, PolicyRequest, "TRUE" | "FALSE" | "UNKNOWN", Facts?][] = [
    ["to: another address", onTransaction("to", "eq", B), signTransaction(), "FALSE"],
    ["to: letter case is no difference", onTransaction("to", "eq", A.toLowerCase()), signTransaction(), "TRUE"],
    ["to: neq by letter case only", onTransaction("to", "neq", A.toLowerCase()), signTransaction(), "FALSE"],
    ["to: creation equals no address", onTransaction("to", "eq", A), creation, "FALSE"],
    ["to: creation is in no list", onTransaction("to", "in", [A, B]), creation, "FALSE"],
    ["to: creation differs from an address", onTransaction("to", "neq", A), creation, "UNKNOWN"],
    ["to: creation in a set", inSet(SET_ID), creation, "FALSE", sets],
    ["to: creation in a deleted set", inSet(DELETED_SET_ID), creation, "UNKNOWN", sets],
    ["value in wei", onTransaction("value", "lte", "0x10"), signTransaction({ value: 16n }), "TRUE"],
    ["value above", onTransaction("value", "lte", "0x10"), signTransaction({ value: 17n }), "FALSE"],
    ["chain_id", onTransaction("chain_id", "eq", "0x1"), signTransaction(), "TRUE"],
    ["chain_id of a transaction without one", onTransaction("chain_id", "eq", "1"), everyChain, "UNKNOWN"],
    ["a transaction field of a message", onTransaction("to", "eq", A), personalSign("x"), "FALSE"],
    ["a transaction field of a message, negated", onTransaction("to", "neq", A), personalSign("x"), "FALSE"],
    ["a transaction field of a raw hash", onTransaction("to", "eq", A), hash, "UNKNOWN"],
    ["set: member", inSet(SET_ID), signTransaction(), "TRUE", sets],
    ["set: no member", inSet(SET_ID), signTransaction({ to: C }), "FALSE", sets],
    ["set: empty", inSet(EMPTY_SET_ID), signTransaction(), "UNKNOWN", sets],
    ["set: deleted", inSet(DELETED_SET_ID), signTransaction(), "UNKNOWN", sets],
    ["set: no facts", inSet(SET_ID), signTransaction(), "UNKNOWN"],
    [
      "set: member beside an unreadable item",
      inSet("cset00000000000000000004"),
      signTransaction({ to: B }),
      "TRUE",
      sets,
    ],
    ["set: no member, an unreadable item", inSet("cset00000000000000000004"), signTransaction(), "UNKNOWN", sets],

    ["function_name", onCalldata("function_name", "eq", "transfer"), transfer(A, 1n), "TRUE"],
    ["function_name: another", onCalldata("function_name", "eq", "transfer"), approve, "FALSE"],
    ["function_name: bare name of a function", onCalldata("approve", "eq", "approve"), approve, "TRUE"],
    ["function_name: unknown selector", onCalldata("function_name", "eq", "transfer"), otherSelector, "FALSE"],
    [
      "function_name: unknown selector, negated",
      onCalldata("function_name", "neq", "transfer"),
      otherSelector,
      "UNKNOWN",
    ],
    ["function_name: no data", onCalldata("function_name", "eq", "transfer"), signTransaction(), "FALSE"],
    ["function_name: no data, negated", onCalldata("function_name", "neq", "transfer"), signTransaction(), "UNKNOWN"],
    ["function_name: code that begins like a call", onCalldata("function_name", "eq", "transfer"), creation, "FALSE"],
    ["function_name: trailing bytes", onCalldata("function_name", "eq", "transfer"), trailing, "UNKNOWN"],
    ["function_name: dirty word", onCalldata("function_name", "eq", "transfer"), dirty, "UNKNOWN"],
    [
      "function_name: short data",
      onCalldata("function_name", "eq", "transfer"),
      signTransaction({ data: "0xa9" }),
      "UNKNOWN",
    ],
    ["argument: address", onCalldata("transfer.to", "eq", A.toLowerCase()), transfer(A, 1n), "TRUE"],
    ["argument: another address", onCalldata("transfer.to", "eq", B), transfer(A, 1n), "FALSE"],
    ["argument: amount", onCalldata("transfer.amount", "gt", "0x5"), transfer(A, 6n), "TRUE"],
    ["argument of another function", onCalldata("transfer.to", "eq", B), approve, "FALSE"],
    ["argument of another function, negated", onCalldata("transfer.to", "neq", B), approve, "FALSE"],
    ["argument: no call", onCalldata("transfer.to", "neq", B), signTransaction(), "FALSE"],
    ["argument: unknown selector", onCalldata("transfer.to", "neq", B), otherSelector, "FALSE"],
    ["argument: trailing bytes", onCalldata("transfer.to", "eq", A), trailing, "UNKNOWN"],
    ["argument: dirty word", onCalldata("transfer.amount", "lte", "5"), dirty, "UNKNOWN"],
    ["argument: no such parameter", onCalldata("transfer.recipient", "eq", A), transfer(A, 1n), "UNKNOWN"],
    ["argument: no such parameter, another function", onCalldata("transfer.recipient", "eq", A), approve, "FALSE"],
    ["argument: no such function", onCalldata("trnsfer.to", "eq", A), transfer(A, 1n), "UNKNOWN"],
    ["argument: no such function, no call", onCalldata("trnsfer.to", "eq", A), signTransaction(), "UNKNOWN"],

    ["domain: chain", onDomain("chainId", "eq", "1"), permit(), "TRUE"],
    ["domain: chain, snake case", onDomain("chain_id", "lt", "1"), permit(), "FALSE"],
    ["domain: contract", onDomain("verifyingContract", "eq", C.toLowerCase()), permit(), "TRUE"],
    ["domain: contract, snake case", onDomain("verifying_contract", "in", [A, B]), permit(), "FALSE"],
    ["domain: no chain", onDomain("chainId", "eq", "1"), unbound, "UNKNOWN"],
    ["domain: no contract", onDomain("verifyingContract", "eq", C), unbound, "UNKNOWN"],
    ["domain of a transaction", onDomain("chainId", "eq", "1"), signTransaction(), "FALSE"],
    ["message member: address", onPermit("spender", "eq", B), permit(), "TRUE"],
    ["message member: integer", onPermit("value", "lte", "0x5"), permit(), "TRUE"],
    ["message member: nested string", onPermit("note.text", "eq", "rent"), permit(), "TRUE"],
    ["message member: bool", onPermit("note.urgent", "eq", "false"), permit(), "FALSE"],
    ["message member: bytes", onPermit("note.tag", "eq", "0xDEADbeef"), permit(), "TRUE"],
    ["message member: negative item", onPermit("steps.0", "eq", "-2"), permit(), "TRUE"],
    ["message member: beyond the array", onPermit("steps.2", "eq", "-2"), permit(), "UNKNOWN"],
    ["message member: a struct", onPermit("note", "eq", "rent"), permit(), "UNKNOWN"],
    ["message member: no such path", onPermit("spendr", "eq", B), permit(), "UNKNOWN"],
    [
      "message member: other primary type",
      condition("ethereum_typed_data_message", "text", "neq", "rent", {
        typed_data: { types: permitTypes, primary_type: "Note" },
      }),
      permit(),
      "FALSE",
    ],
    [
      "message member: same primary type, other types",
      condition("ethereum_typed_data_message", "spender", "eq", B, {
        typed_data: { types: { Permit: [{ name: "spender", type: "address" }] }, primary_type: "Permit" },
      }),
      permit(),
      "UNKNOWN",
    ],

    ["content", onMessage("content", "starts_with", "Sign in"), personalSign("Sign in to x"), "TRUE"],
    ["content: in", onMessage("content", "in", ["a", "b"]), personalSign("c"), "FALSE"],
    ["content: not UTF-8", onMessage("content", "contains", "a"), personalSign(Uint8Array.of(0x61, 0xff)), "UNKNOWN"],
    ["byte_length counts bytes", onMessage("byte_length", "eq", "4"), personalSign("éé"), "TRUE"],
    [
      "byte_length of what is not UTF-8",
      onMessage("byte_length", "lte", "1"),
      personalSign(Uint8Array.of(0xff)),
      "TRUE",
    ],
    ["content of a transaction", onMessage("content", "neq", "x"), signTransaction(), "FALSE"],

    ["contract", onContract("eq", A.toLowerCase()), authorization(A), "TRUE"],
    ["contract: another", onContract("eq", B), authorization(A), "FALSE"],
    ["time", onTime("lt", "1800000001"), signTransaction(), "TRUE"],
    ["time of an export", onTime("gte", "1800000001"), { method: "exportPrivateKey" }, "FALSE"],
    ["time of a raw hash", onTime("lt", "1800000001"), hash, "TRUE"],
    ["time that is no time", onTime("lt", "1800000001"), signTransaction(), "UNKNOWN", { nowS: Number.NaN }],
    ["time with a fraction", onTime("lt", "1800000001"), signTransaction(), "UNKNOWN", { nowS: 1.5 }],
  ];
  it.each(cases)("%s", (_, one, request, expected, facts) => {
    expect(resultOf(one, request, facts)).toBe(expected);
  });

  it("aggregations are facts, and unknown without them", () => {
    const limit = condition("reference", `aggregation.${AGGREGATION_ID}`, "lte", "0x64");
    const rules = [allow("eth_signTransaction", limit)];
    expect(decide(rules, signTransaction())).toBe("DENY");
    const spent = (sum: bigint): Facts => ({ ...factsNow, aggregations: new Map([[AGGREGATION_ID, () => sum]]) });
    expect(decide(rules, signTransaction(), spent(101n))).toBe("DENY");
    expect(decide(rules, signTransaction(), spent(100n))).toBe("ALLOW");
    expect(decide([allow("*"), deny("eth_signTransaction", limit)], signTransaction())).toBe("DENY");
  });
});

describe("requests that need more than one rule (I13)", () => {
  const transactions = allow("eth_signTransaction", onTransaction("to", "eq", A));
  const contractA = allow("eth_sign7702Authorization", onContract("eq", A));

  it("denies a type-4 transaction without a rule for its authorizations", () => {
    expect(decide([transactions], setCodeTransaction([1n, A]))).toBe("DENY");
    expect(decide([allow("eth_signTransaction")], setCodeTransaction([1n, A]))).toBe("DENY");
  });

  it("denies it when one of the authorizations is not allowed, or denied", () => {
    expect(decide([transactions, contractA], setCodeTransaction([1n, A], [1n, B]))).toBe("DENY");
    expect(
      decide([allow("*"), deny("eth_sign7702Authorization", onContract("eq", B))], setCodeTransaction([1n, B])),
    ).toBe("DENY");
  });

  it("denies an empty list, and an authorization for every chain, under any rule about authorizations", () => {
    expect(decide([allow("*")], setCodeTransaction())).toBe("DENY");
    expect(decide([transactions, contractA], setCodeTransaction([0n, A]))).toBe("DENY");
    expect(decide([contractA], authorization(A, 0n))).toBe("DENY");
  });

  it("denies blobs and chainless transactions under any rule about transactions", () => {
    expect(decide([transactions, allow("eth_signTransaction")], blobTransaction())).toBe("DENY");
    expect(decide([transactions, allow("eth_signTransaction")], everyChain)).toBe("DENY");
  });

  it("allows them under their own rules, or one that restricts nothing", () => {
    expect(decide([transactions, contractA], setCodeTransaction([1n, A]))).toBe("ALLOW");
    for (const request of [setCodeTransaction([1n, A]), setCodeTransaction([0n, A]), blobTransaction(), everyChain]) {
      expect(decide([allow("*")], request)).toBe("ALLOW");
    }
  });

  it("denies a batch that is empty or has one operation that is not allowed, and says which", () => {
    const policy = compileRules([transactions]);
    expect(evaluateAll(policy, [], factsNow)).toMatchObject({ decision: "DENY", reason: "no_operations" });
    const denied = evaluateAll(policy, [signTransaction(), signTransaction({ to: B })], factsNow);
    expect(denied).toMatchObject({ decision: "DENY", operation: 1 });
    expect(evaluateAll(policy, [signTransaction(), signTransaction()], factsNow).decision).toBe("ALLOW");
  });
});

describe("signatures over a raw hash (I8)", () => {
  it("are denied under every policy without a * rule", () => {
    for (const request of [hash, { method: "raw_sign" } as const]) {
      expect(decide([allow("eth_signTransaction"), allow("personal_sign")], request)).toBe("DENY");
      expect(decide([allow("*", onTransaction("to", "eq", A))], request)).toBe("DENY");
    }
  });

  it("are no way around a rule about what the hash may stand for", () => {
    expect(decide([allow("*"), deny("eth_signTransaction", onTransaction("to", "eq", B))], hash)).toBe("DENY");
    expect(decide([allow("*"), deny("eth_signTypedData_v4", onDomain("chainId", "eq", "1"))], hash)).toBe("DENY");
  });

  it("are allowed by a * rule, and are no export", () => {
    expect(decide([allow("*")], hash)).toBe("ALLOW");
    expect(decide([allow("*"), deny("exportPrivateKey")], hash)).toBe("ALLOW");
    expect(decide([allow("*"), deny("eth_signTransaction", onTime("gt", "1900000000"))], hash)).toBe("ALLOW");
  });
});

describe("a policy that is not one", () => {
  it.each([
    null,
    {},
    { id: "p" },
    { id: "p", chain_type: "ethereum" },
    { id: "p", chain_type: "ethereum", rules: {} },
    { id: "p", chain_type: "ethereum", rules: [null] },
    { id: "p", chain_type: "ethereum", rules: [{ method: "*", action: "ALLOW" }] },
    { id: "p", chain_type: "ethereum", rules: [{ id: "r", method: "*", action: "allow", conditions: [] }] },
    { id: "p", chain_type: "solana", rules: [{ id: "r", name: "r", method: "*", action: "ALLOW", conditions: [] }] },
  ])("denies: %j", (stored) => {
    const compiled = compilePolicy(stored as never);
    for (const request of [signTransaction(), hash]) {
      expect(evaluatePolicy(compiled, request, factsNow).decision).toBe("DENY");
    }
  });
});

describe("the trace", () => {
  it("names for every rule the first condition that decided, with what was observed", () => {
    const policy = compileRules([
      allow("eth_signTransaction", onTransaction("chain_id", "eq", "1"), onTransaction("to", "in", [B, C])),
      deny("eth_signTransaction", onCalldata("transfer.to", "eq", B)),
      allow("personal_sign"),
    ]);
    const decision = evaluatePolicy(policy, signTransaction({ data: transferData(A, 1n) }), factsNow);
    expect(decision).toEqual({
      decision: "DENY",
      reason: "no_rule_allows",
      policyId: "policy",
      trace: [
        {
          rule_id: "rule0",
          name: "allow",
          action: "ALLOW",
          outcome: "not_matched",
          condition: {
            index: 1,
            field_source: "ethereum_transaction",
            field: "to",
            operator: "in",
            value: `${B}, ${C.slice(0, 36)}…`,
            observed: A.toLowerCase(),
            result: "FALSE",
          },
        },
        {
          rule_id: "rule1",
          name: "deny",
          action: "DENY",
          outcome: "not_matched",
          condition: {
            index: 0,
            field_source: "ethereum_calldata",
            field: "transfer.to",
            operator: "eq",
            value: B,
            observed: A.toLowerCase(),
            result: "FALSE",
          },
        },
        { rule_id: "rule2", name: "allow", action: "ALLOW", outcome: "method_differs" },
      ],
    });
  });

  it("says why a DENY rule could not be evaluated", () => {
    const decision = evaluatePolicy(
      compileRules([allow("*"), deny("eth_signTransaction", onCalldata("transfer.to", "eq", B))]),
      trailing,
      factsNow,
    );
    expect(decision).toMatchObject({ decision: "DENY", reason: "rule_unknown", ruleId: "rule1" });
    expect(decision.trace[1]).toMatchObject({
      outcome: "unknown",
      condition: { observed: null, result: "UNKNOWN", why: expect.stringContaining("not exactly the encoding") },
    });
  });

  it("names the part of the request that was denied", () => {
    const rules = [allow("eth_signTransaction"), allow("eth_sign7702Authorization", onContract("eq", A))];
    const decision = evaluatePolicy(compileRules(rules), setCodeTransaction([1n, A], [1n, B]), factsNow);
    expect(decision).toMatchObject({ decision: "DENY", part: "authorization 1 of the transaction" });
  });

  it("is empty for an ALLOW unless asked for", () => {
    const policy = compileRules([allow("*")]);
    expect(evaluatePolicy(policy, signTransaction(), factsNow).trace).toEqual([]);
    expect(evaluatePolicy(policy, signTransaction(), factsNow, { explain: true }).trace).toEqual([
      { rule_id: "rule0", name: "allow", action: "ALLOW", outcome: "matched", conditions: [] },
    ]);
  });

  it("shows no more than a little of a message, and nothing that could rewrite a log", () => {
    const policy = compileRules([allow("personal_sign", onMessage("content", "eq", "x"))]);
    const observed = (message: string | Uint8Array) =>
      evaluatePolicy(policy, personalSign(message), factsNow).trace[0]?.condition?.observed;
    expect(observed("a\u001b[2K\n\u202eb")).toBe("a\\u{1b}[2K\\u{a}\\u{202e}b");
    expect(observed("😀".repeat(5000))).toBe(`${"😀".repeat(40)}…`);
    expect(observed(Uint8Array.of(0xff, 0xfe))).toBeNull();
  });
});

describe("calldata (I12)", () => {
  const nested: JsonValue = [
    {
      type: "function",
      name: "submit",
      inputs: [
        {
          name: "order",
          type: "tuple",
          components: [
            { name: "maker", type: "address" },
            { name: "deltas", type: "int256[2]" },
          ],
        },
        { name: "", type: "uint256" },
      ],
      outputs: [],
    },
  ];
  // submit((address,int256[2]),uint256)
  const data = `0xc4a8242a${word(A)}${word(2n ** 256n - 5n)}${word(7n)}${word(9n)}`;

  it("does not address what has no name or is no plain value", () => {
    for (const field of ["submit.order", "submit.order.deltas", "submit.1", "submit.", "submit.order.deltas.2"]) {
      const one = onCalldata(field, "eq", "9", nested);
      expect(decide([allow("*", one)], signTransaction({ data })), field).toBe("DENY");
    }
  });

  it("reads into tuples and arrays", () => {
    const rules = [
      allow(
        "eth_signTransaction",
        onCalldata("function_name", "eq", "submit", nested),
        onCalldata("submit.order.maker", "eq", A, nested),
        onCalldata("submit.order.deltas.0", "eq", "-5", nested),
        onCalldata("submit.order.deltas.1", "in", ["7"], nested),
      ),
    ];
    expect(decide(rules, signTransaction({ data }))).toBe("ALLOW");
  });
});

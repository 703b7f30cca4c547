import { describe, expect, it } from "vitest";
import { describePolicy, type Policy } from "../../examples/react-session-signer/src/describe-policy.ts";

const transaction = { field_source: "ethereum_transaction", operator: "eq" };
const conditions = [
  { ...transaction, field: "chain_id", value: "31337" },
  { ...transaction, field: "to", value: "0x00000000000000000000000000000000C0FfeE00" },
  { ...transaction, field: "value", operator: "lte", value: "5000000000000000" },
  { field_source: "system", field: "current_unix_timestamp", operator: "lte", value: "1800000000" },
];
const rule = { name: "Payments", method: "eth_sendTransaction", action: "ALLOW", conditions };
const policyOf = (...rules: Policy["rules"]): Policy => ({ id: "p", owner_id: null, rules });

describe("the words of the consent card", () => {
  it.each<[string, Policy]>([
    ["no rule at all", policyOf()],
    ["a rule about another method", policyOf({ ...rule, method: "*" })],
    ["a rule that denies", policyOf({ ...rule, action: "DENY" })],
    ["a rule without conditions", policyOf({ ...rule, conditions: [] })],
    ["one rule too many", policyOf(rule, { ...rule, method: "personal_sign" })],
    ...conditions.map(({ field }): [string, Policy] => [
      `no limit of ${field}`,
      policyOf({ ...rule, conditions: conditions.filter((condition) => condition.field !== field) }),
    ]),
    [
      "an operator that is not known",
      policyOf({ ...rule, conditions: [...conditions, { ...transaction, field: "to", operator: "neq", value: "0x" }] }),
    ],
    [
      "a list where one value was thought of",
      policyOf({ ...rule, conditions: [...conditions, { ...transaction, field: "to", value: ["0x01", "0x02"] }] }),
    ],
    [
      "the same limit twice",
      policyOf({ ...rule, conditions: [...conditions, { ...transaction, field: "to", value: "0x01" }] }),
    ],
  ])("are none for %s", (_what, policy) => {
    expect(describePolicy(policy)).toBeUndefined();
  });

  it("say each limit", () => {
    expect(describePolicy(policyOf(rule))).toEqual([
      {
        what: "Send payments from your wallet",
        where: "The local test chain only",
        to: "0x00000000000000000000000000000000C0FfeE00",
        upTo: "0.005 ETH",
        until: expect.stringMatching(/, \d\d:\d\d/),
      },
    ]);
  });
});

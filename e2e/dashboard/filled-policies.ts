import type { JsonObject } from "@mandate/core/encoding/json-value";

const PAYEE = "0x00000000000000000000000000000000000a11ce";
const abi = [
  {
    type: "function",
    name: "transfer",
    stateMutability: "nonpayable",
    inputs: [
      { name: "to", type: "address" },
      { name: "amount", type: "uint256" },
    ],
    outputs: [{ type: "bool" }],
  },
];
const typed_data = {
  primary_type: "Order",
  types: {
    Order: [
      { name: "to", type: "address" },
      { name: "amount", type: "uint256" },
    ],
  },
};
const transaction = (field: string, operator: string, value: string | string[]) => ({
  field_source: "ethereum_transaction",
  field,
  operator,
  value,
});

/** Policies with something of the whole grammar: every field source of Ethereum, references, denials, long names. */
export function filledPolicies(conditionSetId: string, aggregationId: string): JsonObject[] {
  const policy = (name: string, chain_type: string, rules: JsonObject[]): JsonObject => ({
    version: "1.0",
    name,
    chain_type,
    rules,
  });
  const rule = (name: string, method: string, conditions: JsonObject[], action = "ALLOW") => ({
    name,
    method,
    action,
    conditions,
  });
  return [
    policy("What the order server may do, and on which chain", "ethereum", [
      rule("Small payments on the test chain", "eth_sendTransaction", [
        transaction("value", "lte", "100000000000000000"),
        transaction("chain_id", "in", ["1", "8453", "31337"]),
      ]),
      rule("Tokens to somebody we know", "eth_sendTransaction", [
        { field_source: "ethereum_calldata", field: "transfer.to", operator: "in", value: [PAYEE], abi },
        { field_source: "ethereum_calldata", field: "transfer.amount", operator: "lt", value: "1000000", abi },
      ]),
      rule("Orders that expire", "eth_signTypedData_v4", [
        { field_source: "ethereum_typed_data_message", field: "to", operator: "eq", value: PAYEE, typed_data },
        { field_source: "system", field: "current_unix_timestamp", operator: "lt", value: "1900000000" },
      ]),
      rule("Messages", "personal_sign", [
        { field_source: "message", field: "content", operator: "starts_with", value: "order:" },
      ]),
      rule("Never an export", "exportPrivateKey", [], "DENY"),
    ]),
    policy("Known payees, at most so much a day", "ethereum", [
      rule("Known", "eth_signTransaction", [
        transaction("to", "in_condition_set", conditionSetId),
        {
          field_source: "reference",
          field: `aggregation.${aggregationId}`,
          operator: "lte",
          value: "1000000000000000000",
        },
      ]),
    ]),
    policy("No limit at all", "ethereum", [rule("Anything", "*", [])]),
    policy("Lamports", "solana", [
      rule("Few", "signAndSendTransaction", [
        {
          field_source: "solana_system_program_instruction",
          field: "Transfer.lamports",
          operator: "lte",
          value: "1000",
        },
      ]),
    ]),
    policy("Empty: allows nothing", "ethereum", []),
  ];
}

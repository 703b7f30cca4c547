/** What is signed in the benchmark, and the policy that it is signed under. */
import type { JsonObject } from "@mandate/core/encoding/json-value";

export type WorkloadName = "transaction" | "message" | "typed data";

const TOKEN = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";
const PERMIT2 = "0x000000000022D473030F116dDEE9F6B43aC78BA3";

const transferAbi: JsonObject[] = [
  {
    type: "function",
    name: "transfer",
    stateMutability: "nonpayable",
    inputs: [
      { name: "to", type: "address" },
      { name: "amount", type: "uint256" },
    ],
    outputs: [{ name: "", type: "bool" }],
  },
];

const condition = (field_source: string, field: string, operator: string, value: string, more: JsonObject = {}) => ({
  field_source,
  field,
  operator,
  value,
  ...more,
});

/** Every request of the benchmark is bound by conditions of its kind, decoded calldata among them. */
export const benchmarkRules: JsonObject[] = [
  {
    name: "Transfers of one token, up to an amount",
    method: "eth_signTransaction",
    action: "ALLOW",
    conditions: [
      condition("ethereum_transaction", "to", "eq", TOKEN),
      condition("ethereum_transaction", "chain_id", "eq", "8453"),
      condition("ethereum_calldata", "function_name", "eq", "transfer", { abi: transferAbi }),
      condition("ethereum_calldata", "transfer.amount", "lte", "1000000000000", { abi: transferAbi }),
    ],
  },
  { name: "Messages", method: "personal_sign", action: "ALLOW", conditions: [] },
  {
    name: "Permits of one contract on one chain",
    method: "eth_signTypedData_v4",
    action: "ALLOW",
    conditions: [
      condition("ethereum_typed_data_domain", "chainId", "eq", "8453"),
      condition("ethereum_typed_data_domain", "verifyingContract", "eq", PERMIT2),
    ],
  },
];

/** The body of the request number `at`; no two are alike. */
export function makeBody(name: WorkloadName, at: number): JsonObject {
  switch (name) {
    case "transaction":
      return { method: "eth_signTransaction", params: { transaction: makeTransaction(at) } };
    case "message":
      return { method: "personal_sign", params: { message: `Sign in, challenge ${at}`, encoding: "utf-8" } };
    case "typed data":
      return { method: "eth_signTypedData_v4", params: { typed_data: makePermit(at) } };
  }
}

function makeTransaction(at: number): JsonObject {
  const recipient = "c3".repeat(20).padStart(64, "0");
  const amount = (1_000_000 + at).toString(16).padStart(64, "0");
  return {
    to: TOKEN,
    data: `0xa9059cbb${recipient}${amount}`,
    value: "0x0",
    chain_id: 8453,
    type: 2,
    nonce: at,
    gas_limit: "0x186a0",
    max_fee_per_gas: "0x3b9aca00",
    max_priority_fee_per_gas: "0x5f5e100",
  };
}

function makePermit(at: number): JsonObject {
  return {
    primary_type: "PermitSingle",
    types: {
      EIP712Domain: [
        { name: "name", type: "string" },
        { name: "chainId", type: "uint256" },
        { name: "verifyingContract", type: "address" },
      ],
      PermitSingle: [
        { name: "details", type: "PermitDetails" },
        { name: "spender", type: "address" },
        { name: "sigDeadline", type: "uint256" },
      ],
      PermitDetails: [
        { name: "token", type: "address" },
        { name: "amount", type: "uint160" },
        { name: "expiration", type: "uint48" },
        { name: "nonce", type: "uint48" },
      ],
    },
    domain: { name: "Permit2", chainId: 8453, verifyingContract: PERMIT2 },
    message: {
      details: { token: TOKEN, amount: "1461501637330902918", expiration: "281474976710655", nonce: at },
      spender: `0x${"f3".repeat(20)}`,
      sigDeadline: "1800000000",
    },
  };
}

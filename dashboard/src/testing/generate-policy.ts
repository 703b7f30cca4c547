import type { Condition, RuleInput } from "@mandate/core/policy/policy";
import fc from "fast-check";
import type { Draft } from "../features/policies/model/draft.ts";

/** Policies that the API accepts, over the whole grammar of Ethereum and parts of Solana's. */
const isText = (text: string) => !text.includes("\0");
const name = fc.string({ minLength: 1, maxLength: 49, unit: "binary" }).filter(isText);
const integer = fc.oneof(
  fc.bigInt({ min: 0n, max: (1n << 256n) - 1n }).map(String),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }).map((value) => `0x${value.toString(16)}`),
);
const address = fc
  .uint8Array({ minLength: 20, maxLength: 20 })
  .map((bytes) => `0x${Buffer.from(bytes).toString("hex")}`);
const text = fc.string({ maxLength: 40, unit: "grapheme" }).filter(isText);

function compare(field_source: string, field: string, operators: readonly string[], value: fc.Arbitrary<string>) {
  const single = operators.filter((operator) => operator !== "in");
  const one = fc.record({
    field_source: fc.constant(field_source),
    field: fc.constant(field),
    operator: fc.constantFrom(...single),
    value,
  });
  if (!operators.includes("in")) return one as fc.Arbitrary<Condition>;
  const many = fc.record({
    field_source: fc.constant(field_source),
    field: fc.constant(field),
    operator: fc.constant("in"),
    value: fc.array(value, { minLength: 1, maxLength: 5 }),
  });
  return fc.oneof(one, many) as fc.Arbitrary<Condition>;
}

const set = ["eq", "neq", "in"] as const;
const order = ["gt", "gte", "lt", "lte"] as const;

const abi = [
  {
    type: "function",
    name: "transfer",
    inputs: [
      { name: "to", type: "address" },
      { name: "amount", type: "uint256" },
    ],
    outputs: [],
    stateMutability: "nonpayable",
  },
];
const typedData = {
  primary_type: "Order",
  types: {
    Order: [
      { name: "to", type: "address" },
      { name: "amount", type: "uint256" },
    ],
  },
};

const clock = compare("system", "current_unix_timestamp", ["eq", ...order], fc.nat().map(String));
const transaction = [
  compare("ethereum_transaction", "to", set, address),
  compare("ethereum_transaction", "value", [...set, ...order], integer),
  compare("ethereum_transaction", "chain_id", [...set, ...order], integer),
  compare("ethereum_calldata", "transfer.to", set, address).map((condition) => ({ ...condition, abi })),
  compare("ethereum_calldata", "transfer.amount", [...set, ...order], integer).map((one) => ({ ...one, abi })),
  compare("ethereum_calldata", "function_name", set, fc.constant("transfer")).map((one) => ({ ...one, abi })),
];
const message = [
  compare("message", "content", [...set, "contains", "starts_with", "ends_with"], text),
  compare("message", "byte_length", ["eq", ...order], fc.nat().map(String)),
];
const typed = [
  compare("ethereum_typed_data_domain", "chainId", ["eq", ...order], fc.nat().map(String)),
  compare("ethereum_typed_data_message", "to", set, address).map((one) => ({ ...one, typed_data: typedData })),
];
const system = [compare("solana_system_program_instruction", "Transfer.lamports", [...set, ...order], integer)];

function rules(methods: readonly string[], conditions: readonly fc.Arbitrary<Condition>[], minLength = 0) {
  return fc.record({
    name,
    method: fc.constantFrom(...methods),
    conditions: fc.array(fc.oneof(clock, ...conditions), { minLength, maxLength: 5 }),
    action: fc.constantFrom("ALLOW" as const, "DENY" as const),
  }) as fc.Arbitrary<RuleInput>;
}

const policies: Record<string, fc.Arbitrary<RuleInput>> = {
  ethereum: fc.oneof(
    rules(["eth_sendTransaction", "eth_signTransaction"], transaction),
    rules(["personal_sign"], message),
    rules(["eth_signTypedData_v4"], typed, 1),
    rules(["exportPrivateKey", "exportSeedPhrase"], []),
    rules(["*"], [...transaction, ...message]),
  ),
  solana: fc.oneof(rules(["signTransaction", "signAndSendTransaction"], system), rules(["signMessage"], message)),
};

export const generatedPolicy: fc.Arbitrary<Draft> = fc.constantFrom(...Object.keys(policies)).chain((chainType) =>
  fc.record({
    name,
    chain_type: fc.constant(chainType),
    rules: fc.array(policies[chainType] as fc.Arbitrary<RuleInput>, { maxLength: 6 }),
  }),
);

/** Requests, rules and arbitraries that the tests of the policy engine share. The universe is small so that rules meet requests. */
import fc from "fast-check";
import { decodeHex0x } from "../encoding/hex.ts";
import type { JsonValue } from "../encoding/json-value.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { parseTypedData } from "../ethereum/typed-data.ts";
import type { EthereumTransaction, TypedData } from "../ethereum/types.ts";
import { type CompiledPolicy, compilePolicy, evaluatePolicy } from "../policy/evaluate.ts";
import type { Condition, Rule, RuleInput } from "../policy/policy.ts";
import type { Facts, PolicyRequest } from "../policy/request.ts";

export const fuzz = Number(process.env.MANDATE_FUZZ ?? 1);

export const A = "0x1111111111111111111111111111111111111aBc";
export const B = "0x2222222222222222222222222222222222222222";
export const C = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";
export const SET_ID = "cset00000000000000000001";
export const EMPTY_SET_ID = "cset00000000000000000002";
export const DELETED_SET_ID = "cset00000000000000000003";
export const AGGREGATION_ID = "aggr00000000000000000001";

export const erc20: JsonValue = [
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
  {
    type: "function",
    name: "approve",
    stateMutability: "nonpayable",
    inputs: [
      { name: "spender", type: "address" },
      { name: "amount", type: "uint256" },
    ],
    outputs: [],
  },
];

export const permitTypes = {
  Permit: [
    { name: "owner", type: "address" },
    { name: "spender", type: "address" },
    { name: "value", type: "uint256" },
    { name: "note", type: "Note" },
    { name: "steps", type: "int64[]" },
  ],
  Note: [
    { name: "text", type: "string" },
    { name: "urgent", type: "bool" },
    { name: "tag", type: "bytes4" },
  ],
};

export function bytes(hex: string): Uint8Array {
  const decoded = decodeHex0x(hex);
  if (decoded === undefined) throw new Error(`not hex: ${hex}`);
  return decoded;
}

export function word(value: string | bigint): string {
  const hex = typeof value === "bigint" ? value.toString(16) : value.slice(2);
  return hex.toLowerCase().padStart(64, "0");
}

export function transferData(to: string, amount: bigint): string {
  return `0xa9059cbb${word(to)}${word(amount)}`;
}

export function approveData(spender: string, amount: bigint): string {
  return `0x095ea7b3${word(spender)}${word(amount)}`;
}

export function transaction(
  overrides: { to?: string | undefined; value?: bigint; data?: string; chainId?: bigint } = {},
): EthereumTransaction & { type: 2 } {
  const { to, value = 0n, data = "0x", chainId = 1n } = overrides;
  const recipient = "to" in overrides ? to : A;
  return {
    type: 2,
    nonce: 0n,
    gasLimit: 21000n,
    to: recipient === undefined ? undefined : bytes(recipient),
    value,
    data: bytes(data),
    chainId,
    maxFeePerGas: 1n,
    maxPriorityFeePerGas: 1n,
    accessList: [],
  };
}

export function signTransaction(overrides: Parameters<typeof transaction>[0] = {}): PolicyRequest {
  return { method: "eth_signTransaction", transaction: transaction(overrides) };
}

export function personalSign(message: string | Uint8Array): PolicyRequest {
  return { method: "personal_sign", message: typeof message === "string" ? encodeUtf8(message) : message };
}

export function authorization(contract: string, chainId = 1n): PolicyRequest {
  return { method: "eth_sign7702Authorization", authorization: { contract: bytes(contract), chainId, nonce: 0n } };
}

export function permit(overrides: { domain?: JsonValue; types?: JsonValue; message?: JsonValue } = {}): PolicyRequest {
  const message = {
    owner: A.toLowerCase(),
    spender: B,
    value: "5",
    note: { text: "rent", urgent: true, tag: "0xdeadBEEF" },
    steps: [-2, "7"],
  };
  const parsed = parseTypedData({
    domain: overrides.domain ?? { name: "T", chainId: 1, verifyingContract: C },
    types: overrides.types ?? permitTypes,
    primary_type: "Permit",
    message: overrides.message ?? message,
  });
  if (!parsed.ok) throw new Error(parsed.message);
  return { method: "eth_signTypedData_v4", typedData: parsed.typedData as TypedData };
}

export function condition(
  source: string,
  field: string,
  operator: string,
  value: string | string[],
  companion: Partial<Condition> = {},
): Condition {
  return { field_source: source, field, operator, value, ...companion };
}

export const onTransaction = (field: string, operator: string, value: string | string[]): Condition =>
  condition("ethereum_transaction", field, operator, value);
export const onCalldata = (field: string, operator: string, value: string | string[], abi = erc20): Condition =>
  condition("ethereum_calldata", field, operator, value, { abi });
export const onPermit = (field: string, operator: string, value: string | string[]): Condition =>
  condition("ethereum_typed_data_message", field, operator, value, {
    typed_data: { types: permitTypes, primary_type: "Permit" },
  });
export const onDomain = (field: string, operator: string, value: string | string[]): Condition =>
  condition("ethereum_typed_data_domain", field, operator, value);
export const onMessage = (field: string, operator: string, value: string | string[]): Condition =>
  condition("message", field, operator, value);
export const onTime = (operator: string, value: string): Condition =>
  condition("system", "current_unix_timestamp", operator, value);

export const allow = (method: string, ...conditions: Condition[]): RuleInput => ({
  name: "allow",
  method,
  action: "ALLOW",
  conditions,
});
export const deny = (method: string, ...conditions: Condition[]): RuleInput => ({
  name: "deny",
  method,
  action: "DENY",
  conditions,
});

export function compileRules(rules: readonly RuleInput[]): CompiledPolicy {
  const withIds: Rule[] = rules.map((rule, index) => ({ ...rule, id: `rule${index}` }));
  return compilePolicy({ id: "policy", chain_type: "ethereum", rules: withIds });
}

export const factsNow: Facts = { nowS: 1_800_000_000 };

export function decide(rules: readonly RuleInput[], request: PolicyRequest, facts: Facts = factsNow): "ALLOW" | "DENY" {
  return evaluatePolicy(compileRules(rules), request, facts).decision;
}

const addresses = fc.constantFrom(A, A.toLowerCase(), B, C, `0x${C.slice(2).toUpperCase()}`);
const amounts = fc.constantFrom("0", "1", "0x1", "2", "0x02", "3");
const setOperator = fc.constantFrom("eq", "neq");
const numberOperator = fc.constantFrom("eq", "neq", "gt", "gte", "lt", "lte");
const oneOrMore = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(item, { minLength: 1, maxLength: 3 });

export const transactionConditions: fc.Arbitrary<Condition> = fc.oneof(
  fc.tuple(setOperator, addresses).map(([operator, value]) => onTransaction("to", operator, value)),
  oneOrMore(addresses).map((value) => onTransaction("to", "in", value)),
  fc.tuple(numberOperator, amounts).map(([operator, value]) => onTransaction("value", operator, value)),
  fc.tuple(numberOperator, amounts).map(([operator, value]) => onTransaction("chain_id", operator, value)),
  oneOrMore(amounts).map((value) => onTransaction("value", "in", value)),
);

export const conditions: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 3, arbitrary: transactionConditions },
  fc
    .tuple(setOperator, fc.constantFrom("transfer", "approve"))
    .map(([operator, value]) => onCalldata("function_name", operator, value)),
  fc.tuple(setOperator, addresses).map(([operator, value]) => onCalldata("transfer.to", operator, value)),
  fc.tuple(numberOperator, amounts).map(([operator, value]) => onCalldata("approve.amount", operator, value)),
  fc.tuple(numberOperator, amounts).map(([operator, value]) => onCalldata("mint.amount", operator, value)),
  fc.tuple(setOperator, addresses).map(([operator, value]) => onPermit("spender", operator, value)),
  fc.tuple(numberOperator, amounts).map(([operator, value]) => onDomain("chainId", operator, value)),
  fc
    .tuple(fc.constantFrom("eq", "neq", "contains", "starts_with", "ends_with"), fc.constantFrom("hello", "h", ""))
    .map(([operator, value]) => onMessage("content", operator, value)),
  fc
    .tuple(setOperator, addresses)
    .map(([operator, value]) => condition("ethereum_7702_authorization", "contract", operator, value)),
  fc
    .tuple(numberOperator, fc.constantFrom("1799999999", "1800000000"))
    .map(([operator, value]) => onTime(operator, value)),
  fc.constantFrom(SET_ID, EMPTY_SET_ID, DELETED_SET_ID).map((id) => onTransaction("to", "in_condition_set", id)),
);

const methods = fc.constantFrom(
  "*",
  "eth_signTransaction",
  "eth_signTransaction",
  "eth_sendTransaction",
  "personal_sign",
  "eth_signTypedData_v4",
  "eth_sign7702Authorization",
  "exportPrivateKey",
);

export const rules: fc.Arbitrary<RuleInput> = fc
  .tuple(methods, fc.constantFrom("ALLOW" as const, "DENY" as const), fc.array(conditions, { maxLength: 3 }))
  .map(([method, action, list]) => ({ name: "r", method, action, conditions: list }));

export const ruleLists: fc.Arbitrary<RuleInput[]> = fc.array(rules, { maxLength: 5 });

export const transactionRequests: fc.Arbitrary<PolicyRequest> = fc
  .record({
    method: fc.constantFrom("eth_signTransaction" as const, "eth_sendTransaction" as const),
    to: fc.constantFrom(A, B, C, undefined),
    value: fc.constantFrom(0n, 1n, 2n, 3n),
    chainId: fc.constantFrom(1n, 2n),
    data: fc.constantFrom(
      "0x",
      "0xa9",
      "0xdeadbeef",
      transferData(A, 1n),
      transferData(B, 3n),
      approveData(B, 2n),
      `${transferData(A, 1n)}00`,
      `0xa9059cbb${"f".repeat(128)}`,
    ),
  })
  .map(({ method, to, value, chainId, data }) => {
    const signed = transaction({ to, value, chainId, data });
    return method === "eth_signTransaction"
      ? { method, transaction: signed }
      : { method, transaction: signed, caip2: `eip155:${chainId}`, referenceId: undefined };
  });

const listed = (chainId: bigint, address: string) => ({
  chainId,
  address: bytes(address),
  nonce: 0n,
  yParity: 0 as const,
  r: 1n,
  s: 1n,
});

export function setCodeTransaction(...list: [bigint, string][]): PolicyRequest {
  const authorizationList = list.map(([chainId, address]) => listed(chainId, address));
  return { method: "eth_signTransaction", transaction: { ...transaction(), type: 4, authorizationList } };
}

export function blobTransaction(): PolicyRequest {
  const blobs = { maxFeePerBlobGas: 1n, blobVersionedHashes: [new Uint8Array(32)] };
  return { method: "eth_signTransaction", transaction: { ...transaction(), type: 3, ...blobs } };
}

export const requests: fc.Arbitrary<PolicyRequest> = fc.oneof(
  { weight: 3, arbitrary: transactionRequests },
  fc.constantFrom("hello", "", "oh").map(personalSign),
  fc.constant(personalSign(Uint8Array.of(0xff))),
  fc.constant(permit()),
  fc.constant(permit({ domain: { name: "T" } })),
  fc.constantFrom(authorization(A), authorization(B, 0n)),
  fc.constantFrom(
    setCodeTransaction([1n, A]),
    setCodeTransaction([1n, A], [0n, B]),
    setCodeTransaction(),
    blobTransaction(),
  ),
  fc.constantFrom<PolicyRequest>(
    { method: "secp256k1_sign", hash: new Uint8Array(32) },
    { method: "raw_sign" },
    { method: "exportPrivateKey" },
    { method: "exportSeedPhrase" },
  ),
);

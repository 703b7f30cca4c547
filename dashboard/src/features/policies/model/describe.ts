import type { Condition, RuleInput } from "@mandate/core/policy/policy";

/** A policy in plain words. */
const methods: Readonly<Record<string, string>> = {
  "*": "do anything, exporting the key included",
  eth_sendTransaction: "send a transaction",
  eth_signTransaction: "sign a transaction",
  eth_signUserOperation: "sign a user operation",
  eth_signTypedData_v4: "sign typed data",
  eth_sign7702Authorization: "delegate the account to a contract (EIP-7702)",
  personal_sign: "sign a message",
  wallet_sendCalls: "send a batch of calls",
  signTransaction: "sign a transaction",
  signAndSendTransaction: "sign and send a transaction",
  signMessage: "sign a message",
  exportPrivateKey: "export the private key",
  exportSeedPhrase: "export the seed phrase",
  signTransactionBytes: "sign a transaction given as bytes",
  signRawMessageBytes: "sign bytes that are no transaction",
  tron_sendTransaction: "send a transaction",
  tron_signTransaction: "sign a transaction",
  xrpl_signTransaction: "sign a transaction",
  transfer: "make a transfer",
  earn_deposit: "deposit into a vault",
  earn_withdraw: "withdraw from a vault",
};

const fields: Readonly<Record<string, string>> = {
  "ethereum_transaction.to": "the recipient",
  "ethereum_transaction.value": "the value",
  "ethereum_transaction.chain_id": "the chain ID",
  "ethereum_calldata.function_name": "the called function",
  "tron_trigger_smart_contract_data.function_name": "the called function",
  "ethereum_typed_data_domain.chainId": "the typed data's chain ID",
  "ethereum_typed_data_domain.chain_id": "the typed data's chain ID",
  "ethereum_typed_data_domain.verifyingContract": "the typed data's contract",
  "ethereum_typed_data_domain.verifying_contract": "the typed data's contract",
  "ethereum_7702_authorization.contract": "the contract delegated to",
  "solana_program_instruction.programId": "the called program",
  "solana_system_program_instruction.Transfer.lamports": "the amount of SOL",
  "solana_system_program_instruction.Transfer.to": "the recipient of SOL",
  "message.content": "the message",
  "message.byte_length": "the message's length in bytes",
  "system.current_unix_timestamp": "the time",
};

const comparisons: Readonly<Record<string, string>> = {
  eq: "is",
  neq: "is not",
  gt: "is more than",
  gte: "is at least",
  lt: "is less than",
  lte: "is at most",
  in: "is one of",
  in_condition_set: "is in the condition set",
  contains: "contains",
  starts_with: "starts with",
  ends_with: "ends with",
};

const times: Readonly<Record<string, string>> = {
  gt: "is after",
  gte: "is not before",
  lt: "is before",
  lte: "is not after",
};

export function describeMethod(method: string): string {
  return methods[method] ?? method;
}

export function describeField({ field_source: source, field }: Pick<Condition, "field_source" | "field">): string {
  const known = fields[`${source}.${field}`];
  if (known !== undefined) return known;
  const [first, ...rest] = field.split(".");
  if (source === "ethereum_calldata" || source === "tron_trigger_smart_contract_data") {
    return rest.length === 0 ? "the called function" : `the argument “${rest.join(".")}” of ${first}`;
  }
  if (source === "ethereum_typed_data_message") return `“${field}” of the typed data`;
  return rest.length === 0 ? field : `“${rest.join(".")}” of ${first}`;
}

export function describeCondition(condition: Condition): string {
  const { field_source: source, field, operator, value } = condition;
  const isTime = source === "system" && field === "current_unix_timestamp";
  const verb = (isTime ? times[operator] : undefined) ?? comparisons[operator] ?? operator;
  return `${describeField(condition)} ${verb} ${describeValue(condition, value, isTime)}`;
}

export function describeRule(rule: RuleInput): string {
  const may = rule.action === "ALLOW" ? "May" : "Must not";
  if (rule.conditions.length === 0) return `${may} ${describeMethod(rule.method)}, without any condition.`;
  return `${may} ${describeMethod(rule.method)} when ${rule.conditions.map(describeCondition).join(", and ")}.`;
}

export function describePolicy(rules: readonly RuleInput[]): string[] {
  if (!rules.some(({ action }) => action === "ALLOW")) return [...rules.map(describeRule), "Nothing is allowed."];
  const inOrder = [
    ...rules.filter(({ action }) => action === "ALLOW"),
    ...rules.filter(({ action }) => action === "DENY"),
  ];
  return [...inOrder.map(describeRule), "Everything else is refused."];
}

function describeValue(condition: Condition, value: string | string[], isTime: boolean): string {
  if (Array.isArray(value)) {
    const shown = value.slice(0, 3).map((item) => describeOne(condition, item, isTime));
    return value.length > 3 ? `${shown.join(", ")} and ${value.length - 3} more` : shown.join(" or ");
  }
  return describeOne(condition, value, isTime);
}

function describeOne({ field_source: source, field }: Condition, value: string, isTime: boolean): string {
  const amount = readInteger(value);
  if (isTime && amount !== undefined && amount < 8_640_000_000_000n)
    return new Date(Number(amount) * 1000).toISOString().replace(".000Z", "Z");
  if (source === "ethereum_transaction" && field === "value" && amount !== undefined)
    return `${formatUnits(amount, 18)} ETH`;
  if (field === "Transfer.lamports" && amount !== undefined) return `${formatUnits(amount, 9)} SOL`;
  if (source === "message" && field === "content") return `“${value}”`;
  return value;
}

function readInteger(text: string): bigint | undefined {
  return /^(?:[0-9]{1,78}|0x[0-9a-fA-F]{1,64})$/.test(text) ? BigInt(text) : undefined;
}

/** An amount in whole units, exactly. */
export function formatUnits(amount: bigint, decimals: number): string {
  const digits = amount.toString().padStart(decimals + 1, "0");
  const fraction = digits.slice(-decimals).replace(/0+$/, "");
  return fraction === "" ? digits.slice(0, -decimals) : `${digits.slice(0, -decimals)}.${fraction}`;
}

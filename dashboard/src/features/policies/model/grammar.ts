import type { JsonValue } from "@mandate/core/encoding/json-value";
import { fieldSourcesOf } from "@mandate/core/policy/field-sources/table";
import { policyMethodsOf } from "@mandate/core/policy/method";
import { type Operator, operators } from "@mandate/core/policy/operator";

/** What the builder offers. What is allowed is asked of the very modules that the signer decides with. */
const fieldsBySource: Readonly<Record<string, readonly string[]>> = {
  ethereum_transaction: ["to", "value", "chain_id"],
  ethereum_typed_data_domain: ["chainId", "verifyingContract"],
  ethereum_7702_authorization: ["contract"],
  solana_program_instruction: ["programId"],
  solana_system_program_instruction: ["instructionName", "Transfer.from", "Transfer.to", "Transfer.lamports"],
  solana_token_program_instruction: [
    "instructionName",
    "TransferChecked.amount",
    "TransferChecked.mint",
    "TransferChecked.destination",
    "TransferChecked.authority",
    "TransferChecked.source",
    "Transfer.amount",
    "Transfer.destination",
  ],
  tron_transaction: [
    "TransferContract.to_address",
    "TransferContract.amount",
    "TriggerSmartContract.contract_address",
    "TriggerSmartContract.call_value",
  ],
  sui_transaction_command: ["commandName"],
  sui_transfer_objects_command: ["recipient", "amount"],
  xrpl_transaction: ["TransactionType", "Payment.Destination", "Payment.Amount.drops"],
  message: ["content", "byte_length"],
  system: ["current_unix_timestamp"],
};

export function methodsOf(chainType: string): string[] {
  return policyMethodsOf(chainType);
}

/** The sources that a rule of the method may have conditions on. */
export function sourcesOf(chainType: string, method: string): string[] {
  return fieldSourcesOf(chainType)
    .filter((source) =>
      method === "*" ? source.inAnyMethodRules : source.methods === "any" || source.methods.includes(method),
    )
    .map(({ source }) => source);
}

/** Fields to choose from. Those of a call or of typed data come from its companion. */
export function fieldsOf(source: string, companion: JsonValue | undefined): readonly string[] {
  if (Array.isArray(companion)) return ["function_name", ...companion.flatMap(parametersOf)];
  if (isObject(companion) && isObject(companion.types) && typeof companion.primary_type === "string") {
    const members = companion.types[companion.primary_type];
    return Array.isArray(members) ? members.flatMap(nameOf) : [];
  }
  return fieldsBySource[source] ?? [];
}

/** The operators that the field has; all of them while the field cannot be read yet. */
export function operatorsOf(
  chainType: string,
  source: string,
  field: string,
  companion: JsonValue | undefined,
): readonly Operator[] {
  const found = fieldSourcesOf(chainType).find((one) => one.source === source);
  const bound = found?.bind(field, companion, new Map());
  return bound?.ok ? bound.binding.operators : operators;
}

function parametersOf(item: JsonValue): string[] {
  if (!isObject(item) || item.type !== "function" || typeof item.name !== "string") return [];
  const name = item.name;
  return Array.isArray(item.inputs) ? item.inputs.flatMap(nameOf).map((parameter) => `${name}.${parameter}`) : [];
}

function nameOf(value: JsonValue): string[] {
  return isObject(value) && typeof value.name === "string" && value.name !== "" ? [value.name] : [];
}

function isObject(value: JsonValue | undefined): value is { [member: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

import { encodeHex } from "../../encoding/hex.ts";
import type { TronContract, TronTransaction } from "../../tron/types.ts";
import { numberOperators, setOperators } from "../operator.ts";
import {
  bindNamed,
  type FieldBinding,
  type FieldSource,
  known,
  notKnown,
  type Observed,
  type Reading,
} from "./field-source.ts";

/** The methods whose requests are a TRON transaction. */
export const tronTransactionMethods: readonly string[] = [
  "tron_signTransaction",
  "tron_sendTransaction",
  "signTransactionBytes",
];

/** The transaction that the request signs; undefined for a transaction of another chain. */
export function tronTransactionOf({ request }: Reading): TronTransaction | undefined {
  switch (request.method) {
    case "tron_signTransaction":
    case "tron_sendTransaction":
      return request.transaction;
    case "signTransactionBytes":
      return request.chainType === "tron" ? request.transaction : undefined;
    default:
      return undefined;
  }
}

const otherContract = notKnown("inapplicable", "the transaction has a contract of another type");

type Named<Type extends TronContract["type"]> = Extract<TronContract, { type: Type }>;

function fieldOf<Type extends TronContract["type"]>(
  type: Type,
  field: "address" | "number",
  read: (contract: Named<Type>) => Uint8Array | bigint,
): FieldBinding {
  return {
    operators: field === "address" ? setOperators : numberOperators,
    types: [field === "address" ? "tronAddress" : "uint"],
    extract: (reading) => {
      const contract = tronTransactionOf(reading)?.contract;
      return contract?.type === type ? observe(read(contract as Named<Type>)) : otherContract;
    },
  };
}

function observe(value: Uint8Array | bigint): Observed {
  return typeof value === "bigint" ? known("uint", value) : known("tronAddress", encodeHex(value));
}

const bindings = new Map<string, FieldBinding>([
  ["TransferContract.to_address", fieldOf("TransferContract", "address", (contract) => contract.toAddress)],
  ["TransferContract.amount", fieldOf("TransferContract", "number", (contract) => contract.amount)],
  [
    "TriggerSmartContract.contract_address",
    fieldOf("TriggerSmartContract", "address", (contract) => contract.contractAddress),
  ],
  ["TriggerSmartContract.call_value", fieldOf("TriggerSmartContract", "number", (contract) => contract.callValue)],
  ["TriggerSmartContract.token_id", fieldOf("TriggerSmartContract", "number", (contract) => contract.tokenId)],
  [
    "TriggerSmartContract.call_token_value",
    fieldOf("TriggerSmartContract", "number", (contract) => contract.callTokenValue),
  ],
]);

/** The contract of the transaction (03 §3.3, Tron). Amounts in sun or the token's base unit; what is left out is 0. */
export const tronTransaction: FieldSource = {
  source: "tron_transaction",
  chainTypes: ["tron"],
  methods: tronTransactionMethods,
  inAnyMethodRules: true,
  companion: undefined,
  bind: (field) => bindNamed("tron_transaction", bindings, field),
};

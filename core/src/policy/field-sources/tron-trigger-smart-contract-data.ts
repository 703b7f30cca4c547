import { bindCalldataField, type CalldataChain } from "./calldata.ts";
import { type FieldSource, known, notKnown } from "./field-source.ts";
import { observeScalar } from "./scalar.ts";
import { tronTransactionMethods, tronTransactionOf } from "./tron-transaction.ts";

const noCall = notKnown("inapplicable", "the transaction calls no smart contract");

const tron: CalldataChain = {
  source: "tron_trigger_smart_contract_data",
  callOf: (reading) => {
    const contract = tronTransactionOf(reading)?.contract;
    return contract?.type === "TriggerSmartContract" ? contract : noCall;
  },
  valueType: (type) => (type === "address" ? "tronAddress" : type),
  observe: (scalar) => {
    const observed = observeScalar(scalar);
    if (!observed.known || observed.type !== "address") return observed;
    // The virtual machine's addresses have 20 bytes; the network's have 41 in front.
    return known("tronAddress", `41${String(observed.value).slice(2)}`);
  },
  hasBareParameters: true,
};

/** The function that a TriggerSmartContract calls and its arguments, as for Ethereum's calldata (03 §3.3, Tron). */
export const tronTriggerSmartContractData: FieldSource = {
  source: "tron_trigger_smart_contract_data",
  chainTypes: ["tron"],
  methods: tronTransactionMethods,
  inAnyMethodRules: true,
  companion: "abi",
  bind: (field, abi, cache) => bindCalldataField(tron, field, abi, cache),
};

import { bindCalldataField, type CalldataChain } from "./calldata.ts";
import { ethereumCallMethods, notATransaction, transactionOf } from "./ethereum-transaction.ts";
import { type FieldSource, notKnown } from "./field-source.ts";
import { observeScalar } from "./scalar.ts";

const creation = notKnown("absent", "the transaction creates a contract and calls no function");

const ethereum: CalldataChain = {
  source: "ethereum_calldata",
  callOf: (reading) => {
    const transaction = transactionOf(reading);
    if (transaction === undefined) return notATransaction;
    // What a contract creation carries is code to run, even where it begins like a call.
    return transaction.to === undefined ? creation : transaction;
  },
  valueType: (type) => type,
  observe: observeScalar,
  hasBareParameters: false,
};

/** The function that the transaction's data calls and its arguments (03 §3.3, Ethereum). */
export const ethereumCalldata: FieldSource = {
  source: "ethereum_calldata",
  chainTypes: ["ethereum"],
  methods: ethereumCallMethods,
  inAnyMethodRules: true,
  companion: "abi",
  bind: (field, abi, cache) => bindCalldataField(ethereum, field, abi, cache),
};

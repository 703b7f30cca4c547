import { bindCalldataField, type CalldataChain } from "./calldata.ts";
import { callOf, ethereumCallMethods, notACall } from "./ethereum-transaction.ts";
import { type FieldSource, notKnown } from "./field-source.ts";
import { observeScalar } from "./scalar.ts";

const creation = notKnown("absent", "the transaction creates a contract and calls no function");

const ethereum: CalldataChain = {
  source: "ethereum_calldata",
  callOf: (reading) => {
    const called = callOf(reading);
    if (called === undefined) return notACall;
    // What a contract creation carries is code to run, even where it begins like a call.
    return called.to === undefined ? creation : called;
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

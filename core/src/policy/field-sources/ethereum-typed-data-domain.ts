import { typedDataDomainValue } from "../../ethereum/typed-data.ts";
import { orderOperators, setOperators } from "../operator.ts";
import {
  bindNamed,
  type FieldBinding,
  type FieldSource,
  notKnown,
  type Observed,
  type Reading,
} from "./field-source.ts";
import { observeScalar } from "./scalar.ts";

// A signature whose domain leaves a member out is not bound by it, so it may be good on the chain, or at the contract,
// that a rule names (EIP-712, "Definition of domainSeparator"). That is not knowing, rather than being another one.
const noChainId = notKnown("unreadable", "the domain names no chain");
const noContract = notKnown("unreadable", "the domain names no contract");
const notTypedData = notKnown("inapplicable", "the request is not typed data");

function bindChainId(field: string): FieldBinding {
  return {
    operators: ["eq", "neq", ...orderOperators],
    types: ["uint"],
    refuseValue: (text) =>
      /^[0-9]+$/.test(text) ? undefined : `Condition value must be a numerical string when using the '${field}' field`,
    extract: (reading) => readDomain(reading, "chainId", noChainId),
  };
}

const verifyingContract: FieldBinding = {
  operators: setOperators,
  types: ["address"],
  extract: (reading) => readDomain(reading, "verifyingContract", noContract),
};

function readDomain({ request }: Reading, name: string, absent: Observed): Observed {
  if (request.method !== "eth_signTypedData_v4") return notTypedData;
  const value = typedDataDomainValue(request.typedData, name);
  return value === undefined ? absent : observeScalar(value);
}

const bindings = new Map([
  ["chainId", bindChainId("chainId")],
  ["chain_id", bindChainId("chain_id")],
  ["verifyingContract", verifyingContract],
  ["verifying_contract", verifyingContract],
]);

/** The chain and the contract that typed data is bound to (03 §3.3, EIP-712). */
export const ethereumTypedDataDomain: FieldSource = {
  source: "ethereum_typed_data_domain",
  chainTypes: ["ethereum"],
  methods: ["eth_signTypedData_v4"],
  inAnyMethodRules: true,
  companion: undefined,
  bind: (field) => bindNamed("ethereum_typed_data_domain", bindings, field),
};

import { encodeHex0x } from "../../encoding/hex.ts";
import { setOperators } from "../operator.ts";
import { bindNamed, type FieldBinding, type FieldSource, known, notKnown } from "./field-source.ts";

const contract: FieldBinding = {
  operators: setOperators,
  types: ["address"],
  extract: ({ request }) =>
    request.method === "eth_sign7702Authorization"
      ? known("address", encodeHex0x(request.authorization.contract))
      : notKnown("inapplicable", "the request is not an EIP-7702 authorization"),
};

const bindings = new Map([["contract", contract]]);

/** The contract that an EIP-7702 authorization gives the account to (03 §3.3). */
export const ethereum7702Authorization: FieldSource = {
  source: "ethereum_7702_authorization",
  chainTypes: ["ethereum"],
  methods: ["eth_sign7702Authorization"],
  inAnyMethodRules: true,
  companion: undefined,
  bind: (field) => bindNamed("ethereum_7702_authorization", bindings, field),
};

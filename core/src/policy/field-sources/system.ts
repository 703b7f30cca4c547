import { orderOperators } from "../operator.ts";
import { bindNamed, type FieldBinding, type FieldSource, known, notKnown } from "./field-source.ts";

const currentUnixTimestamp: FieldBinding = {
  operators: ["eq", "neq", ...orderOperators],
  types: ["uint"],
  refuseValue: (text) =>
    /^[0-9]+$/.test(text)
      ? undefined
      : "Condition value must be a numerical string value for the current_unix_timestamp field",
  extract: ({ facts }) =>
    Number.isSafeInteger(facts.nowS) && facts.nowS >= 0
      ? known("uint", BigInt(facts.nowS))
      : notKnown("unreadable", "the time is not known"),
};

const bindings = new Map([["current_unix_timestamp", currentUnixTimestamp]]);

/** The time of the decision in Unix seconds (03 §3.3). */
export const system: FieldSource = {
  source: "system",
  chainTypes: "any",
  methods: "any",
  inAnyMethodRules: true,
  companion: undefined,
  bind: (field) => bindNamed("system", bindings, field),
};

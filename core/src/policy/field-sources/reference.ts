import { numberOperators } from "../operator.ts";
import { type FieldSource, known, notKnown } from "./field-source.ts";

const AGGREGATION = /^aggregation\.([a-z0-9]{24})$/;

/** The id in a field of the form `aggregation.<id>`. */
export function aggregationIdOf(field: string): string | undefined {
  return AGGREGATION.exec(field)?.[1];
}

/** The running sum of an aggregation (06 §3), which the caller computes and passes as a fact. */
export const reference: FieldSource = {
  source: "reference",
  chainTypes: ["ethereum"],
  methods: ["eth_signTransaction", "eth_signUserOperation"],
  inAnyMethodRules: false,
  companion: undefined,
  bind: (field) => {
    const id = aggregationIdOf(field);
    if (id === undefined) return { ok: false, message: "Reference field must be of the form 'aggregation.<id>'" };
    return {
      ok: true,
      binding: {
        operators: numberOperators,
        types: ["uint"],
        extract: (reading) => {
          const sum = reading.facts.aggregations?.get(id)?.(reading);
          return sum === undefined || sum < 0n
            ? notKnown("unreadable", "the aggregation does not exist or its sum is not known")
            : known("uint", sum);
        },
      },
    };
  },
};

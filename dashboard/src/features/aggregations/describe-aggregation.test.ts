import { parseAggregationInput } from "@mandate/core/policy/aggregation";
import { expect, it } from "vitest";
import { aggregationTemplates } from "./aggregation-templates.ts";
import { describeAggregation, describeSeconds } from "./describe-aggregation.ts";

it.each(aggregationTemplates.map((template) => [template.value, template] as const))(
  "%s is one that the signer takes",
  (_name, { definition }) => {
    expect(parseAggregationInput(definition as never)).toMatchObject({ ok: true });
  },
);

it("says in words what is summed, over what, and for whom apart", () => {
  expect(describeAggregation(aggregationTemplates[1]!.definition)).toBe(
    "The sum of the value over all requests to sign a transaction where the chain ID is 1, in the last day, for each value of the recipient apart. All wallets of the app count together.",
  );
});

it("says times in the largest unit that fits", () => {
  expect([3600, 86_400, 259_200, 5400, 7200].map(describeSeconds)).toEqual([
    "hour",
    "day",
    "3 days",
    "90 minutes",
    "2 hours",
  ]);
});

import { expect, it } from "vitest";
import { facetQuery } from "./user-facets.ts";

const NOW = 1_800_000_123_456;
const nothing = { account_type: undefined, has_wallet: undefined, created_from: undefined };

it("an address with words of nobody's narrows nothing", () => {
  expect(facetQuery({}, NOW)).toEqual(nothing);
  expect(facetQuery({ kind: "", wallet: "", created: "" }, NOW)).toEqual(nothing);
  expect(facetQuery({ kind: "x", wallet: "maybe", created: "2" }, NOW)).toEqual(nothing);
});

it("each facet becomes its question, the same for an hour", () => {
  const asked = facetQuery({ kind: "email", wallet: "without", created: "7" }, NOW);
  expect(asked).toEqual({ account_type: "email", has_wallet: "false", created_from: "1799395200000" });
  expect(facetQuery({ kind: "email", wallet: "without", created: "7" }, NOW + 1000)).toEqual(asked);
});

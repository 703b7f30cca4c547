import { describe, expect, it } from "vitest";
import { chainChoices, chainOf, withChain } from "./chain-choice.ts";
import type { Draft } from "./draft.ts";
import { lintPolicy } from "./lint.ts";
import { templates } from "./templates.ts";

const onChain = (value: string | string[], operator = "eq") =>
  ({ field_source: "ethereum_transaction", field: "chain_id", operator, value }) as const;
const draft = (...conditions: object[]): Draft => ({
  name: "p",
  chain_type: "ethereum",
  rules: [{ name: "r", method: "eth_sendTransaction", action: "ALLOW", conditions: conditions as never }],
});

describe("the chain of a policy", () => {
  it("is not told where conditions name none, several, or a list", () => {
    const drafts = [
      draft(),
      draft(onChain("1"), onChain("10")),
      draft(onChain(["1"], "in")),
      draft(onChain("1", "gt")),
    ];
    expect(drafts.map(chainOf)).toEqual([undefined, undefined, undefined, undefined]);
    expect(withChain(drafts[2]!, "8453")).toEqual(drafts[2]);
  });

  it("is changed in every condition that names it, and in nothing else", () => {
    const value = { field_source: "ethereum_transaction", field: "value", operator: "lte", value: "1" };
    expect(chainOf(draft(value, onChain("1")))).toBe("1");
    expect(withChain(draft(value, onChain("1")), "8453")).toEqual(draft(value, onChain("8453")));
  });

  it("can be chosen in every template about transactions, and none lacks one", () => {
    for (const template of templates) {
      const isAboutTransactions = template.draft.rules.some(({ method }) => method === "eth_sendTransaction");
      expect(chainOf(template.draft) !== undefined, template.id).toBe(isAboutTransactions);
      const findings = lintPolicy(withChain(template.draft, "8453")).filter(({ code }) => code === "missing_chain");
      expect(findings, template.id).toEqual([]);
    }
  });

  it("is offered with the server's own chains first, and what a policy names already", () => {
    const choices = chainChoices(["eip155:777", "solana:x", "eip155:8453"], "999");
    expect(choices.slice(0, 2)).toEqual([
      { value: "777", label: "Chain (777), this server sends there" },
      { value: "8453", label: "Base (8453), this server sends there" },
    ]);
    expect(choices.map(({ value }) => value)).toContain("999");
    expect(new Set(choices.map(({ value }) => value)).size).toBe(choices.length);
  });
});

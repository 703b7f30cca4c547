import type { Condition, RuleInput } from "@mandate/core/policy/policy";
import { describe, expect, it } from "vitest";
import { describePolicy, describeRule, formatUnits } from "./describe.ts";
import { diffLines } from "./diff.ts";
import { findProblems, readDraft } from "./draft.ts";
import { exampleRequest } from "./example-request.ts";
import { fieldsOf, operatorsOf, sourcesOf } from "./grammar.ts";
import { lintPolicy } from "./lint.ts";
import { simulate } from "./simulate.ts";
import { templates } from "./templates.ts";

const condition = (field: string, operator: string, value: string | string[]): Condition => ({
  field_source: "ethereum_transaction",
  field,
  operator,
  value,
});
const TO = "0x000000000000000000000000000000000000dEaD";
const rule = (conditions: Condition[], more: Partial<RuleInput> = {}): RuleInput => ({
  name: "A rule",
  method: "eth_sendTransaction",
  action: "ALLOW",
  conditions,
  ...more,
});
const codes = (...rules: RuleInput[]) =>
  lintPolicy({ name: "P", chain_type: "ethereum", rules }).map((finding) => `${finding.rule ?? "-"} ${finding.code}`);
const sound = [condition("to", "eq", TO), condition("value", "lte", "5"), condition("chain_id", "eq", "1")];

describe("lint", () => {
  it("finds rules that can never match", () => {
    expect(codes(rule([...sound, condition("to", "eq", `0x${"1".repeat(40)}`)]))).toEqual(["0 never_matches"]);
    expect(codes(rule([...sound, condition("value", "gt", "0x5")]))).toEqual(["0 never_matches"]);
    expect(codes(rule([...sound, condition("chain_id", "gt", "1")]))).toEqual(["0 never_matches"]);
  });

  it("does not call equal values in two spellings a contradiction", () => {
    expect(codes(rule([...sound, condition("chain_id", "eq", "0x1")]))).toEqual([]);
    expect(codes(rule([...sound, condition("to", "eq", TO.toLowerCase())]))).toEqual([]);
  });

  it("finds what is shadowed, by a DENY rule and by a wider ALLOW rule", () => {
    expect(codes(rule(sound), rule([], { method: "*", action: "DENY" }))).toEqual(["0 shadowed"]);
    expect(codes(rule(sound), rule([...sound, condition("value", "gte", "1")]))).toEqual(["1 shadowed"]);
    expect(codes(rule(sound), rule(sound))).toEqual(["1 shadowed"]);
    expect(codes(rule(sound), rule([condition("to", "eq", TO)], { action: "DENY", method: "personal_sign" }))).toEqual(
      [],
    );
  });

  it("finds what is unlimited, and the missing chain", () => {
    expect(codes(rule([]))).toEqual(["0 unlimited"]);
    const deadline: Condition = { field_source: "system", field: "current_unix_timestamp", operator: "lt", value: "9" };
    expect(codes(rule([deadline]))).toEqual(["0 unlimited"]);
    expect(codes(rule([condition("chain_id", "eq", "1")]))).toEqual(["0 unlimited"]);
    expect(codes(rule([condition("value", "lte", "5")]))).toEqual(["0 missing_chain"]);
  });

  it("finds exports that are reachable, until both are denied", () => {
    const all = rule([], { method: "*" });
    const no = (method: string) => rule([], { method, action: "DENY" });
    expect(codes(all)).toEqual(["0 export_reachable", "0 unlimited"]);
    expect(codes(all, no("exportPrivateKey"))).toContain("0 export_reachable");
    expect(codes(all, no("exportPrivateKey"), no("exportSeedPhrase"))).toEqual(["0 unlimited"]);
    expect(codes(rule([], { method: "exportSeedPhrase" }))).toEqual(["0 export_reachable"]);
  });

  it("says when nothing is allowed, and is silent about what is sound", () => {
    expect(codes()).toEqual(["- allows_nothing"]);
    expect(codes(rule(sound))).toEqual([]);
  });
});

describe("plain words", () => {
  it("name who may do what, in units that people use", () => {
    expect(describeRule(rule([condition("value", "lte", "100000000000000000"), condition("to", "in", [TO, TO])]))).toBe(
      `May send a transaction when the value is at most 0.1 ETH, and the recipient is one of ${TO} or ${TO}.`,
    );
    const late: Condition = { field_source: "system", field: "current_unix_timestamp", operator: "lt", value: "0" };
    expect(describeRule(rule([late], { action: "DENY" }))).toBe(
      "Must not send a transaction when the time is before 1970-01-01T00:00:00Z.",
    );
    expect(describePolicy([])).toEqual(["Nothing is allowed."]);
    expect(describePolicy([rule([])]).at(-1)).toBe("Everything else is refused.");
  });

  it("write amounts exactly", () => {
    expect(formatUnits(1n, 18)).toBe("0.000000000000000001");
    expect(formatUnits(1_500_000_000n, 9)).toBe("1.5");
    expect(formatUnits(10n ** 18n, 18)).toBe("1");
  });
});

describe("JSON", () => {
  it("is refused with what is wrong about it", () => {
    expect(readDraft("{")).toMatchObject({ ok: false });
    expect(readDraft('{"name":"P","chain_type":"ethereum","rules":[],"extra":1}')).toMatchObject({
      ok: false,
      message: "A policy has no member `extra`",
    });
    expect(readDraft('{"name":"P","chain_type":"ethereum","rules":[{}]}')).toMatchObject({ ok: false });
  });

  it("is judged by the signer's grammar", () => {
    const draft = { name: "P", chain_type: "ethereum", rules: [rule([condition("value", "contains", "1")])] };
    expect(findProblems(draft)).toEqual(["Operator 'contains' is not supported for the 'value' field"]);
  });
});

describe("the builder's offers", () => {
  it("are what the signer's grammar has", () => {
    expect(sourcesOf("ethereum", "personal_sign")).toEqual(["message", "system"]);
    expect(operatorsOf("ethereum", "ethereum_typed_data_domain", "chainId", undefined)).not.toContain("in");
    const abi = [{ type: "function", name: "pay", inputs: [{ name: "to", type: "address" }] }];
    expect(fieldsOf("ethereum_calldata", abi)).toEqual(["function_name", "pay.to"]);
  });
});

describe("templates", () => {
  for (const { id, draft } of templates) {
    it(`${id} is valid, and warns of nothing but what its text says`, () => {
      expect(findProblems(draft)).toEqual([]);
      const dangers = lintPolicy(draft).filter(({ severity }) => severity === "danger");
      expect(dangers.map(({ code }) => code)).toEqual(id === "no-export" ? ["unlimited"] : []);
    });
  }
});

describe("simulation", () => {
  const limit = templates[0]!.draft;

  it("refuses with the rule and the condition that failed", () => {
    const body = exampleRequest(limit).replace("0x16345785d8a0000", "0x2c68af0bb140000");
    const result = simulate(limit, body, TO, 0);
    if (!result.ok) throw new Error(result.message);
    expect(result.decision).toMatchObject({ decision: "DENY", reason: "no_rule_allows" });
    expect(JSON.stringify(result.decision.trace)).toContain('"observed":"200000000000000000"');
  });

  it("allows what the signer would allow", () => {
    const result = simulate(limit, exampleRequest(limit), TO, 0);
    expect(result).toMatchObject({ ok: true, decision: { decision: "ALLOW" } });
  });

  it("says why a request cannot be read", () => {
    expect(simulate(limit, "{", TO, 0)).toMatchObject({ ok: false });
    expect(simulate(limit, '{"method":"nothing"}', TO, 0)).toMatchObject({ ok: false });
  });

  it("has an example for each template that can be read", () => {
    for (const { draft } of templates)
      expect(simulate(draft, exampleRequest(draft), "", 0)).toMatchObject({ ok: true });
  });
});

describe("a diff", () => {
  it("gives back both texts", () => {
    const lines = diffLines("a\nb\nc", "a\nx\nc\nd");
    const pick = (kind: string) =>
      lines.filter((line) => line.kind === "same" || line.kind === kind).map(({ text }) => text);
    expect(pick("removed")).toEqual(["a", "b", "c"]);
    expect(pick("added")).toEqual(["a", "x", "c", "d"]);
  });
});

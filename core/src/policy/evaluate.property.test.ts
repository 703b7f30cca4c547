import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  A,
  allow,
  conditions,
  decide,
  deny,
  EMPTY_SET_ID,
  factsNow,
  fuzz,
  requests,
  ruleLists,
  rules,
  SET_ID,
  transactionConditions,
  transactionRequests,
} from "../testing/policy-fixtures.ts";
import { createConditionSet } from "./condition-set.ts";
import type { Condition, RuleInput } from "./policy.ts";
import type { Facts, PolicyRequest } from "./request.ts";

const numRuns = Math.ceil(2000 * fuzz);
const facts: Facts = {
  ...factsNow,
  conditionSets: new Map([
    [SET_ID, createConditionSet([A.toLowerCase()])],
    [EMPTY_SET_ID, createConditionSet([])],
  ]),
};
const decideWith = (list: readonly RuleInput[], request: PolicyRequest) => decide(list, request, facts);

/** Conditions that no request can make true or false, however they came to be stored. */
const unreadable: fc.Arbitrary<Condition> = fc.oneof(
  fc.constantFrom(
    { field_source: "ethereum_moon", field: "phase", operator: "eq", value: "full" },
    { field_source: "ethereum_transaction", field: "__proto__", operator: "eq", value: "[object Object]" },
    { field_source: "ethereum_transaction", field: "constructor", operator: "neq", value: "1" },
    { field_source: "ethereum_transaction", field: "value", operator: "almost", value: "1" },
    { field_source: "ethereum_transaction", field: "value", operator: "lte", value: "1.5" },
    { field_source: "ethereum_transaction", field: "value", operator: "in", value: ["1", "ten"] },
    { field_source: "ethereum_transaction", field: "to", operator: "gt", value: A },
    { field_source: "ethereum_transaction", field: "to", operator: "eq", value: "0x12" },
    { field_source: "ethereum_transaction", field: "to", operator: "eq", value: 5 },
    { field_source: "ethereum_transaction", field: "to", operator: "eq", value: A, note: "extra member" },
    { field_source: "system", field: "current_unix_timestamp", operator: "lt", value: "0xff" },
    { field_source: "ethereum_calldata", field: "transfer.to", operator: "eq", value: A, abi: "transfer(address)" },
    { field_source: "ethereum_calldata", field: "transfer.to", operator: "eq", value: A },
    null,
    "true",
    [],
  ),
) as fc.Arbitrary<never>;

describe("the policy theorems (I9)", () => {
  it("denyWins", () => {
    fc.assert(
      fc.property(ruleLists, rules, requests, (list, rule, request) => {
        const denies = decideWith([{ ...rule, action: "DENY" }, allow("*")], request) === "DENY";
        if (denies) expect(decideWith([...list, { ...rule, action: "DENY" }], request)).toBe("DENY");
        expect(decideWith([...list, deny("*")], request)).toBe("DENY");
      }),
      { numRuns },
    );
  });

  it("defaultDeny", () => {
    fc.assert(
      fc.property(ruleLists, requests, (list, request) => {
        expect(decideWith([], request)).toBe("DENY");
        expect(
          decideWith(
            list.filter(({ action }) => action === "DENY"),
            request,
          ),
        ).toBe("DENY");
      }),
      { numRuns },
    );
  });

  it("allowedOnlyIfExplicitlyAllowed", () => {
    let allowed = 0;
    fc.assert(
      fc.property(ruleLists, transactionRequests, (list, request) => {
        // Each rule judged alone: some ALLOW rule matches, and no DENY rule stands against an otherwise open policy.
        const explicit =
          list.some((rule) => rule.action === "ALLOW" && decideWith([rule], request) === "ALLOW") &&
          list.every((rule) => rule.action === "ALLOW" || decideWith([rule, allow("*")], request) === "ALLOW");
        if (explicit) allowed++;
        expect(decideWith(list, request)).toBe(explicit ? "ALLOW" : "DENY");
      }),
      { numRuns },
    );
    expect(allowed).toBeGreaterThan(0);
  });

  it("orderDoesNotMatter", () => {
    const shuffled = ruleLists.chain((list) =>
      fc.tuple(
        fc.constant(list),
        fc
          .shuffledSubarray(list, { minLength: list.length })
          .map((rulesInAnyOrder) =>
            rulesInAnyOrder.map((rule) => ({ ...rule, conditions: rule.conditions.toReversed() })),
          ),
      ),
    );
    fc.assert(
      fc.property(shuffled, requests, ([list, other], request) => {
        expect(decideWith(other, request)).toBe(decideWith(list, request));
      }),
      { numRuns },
    );
  });

  it("addingADenyNeverWidens", () => {
    fc.assert(
      fc.property(ruleLists, rules, requests, (list, rule, request) => {
        if (decideWith(list, request) === "DENY") {
          expect(decideWith([...list, { ...rule, action: "DENY" }], request)).toBe("DENY");
        }
      }),
      { numRuns },
    );
  });

  it("removingAnAllowNeverWidens", () => {
    fc.assert(
      fc.property(ruleLists, rules, requests, (list, rule, request) => {
        if (decideWith([...list, { ...rule, action: "ALLOW" }], request) === "DENY") {
          expect(decideWith(list, request)).toBe("DENY");
        }
      }),
      { numRuns },
    );
  });

  it("addingAConditionNeverWidensAnAllow", () => {
    fc.assert(
      fc.property(ruleLists, rules, conditions, requests, (list, rule, condition, request) => {
        const narrower = { ...rule, action: "ALLOW" as const, conditions: [...rule.conditions, condition] };
        if (decideWith([...list, { ...rule, action: "ALLOW" }], request) === "DENY") {
          expect(decideWith([...list, narrower], request)).toBe("DENY");
        }
      }),
      { numRuns },
    );
  });

  it("anUnknownNeverAllows", () => {
    fc.assert(
      fc.property(rules, unreadable, fc.nat(3), requests, (rule, condition, at, request) => {
        const withUnknown = rule.conditions.toSpliced(at, 0, condition);
        expect(decideWith([{ ...rule, action: "ALLOW", conditions: withUnknown }], request)).toBe("DENY");
        expect(
          decideWith([allow("*"), { ...rule, method: "*", action: "DENY", conditions: [condition] }], request),
        ).toBe("DENY");
      }),
      { numRuns },
    );
  });

  it("anUnknownMethodOrActionNeverAllows", () => {
    const odd = fc.constantFrom("", "eth_sign", "secp256k1_sign", "constructor", "__proto__", "ETH_SIGNTRANSACTION");
    fc.assert(
      fc.property(ruleLists, odd, requests, (list, name, request) => {
        expect(decideWith([allow(name)], request)).toBe("DENY");
        expect(decideWith([...list, deny(name)], request)).toBe("DENY");
        expect(decideWith([...list, { ...deny("*"), action: name as "DENY" }], request)).toBe("DENY");
      }),
      { numRuns },
    );
  });

  it("letterCaseOfHexDoesNotMatter", () => {
    const recasedRules = ruleLists.chain((list) =>
      fc.tuple(
        fc.constant(list),
        fc.constantFrom("toLowerCase" as const, "toUpperCase" as const).map((change) => {
          const recase = (text: string): string =>
            text.replace(/^0x([0-9a-fA-F]+)$/, (_, digits: string) => `0x${digits[change]()}`);
          return list.map((rule) => ({
            ...rule,
            conditions: rule.conditions.map((one) => ({
              ...one,
              value: Array.isArray(one.value) ? one.value.map(recase) : recase(one.value),
            })),
          }));
        }),
      ),
    );
    fc.assert(
      fc.property(recasedRules, requests, ([list, other], request) => {
        expect(decideWith(other, request)).toBe(decideWith(list, request));
      }),
      { numRuns },
    );
  });

  it("agreesWithAPlainReadingOfTransactionConditions", () => {
    fc.assert(
      fc.property(fc.array(transactionConditions, { maxLength: 3 }), transactionRequests, (list, request) => {
        const expected = list.every((one) => holdsPlainly(one, request)) ? "ALLOW" : "DENY";
        expect(decideWith([{ ...allow(request.method), conditions: list }], request)).toBe(expected);
      }),
      { numRuns },
    );
  });
});

/** Written without looking at the engine: numbers in place of bigints, text in place of bytes. */
function holdsPlainly({ field, operator, value }: Condition, request: PolicyRequest): boolean {
  if (request.method !== "eth_signTransaction" && request.method !== "eth_sendTransaction") return false;
  const { to, value: wei, chainId } = request.transaction;
  const values = (Array.isArray(value) ? value : [value]) as string[];
  if (field === "to") {
    if (to === undefined) return false;
    const text = `0x${Buffer.from(to).toString("hex")}`;
    const isListed = values.some((one) => one.toLowerCase() === text);
    return operator === "neq" ? !isListed : isListed;
  }
  const observed = Number(field === "value" ? wei : chainId);
  const [limit = Number.NaN] = values.map(Number);
  const results: Record<string, boolean> = {
    eq: observed === limit,
    neq: observed !== limit,
    gt: observed > limit,
    gte: observed >= limit,
    lt: observed < limit,
    lte: observed <= limit,
    in: values.map(Number).includes(observed),
  };
  return results[operator] === true;
}

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeMessage } from "../solana/message.ts";
import { allow, deny, fuzz, onTime } from "../testing/policy-fixtures.ts";
import {
  address,
  COMPUTE_BUDGET,
  decideSolana,
  instruction,
  lookup,
  onProgram,
  onSystem,
  onToken,
  type PlainInstruction,
  SYSTEM,
  signTransactionOf,
  TOKEN,
  TOKEN_2022,
  transfer,
  transferChecked,
  u32,
  u64,
  vectorMessages,
  WALLET,
} from "../testing/solana-fixtures.ts";
import type { Condition, RuleInput } from "./policy.ts";

const numRuns = Math.ceil(1000 * fuzz);
const [A, B, MINT] = [address(1), address(2), address(3)];

const lasting: PlainInstruction[] = [
  instruction(SYSTEM, [WALLET], u32(1), new Uint8Array(32)),
  instruction(SYSTEM, [A, B, WALLET], u32(4)),
  instruction(TOKEN, [A, WALLET], 6, 2, 0),
  instruction(TOKEN, [A, B, WALLET], 4, u64(1n)),
  instruction(TOKEN_2022, [A, MINT, B, WALLET], 26, 1, u64(1n), 6, u64(0n)),
  instruction(TOKEN_2022, [A], 255),
  instruction(SYSTEM, [WALLET, A], u32(2), u64(1n), 0),
];

const recipient = fc.constantFrom<PlainInstruction["accounts"][number]>(A, B, lookup(0));
const amount = fc.constantFrom(0n, 1n, 2n, 3n);
const transfers = fc.tuple(recipient, amount).map(([to, lamports]) => transfer(to, lamports));
const plain: fc.Arbitrary<PlainInstruction> = fc.oneof(
  { weight: 3, arbitrary: transfers },
  fc
    .tuple(recipient, amount, fc.constantFrom(TOKEN, TOKEN_2022))
    .map(([to, value, program]) => transferChecked(to, MINT, value, program)),
  fc.constantFrom(
    instruction(COMPUTE_BUDGET, [], 2, u32(9)),
    instruction(address(9), [A], 1),
    instruction(TOKEN, [A, B, WALLET], 9),
  ),
);
const instructions = fc.oneof({ weight: 3, arbitrary: plain }, fc.constantFrom(...lasting));
const transactions = fc.array(instructions, { maxLength: 4 });

const setOperator = fc.constantFrom("eq", "neq");
const numberOperator = fc.constantFrom("eq", "neq", "gt", "gte", "lt", "lte");
const amountText = fc.constantFrom("0", "1", "0x2", "3");
const transferConditions: fc.Arbitrary<Condition> = fc.oneof(
  fc.tuple(setOperator, fc.constantFrom(A, B)).map(([operator, value]) => onSystem("Transfer.to", operator, value)),
  fc.tuple(numberOperator, amountText).map(([operator, value]) => onSystem("Transfer.lamports", operator, value)),
  fc.subarray([A, B], { minLength: 1 }).map((value) => onSystem("Transfer.to", "in", value)),
);
const unnaming: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 3, arbitrary: transferConditions },
  fc
    .tuple(setOperator, fc.constantFrom(SYSTEM, TOKEN, TOKEN_2022, COMPUTE_BUDGET))
    .map(([operator, value]) => onProgram(operator, value)),
  fc.tuple(setOperator, fc.constantFrom(A, B)).map(([op, value]) => onToken("TransferChecked.destination", op, value)),
  fc.tuple(numberOperator, amountText).map(([op, value]) => onToken("TransferChecked.amount", op, value)),
  fc.constantFrom("Transfer", "Assign").map((name) => onSystem("instructionName", "neq", name)),
  fc.constantFrom("1799999999", "1800000000").map((value) => onTime("lte", value)),
);
const naming: fc.Arbitrary<Condition> = fc.oneof(
  fc.constantFrom("Transfer", "Assign", "AdvanceNonceAccount").map((name) => onSystem("instructionName", "eq", name)),
  fc
    .subarray(["TransferChecked", "SetAuthority", "TransferCheckedWithFee"], { minLength: 1 })
    .map((names) => onToken("instructionName", "in", names)),
);
const conditions = fc.oneof({ weight: 4, arbitrary: unnaming }, naming);

function rulesWith(conditions: fc.Arbitrary<Condition>, ...methods: string[]): fc.Arbitrary<RuleInput> {
  return fc
    .tuple(
      fc.constantFrom(...methods),
      fc.constantFrom("ALLOW" as const, "ALLOW" as const, "DENY" as const),
      fc.array(conditions, { maxLength: 2 }),
    )
    .map(([method, action, list]) => ({ name: "r", method, action, conditions: list }));
}

const rules = rulesWith(conditions, "signTransaction", "signTransaction", "*", "signMessage");
const ruleLists = fc.array(rules, { maxLength: 5 });

const decide = (list: readonly RuleInput[], parts: readonly PlainInstruction[]): "ALLOW" | "DENY" =>
  decideSolana(list, signTransactionOf(...parts)).decision;

describe("the policy theorems for Solana (I9, I14)", () => {
  it("everyInstructionIsDecidedForItself", () => {
    let allowed = 0;
    fc.assert(
      fc.property(ruleLists, transactions, (list, parts) => {
        const expected = parts.length > 0 && parts.every((one) => decide(list, [one]) === "ALLOW") ? "ALLOW" : "DENY";
        if (expected === "ALLOW") allowed++;
        expect(decide(list, parts)).toBe(expected);
      }),
      { numRuns },
    );
    expect(allowed).toBeGreaterThan(0);
  });

  it("addingAnInstructionNeverWidens", () => {
    fc.assert(
      fc.property(ruleLists, transactions, instructions, fc.nat(4), (list, parts, more, at) => {
        if (parts.length > 0 && decide(list, parts) === "DENY") {
          expect(decide(list, parts.toSpliced(at, 0, more))).toBe("DENY");
        }
      }),
      { numRuns },
    );
  });

  it("denyWins, and by default everything is denied", () => {
    fc.assert(
      fc.property(ruleLists, rules, transactions, (list, rule, parts) => {
        const denies = { ...rule, action: "DENY" as const };
        if (decide([denies, allow("*")], parts) === "DENY") expect(decide([...list, denies], parts)).toBe("DENY");
        expect(decide([...list, deny("*")], parts)).toBe("DENY");
        const onlyDenies = list.filter(({ action }) => action === "DENY");
        expect(decide(onlyDenies, parts)).toBe("DENY");
      }),
      { numRuns },
    );
  });

  it("orderDoesNotMatter", () => {
    fc.assert(
      fc.property(ruleLists, transactions, (list, parts) => {
        const other = list.map((rule) => ({ ...rule, conditions: rule.conditions.toReversed() })).toReversed();
        expect(decide(other, parts)).toBe(decide(list, parts));
        expect(decide(list, parts.toReversed())).toBe(decide(list, parts));
      }),
      { numRuns },
    );
  });

  it("addingADenyNeverWidens and removingAnAllowNeverWidens", () => {
    fc.assert(
      fc.property(ruleLists, rules, transactions, (list, rule, parts) => {
        if (decide(list, parts) === "DENY") expect(decide([...list, { ...rule, action: "DENY" }], parts)).toBe("DENY");
        if (decide([...list, { ...rule, action: "ALLOW" }], parts) === "DENY") expect(decide(list, parts)).toBe("DENY");
      }),
      { numRuns },
    );
  });

  it("addingAConditionNeverWidensAnAllow, unless it names what has to be named", () => {
    fc.assert(
      fc.property(ruleLists, rules, unnaming, transactions, (list, rule, condition, parts) => {
        const wider = { ...rule, action: "ALLOW" as const };
        if (decide([...list, wider], parts) === "DENY") {
          expect(decide([...list, { ...wider, conditions: [...rule.conditions, condition] }], parts)).toBe("DENY");
        }
      }),
      { numRuns },
    );
    fc.assert(
      fc.property(ruleLists, rules, naming, fc.array(plain), (list, rule, condition, parts) => {
        const wider = { ...rule, action: "ALLOW" as const };
        if (decide([...list, wider], parts) === "DENY") {
          expect(decide([...list, { ...wider, conditions: [...rule.conditions, condition] }], parts)).toBe("DENY");
        }
      }),
      { numRuns },
    );
  });

  it("whatLastsNeedsToBeNamed", () => {
    const silent = fc.array(rulesWith(unnaming, "signTransaction"), { maxLength: 5 });
    fc.assert(
      fc.property(silent, fc.constantFrom(...lasting), transactions, (list, one, parts) => {
        expect(decide([...list, allow("signTransaction")], [...parts, one])).toBe("DENY");
      }),
      { numRuns },
    );
  });

  it("aLookupNeverSatisfies", () => {
    const onAccounts = fc.tuple(setOperator, fc.constantFrom(A, B)).map(([operator, value]) => ({
      system: onSystem("Transfer.to", operator, value),
      token: onToken("TransferChecked.destination", operator, value),
    }));
    fc.assert(
      fc.property(onAccounts, fc.array(unnaming, { maxLength: 2 }), amount, ({ system, token }, more, value) => {
        for (const [condition, one] of [
          [system, transfer(lookup(0), value)],
          [token, transferChecked(lookup(0), MINT, value)],
        ] as const) {
          expect(decide([allow("*", condition, ...more)], [one])).toBe("DENY");
          expect(decide([allow("*"), deny("*", condition)], [one])).toBe("DENY");
        }
      }),
      { numRuns: Math.ceil(numRuns / 4) },
    );
  });

  it("agreesWithAPlainReadingOfTransferConditions", () => {
    fc.assert(
      fc.property(fc.array(transferConditions, { maxLength: 3 }), recipient, amount, (list, to, lamports) => {
        const holds = list.every((one) => holdsPlainly(one, to, Number(lamports)));
        expect(decide([allow("signTransaction", ...list)], [transfer(to, lamports)])).toBe(holds ? "ALLOW" : "DENY");
      }),
      { numRuns },
    );
  });

  it("decidesEveryMessageOfTheVectorsWithoutThrowing", () => {
    for (const bytes of vectorMessages) {
      const decoded = decodeMessage(bytes);
      if (!decoded.ok) continue;
      const request = {
        method: "signTransaction" as const,
        transaction: { message: decoded.value, signatures: [] },
        signerIndex: 0,
      };
      expect(decideSolana([allow("*")], request).decision).toBe("ALLOW");
      expect(decideSolana([], request).decision).toBe("DENY");
      for (const list of fc.sample(ruleLists, { numRuns: 20, seed: bytes.length })) {
        expect(["ALLOW", "DENY"]).toContain(decideSolana(list, request).decision);
      }
    }
  });
});

/** Written without looking at the engine. */
function holdsPlainly({ field, operator, value }: Condition, to: unknown, lamports: number): boolean {
  if (field === "Transfer.to") {
    if (typeof to !== "string") return false;
    const isListed = [value].flat().includes(to);
    return operator === "neq" ? !isListed : isListed;
  }
  const limit = Number(value);
  const results: { [operator: string]: boolean } = {
    eq: lamports === limit,
    neq: lamports !== limit,
    gt: lamports > limit,
    gte: lamports >= limit,
    lt: lamports < limit,
    lte: lamports <= limit,
  };
  return results[operator] === true;
}

import { describe, expect, it } from "vitest";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { allow, deny, onMessage, onTime, SET_ID } from "../testing/policy-fixtures.ts";
import {
  ASSOCIATED_TOKEN,
  address,
  addressBytes,
  COMPUTE_BUDGET,
  decideSolana,
  instruction,
  lookup,
  MEMO,
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
  WALLET,
} from "../testing/solana-fixtures.ts";
import { createConditionSet } from "./condition-set.ts";
import { parsePolicyInput, type RuleInput } from "./policy.ts";
import type { PolicyRequest } from "./request.ts";

const [A, B, MINT] = [address(1), address(2), address(3)];
const owner = addressBytes(B);
const decide = (rules: readonly RuleInput[], ...instructions: PlainInstruction[]): string =>
  decideSolana(rules, signTransactionOf(...instructions)).decision;
const sign = (...conditions: Parameters<typeof allow>[1][]): RuleInput => allow("signTransaction", ...conditions);
const refuse = (...conditions: Parameters<typeof allow>[1][]): RuleInput => deny("signTransaction", ...conditions);

const programs = sign(onProgram("in", [COMPUTE_BUDGET, SYSTEM, TOKEN]));
const unitLimit = instruction(COMPUTE_BUDGET, [], 2, u32(200_000));
const assign = instruction(SYSTEM, [WALLET], u32(1), owner);
const advanceNonce = instruction(SYSTEM, [A, B, WALLET], u32(4));
const setAuthority = instruction(TOKEN, [A, WALLET], 6, 2, 1, owner);

describe("a transaction", () => {
  it("without instructions is denied, whatever the rules", () => {
    for (const rules of [[allow("*")], [sign()], [programs]]) {
      expect(decideSolana(rules, signTransactionOf())).toMatchObject({ decision: "DENY", reason: "no_operations" });
    }
  });

  it("is denied when one of its instructions is, and says which", () => {
    const rules = [sign(onSystem("Transfer.lamports", "lte", "5"))];
    expect(decide(rules, transfer(A, 5n))).toBe("ALLOW");
    const decision = decideSolana(rules, signTransactionOf(transfer(A, 5n), transfer(A, 6n)));
    expect(decision).toMatchObject({ decision: "DENY", part: "instruction 1 of the transaction" });
    expect(decision.trace[0]?.condition).toMatchObject({ observed: "6", result: "FALSE" });
    // Only transfers of the System Program are named, so anything else beside one is denied.
    expect(decide(rules, unitLimit, transfer(A, 5n))).toBe("DENY");
    expect(decide([...rules, sign(onProgram("eq", COMPUTE_BUDGET))], unitLimit, transfer(A, 5n))).toBe("ALLOW");
  });

  it("is denied when a DENY rule is about one of its instructions", () => {
    const rules = [programs, refuse(onSystem("Transfer.lamports", "gt", "1000000000"))];
    expect(decide(rules, unitLimit, transfer(A, 1_000_000_000n), transferChecked(B, MINT, 1n))).toBe("ALLOW");
    expect(decide(rules, unitLimit, transfer(A, 1_000_000_001n))).toBe("DENY");
    expect(decide(rules, transfer(A, 2n ** 64n - 1n))).toBe("DENY");
  });

  it("to be sent has its own method", () => {
    const { method: _, ...rest } = signTransactionOf(transfer(A, 1n)) as PolicyRequest & { method: "signTransaction" };
    const send = { method: "signAndSendTransaction", caip2: "solana:x", referenceId: undefined, skipPreflight: false };
    const request = { ...rest, ...send } as PolicyRequest;
    expect(decideSolana([programs], request)).toMatchObject({ decision: "DENY", reason: "no_rule_for_method" });
    expect(decideSolana([{ ...programs, method: "signAndSendTransaction" }], request).decision).toBe("ALLOW");
    expect(decideSolana([{ ...programs, method: "*" }], request).decision).toBe("ALLOW");
  });
});

describe("an account from a lookup table", () => {
  it("satisfies no condition of an ALLOW rule", () => {
    for (const operator of ["eq", "neq"]) {
      expect(decide([sign(onSystem("Transfer.to", operator, A))], transfer(lookup(0), 1n))).toBe("DENY");
      expect(
        decide([sign(onToken("TransferChecked.destination", operator, A))], transferChecked(lookup(0), MINT, 1n)),
      ).toBe("DENY");
    }
  });

  it("denies where a DENY rule asks for it", () => {
    const rules = [programs, refuse(onSystem("Transfer.to", "eq", A))];
    expect(decide(rules, transfer(B, 1n))).toBe("ALLOW");
    const decision = decideSolana(rules, signTransactionOf(transfer(lookup(0), 1n)));
    expect(decision).toMatchObject({ decision: "DENY", reason: "rule_unknown" });
    expect(decision.trace[1]?.condition?.why).toContain("lookup table");
  });

  it("is no matter to rules that do not ask for it", () => {
    expect(decide([sign(onSystem("Transfer.lamports", "lte", "5"))], transfer(lookup(0), 5n))).toBe("ALLOW");
  });
});

describe("an instruction that cannot be read", () => {
  const trailing = instruction(SYSTEM, [WALLET, A], u32(2), u64(1n), 0);
  const batch = instruction(TOKEN, [A, B, WALLET], 255, 3, 9, 3, u64(1n));

  it("is allowed by no rule but one for everything", () => {
    for (const one of [trailing, batch, instruction(SYSTEM, [A], u32(99)), instruction(TOKEN, [A])]) {
      expect(decide([programs], one)).toBe("DENY");
      expect(decide([sign()], one)).toBe("DENY");
      expect(decide([sign(onSystem("instructionName", "neq", "Assign"))], one)).toBe("DENY");
      expect(decide([sign(onToken("instructionName", "neq", "Burn"))], one)).toBe("DENY");
      expect(decide([allow("*")], one)).toBe("ALLOW");
      expect(decide([allow("*", onTime("lt", "1900000000"))], one)).toBe("ALLOW");
      expect(decide([allow("*", onProgram("in", [SYSTEM, TOKEN]))], one)).toBe("DENY");
    }
  });

  it("denies where a DENY rule is about its program's instructions", () => {
    expect(decide([allow("*"), refuse(onSystem("Transfer.lamports", "gt", "5"))], trailing)).toBe("DENY");
    expect(decide([allow("*"), refuse(onToken("Transfer.amount", "gt", "5"))], batch)).toBe("DENY");
    expect(decide([allow("*"), refuse(onToken("instructionName", "eq", "Burn"))], batch)).toBe("DENY");
    // Another instruction than the rule's it is all the same, and so it is for another program.
    expect(decide([allow("*"), refuse(onToken("Transfer.amount", "gt", "5"))], trailing)).toBe("ALLOW");
    expect(decide([allow("*"), refuse(onSystem("Transfer.lamports", "gt", "5"))], assign)).toBe("ALLOW");
  });
});

describe("I14: an instruction that gives away control", () => {
  const lasting: [string, PlainInstruction][] = [
    ["Assign", assign],
    ["AdvanceNonceAccount", advanceNonce],
    ["AuthorizeNonceAccount", instruction(SYSTEM, [A, WALLET], u32(7), owner)],
    ["Allocate", instruction(SYSTEM, [WALLET], u32(8), u64(1n))],
    ["CreateAccountAllowPrefund", instruction(SYSTEM, [WALLET], u32(13), u64(0n), u64(0n), owner)],
    ["SetAuthority", setAuthority],
    ["Approve", instruction(TOKEN, [A, B, WALLET], 4, u64(1n))],
    ["ApproveChecked", instruction(TOKEN, [A, MINT, B, WALLET], 13, u64(1n), 6)],
    ["SetAuthority", instruction(TOKEN_2022, [A, WALLET], 6, 2, 1, owner)],
    ["TransferCheckedWithFee", instruction(TOKEN_2022, [A, MINT, B, WALLET], 26, 1, u64(1n), 6, u64(0n))],
    ["InitializePermanentDelegate", instruction(TOKEN_2022, [MINT], 35, owner)],
  ];

  it.each(lasting)("needs a rule that names it: %s", (name, one) => {
    const on = one.program === SYSTEM ? onSystem : onToken;
    const program = onProgram("eq", one.program);
    for (const rules of [
      [sign()],
      [sign(program)],
      [allow("*", program)],
      [sign(onTime("lt", "1900000000"))],
      [sign(on("instructionName", "neq", "Transfer"))],
      [sign(on("instructionName", "eq", "Transfer"))],
      [sign(), sign(program), allow("*", program)],
    ]) {
      const decision = decideSolana(rules, signTransactionOf(one));
      expect(decision).toMatchObject({ decision: "DENY", reason: "no_rule_allows" });
    }
    const [trace] = decideSolana([sign(program)], signTransactionOf(one)).trace;
    expect(trace).toMatchObject({ outcome: "not_matched", why: expect.stringContaining(`has to name it: ${name}`) });

    expect(decide([sign(on("instructionName", "eq", name))], one)).toBe("ALLOW");
    expect(decide([sign(program, on("instructionName", "in", ["Transfer", name]))], one)).toBe("ALLOW");
    expect(decide([allow("*")], one)).toBe("ALLOW");
    expect(decide([allow("*", onTime("lt", "1900000000"))], one)).toBe("ALLOW");
    const facts = { nowS: 1, conditionSets: new Map([[SET_ID, createConditionSet([name])]]) };
    const bySet = [sign(on("instructionName", "in_condition_set", SET_ID))];
    expect(decideSolana(bySet, signTransactionOf(one), facts).decision).toBe("ALLOW");
  });

  it("that makes the transaction last is not covered by the rule for the rest of it", () => {
    const rules = [sign(onSystem("Transfer.lamports", "lte", "5")), sign(onProgram("eq", SYSTEM))];
    expect(decide(rules, transfer(A, 5n))).toBe("ALLOW");
    expect(decide(rules, advanceNonce, transfer(A, 5n))).toBe("DENY");
    const named = sign(onSystem("instructionName", "eq", "AdvanceNonceAccount"));
    expect(decide([...rules, named], advanceNonce, transfer(A, 5n))).toBe("ALLOW");
  });

  it("is one of the programs that are read; others are allowed as a whole", () => {
    const stake = instruction(address(9), [A], 1, 2, 3);
    expect(decide([sign(onProgram("eq", address(9)))], stake)).toBe("ALLOW");
    expect(decide([sign()], stake)).toBe("ALLOW");
    const create = instruction(ASSOCIATED_TOKEN, [WALLET, A, B, MINT, SYSTEM, TOKEN], 1);
    const memo = instruction(MEMO, [], 0xff);
    expect(decide([sign(onProgram("in", [ASSOCIATED_TOKEN, MEMO]))], create, memo)).toBe("ALLOW");
  });

  it("plain instructions of Token-2022 are what they are in the Token Program; programId tells them apart", () => {
    const rule = sign(onToken("TransferChecked.mint", "eq", MINT), onToken("TransferChecked.amount", "lte", "5"));
    for (const program of [TOKEN, TOKEN_2022])
      expect(decide([rule], transferChecked(B, MINT, 5n, program))).toBe("ALLOW");
    const pinned = { ...rule, conditions: [...rule.conditions, onProgram("eq", TOKEN)] };
    expect(decide([pinned], transferChecked(B, MINT, 5n))).toBe("ALLOW");
    expect(decide([pinned], transferChecked(B, MINT, 5n, TOKEN_2022))).toBe("DENY");
  });
});

describe("the fields", () => {
  it("of one program's instruction are false for another's, so that neither kind of rule is about it", () => {
    expect(decide([sign(onToken("Transfer.amount", "lte", "9"))], transfer(A, 1n))).toBe("DENY");
    expect(decide([programs, refuse(onToken("Transfer.amount", "gte", "0"))], transfer(A, 1n))).toBe("ALLOW");
    expect(decide([programs, refuse(onToken("instructionName", "neq", "Burn"))], transfer(A, 1n))).toBe("ALLOW");
  });

  it("are those of the transfer that is signed", () => {
    const fields: [string, string, string][] = [
      ["Transfer.from", WALLET, A],
      ["Transfer.to", A, WALLET],
      ["Transfer.lamports", "5", "4"],
      ["Transfer.lamports", "0x5", "0x6"],
      ["instructionName", "Transfer", "Assign"],
    ];
    for (const [field, right, wrong] of fields) {
      expect(decide([sign(onSystem(field, "eq", right))], transfer(A, 5n)), field).toBe("ALLOW");
      expect(decide([sign(onSystem(field, "eq", wrong))], transfer(A, 5n)), field).toBe("DENY");
      expect(decide([sign(onSystem(field, "in", [wrong, right]))], transfer(A, 5n)), field).toBe("ALLOW");
      expect(decide([sign(onSystem(field, "neq", wrong))], transfer(A, 5n)), field).toBe("ALLOW");
    }
  });

  it("of token instructions are those of the specification's table", () => {
    const [X, Y, Z, W] = [11, 12, 13, 14].map(address) as [string, string, string, string];
    const tables: [PlainInstruction, { [field: string]: string }][] = [
      [
        instruction(TOKEN, [X, Y, Z], 3, u64(5n)),
        { "Transfer.source": X, "Transfer.destination": Y, "Transfer.authority": Z, "Transfer.amount": "5" },
      ],
      [
        instruction(TOKEN, [X, Y, Z, W], 12, u64(5n), 6),
        {
          "TransferChecked.source": X,
          "TransferChecked.mint": Y,
          "TransferChecked.destination": Z,
          "TransferChecked.authority": W,
          "TransferChecked.amount": "5",
        },
      ],
      [
        instruction(TOKEN, [X, Y, Z], 8, u64(5n)),
        { "Burn.account": X, "Burn.mint": Y, "Burn.authority": Z, "Burn.amount": "5" },
      ],
      [
        instruction(TOKEN, [X, Y, Z], 7, u64(5n)),
        { "MintTo.mint": X, "MintTo.account": Y, "MintTo.authority": Z, "MintTo.amount": "5" },
      ],
      [
        instruction(TOKEN, [X, Y, Z], 9),
        { "CloseAccount.account": X, "CloseAccount.destination": Y, "CloseAccount.authority": Z },
      ],
      [
        instruction(TOKEN, [X, Y], 18, addressBytes(Z)),
        {
          "InitializeAccount3.account": X,
          "InitializeAccount3.mint": Y,
          "InitializeAccount3.owner": Z,
          "InitializeAccount3.authority": Z,
        },
      ],
    ];
    for (const [one, fields] of tables) {
      for (const [field, value] of Object.entries(fields)) {
        const wrong = field.endsWith("amount") ? "6" : A;
        expect(decide([sign(onToken(field, "eq", value))], one), field).toBe("ALLOW");
        expect(decide([sign(onToken(field, "eq", wrong))], one), field).toBe("DENY");
        expect(decide([sign(onToken(field, "eq", value))], transferChecked(B, A, 7n)), field).toBe("DENY");
      }
    }
  });

  it("compare amounts as 64-bit integers, exactly", () => {
    const rule = sign(onSystem("Transfer.lamports", "lte", "9007199254740992"));
    expect(decide([rule], transfer(A, 2n ** 53n))).toBe("ALLOW");
    expect(decide([rule], transfer(A, 2n ** 53n + 1n))).toBe("DENY");
    const most = 2n ** 64n - 1n;
    expect(decide([sign(onSystem("Transfer.lamports", "eq", String(most)))], transfer(A, most))).toBe("ALLOW");
    expect(decide([sign(onSystem("Transfer.lamports", "eq", String(most)))], transfer(A, most - 1n))).toBe("DENY");
    expect(decide([sign(onSystem("Transfer.lamports", "eq", "-1"))], transfer(A, most))).toBe("DENY");
  });

  it("compare addresses exactly, letter case included, also those of a condition set", () => {
    const swapped = A.replace(/[a-z]/, (letter) => letter.toUpperCase());
    expect(swapped).not.toBe(A);
    const inSet = sign(onSystem("Transfer.to", "in_condition_set", SET_ID));
    const facts = (...items: string[]) => ({ nowS: 1, conditionSets: new Map([[SET_ID, createConditionSet(items)]]) });
    expect(decideSolana([inSet], signTransactionOf(transfer(A, 1n)), facts(B, A)).decision).toBe("ALLOW");
    for (const items of [[B], [A.toLowerCase()], [` ${A}`], []]) {
      expect(decideSolana([inSet], signTransactionOf(transfer(A, 1n)), facts(...items)).decision).toBe("DENY");
    }
    const blocked = [programs, { ...inSet, action: "DENY" as const }];
    // A misspelt item of a block list blocks, visibly, instead of letting through.
    expect(decideSolana(blocked, signTransactionOf(transfer(A, 1n)), facts(` ${B}`)).decision).toBe("DENY");
    expect(decideSolana(blocked, signTransactionOf(transfer(A, 1n)), facts(B)).decision).toBe("ALLOW");
  });
});

describe("a signed message", () => {
  const message = (bytes: string | Uint8Array): PolicyRequest => ({
    method: "signMessage",
    message: typeof bytes === "string" ? encodeUtf8(bytes) : bytes,
  });

  it("is compared by its text and its length in bytes", () => {
    const rules = [
      allow("signMessage", onMessage("content", "starts_with", "Sign in"), onMessage("byte_length", "lte", "10")),
    ];
    expect(decideSolana(rules, message("Sign in")).decision).toBe("ALLOW");
    expect(decideSolana(rules, message("sign in")).decision).toBe("DENY");
    expect(decideSolana(rules, message("Sign inééé")).decision).toBe("DENY");
    expect(decideSolana(rules, message(Uint8Array.of(0xff))).decision).toBe("DENY");
    expect(decideSolana([allow("signMessage")], message(Uint8Array.of(0xff))).decision).toBe("ALLOW");
  });

  it("is no transaction to the rules, and no transaction is a message to them", () => {
    expect(decideSolana([programs], message("hi"))).toMatchObject({ reason: "no_rule_for_method" });
    expect(decideSolana([allow("*", onProgram("eq", SYSTEM))], message("hi")).decision).toBe("DENY");
    expect(decide([allow("*", onMessage("content", "contains", ""))], transfer(A, 1n))).toBe("DENY");
  });
});

describe("requests beside transactions", () => {
  it("are decided as for any chain", () => {
    for (const method of ["exportPrivateKey", "exportSeedPhrase"] as const) {
      expect(decideSolana([programs], { method }).decision).toBe("DENY");
      expect(decideSolana([allow(method)], { method }).decision).toBe("ALLOW");
    }
    // A raw signature may be of any transaction, so every DENY rule about one stands against it.
    expect(decideSolana([allow("*")], { method: "raw_sign" }).decision).toBe("ALLOW");
    expect(decideSolana([programs], { method: "raw_sign" }).decision).toBe("DENY");
    const capped = [allow("*"), refuse(onSystem("Transfer.lamports", "gt", "5"))];
    expect(decideSolana(capped, { method: "raw_sign" })).toMatchObject({ reason: "rule_unknown" });
  });

  it("of Ethereum are not for a Solana policy", () => {
    const request: PolicyRequest = { method: "personal_sign", message: encodeUtf8("hi") };
    expect(decideSolana([allow("*")], request)).toMatchObject({ reason: "policy_for_other_chain" });
  });
});

describe("writing a Solana policy", () => {
  const refusal = (method: string, ...conditions: unknown[]): string => {
    const rules = [{ name: "r", method, action: "ALLOW", conditions }];
    const written = parsePolicyInput({ version: "1.0", name: "p", chain_type: "solana", rules } as never);
    return written.ok ? "accepted" : `${written.code}: ${written.message}`;
  };

  it("refuses the methods and field sources of other chains", () => {
    for (const method of [
      "eth_signTransaction",
      "personal_sign",
      "secp256k1_sign",
      "raw_sign",
      "signTransactionBytes",
    ]) {
      expect(refusal(method)).toMatch(/^invalid_policy_format: /);
    }
    const eth = { field_source: "ethereum_transaction", field: "to", operator: "eq", value: A };
    expect(refusal("signTransaction", eth)).toContain("Invalid enum value");
    expect(refusal("signMessage", onProgram("eq", SYSTEM))).toContain("not supported for the 'signMessage' method");
    expect(refusal("signTransaction", onMessage("content", "eq", "hi"))).toContain("not supported");
    expect(refusal("exportPrivateKey", onProgram("eq", SYSTEM))).toContain("not supported");
  });

  it("refuses fields, operators and values that the fields do not have", () => {
    for (const field of ["", "programid", "Transfer.to.x", "Assign.owner", "__proto__", "constructor", "Transfer"]) {
      expect(refusal("signTransaction", onSystem(field, "eq", A)), field).toContain("Invalid field");
    }
    expect(refusal("signTransaction", onSystem("Transfer.to", "gt", A))).toContain("Operator 'gt'");
    for (const value of ["", "0x00", `${A} `, `0${A.slice(1)}`, "1".repeat(31), A.slice(1)]) {
      expect(refusal("signTransaction", onProgram("eq", value)), value).toContain("must be a Solana address");
    }
    for (const value of ["1.5", "", "1e9", "one", "-1", " 1"]) {
      expect(refusal("signTransaction", onSystem("Transfer.lamports", "lte", value)), value).toContain(
        "must be an integer",
      );
    }
  });

  it("refuses the name of no instruction", () => {
    for (const name of ["transfer", "Create", "TransferChecked", "", "Transfer "]) {
      expect(refusal("signTransaction", onSystem("instructionName", "eq", name))).toContain("name of an instruction");
    }
    expect(refusal("signTransaction", onToken("instructionName", "in", ["Transfer", "Assign"]))).toContain("name of");
    expect(refusal("signTransaction", onToken("instructionName", "eq", "SetTransferFee"))).toBe("accepted");
  });

  it("accepts the documented ones", () => {
    expect(refusal("signTransaction", onProgram("in", [SYSTEM, TOKEN]), onTime("lt", "1900000000"))).toBe("accepted");
    expect(refusal("signAndSendTransaction", onSystem("Transfer.to", "in_condition_set", SET_ID))).toBe("accepted");
    expect(refusal("signMessage", onMessage("content", "contains", "hi"))).toBe("accepted");
    expect(refusal("*", onToken("InitializeAccount3.owner", "eq", A))).toBe("accepted");
    for (const method of ["signMessage", "signTransaction", "signAndSendTransaction", "exportPrivateKey", "*"]) {
      expect(refusal(method)).toBe("accepted");
    }
  });
});

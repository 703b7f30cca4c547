import { describe, expect, it } from "vitest";
import { decodeHex } from "../../encoding/hex.ts";
import { encodeUtf8 } from "../../encoding/utf8.ts";
import { decodeSuiTransaction } from "../../sui/transaction.ts";
import { erc20, transferData } from "../../testing/policy-fixtures.ts";
import type { TronContract } from "../../tron/types.ts";
import { encodeXrplAddress } from "../../xrpl/address.ts";
import { decodeXrplTransaction } from "../../xrpl/transaction.ts";
import { compilePolicy, evaluateAll, evaluatePolicy } from "../evaluate.ts";
import { type Condition, parseRuleInput } from "../policy.ts";
import type { PolicyRequest } from "../request.ts";

const bytes = (hex: string): Uint8Array => decodeHex(hex)!;
const facts = { nowS: 1_700_000_000 };

type Rule = { method: string; conditions: Condition[]; action?: "ALLOW" | "DENY" };

function policyOf(chainType: string, rules: Rule[]): ReturnType<typeof compilePolicy> {
  const stored = rules.map((rule, index) => ({ id: `r${index}`, name: `rule ${index}`, action: "ALLOW", ...rule }));
  return compilePolicy({ id: "p", chain_type: chainType, rules: stored as never });
}

/** ALLOW or DENY, or what is wrong with the conditions. */
function decide(
  chainType: string,
  request: PolicyRequest | readonly PolicyRequest[],
  ...conditions: Condition[]
): string {
  const [first] = [request].flat();
  return decideWith(chainType, request, [{ method: first!.method, conditions }]);
}

function decideWith(chainType: string, request: PolicyRequest | readonly PolicyRequest[], rules: Rule[]): string {
  const policy = policyOf(chainType, rules);
  const operations = [request].flat() as PolicyRequest[];
  return evaluateAll(policy, operations, facts).decision;
}

const on =
  (source: string, companion: object = {}) =>
  (field: string, operator: string, value: string | string[]): Condition =>
    ({ field_source: source, field, operator, value, ...companion }) as Condition;

function problemsOf(chainType: string, method: string, condition: Condition): string[] {
  const parsed = parseRuleInput({ name: "r", method, conditions: [condition], action: "ALLOW" } as never, chainType);
  return parsed.ok ? [] : [parsed.message];
}

describe("tron_transaction", () => {
  const tron = on("tron_transaction");
  const calldata = on("tron_trigger_smart_contract_data", { abi: erc20 });
  const recipient = bytes("41a614f803b6fd780986a42c78ec9c7f77e6ded13c");
  const owner = bytes(`41${"11".repeat(20)}`);
  const request = (contract: TronContract, method = "tron_signTransaction"): PolicyRequest =>
    ({
      method,
      ...(method === "signTransactionBytes" ? { chainType: "tron" } : {}),
      transaction: {
        refBlockBytes: bytes("0000"),
        refBlockHash: bytes("00".repeat(8)),
        expirationMs: 1n,
        data: new Uint8Array(),
        contract,
        timestampMs: 1n,
        feeLimit: 1n,
      },
    }) as PolicyRequest;
  const transfer = request({ type: "TransferContract", ownerAddress: owner, toAddress: recipient, amount: 1000n });
  const token = (data: string, callValue = 0n): PolicyRequest =>
    request({
      type: "TriggerSmartContract",
      ownerAddress: owner,
      contractAddress: recipient,
      callValue,
      data: bytes(data),
      callTokenValue: 0n,
      tokenId: 0n,
    });
  const to = `0x${"22".repeat(20)}`;
  const call = token(transferData(to, 500n).slice(2));
  const all = "TransferContract.amount";

  it("denies what no rule names, other methods and other chains", () => {
    expect(decideWith("tron", transfer, [])).toBe("DENY");
    expect(decideWith("tron", transfer, [{ method: "tron_sendTransaction", conditions: [] }])).toBe("DENY");
    expect(decideWith("sui", transfer, [{ method: "*", conditions: [] }])).toBe("DENY");
    expect(decide("tron", transfer, tron(all, "lt", "1000"))).toBe("DENY");
    expect(decide("tron", call, tron(all, "gte", "0"))).toBe("DENY");
    expect(decide("tron", transfer, tron("TriggerSmartContract.call_value", "gte", "0"))).toBe("DENY");
    expect(decide("tron", transfer, calldata("function_name", "eq", "transfer"))).toBe("DENY");
    expect(decide("tron", token("a9059cbb"), calldata("function_name", "eq", "transfer"))).toBe("DENY");
    expect(decide("tron", token(`${transferData(to, 5n).slice(2)}00`), calldata("transfer.amount", "lte", "9"))).toBe(
      "DENY",
    );
    expect(decide("tron", call, calldata("transfer.amount", "lt", "500"))).toBe("DENY");
    expect(decide("tron", call, calldata("approve.amount", "lte", "500"))).toBe("DENY");
  });

  it("compares addresses by their bytes, in every spelling", () => {
    for (const spelling of [
      "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",
      "41a614f803b6fd780986a42c78ec9c7f77e6ded13c",
      "41A614F803B6FD780986A42C78EC9C7F77E6DED13C",
      "0x41a614f803b6fd780986a42c78ec9c7f77e6ded13c",
      "0xa614f803b6fd780986a42c78ec9c7f77e6ded13c",
    ]) {
      expect(decide("tron", transfer, tron("TransferContract.to_address", "eq", spelling))).toBe("ALLOW");
      expect(decide("tron", call, tron("TriggerSmartContract.contract_address", "in", [spelling]))).toBe("ALLOW");
      expect(decide("tron", transfer, tron("TransferContract.to_address", "neq", spelling))).toBe("DENY");
    }
    expect(decide("tron", call, calldata("transfer.to", "eq", `41${"22".repeat(20)}`))).toBe("ALLOW");
    expect(decide("tron", call, calldata("transfer.to", "eq", to))).toBe("ALLOW");
    expect(decide("tron", call, calldata("transfer.to", "eq", `41${"23".repeat(20)}`))).toBe("DENY");
  });

  it("compares amounts as integers, and what is left out is 0", () => {
    expect(decide("tron", transfer, tron(all, "lte", "0x3e8"))).toBe("ALLOW");
    expect(decide("tron", call, tron("TriggerSmartContract.call_value", "eq", "0"))).toBe("ALLOW");
    expect(decide("tron", token("", 7n), tron("TriggerSmartContract.call_value", "gt", "6"))).toBe("ALLOW");
    expect(decide("tron", call, tron("TriggerSmartContract.token_id", "eq", "0"))).toBe("ALLOW");
    expect(decide("tron", call, tron("TriggerSmartContract.call_token_value", "lt", "1"))).toBe("ALLOW");
    expect(
      decide("tron", call, calldata("function_name", "eq", "transfer"), calldata("transfer.amount", "lte", "500")),
    ).toBe("ALLOW");
  });

  it("applies to decoded bytes and to sending too", () => {
    const contract: TronContract = { type: "TransferContract", ownerAddress: owner, toAddress: recipient, amount: 5n };
    for (const method of ["tron_sendTransaction", "signTransactionBytes"]) {
      expect(decide("tron", request(contract, method), tron(all, "lte", "5"))).toBe("ALLOW");
      expect(decide("tron", request(contract, method), tron(all, "lt", "5"))).toBe("DENY");
    }
  });

  it("takes a bare parameter name where the ABI has one function", () => {
    const [transferOnly] = erc20 as unknown[];
    const one = on("tron_trigger_smart_contract_data", { abi: [transferOnly] });
    expect(decide("tron", call, one("amount", "lte", "500"))).toBe("ALLOW");
    expect(decide("tron", call, one("amount", "lt", "500"))).toBe("DENY");
    expect(decide("tron", call, one("amuont", "lte", "500"))).toBe("DENY");
    expect(problemsOf("tron", "tron_signTransaction", calldata("amount", "lte", "500"))).toHaveLength(1);
  });

  it("denies a DENY rule it cannot evaluate, and a hash under any DENY rule", () => {
    const rules: Rule[] = [
      { method: "*", conditions: [] },
      { method: "tron_signTransaction", conditions: [calldata("transfer.amount", "gt", "5")], action: "DENY" },
    ];
    expect(decideWith("tron", token("a9059cbb"), rules)).toBe("DENY");
    expect(decideWith("tron", { method: "raw_sign" }, rules)).toBe("DENY");
    expect(decideWith("tron", { method: "raw_sign" }, rules.slice(0, 1))).toBe("ALLOW");
    expect(decideWith("tron", transfer, rules)).toBe("ALLOW");
  });

  it.each([
    tron("TransferContract.owner_address", "eq", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"),
    tron("TransferContract.to_address", "eq", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6u"),
    tron("TransferContract.to_address", "gt", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"),
    tron("TransferContract.amount", "lte", "1.5"),
    tron("TransferContract.amount", "contains", "1"),
    { ...tron("TransferContract.amount", "lte", "1"), abi: [] },
  ])("refuses the condition %j when it is written", (condition) => {
    expect(problemsOf("tron", "tron_signTransaction", condition)).toHaveLength(1);
    expect(decide("tron", transfer, condition)).toBe("DENY");
  });
});

describe("sui commands", () => {
  const commandName = on("sui_transaction_command");
  const transferObjects = on("sui_transfer_objects_command");
  // Two commands: 10000 MIST split off the gas coin, and given to 0x259ff807…5015 (Trust Wallet Core's test vector).
  const decoded = decodeSuiTransaction(
    bytes(
      "000002000810270000000000000020259ff8074ab425cbb489f236e18e08f03f1a7856bdf7de22877bd64f738b50150202000101000001010300000000010100d575ad7f18e948462a5cf698f564ef394a752a71fec62493af8a055c012c0d5000d575ad7f18e948462a5cf698f564ef394a752a71fec62493af8a055c012c0d500100000000000000d00700000000000000",
    ),
  )!;
  const commands = decoded.commands.map(
    (command): PolicyRequest => ({
      method: "signTransactionBytes",
      chainType: "sui",
      transaction: decoded,
      command,
    }),
  );
  const recipient = "0x259ff8074ab425cbb489f236e18e08f03f1a7856bdf7de22877bd64f738b5015";
  const split: Rule = { method: "signTransactionBytes", conditions: [commandName("commandName", "eq", "SplitCoins")] };
  const transfer = (...conditions: Condition[]): Rule => ({ method: "signTransactionBytes", conditions });

  it("denies unless every command is allowed", () => {
    expect(decideWith("sui", commands, [split])).toBe("DENY");
    expect(decideWith("sui", commands, [transfer(transferObjects("amount", "lte", "10000"))])).toBe("DENY");
    expect(decideWith("sui", [], [split])).toBe("DENY");
    expect(decideWith("sui", commands, [split, transfer(transferObjects("amount", "lt", "10000"))])).toBe("DENY");
    expect(decideWith("sui", commands, [split, transfer(transferObjects("recipient", "neq", recipient))])).toBe("DENY");
  });

  it("denies when any command is denied", () => {
    const everything: Rule = { method: "*", conditions: [] };
    const noSplit: Rule = { ...split, action: "DENY" };
    expect(decideWith("sui", commands, [everything, noSplit])).toBe("DENY");
    expect(decideWith("sui", commands, [everything])).toBe("ALLOW");
  });

  it("denies amounts and recipients that cannot be read, in ALLOW and in DENY rules", () => {
    const command = decoded.commands[1]!;
    const opaque: PolicyRequest = {
      method: "signTransactionBytes",
      chainType: "sui",
      transaction: { ...decoded, inputs: [undefined, undefined] },
      command,
    };
    for (const condition of [transferObjects("amount", "gte", "0"), transferObjects("recipient", "eq", recipient)]) {
      expect(decideWith("sui", opaque, [transfer(condition)])).toBe("DENY");
      expect(
        decideWith("sui", opaque, [
          { method: "*", conditions: [] },
          { ...transfer(condition), action: "DENY" },
        ]),
      ).toBe("DENY");
    }
  });

  it("allows a capped transfer to a known recipient", () => {
    const rules = [
      split,
      transfer(
        commandName("commandName", "in", ["TransferObjects"]),
        transferObjects("recipient", "in", [recipient.toUpperCase().replace("0X", "0x")]),
        transferObjects("amount", "lte", "10000"),
      ),
    ];
    expect(decideWith("sui", commands, rules)).toBe("ALLOW");
  });

  it("reads messages, and never takes one for a transaction", () => {
    const message: PolicyRequest = { method: "signRawMessageBytes", message: encodeUtf8("hello") };
    const content = on("message");
    expect(decide("sui", message, content("content", "starts_with", "hell"))).toBe("ALLOW");
    expect(decide("sui", message, content("content", "eq", "hell"))).toBe("DENY");
    expect(decide("tron", message, content("byte_length", "eq", "5"))).toBe("ALLOW");
    expect(decideWith("sui", message, [transfer()])).toBe("DENY");
    expect(decideWith("sui", { method: "raw_sign" }, [{ method: "signRawMessageBytes", conditions: [] }])).toBe("DENY");
  });

  it.each([
    commandName("commandName", "eq", "TransferObject"),
    commandName("commandName", "neq", "TransferObjects"),
    commandName("name", "eq", "TransferObjects"),
    transferObjects("recipient", "eq", recipient.slice(2)),
    transferObjects("recipient", "gt", recipient),
    transferObjects("amount", "lte", "1 SUI"),
  ])("refuses the condition %j when it is written", (condition) => {
    expect(problemsOf("sui", "signTransactionBytes", condition)).toHaveLength(1);
    expect(decide("sui", commands, condition)).toBe("DENY");
  });
});

describe("xrpl_transaction", () => {
  const xrpl = on("xrpl_transaction");
  const issuer = "0a20b3c85f482532a9578dbb3950b85ca06594d1";
  const usd = `${"00".repeat(12)}555344${"00".repeat(5)}`;
  const eur = `${"00".repeat(12)}455552${"00".repeat(5)}`;
  // 1.5 of the currency: mantissa 1500000000000000, exponent -15.
  const issued = (currency: string): string => `d485543df729c000${currency}${issuer}`;
  const address = encodeXrplAddress(bytes(issuer));
  const build = (fields: string[]): PolicyRequest => {
    const transaction = decodeXrplTransaction(bytes(fields.join("")));
    if (transaction === undefined) throw new Error("not a transaction");
    return { method: "xrpl_signTransaction", transaction };
  };
  const account = `8114${"11".repeat(20)}`;
  const payment = (amount: string, sendMax = "", paths = ""): PolicyRequest =>
    build([
      "120000",
      "2400000001",
      "2e00000007",
      `61${amount}`,
      "68400000000000000a",
      sendMax,
      "7300",
      account,
      `8314${issuer}`,
      paths,
    ]);
  const drops = payment("40000000000003e8");
  const dollars = payment(issued(usd));
  const offer = build([
    "120007",
    "2400000001",
    "2a00000064",
    `64${issued(usd)}`,
    "6540000000000003e8",
    "68400000000000000a",
    "7300",
    account,
  ]);
  const trust = build([
    "120014",
    "2400000001",
    "201400000005",
    `63${issued(usd)}`,
    "68400000000000000a",
    "7300",
    account,
  ]);

  it("denies what no rule allows", () => {
    expect(decideWith("xrpl", drops, [])).toBe("DENY");
    expect(decide("xrpl", drops, xrpl("Payment.Amount.drops", "lt", "1000"))).toBe("DENY");
    expect(decide("xrpl", dollars, xrpl("Payment.Amount.drops", "gte", "0"))).toBe("DENY");
    expect(decide("xrpl", drops, xrpl("Payment.Amount.value", "gte", "0"))).toBe("DENY");
    expect(decide("xrpl", dollars, xrpl("Payment.Amount.value", "lt", "1.5"))).toBe("DENY");
    expect(decide("xrpl", dollars, xrpl("Payment.Amount.currency", "eq", "EUR"))).toBe("DENY");
    expect(decide("xrpl", offer, xrpl("Payment.Destination", "eq", address))).toBe("DENY");
    expect(decide("xrpl", trust, xrpl("TransactionType", "in", ["Payment", "OfferCreate"]))).toBe("DENY");
    expect(decide("xrpl", trust, xrpl("TrustSet.QualityOut", "lte", "1"))).toBe("DENY");
  });

  it("reads payments", () => {
    expect(decide("xrpl", drops, xrpl("TransactionType", "eq", "Payment"))).toBe("ALLOW");
    expect(decide("xrpl", drops, xrpl("Payment.Destination", "in", [address]))).toBe("ALLOW");
    expect(decide("xrpl", drops, xrpl("Payment.DestinationTag", "eq", "7"))).toBe("ALLOW");
    expect(decide("xrpl", drops, xrpl("Payment.Amount.drops", "lte", "1000"))).toBe("ALLOW");
    expect(decide("xrpl", dollars, xrpl("Payment.Amount.value", "eq", "1.50"))).toBe("ALLOW");
    expect(decide("xrpl", dollars, xrpl("Payment.Amount.value", "lte", "15e-1"))).toBe("ALLOW");
    expect(decide("xrpl", dollars, xrpl("Payment.Amount.currency", "eq", "USD"))).toBe("ALLOW");
    expect(decide("xrpl", dollars, xrpl("Payment.Amount.currency", "eq", usd))).toBe("ALLOW");
    expect(decide("xrpl", dollars, xrpl("Payment.Amount.issuer", "eq", address))).toBe("ALLOW");
  });

  it("does not let a cap on Amount hide what SendMax or paths spend", () => {
    const cap = xrpl("Payment.Amount.drops", "lte", "1000");
    const paths = `011201${issuer}00`;
    const viaDollars = payment("40000000000003e8", `69${issued(usd)}`);
    expect(decide("xrpl", viaDollars, cap)).toBe("DENY");
    expect(decide("xrpl", payment("40000000000003e8", "", paths), cap)).toBe("DENY");
    expect(
      decide("xrpl", payment(issued(usd), `69${issued(usd)}`, paths), xrpl("Payment.Amount.value", "lte", "2")),
    ).toBe("DENY");
    expect(decide("xrpl", payment(issued(usd), `69${issued(eur)}`), xrpl("Payment.Amount.value", "lte", "2"))).toBe(
      "DENY",
    );
    const denial: Rule = {
      method: "xrpl_signTransaction",
      conditions: [xrpl("Payment.Amount.drops", "gt", "1000")],
      action: "DENY",
    };
    expect(decideWith("xrpl", viaDollars, [{ method: "*", conditions: [] }, denial])).toBe("DENY");
    // The cap that holds is the one on what is spent.
    const spent = xrpl("Payment.SendMax.value", "lte", "1.5");
    expect(decide("xrpl", viaDollars, spent, xrpl("Payment.SendMax.currency", "eq", "USD"))).toBe("ALLOW");
    expect(decide("xrpl", payment(issued(usd), `69${issued(usd)}`), xrpl("Payment.Amount.value", "lte", "2"))).toBe(
      "ALLOW",
    );
  });

  it("reads offers and trust lines", () => {
    expect(decide("xrpl", offer, xrpl("OfferCreate.TakerPays.value", "eq", "1.5"))).toBe("ALLOW");
    expect(decide("xrpl", offer, xrpl("OfferCreate.TakerGets.drops", "eq", "1000"))).toBe("ALLOW");
    expect(decide("xrpl", offer, xrpl("OfferCreate.Expiration", "lte", "100"))).toBe("ALLOW");
    expect(decide("xrpl", trust, xrpl("TrustSet.LimitAmount.value", "lte", "2"))).toBe("ALLOW");
    expect(decide("xrpl", trust, xrpl("TrustSet.QualityIn", "eq", "5"))).toBe("ALLOW");
  });

  it("shows decimals as people write them", () => {
    const policy = policyOf("xrpl", [
      { method: "xrpl_signTransaction", conditions: [xrpl("Payment.Amount.value", "gt", "2")] },
    ]);
    const decision = evaluatePolicy(policy, dollars, facts);
    expect(decision.trace[0]?.condition?.observed).toBe("1.5");
  });

  it.each([
    xrpl("TransactionType", "eq", "payment"),
    xrpl("TransactionType", "gt", "Payment"),
    xrpl("Payment.Destination", "eq", "rDTXLQ7ZKZVKz33zJbHjgVShjsBnqMBhmM"),
    xrpl("Payment.Amount", "eq", "1"),
    xrpl("Payment.Amount.drops", "lte", "1.5"),
    xrpl("Payment.Amount.value", "lte", "one"),
    xrpl("Payment.Amount.currency", "eq", "XRP"),
    xrpl("Payment.Amount.currency", "eq", "DOLLAR"),
    xrpl("TrustSet.LimitAmount.drops", "lte", "1"),
  ])("refuses the condition %j when it is written", (condition) => {
    expect(problemsOf("xrpl", "xrpl_signTransaction", condition)).toHaveLength(1);
    expect(decide("xrpl", drops, condition)).toBe("DENY");
  });
});

describe("methods that no rule can name", () => {
  it("are allowed by a `*` rule only", () => {
    for (const [chainType, method] of [
      ["near", "near_signTransaction"],
      ["aptos", "aptos_signTransaction"],
      ["cosmos", "raw_sign"],
    ] as const) {
      expect(decideWith(chainType, { method }, [])).toBe("DENY");
      expect(decideWith(chainType, { method }, [{ method: "exportPrivateKey", conditions: [] }])).toBe("DENY");
      expect(decideWith(chainType, { method }, [{ method: "*", conditions: [] }])).toBe("ALLOW");
      expect(problemsOf(chainType, method, on("system")("current_unix_timestamp", "lt", "1"))).toHaveLength(1);
    }
  });
});

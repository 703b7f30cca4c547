/** How long a Solana transaction takes from its base64 to the decision; `npx vitest bench --run core/src/policy`. */
import { bench, describe } from "vitest";
import { parseSolanaRequest, requestBytes } from "../solana/request.ts";
import { allow, deny, factsNow } from "../testing/policy-fixtures.ts";
import {
  address,
  addressBytes,
  buildMessage,
  buildTransaction,
  COMPUTE_BUDGET,
  instruction,
  onProgram,
  onSystem,
  onToken,
  SYSTEM,
  TOKEN,
  transactionBase64,
  transfer,
  transferChecked,
  u32,
  u64,
  WALLET,
} from "../testing/solana-fixtures.ts";
import { compilePolicy, evaluatePolicy } from "./evaluate.ts";

const instructions = [
  instruction(COMPUTE_BUDGET, [], 2, u32(200_000)),
  instruction(COMPUTE_BUDGET, [], 3, u64(1000n)),
  transfer(address(1), 5n),
  transferChecked(address(2), address(3), 1000n),
];
const body = {
  method: "signTransaction",
  params: { transaction: transactionBase64(buildTransaction(buildMessage(instructions))), encoding: "base64" },
};
const context = { walletAddress: addressBytes(WALLET) };
const parse = () => {
  const parsed = parseSolanaRequest(body, context);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.request;
};

function compileRules(count: number) {
  const rules = Array.from({ length: count }, (_, i) => {
    const last = i >= count - 2;
    const conditions = [
      onProgram("in", [SYSTEM, TOKEN, COMPUTE_BUDGET]),
      i % 2 === 0
        ? onSystem("Transfer.lamports", last ? "lte" : "gt", "1000000")
        : onToken("TransferChecked.amount", last ? "lte" : "gt", "1000000"),
    ];
    return (last ? allow : deny)("signTransaction", ...conditions);
  });
  const all = [...rules, allow("signTransaction", onProgram("eq", COMPUTE_BUDGET))];
  return compilePolicy({ id: "p", chain_type: "solana", rules: all.map((rule, i) => ({ ...rule, id: `rule${i}` })) });
}

describe("a transaction of 4 instructions", () => {
  const request = parse();
  const [three, twenty] = [compileRules(2), compileRules(20)];
  if (evaluatePolicy(twenty, request, factsNow).decision !== "ALLOW") throw new Error("not allowed");
  bench("parse", () => void parse());
  bench("the bytes to sign", () => void requestBytes(request));
  bench("decide, 3 rules", () => void evaluatePolicy(three, request, factsNow));
  bench("decide, 21 rules", () => void evaluatePolicy(twenty, request, factsNow));
  bench("all of it, 21 rules", () => {
    const parsed = parse();
    evaluatePolicy(twenty, parsed, factsNow);
    requestBytes(parsed);
  });
});

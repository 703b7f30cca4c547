/**
 * How long a decision takes; `npx vitest bench --run core/src/policy`. The goal is a median below 100 µs for 20 rules
 * that decode calldata.
 */
import { bench, describe } from "vitest";
import {
  A,
  allow,
  B,
  C,
  compileRules,
  deny,
  factsNow,
  onCalldata,
  onDomain,
  onPermit,
  onTransaction,
  permit,
  signTransaction,
  transferData,
} from "../testing/policy-fixtures.ts";
import { evaluatePolicy } from "./evaluate.ts";

/** Rules of which none but the last is met, so that every one of them is evaluated. */
function compileCalldataRules(count: number) {
  const rules = Array.from({ length: count }, (_, i) => {
    const conditions = [
      onTransaction("chain_id", "eq", "1"),
      onTransaction("to", "eq", C),
      onCalldata("function_name", "eq", "transfer"),
      onCalldata("transfer.to", "in", [A, B]),
      onCalldata("transfer.amount", "lte", i === count - 1 ? "1000" : String(i % 100)),
    ];
    return i % 4 === 0 && i !== count - 1
      ? deny("eth_signTransaction", ...conditions)
      : allow("eth_signTransaction", ...conditions);
  });
  return compileRules(rules);
}

const transfer = signTransaction({ to: C, data: transferData(A, 1000n) });
const tooMuch = signTransaction({ to: C, data: transferData(A, 1001n) });
const typedRules = compileRules(
  Array.from({ length: 20 }, (_, i) =>
    allow(
      "eth_signTypedData_v4",
      onDomain("chainId", "eq", "1"),
      onPermit("spender", "eq", B),
      onPermit("value", "lte", i === 19 ? "5" : "4"),
    ),
  ),
);

describe("evaluatePolicy", () => {
  const one = compileCalldataRules(1);
  const twenty = compileCalldataRules(20);
  const twoHundred = compileCalldataRules(200);
  const typed = permit();
  bench("1 rule with calldata, allowed", () => {
    evaluatePolicy(one, transfer, factsNow);
  });
  bench("20 rules with calldata, allowed", () => {
    evaluatePolicy(twenty, transfer, factsNow);
  });
  bench("20 rules with calldata, denied with its trace", () => {
    evaluatePolicy(twenty, tooMuch, factsNow);
  });
  bench("200 rules with calldata, allowed", () => {
    evaluatePolicy(twoHundred, transfer, factsNow);
  });
  bench("20 rules with typed data, allowed", () => {
    evaluatePolicy(typedRules, typed, factsNow);
  });
  bench("compiling 20 rules with calldata", () => {
    compileCalldataRules(20);
  });
});

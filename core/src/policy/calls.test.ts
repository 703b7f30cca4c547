import { encodeFunctionData, parseAbi } from "viem";
import { describe, expect, it } from "vitest";
import { accountCalls, encodeExecuteBatch } from "../ethereum/account-calls.ts";
import type { EthereumCall, UserOperation } from "../ethereum/types.ts";
import {
  A,
  allow,
  B,
  bytes,
  C,
  compileRules,
  decide,
  deny,
  factsNow,
  onCalldata,
  onMessage,
  onTransaction,
  personalSign,
  transaction,
  transferData,
} from "../testing/policy-fixtures.ts";
import { evaluatePolicy } from "./evaluate.ts";
import type { PolicyRequest } from "./request.ts";

const sender = bytes(`0x${"99".repeat(20)}`);
const call = (to: string, value = 0n, data = "0x"): EthereumCall => ({ to: bytes(to), value, data: bytes(data) });

function userOperation(callData: Uint8Array, more: Partial<UserOperation> = {}): PolicyRequest {
  const gas = { callGasLimit: 1n, verificationGasLimit: 1n, preVerificationGas: 1n };
  const fees = { maxFeePerGas: 1n, maxPriorityFeePerGas: 1n };
  const none = { factory: undefined, paymaster: undefined };
  return {
    method: "eth_signUserOperation",
    contract: sender,
    chainId: 1n,
    userOperation: { sender, nonce: 0n, callData, ...gas, ...fees, ...none, ...more },
  };
}

const batch = (...calls: EthereumCall[]): PolicyRequest => userOperation(encodeExecuteBatch(calls));
const sendCalls = (...calls: EthereumCall[]): PolicyRequest => ({
  method: "wallet_sendCalls",
  caip2: "eip155:1",
  chainId: 1n,
  sender,
  calls,
  transaction: transaction(),
});
const upgrade = bytes(
  encodeFunctionData({
    abi: parseAbi(["function upgradeToAndCall(address implementation, bytes data)"]),
    args: [A as `0x${string}`, "0x"],
  }),
);

describe.each([
  ["eth_signUserOperation", batch],
  ["wallet_sendCalls", sendCalls],
] as const)("calls of %s (I13)", (method, make) => {
  const toA = allow(method, onTransaction("to", "eq", A), onTransaction("value", "lte", "10"));

  it("are denied when there is none", () => {
    expect(decide([allow("*")], make())).toBe("DENY");
  });

  it("are denied when one of them is not allowed, and the decision says which", () => {
    const policy = compileRules([toA]);
    expect(evaluatePolicy(policy, make(call(A), call(B)), factsNow)).toMatchObject({
      decision: "DENY",
      part: expect.stringMatching(/^call 1 of the /),
    });
    expect(decide([toA], make(call(A, 5n), call(A, 11n)))).toBe("DENY");
    expect(decide([allow(method), deny(method, onTransaction("to", "eq", B))], make(call(A), call(B)))).toBe("DENY");
  });

  it("are not hidden by the account calling itself", () => {
    const self = `0x${"99".repeat(20)}`;
    const nested = call(self, 0n, `0x${Buffer.from(encodeExecuteBatch([call(B)])).toString("hex")}`);
    expect(decide([allow(method), deny(method, onTransaction("to", "eq", B))], make(nested))).toBe("DENY");
    expect(decide([allow(method, onTransaction("to", "eq", self))], make(nested))).toBe("DENY");
    expect(decide([allow(method, onTransaction("to", "in", [self, B]))], make(nested))).toBe("ALLOW");
  });

  it("need a rule of the method: one about transactions says nothing", () => {
    expect(decide([allow("eth_signTransaction"), allow("eth_sendTransaction")], make(call(A)))).toBe("DENY");
  });

  it("are allowed when each is, by whatever rule, with its own calldata and the chain of the whole", () => {
    const transfers = allow(method, onTransaction("to", "eq", C), onCalldata("transfer.amount", "lte", "7"));
    expect(decide([toA, transfers], make(call(A, 10n), call(C, 0n, transferData(B, 7n))))).toBe("ALLOW");
    expect(decide([toA, transfers], make(call(A, 10n), call(C, 0n, transferData(B, 8n))))).toBe("DENY");
    expect(decide([allow(method, onTransaction("chain_id", "eq", "1"))], make(call(A)))).toBe("ALLOW");
    expect(decide([allow(method, onTransaction("chain_id", "eq", "2"))], make(call(A)))).toBe("DENY");
  });
});

describe("a user operation whose calls cannot be told", () => {
  const request = userOperation(upgrade);

  it("satisfies no condition about a call, and every DENY rule about one denies it", () => {
    expect(accountCalls(sender, upgrade)).toBeUndefined();
    for (const one of [
      onTransaction("to", "neq", B),
      onTransaction("value", "eq", "0"),
      onCalldata("function_name", "neq", "transfer"),
    ]) {
      expect(decide([allow("eth_signUserOperation", one)], request)).toBe("DENY");
      expect(decide([allow("*"), deny("eth_signUserOperation", one)], request)).toBe("DENY");
    }
  });

  it("is allowed by a rule that restricts no call", () => {
    expect(decide([allow("eth_signUserOperation", onTransaction("chain_id", "eq", "1"))], request)).toBe("ALLOW");
    expect(decide([allow("*")], request)).toBe("ALLOW");
  });
});

describe("a message of 32 bytes, which may be the hash of a user operation", () => {
  const message = personalSign(new Uint8Array(32).fill(7));

  it("has to be allowed as one too", () => {
    expect(decide([allow("personal_sign")], message)).toBe("DENY");
    expect(
      decide([allow("personal_sign"), allow("eth_signUserOperation", onTransaction("to", "eq", A))], message),
    ).toBe("DENY");
    expect(decide([allow("*"), deny("eth_signUserOperation", onTransaction("to", "eq", A))], message)).toBe("DENY");
    expect(decide([allow("personal_sign"), allow("eth_signUserOperation")], message)).toBe("ALLOW");
    expect(decide([allow("*")], message)).toBe("ALLOW");
  });

  it("is a message like any other in 31 or 33 bytes", () => {
    for (const length of [31, 33]) {
      expect(
        decide(
          [allow("personal_sign", onMessage("byte_length", "eq", String(length)))],
          personalSign(new Uint8Array(length)),
        ),
      ).toBe("ALLOW");
    }
  });
});

describe("an explanation", () => {
  it("tells of every piece of the request and every condition, with what was observed", () => {
    const policy = compileRules([
      allow("eth_signUserOperation", onTransaction("to", "eq", A), onTransaction("value", "lte", "10")),
    ]);
    const request = batch(call(A, 5n), call(B, 11n), call(A));
    const decision = evaluatePolicy(policy, request, factsNow, { explain: true });
    expect(decision).toMatchObject({
      decision: "DENY",
      reason: "no_rule_allows",
      part: "call 1 of the user operation",
    });
    expect(decision.parts?.map(({ name, decision: one, rule_id: rule }) => [name, one, rule])).toEqual([
      ["call 0 of the user operation", "ALLOW", "rule0"],
      ["call 1 of the user operation", "DENY", undefined],
      ["call 2 of the user operation", "ALLOW", "rule0"],
    ]);
    expect(decision.parts?.[1]?.rules[0]?.conditions).toEqual([
      expect.objectContaining({ index: 0, field: "to", observed: B, result: "FALSE" }),
      expect.objectContaining({ index: 1, field: "value", observed: "11", result: "FALSE" }),
    ]);
  });

  it("comes to the decision that is made without it", () => {
    const policy = compileRules([allow("eth_signUserOperation", onTransaction("to", "eq", A))]);
    for (const request of [batch(), batch(call(A)), batch(call(A), call(B)), userOperation(upgrade)]) {
      const { parts: _, trace: _trace, ...explained } = evaluatePolicy(policy, request, factsNow, { explain: true });
      const { trace, ...decided } = evaluatePolicy(policy, request, factsNow);
      expect(explained).toEqual(decided);
    }
  });
});

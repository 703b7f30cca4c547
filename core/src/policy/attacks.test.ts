/**
 * What is tried against policies, by its name, each beside the harmless request that the same policy allows. The run
 * prints the table.
 */
import { encodeFunctionData, parseAbi } from "viem";
import { expect, it } from "vitest";
import { encodeExecuteBatch } from "../ethereum/account-calls.ts";
import {
  A,
  allow,
  approveData,
  B,
  bytes,
  C,
  decide,
  deny,
  erc20,
  onCalldata,
  onMessage,
  onPermit,
  onTransaction,
  permit,
  personalSign,
  setCodeTransaction,
  signTransaction,
  transferData,
  word,
} from "../testing/policy-fixtures.ts";
import {
  address,
  COMPUTE_BUDGET,
  decideSolana,
  instruction,
  lookup,
  onProgram,
  onSystem,
  SYSTEM,
  signTransactionOf,
  TOKEN_2022,
  transfer,
  u32,
  WALLET,
} from "../testing/solana-fixtures.ts";
import type { RuleInput } from "./policy.ts";
import type { PolicyRequest } from "./request.ts";

/** `attackRules` where the trap lies in the rules. */
type Attack = {
  name: string;
  rules: RuleInput[];
  attackRules?: RuleInput[];
  harmless: PolicyRequest;
  attack: PolicyRequest;
};

const sender = bytes(`0x${"99".repeat(20)}`);
const payA = [allow("eth_signTransaction", onTransaction("to", "eq", A), onTransaction("value", "lte", "10"))];
const transfers = [
  allow(
    "eth_signTransaction",
    onTransaction("to", "eq", C),
    onCalldata("transfer.to", "eq", A),
    onCalldata("transfer.amount", "lte", "10"),
  ),
];
const token = (data: string) => signTransaction({ to: C, data });
// Both have the selector 0xa9059cbb.
const colliding = [
  ...(erc20 as object[]),
  { type: "function", name: "many_msg_babbage", inputs: [{ type: "bytes1", name: "x" }] },
] as never;
const goodTransfer = token(transferData(A, 5n));
const multicall = encodeFunctionData({
  abi: parseAbi(["function multicall(bytes[] data)"]),
  args: [[transferData(B, 1000n) as `0x${string}`]],
});
const operation = (...calls: { to: string; value: bigint }[]): PolicyRequest => ({
  method: "eth_signUserOperation",
  contract: sender,
  chainId: 1n,
  userOperation: {
    sender,
    nonce: 0n,
    callData: encodeExecuteBatch(calls.map(({ to, value }) => ({ to: bytes(to), value, data: new Uint8Array(0) }))),
    callGasLimit: 1n,
    verificationGasLimit: 1n,
    preVerificationGas: 1n,
    maxFeePerGas: 1n,
    maxPriorityFeePerGas: 1n,
    factory: undefined,
    paymaster: undefined,
  },
});
const operations = [allow("eth_signUserOperation", onTransaction("to", "eq", A), onTransaction("value", "lte", "10"))];
const lamports = [
  allow("signTransaction", onSystem("Transfer.to", "eq", address(1)), onSystem("Transfer.lamports", "lte", "10")),
];
const anySystem = [allow("signTransaction", onProgram("in", [SYSTEM, COMPUTE_BUDGET]))];
const goodLamports = signTransactionOf(transfer(address(1), 5n));
const permits = [allow("eth_signTypedData_v4", onPermit("spender", "eq", B), onPermit("value", "lte", "5"))];
const permitMessage = (more: object) => ({
  message: {
    owner: A.toLowerCase(),
    spender: B,
    value: "5",
    note: { text: "rent", urgent: true, tag: "0xdeadBEEF" },
    steps: [-2, "7"],
    ...more,
  },
});

const attacks: Attack[] = [
  {
    name: "another recipient",
    rules: payA,
    harmless: signTransaction({ value: 5n }),
    attack: signTransaction({ to: B, value: 5n }),
  },
  {
    name: "contract creation",
    rules: payA,
    harmless: signTransaction({ value: 5n }),
    attack: signTransaction({ to: undefined, value: 5n }),
  },
  {
    name: "type-4 transaction with an authorization",
    rules: payA,
    harmless: signTransaction(),
    attack: setCodeTransaction([1n, B]),
  },
  { name: "multicall around a transfer", rules: transfers, harmless: goodTransfer, attack: token(multicall) },
  { name: "approve instead of transfer", rules: transfers, harmless: goodTransfer, attack: token(approveData(A, 5n)) },
  {
    name: "selector collision inside the rule's own ABI",
    rules: transfers,
    attackRules: [allow("eth_signTransaction", onCalldata("transfer.to", "eq", A, colliding))],
    harmless: goodTransfer,
    attack: goodTransfer,
  },
  {
    name: "dirty words above an address",
    rules: transfers,
    harmless: goodTransfer,
    attack: token(transferData(A, 5n).replace(word(A), `01${word(A).slice(2)}`)),
  },
  {
    name: "bytes after the arguments",
    rules: transfers,
    harmless: goodTransfer,
    attack: token(`${transferData(A, 5n)}${word(0n)}`),
  },
  {
    name: "calldata cut short",
    rules: transfers,
    harmless: goodTransfer,
    attack: token(transferData(A, 5n).slice(0, -2)),
  },
  { name: "permit for more", rules: permits, harmless: permit(), attack: permit(permitMessage({ value: "6" })) },
  {
    name: "permit for another spender",
    rules: permits,
    harmless: permit(),
    attack: permit(permitMessage({ spender: A.toLowerCase() })),
  },
  {
    name: "hash of a user operation as a message",
    rules: [allow("personal_sign", onMessage("byte_length", "lte", "100"))],
    harmless: personalSign("hello"),
    attack: personalSign(new Uint8Array(32).fill(7)),
  },
  {
    name: "user operation with a second call",
    rules: operations,
    harmless: operation({ to: A, value: 1n }),
    attack: operation({ to: A, value: 1n }, { to: B, value: 1n }),
  },
  {
    name: "user operation without a call",
    rules: operations,
    harmless: operation({ to: A, value: 1n }),
    attack: operation(),
  },
  {
    name: "raw hash under a policy",
    rules: [...payA, allow("personal_sign")],
    harmless: personalSign("hi"),
    attack: { method: "secp256k1_sign", hash: new Uint8Array(32) },
  },
  {
    name: "second instruction",
    rules: lamports,
    harmless: goodLamports,
    attack: signTransactionOf(transfer(address(1), 5n), transfer(address(2), 5n)),
  },
  {
    name: "recipient from a lookup table",
    rules: lamports,
    harmless: goodLamports,
    attack: signTransactionOf(transfer(lookup(0), 5n)),
  },
  {
    name: "lookup table against a DENY rule",
    rules: [
      allow("signTransaction", onProgram("eq", SYSTEM)),
      deny("signTransaction", onSystem("Transfer.to", "eq", address(2))),
    ],
    harmless: goodLamports,
    attack: signTransactionOf(transfer(lookup(0), 5n)),
  },
  {
    name: "durable nonce",
    rules: anySystem,
    harmless: goodLamports,
    attack: signTransactionOf(instruction(SYSTEM, [address(3), address(4), WALLET], u32(4)), transfer(address(1), 5n)),
  },
  {
    name: "assign the account to a program",
    rules: anySystem,
    harmless: goodLamports,
    attack: signTransactionOf(instruction(SYSTEM, [WALLET], u32(1), new Uint8Array(32).fill(9))),
  },
  {
    name: "extension of Token-2022 under a rule for everything",
    rules: [allow("signTransaction")],
    harmless: goodLamports,
    attack: signTransactionOf(instruction(TOKEN_2022, [address(1), address(2), WALLET], 26, 1, new Uint8Array(17))),
  },
];

it("the table of attacks", () => {
  const rows = attacks.map(({ name, rules, attackRules = rules, harmless, attack }) => ({
    name,
    harmless: verdictOf(rules, harmless),
    attack: verdictOf(attackRules, attack),
  }));
  console.log(
    rows.map(({ name, harmless, attack }) => `${name.padEnd(50)} harmless: ${harmless}  attack: ${attack}`).join("\n"),
  );
  for (const row of rows) expect(row).toMatchObject({ harmless: "ALLOW", attack: "DENY" });
});

function verdictOf(rules: RuleInput[], request: PolicyRequest): "ALLOW" | "DENY" {
  return request.method === "signTransaction" ? decideSolana(rules, request).decision : decide(rules, request);
}

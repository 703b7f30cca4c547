import type { PrivyClient } from "@privy-io/node";
import {
  type Address,
  createWalletClient,
  encodeFunctionData,
  erc20Abi,
  getAddress,
  type Hex,
  http,
  parseEther,
} from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { anvil } from "viem/chains";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AuthorizationKey, makeAuthorizationKey } from "../authorization-key.ts";
import { deployErc20 } from "../erc20.ts";
import { policyViolation, refusalOf } from "../refusal.ts";
import { CAIP2, type Stack, startStack } from "../stack.ts";

const ALICE = getAddress("0x00000000000000000000000000000000000a11ce");
const BOB = getAddress("0x0000000000000000000000000000000000000b0b");
const TOKEN = getAddress("0x0000000000000000000000000000000000070ce2");
const ACCOUNT = getAddress("0x000000000000000000000000000000000000ac07");

/**
 * An account in the EVM's own words: `executeBatch((address,uint256,bytes)[])` makes the calls one after the other, all
 * or none, when the account itself asks. Anything else reverts, ether aside.
 */
const ACCOUNT_CODE = [
  "3615605557", // no data: go to 0x55, take the ether
  "33301415605757", // the caller has to be the account
  "5f3560e01c6334fcd5be1415605757", // the selector
  "5f", // 0x1b: call 0
  "5b602435811460555780", // 0x1c: as many as there are: go to 0x55; else the next call's place
  "60051b60440135604401", // … and where it begins
  "806060013580826080015f37", // its data, to memory
  "5f5f825f8560200135", // … its value
  "86355af115605757", // … its target; make it, or revert
  "5050600101601c56", // the next one
  "5b00", // 0x55
  "5b5f5ffd", // 0x57: revert
].join("");

let stack: Stack;
let privy: PrivyClient;
let owner: AuthorizationKey;
let agent: AuthorizationKey;
let agentId: string;
beforeAll(async () => {
  stack = await startStack();
  privy = stack.sdk(await stack.createApp());
  [owner, agent] = [makeAuthorizationKey(), makeAuthorizationKey()];
  agentId = (await privy.keyQuorums().create({ public_keys: [agent.publicKey], authorization_threshold: 1 })).id;
  await stack.faucet.setCode({ address: ACCOUNT, bytecode: `0x${ACCOUNT_CODE}` });
});
afterAll(() => stack?.stop());

const as = (key: AuthorizationKey) => ({ authorization_context: { authorization_private_keys: [key.privateKey] } });
const pay = (to: Address, amount: bigint) =>
  encodeFunctionData({ abi: erc20Abi, functionName: "transfer", args: [to, amount] });
const balanceOf = (account: Address) =>
  stack.chain.readContract({ address: TOKEN, abi: erc20Abi, functionName: "balanceOf", args: [account] });

const onCall = (field: string, operator: string, value: string) => ({
  field_source: "ethereum_transaction",
  field,
  operator,
  value,
});
const onTransfer = (field: string, operator: string, value: string) => ({
  ...onCall(field, operator, value),
  field_source: "ethereum_calldata",
  abi: erc20Abi.filter((item) => item.type === "function" && item.name === "transfer"),
});
const rules = [
  {
    name: "Ether to Alice",
    conditions: [onCall("to", "eq", ALICE), onCall("value", "lte", parseEther("0.5").toString())],
  },
  {
    name: "Up to 50 of the token to Bob",
    conditions: [
      onCall("to", "eq", TOKEN),
      onCall("value", "eq", "0"),
      onTransfer("transfer.recipient", "eq", BOB),
      onTransfer("transfer.amount", "lte", "50"),
    ],
  },
].map((rule) => ({ ...rule, method: "wallet_sendCalls", action: "ALLOW" }));

/** A funded wallet with a session signer under the rules. */
async function makeWallet() {
  const policy = await privy
    .policies()
    .create({ version: "1.0", name: "Payments", chain_type: "ethereum", rules: rules as never });
  const wallet = await privy.wallets().create({
    chain_type: "ethereum",
    owner: { public_key: owner.publicKey },
    additional_signers: [{ signer_id: agentId, override_policy_ids: [policy.id] }],
  });
  await stack.fund(wallet.address, "2");
  await deployErc20(stack.faucet, TOKEN, { [wallet.address]: 100n });
  return wallet;
}

/** The owner signs the authorization; somebody else brings it to the chain and pays. */
async function delegate(wallet: { id: string; address: string }): Promise<void> {
  const { authorization } = await privy
    .wallets()
    .ethereum()
    .sign7702Authorization(wallet.id, {
      params: { contract: ACCOUNT, chain_id: anvil.id, nonce: 0 },
      ...as(owner),
    });
  const payer = privateKeyToAccount(generatePrivateKey());
  await stack.fund(payer.address, "1");
  const client = createWalletClient({ account: payer, chain: anvil, transport: http(stack.chainUrl) });
  const hash = await client.sendTransaction({
    to: payer.address,
    authorizationList: [
      {
        address: authorization.contract as Address,
        chainId: Number(authorization.chain_id),
        nonce: Number(authorization.nonce),
        r: authorization.r as Hex,
        s: authorization.s as Hex,
        yParity: authorization.y_parity,
      },
    ],
  });
  await stack.chain.waitForTransactionReceipt({ hash });
  const code = await stack.chain.getCode({ address: wallet.address as Address });
  expect(code).toBe(`0xef0100${ACCOUNT.slice(2).toLowerCase()}`);
}

const sendCalls = (id: string, calls: object[], key = agent) =>
  privy.wallets().rpc(id, { method: "wallet_sendCalls", caip2: CAIP2, params: { calls: calls as never }, ...as(key) });

async function minedOf(sent: unknown) {
  const { data } = sent as { data: { transaction_id: string; caip2: string } };
  expect(data).toEqual({ transaction_id: expect.any(String), caip2: CAIP2 });
  const { transaction_hash } = await privy.transactions().get(data.transaction_id);
  return stack.chain.waitForTransactionReceipt({ hash: transaction_hash as Hex });
}

const etherToAlice = { to: ALICE, value: "0x1" };
const tokenToBob = { to: TOKEN, data: pay(BOB, 50n) };

describe("several calls at once", () => {
  it("are refused while the wallet has no code that could make them", async () => {
    const wallet = await makeWallet();
    const refusal = await refusalOf(sendCalls(wallet.id, [etherToAlice, tokenToBob]));
    expect(refusal).toMatchObject({ status: 400, code: "not_supported" });
    expect(refusal.error).toContain("EIP-7702");
    expect(await stack.chain.getTransactionCount({ address: wallet.address as Address })).toBe(0);
  });

  it("are refused whole where the policy does not allow one of them, and nothing happens", async () => {
    const wallet = await makeWallet();
    await delegate(wallet);
    const outside = [
      { to: TOKEN, data: pay(BOB, 51n) },
      { to: TOKEN, data: pay(ALICE, 1n) },
      { to: TOKEN, data: pay(BOB, 1n), value: "0x1" },
      { to: ALICE, value: "0x6f05b59d3b20001" },
      { to: wallet.address, data: "0x34fcd5be" },
    ];
    const nonce = await stack.chain.getTransactionCount({ address: wallet.address as Address });
    for (const call of outside) {
      const refusal = await refusalOf(sendCalls(wallet.id, [etherToAlice, tokenToBob, call]));
      expect(refusal, JSON.stringify(call)).toMatchObject(policyViolation);
      expect(refusal.details).toMatchObject({ reason: "no_rule_allows" });
      expect(String(refusal.details?.part)).toMatch(/^(call 2|the calls) of the batch$/);
    }
    // A batch is no way around the method that the rules are about.
    const transaction = { to: ALICE, value: "0x1" };
    const single = privy
      .wallets()
      .ethereum()
      .sendTransaction(wallet.id, { caip2: CAIP2, params: { transaction }, ...as(agent) });
    expect(await refusalOf(single)).toMatchObject(policyViolation);
    expect(await stack.chain.getTransactionCount({ address: wallet.address as Address })).toBe(nonce);
    expect(await balanceOf(BOB)).toBe(0n);
  });

  it("are executed in one transaction of the delegated account", async () => {
    const wallet = await makeWallet();
    await delegate(wallet);
    const before = await stack.chain.getBalance({ address: ALICE });
    const receipt = await minedOf(await sendCalls(wallet.id, [etherToAlice, tokenToBob, etherToAlice]));
    expect(receipt).toMatchObject({ status: "success", to: wallet.address.toLowerCase() });
    expect(await stack.chain.getBalance({ address: ALICE })).toBe(before + 2n);
    expect(await balanceOf(BOB)).toBe(50n);
    expect(await balanceOf(wallet.address as Address)).toBe(50n);
    const { transactions } = await privy.wallets().transactions.get(wallet.id, { chain: CAIP2, token: TOKEN });
    expect(transactions).toMatchObject([
      { transaction_hash: receipt.transactionHash, details: { recipient: BOB, raw_value: "50" } },
    ]);
  });

  it("are all undone when one fails on the chain", async () => {
    const wallet = await makeWallet();
    await delegate(wallet);
    const [alice, bob] = [await stack.chain.getBalance({ address: ALICE }), await balanceOf(BOB)];
    // 150 of 100: each call is allowed, the third cannot be paid. The node's simulation says so.
    const refusal = await refusalOf(sendCalls(wallet.id, [etherToAlice, tokenToBob, tokenToBob, tokenToBob]));
    expect(refusal).toMatchObject({ status: 400, code: "transaction_broadcast_failure" });
    expect([await stack.chain.getBalance({ address: ALICE }), await balanceOf(BOB)]).toEqual([alice, bob]);
  });

  it("of one are that call, delegated or not", async () => {
    const wallet = await makeWallet();
    const receipt = await minedOf(await sendCalls(wallet.id, [etherToAlice]));
    expect(receipt).toMatchObject({ status: "success", to: ALICE.toLowerCase() });
  });
});

describe("a message of 32 bytes", () => {
  it("is refused where the calls of an account are limited, and told why", async () => {
    const wallet = await makeWallet();
    const policy = await privy.policies().create({
      version: "1.0",
      name: "Messages",
      chain_type: "ethereum",
      rules: [{ name: "Any message", method: "personal_sign", action: "ALLOW", conditions: [] }],
    });
    await privy.wallets().update(wallet.id, {
      additional_signers: [{ signer_id: agentId, override_policy_ids: [policy.id] }],
      ...as(owner),
    });
    const sign = (message: string) =>
      privy
        .wallets()
        .ethereum()
        .signMessage(wallet.id, { message, ...as(agent) });
    const refusal = await refusalOf(sign("a message of exactly 32 letters!"));
    expect(refusal).toMatchObject(policyViolation);
    expect(refusal.details).toMatchObject({
      reason: "no_rule_for_method",
      part: "the user operation that the message may be the hash of",
    });
    expect((await sign("a message of exactly 33 letters!!")).signature).toMatch(/^0x/);
  });
});

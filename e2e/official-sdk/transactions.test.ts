import type { PrivyClient } from "@privy-io/node";
import { type Hex, pad, parseEther, toHex } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { policyViolation, refusalOf } from "../refusal.ts";
import { type App, CAIP2, type Stack, startStack } from "../stack.ts";

/** Stores its first argument at slot 0: PUSH1 4 CALLDATALOAD PUSH1 0 SSTORE STOP, and the code that deploys it. */
const STORE = "0x666004356000550060005260076019f3";
/** Reverts: PUSH1 0 PUSH1 0 REVERT. */
const REVERT = "0x6460006000fd6000526005601bf3";
const RECIPIENT = "0x00000000000000000000000000000000000a11cE";

let stack: Stack;
let app: App;
let privy: PrivyClient;
beforeAll(async () => {
  stack = await startStack();
  app = await stack.createApp();
  privy = stack.sdk(app);
});
afterAll(() => stack?.stop());

type Transaction = { [member: string]: unknown };

const send = (walletId: string, transaction: Transaction, more: object = {}) =>
  privy
    .wallets()
    .ethereum()
    .sendTransaction(walletId, { caip2: CAIP2, params: { transaction: transaction as never }, ...more });

const mined = (hash: string) => stack.chain.waitForTransactionReceipt({ hash: hash as Hex });

async function makeWallet(ether = "1", more: object = {}) {
  const wallet = await privy.wallets().create({ chain_type: "ethereum", ...more });
  if (ether !== "0") await stack.fund(wallet.address, ether);
  return wallet;
}

describe("eth_sendTransaction", () => {
  it("deploys a contract and calls it with data", async () => {
    const wallet = await makeWallet();
    const { contractAddress } = await mined((await send(wallet.id, { data: STORE })).hash);
    const value = pad(toHex(123_456_789n), { size: 32 });
    const sent = await send(wallet.id, { to: contractAddress, data: `0x12345678${value.slice(2)}` });
    const receipt = await mined(sent.hash);
    expect(receipt.status).toBe("success");
    expect(sent).toMatchObject({ caip2: CAIP2, hash: receipt.transactionHash });
    expect(sent.transaction_request).toMatchObject({ to: expect.any(String), chain_id: expect.anything() });
    expect(await stack.chain.getStorageAt({ address: contractAddress!, slot: "0x0" })).toBe(value);
  });

  it.each([
    ["type 0", { type: 0 }, "legacy"],
    ["type 1", { type: 1 }, "eip2930"],
    ["type 2", { type: 2 }, "eip1559"],
    ["no type", {}, "eip1559"],
    ["a gas price only", { gas_price: toHex(5n * 10n ** 9n) }, "legacy"],
    ["one fee cap only", { max_priority_fee_per_gas: 7 }, "eip1559"],
    [
      "all given",
      { nonce: 0, gas_limit: 21_000, max_fee_per_gas: "0x2540be400", max_priority_fee_per_gas: 1 },
      "eip1559",
    ],
  ])("fills in what is missing: %s", async (_, given, type) => {
    const wallet = await makeWallet();
    const { hash } = await send(wallet.id, { to: RECIPIENT, value: "0x1", ...given });
    const transaction = await stack.chain.getTransaction({ hash: hash as Hex });
    expect(transaction).toMatchObject({ type, nonce: 0, value: 1n });
    for (const [member, name] of [
      ["gas_price", "gasPrice"],
      ["max_priority_fee_per_gas", "maxPriorityFeePerGas"],
      ["gas_limit", "gas"],
    ] as const) {
      const value = (given as Transaction)[member];
      if (value !== undefined) expect(transaction[name]).toBe(BigInt(value as string));
    }
    expect((await mined(hash)).status).toBe("success");
  });

  it("gives five sends of one wallet at once a nonce each, and all are mined", async () => {
    const wallet = await makeWallet();
    const sent = await Promise.all(
      Array.from({ length: 5 }, (_, at) => send(wallet.id, { to: RECIPIENT, value: at + 1 })),
    );
    const receipts = await Promise.all(sent.map(({ hash }) => mined(hash)));
    expect(receipts.map(({ status }) => status)).toEqual(Array(5).fill("success"));
    const nonces = await Promise.all(
      sent.map(async ({ hash }) => (await stack.chain.getTransaction({ hash: hash as Hex })).nonce),
    );
    expect(nonces.toSorted()).toEqual([0, 1, 2, 3, 4]);
  });

  it("refuses what the wallet cannot pay, what would revert, a used nonce, and another chain's id", async () => {
    const [poor, rich] = await Promise.all([makeWallet("0"), makeWallet()]);
    const { contractAddress } = await mined((await send(rich.id, { data: REVERT })).hash);
    const before = await stack.chain.getTransactionCount({ address: rich.address as Hex });
    const refusals = await Promise.all([
      refusalOf(send(poor.id, { to: RECIPIENT, value: "0x1" })),
      refusalOf(send(rich.id, { to: RECIPIENT, value: toHex(parseEther("2")) })),
      refusalOf(send(rich.id, { to: contractAddress, data: "0x01" })),
      refusalOf(send(rich.id, { to: RECIPIENT, nonce: 0 })),
      refusalOf(send(rich.id, { to: RECIPIENT, chain_id: 1 })),
      refusalOf(send(rich.id, { to: RECIPIENT, from: contractAddress })),
    ]);
    expect(refusals.map(({ status, code }) => `${status} ${code}`)).toEqual([
      "400 insufficient_funds",
      "400 insufficient_funds",
      "400 transaction_broadcast_failure",
      "400 transaction_broadcast_failure",
      "400 invalid_data",
      "400 invalid_data",
    ]);
    expect(await stack.chain.getTransactionCount({ address: rich.address as Hex })).toBe(before);
    // A send that the node refused holds nothing up.
    const { hash } = await send(rich.id, { to: RECIPIENT, value: 1 });
    expect((await mined(hash)).status).toBe("success");
  });

  it("says of a transaction that the policy denies that it does, even where the chain would refuse it too", async () => {
    const { id } = await privy.policies().create({ version: "1.0", name: "N", chain_type: "ethereum", rules: [] });
    const wallet = await makeWallet("0", { policy_ids: [id] });
    expect(await refusalOf(send(wallet.id, { to: RECIPIENT, value: 1 }))).toMatchObject(policyViolation);
  });
});

describe("transactions", () => {
  it("are read by id and by reference, with what became of them", async () => {
    const wallet = await makeWallet();
    const { contractAddress } = await mined((await send(wallet.id, { data: REVERT })).hash);
    const good = await send(wallet.id, { to: RECIPIENT, value: 1 }, { reference_id: "order-1" });
    const bad = await send(wallet.id, { to: contractAddress, gas_limit: 60_000 }, { reference_id: "order-1" });
    await Promise.all([mined(good.hash), mined(bad.hash)]);
    expect(good.reference_id).toBe("order-1");
    expect(await privy.transactions().get(good.transaction_id!)).toEqual({
      id: good.transaction_id,
      wallet_id: wallet.id,
      caip2: CAIP2,
      status: "confirmed",
      transaction_hash: good.hash,
      created_at: expect.any(Number),
      reference_id: "order-1",
    });
    expect(await privy.transactions().get(bad.transaction_id!)).toMatchObject({ status: "execution_reverted" });
    const { json } = await stack.client(app).request("GET", "/v1/transactions?reference_id=order-1");
    const ids = (json as { transactions: { id: string }[] }).transactions.map(({ id }) => id);
    expect(new Set(ids)).toEqual(new Set([good.transaction_id, bad.transaction_id]));
    const other = stack.sdk(await stack.createApp());
    expect(await refusalOf(other.transactions().get(good.transaction_id!))).toMatchObject({ status: 404 });
  });
});

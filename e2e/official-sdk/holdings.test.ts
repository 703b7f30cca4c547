import { findFreePort } from "@mandate/cli/port";
import type { PrivyClient } from "@privy-io/node";
import { encodeFunctionData, erc20Abi, getAddress, type Hex, parseEther, parseUnits, toHex } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deployErc20 } from "../erc20.ts";
import { refusalOf } from "../refusal.ts";
import { CAIP2, type Stack, startStack } from "../stack.ts";

const RECIPIENT = getAddress("0x00000000000000000000000000000000000a11ce");
const TOKEN = getAddress("0x0000000000000000000000000000000000070ce2");
/** What `usdc` means on Ethereum. The local chain stands for Ethereum too, for reading. */
const USDC = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";

let stack: Stack;
let privy: PrivyClient;
beforeAll(async () => {
  const silent = `http://127.0.0.1:${await findFreePort("127.0.0.1")}`;
  stack = await startStack((url) => ({
    MANDATE_RPC_URLS: `${CAIP2}=${url},eip155:1=${url},eip155:8453=${silent}`,
  }));
  privy = stack.sdk(await stack.createApp());
});
afterAll(() => stack?.stop());

async function makeWallet(ether = "1", more: object = {}) {
  const wallet = await privy.wallets().create({ chain_type: "ethereum", ...more });
  if (ether !== "0") await stack.fund(wallet.address, ether);
  return wallet;
}

const balanceOf = async (id: string, query: object) => (await privy.wallets().balance.get(id, query as never)).balances;

describe("a wallet's balance", () => {
  it("is refused where the question has no answer here, and says what to do", async () => {
    const { id } = await makeWallet("0");
    const tron = await privy.wallets().create({ chain_type: "tron" });
    const elsewhere = stack.sdk(await stack.createApp());
    const ask = (query: object) => refusalOf(privy.wallets().balance.get(id, query as never));
    expect(await ask({ include_currency: "usd", chain: CAIP2 })).toMatchObject({ status: 400, code: "not_supported" });
    expect(await ask({ chain: "optimism" })).toMatchObject({
      code: "not_supported",
      error: expect.stringContaining("MANDATE_RPC_URLS"),
    });
    expect(await ask({ chain: "solana" })).toMatchObject({ status: 400, code: "invalid_data" });
    expect(await ask({ chain: "goerli" })).toMatchObject({ status: 400, code: "invalid_data" });
    expect(await ask({ asset: "doge", chain: CAIP2 })).toMatchObject({ status: 400, code: "invalid_data" });
    expect(await ask({ token: `${CAIP2}:${RECIPIENT}` })).toMatchObject({ status: 400, code: "invalid_data" });
    expect(await ask({ token: `${CAIP2}:${TOKEN}`, chain: CAIP2 })).toMatchObject({ code: "invalid_data" });
    expect(await refusalOf(privy.wallets().balance.get(tron.id))).toMatchObject({ code: "not_supported" });
    expect(await refusalOf(elsewhere.wallets().balance.get(id))).toMatchObject({ status: 404 });
  });

  it("is none at all, rather than one short, while a node is silent", async () => {
    const { id } = await makeWallet();
    const client = stack.client(await stack.createApp());
    const { json } = await client.request("POST", "/v1/wallets", { body: { chain_type: "ethereum" } });
    const asked = await client.request("GET", `/v1/wallets/${(json as { id: string }).id}/balance`);
    expect(asked).toMatchObject({ status: 503, json: { code: "unavailable" } });
    expect(await balanceOf(id, { chain: CAIP2 })).toHaveLength(1);
  });

  it("is what the chain says: fees' asset and tokens, by name and by address", async () => {
    const wallet = await makeWallet("1.25");
    await deployErc20(stack.faucet, TOKEN, { [wallet.address]: 1n });
    await deployErc20(stack.faucet, USDC, { [wallet.address]: parseUnits("12.5", 6) });
    const ether = {
      asset: "eth",
      raw_value: parseEther("1.25").toString(),
      raw_value_decimals: 18,
      display_values: { eth: "1.25" },
    };
    const usdc = { asset: "usdc", raw_value: "12500000", raw_value_decimals: 6, display_values: { usdc: "12.5" } };
    expect(await balanceOf(wallet.id, { chain: CAIP2 })).toEqual([{ chain: CAIP2, ...ether }]);
    expect(await balanceOf(wallet.id, { asset: ["eth", "usdc"], chain: "ethereum" })).toEqual([
      { chain: "ethereum", ...ether },
      { chain: "ethereum", ...usdc },
    ]);
    expect(await balanceOf(wallet.id, { token: [`${CAIP2}:${TOKEN.toLowerCase()}`, `ethereum:${USDC}`] })).toEqual([
      { chain: CAIP2, asset: TOKEN, raw_value: "1", raw_value_decimals: 6, display_values: { [TOKEN]: "0.000001" } },
      { chain: "ethereum", ...usdc, asset: USDC, display_values: { [USDC]: "12.5" } },
    ]);
    const poor = await makeWallet("0");
    expect(await balanceOf(poor.id, { token: `ethereum:${USDC}` })).toMatchObject([{ raw_value: "0" }]);
  });

  it("of an archived wallet is told to those who ask for it", async () => {
    const wallet = await makeWallet();
    await privy.wallets().archive(wallet.id);
    expect(await refusalOf(privy.wallets().balance.get(wallet.id, { chain: CAIP2 }))).toMatchObject({ status: 404 });
    expect(await balanceOf(wallet.id, { chain: CAIP2, include_archived: true })).toHaveLength(1);
  });
});

describe("a wallet's transactions", () => {
  const send = (id: string, transaction: object) =>
    privy
      .wallets()
      .ethereum()
      .sendTransaction(id, { caip2: CAIP2, params: { transaction: transaction as never } });
  const pay = (amount: bigint) =>
    encodeFunctionData({ abi: erc20Abi, functionName: "transfer", args: [RECIPIENT, amount] });
  const mined = (hash: string) => stack.chain.waitForTransactionReceipt({ hash: hash as Hex });

  it("need a chain, and either asset or token", async () => {
    const { id } = await makeWallet("0");
    const client = stack.client(await stack.createApp());
    for (const query of [
      { chain: CAIP2 },
      { chain: CAIP2, asset: "eth", token: TOKEN },
      { chain: "goerli", asset: "eth" },
    ]) {
      const refusal = await refusalOf(privy.wallets().transactions.get(id, query as never));
      expect(refusal, JSON.stringify(query)).toMatchObject({ status: 400, code: "invalid_data" });
    }
    const unknown = await client.request("GET", `/v1/wallets/${id}/transactions?chain=${CAIP2}&asset=eth`);
    expect(unknown.status).toBe(404);
    const query = { chain: CAIP2, token: RECIPIENT };
    expect(await refusalOf(privy.wallets().transactions.get(id, query))).toMatchObject({ code: "invalid_data" });
  });

  it("are what the wallet sent of that asset, newest first, with what became of it", async () => {
    const user = await privy.users().create({ linked_accounts: [{ type: "custom_auth", custom_user_id: "payer" }] });
    const wallet = await makeWallet("1");
    await deployErc20(stack.faucet, TOKEN, { [wallet.address]: 100n });
    const first = await send(wallet.id, { to: RECIPIENT, value: toHex(parseEther("0.5")) });
    await mined(first.hash);
    const paid = await send(wallet.id, { to: TOKEN, data: pay(60n) });
    await mined(paid.hash);
    // More than is left: the node would refuse it, so its gas is given.
    const failed = await send(wallet.id, { to: TOKEN, data: pay(60n), gas_limit: 100_000 });
    await mined(failed.hash);
    await privy.wallets().update(wallet.id, { owner: { user_id: user.id } });

    const common = { caip2: CAIP2, wallet_id: wallet.id, created_at: expect.any(Number) };
    const details = {
      type: "transfer_sent",
      chain: CAIP2,
      sender: wallet.address,
      recipient: RECIPIENT,
      sender_privy_user_id: user.id,
      recipient_privy_user_id: null,
    };
    const list = (query: object) => privy.wallets().transactions.get(wallet.id, { chain: CAIP2, ...query } as never);
    const ether = {
      asset: "eth",
      raw_value: parseEther("0.5").toString(),
      raw_value_decimals: 18,
      display_values: { eth: "0.5" },
    };
    expect(await list({ asset: "eth" })).toEqual({
      transactions: [
        {
          ...common,
          status: "confirmed",
          transaction_hash: first.hash,
          privy_transaction_id: first.transaction_id,
          details: { ...details, ...ether },
        },
      ],
      next_cursor: null,
    });
    const tokens = { asset: TOKEN, raw_value: "60", raw_value_decimals: 6, display_values: { [TOKEN]: "0.00006" } };
    const ofToken = await list({ token: TOKEN });
    expect(ofToken).toMatchObject({
      transactions: [
        { ...common, status: "execution_reverted", transaction_hash: failed.hash, details: { ...details, ...tokens } },
        { ...common, status: "confirmed", transaction_hash: paid.hash, details: { ...details, ...tokens } },
      ],
      next_cursor: null,
    });
    expect(await list({ token: TOKEN, tx_hash: paid.hash })).toMatchObject({
      transactions: [{ transaction_hash: paid.hash }],
    });
    expect(await list({ asset: "eth", tx_hash: paid.hash })).toEqual({ transactions: [], next_cursor: null });
    expect(
      (await privy.wallets().transactions.get(wallet.id, { chain: "ethereum", asset: "eth" })).transactions,
    ).toEqual([]);

    // Page by page, none twice and none left out.
    const hashes: (string | null)[] = [];
    let cursor: string | null = null;
    do {
      const page = await list({ token: TOKEN, limit: 1, ...(cursor === null ? {} : { cursor }) });
      hashes.push(...page.transactions.map(({ transaction_hash }) => transaction_hash));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(hashes).toEqual([failed.hash, paid.hash]);
  });
});

describe("wallets of an entity", () => {
  it("are listed by its id, and by nobody else's", async () => {
    const [one, other] = [
      await makeWallet("0"),
      await makeWallet("0", { entity: { id: "org-2", type: "organization" } }),
    ];
    await privy.wallets().assignEntity(one.id, { id: "org-1", type: "organization" });
    const idsOf = async (entity_id: string) => {
      const ids: string[] = [];
      for await (const { id } of privy.wallets().list({ entity_id } as never)) ids.push(id);
      return ids;
    };
    expect(await idsOf("org-1")).toEqual([one.id]);
    expect(await idsOf("org-2")).toEqual([other.id]);
    expect(await idsOf("org-3")).toEqual([]);
  });
});

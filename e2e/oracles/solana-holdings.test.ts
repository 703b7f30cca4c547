import type { PrivyClient } from "@privy-io/node";
import {
  PublicKey,
  SystemProgram,
  TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from "@solana/web3.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { refusalOf } from "../refusal.ts";
import { type Stack, startStack } from "../stack.ts";
import { type SolanaCluster, startSolanaCluster } from "./solana-cluster.ts";

const CAIP2 = "solana:local";
const TOKEN_PROGRAM = new PublicKey("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");

let cluster: SolanaCluster;
let stack: Stack;
let privy: PrivyClient;
beforeAll(async () => {
  cluster = await startSolanaCluster();
  stack = await startStack({ MANDATE_RPC_URLS: `${CAIP2}=${cluster.url}` });
  privy = stack.sdk(await stack.createApp());
});
afterAll(async () => {
  await stack?.stop();
  await cluster?.stop();
});

async function makeRichWallet() {
  const wallet = await privy.wallets().create({ chain_type: "solana" });
  const key = new PublicKey(wallet.address);
  cluster.svm.airdrop(key, 1_500_000_000n);
  return { ...wallet, key };
}
const makeStranger = async () => new PublicKey((await privy.wallets().create({ chain_type: "solana" })).address);

/** Instruction 12 of the Token Program: amount and decimals. */
function transferChecked(
  source: PublicKey,
  mint: PublicKey,
  destination: PublicKey,
  authority: PublicKey,
  amount: bigint,
) {
  const data = Buffer.alloc(10);
  data.writeUInt8(12, 0);
  data.writeBigUInt64LE(amount, 1);
  data.writeUInt8(6, 9);
  const writable = { isSigner: false, isWritable: true };
  const keys = [
    { pubkey: source, ...writable },
    { pubkey: mint, isSigner: false, isWritable: false },
    { pubkey: destination, ...writable },
    { pubkey: authority, isSigner: true, isWritable: false },
  ];
  return new TransactionInstruction({ programId: TOKEN_PROGRAM, keys, data });
}

function send(wallet: { id: string; key: PublicKey }, instructions: TransactionInstruction[]) {
  const recentBlockhash = cluster.svm.latestBlockhash();
  const message = new TransactionMessage({ payerKey: wallet.key, recentBlockhash, instructions }).compileToV0Message();
  const transaction = Buffer.from(new VersionedTransaction(message).serialize()).toString("base64");
  return privy.wallets().solana().signAndSendTransaction(wallet.id, { caip2: CAIP2, transaction });
}

describe("a Solana wallet", () => {
  it("has no balance of what is no token, and none while the node is silent", async () => {
    const wallet = await makeRichWallet();
    const ask = (query: object) => refusalOf(privy.wallets().balance.get(wallet.id, query as never, { maxRetries: 0 }));
    expect(await ask({ token: `${CAIP2}:${wallet.address}` })).toMatchObject({ status: 400, code: "invalid_data" });
    expect(await ask({ chain: "ethereum" })).toMatchObject({ status: 400, code: "invalid_data" });
    cluster.isSilent = true;
    expect(await ask({ chain: CAIP2 })).toMatchObject({ status: 503, code: "unavailable" });
    cluster.isSilent = false;
  });

  it("has lamports, and of a token what all its accounts hold", async () => {
    const wallet = await makeRichWallet();
    const mint = cluster.makeMint(6);
    const token = mint.toBase58();
    const balances = async (query: object) => (await privy.wallets().balance.get(wallet.id, query as never)).balances;
    expect(await balances({})).toEqual([
      { chain: CAIP2, asset: "sol", raw_value: "1500000000", raw_value_decimals: 9, display_values: { sol: "1.5" } },
    ]);
    const ofToken = { chain: CAIP2, asset: token, raw_value_decimals: 6 };
    expect(await balances({ token: `${CAIP2}:${token}` })).toEqual([
      { ...ofToken, raw_value: "0", display_values: { [token]: "0" } },
    ]);
    cluster.makeTokenAccount(mint, wallet.key, 2_000_000n);
    cluster.makeTokenAccount(mint, wallet.key, 500_001n);
    cluster.makeTokenAccount(mint, await makeStranger(), 9n);
    cluster.makeTokenAccount(cluster.makeMint(6), wallet.key, 9n);
    expect(await balances({ token: `${CAIP2}:${token}` })).toEqual([
      { ...ofToken, raw_value: "2500001", display_values: { [token]: "2.500001" } },
    ]);
  });

  it("lists the lamports and tokens that it sent", async () => {
    const wallet = await makeRichWallet();
    const [stranger, mint] = [await makeStranger(), cluster.makeMint(6)];
    const [source, destination] = [
      cluster.makeTokenAccount(mint, wallet.key, 100n),
      cluster.makeTokenAccount(mint, stranger, 0n),
    ];
    const sent = await send(wallet, [
      SystemProgram.transfer({ fromPubkey: wallet.key, toPubkey: stranger, lamports: 5_000_000 }),
      transferChecked(source, mint, destination, wallet.key, 40n),
    ]);
    const token = mint.toBase58();
    const { balances } = await privy.wallets().balance.get(wallet.id, { token: `${CAIP2}:${token}` });
    expect(balances).toMatchObject([{ raw_value: "60" }]);
    const list = (query: object) => privy.wallets().transactions.get(wallet.id, { chain: CAIP2, ...query } as never);
    const common = { caip2: CAIP2, status: "confirmed", transaction_hash: sent.hash, wallet_id: wallet.id };
    const details = { type: "transfer_sent", chain: CAIP2, sender: wallet.address };
    expect(await list({ asset: "sol" })).toMatchObject({
      transactions: [
        { ...common, details: { ...details, asset: "sol", recipient: stranger.toBase58(), raw_value: "5000000" } },
      ],
      next_cursor: null,
    });
    expect(await list({ token })).toMatchObject({
      transactions: [
        { ...common, details: { ...details, asset: token, recipient: destination.toBase58(), raw_value: "40" } },
      ],
      next_cursor: null,
    });
  });
});

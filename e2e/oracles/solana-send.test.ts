import type { PrivyClient } from "@privy-io/node";
import { createSolanaKitSigner } from "@privy-io/node/solana-kit";
import { type Address, getTransactionDecoder, signatureBytes } from "@solana/kit";
import { PublicKey, SystemProgram, TransactionMessage, VersionedTransaction } from "@solana/web3.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeAuthorizationKey } from "../authorization-key.ts";
import { policyViolation, refusalOf } from "../refusal.ts";
import { type Stack, startStack } from "../stack.ts";
import { type SolanaCluster, startSolanaCluster } from "./solana-cluster.ts";

/** What is signed here is executed by Solana's own runtime. */
const CAIP2 = "solana:local";

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

const balanceOf = (address: string) => cluster.svm.getBalance(new PublicKey(address)) ?? 0n;

/** A transfer by Solana's own library, unsigned. */
function transfer(from: string, to: string, lamports: number): VersionedTransaction {
  const payerKey = new PublicKey(from);
  const instructions = [SystemProgram.transfer({ fromPubkey: payerKey, toPubkey: new PublicKey(to), lamports })];
  const recentBlockhash = cluster.svm.latestBlockhash();
  return new VersionedTransaction(
    new TransactionMessage({ payerKey, recentBlockhash, instructions }).compileToV0Message(),
  );
}

const encode = (transaction: VersionedTransaction) => Buffer.from(transaction.serialize()).toString("base64");

async function makeRichWallet(more: object = {}) {
  const wallet = await privy.wallets().create({ chain_type: "solana", ...more });
  cluster.svm.airdrop(new PublicKey(wallet.address), 1_000_000_000n);
  return wallet;
}

const makeAddress = async () => (await privy.wallets().create({ chain_type: "solana" })).address;

function send(wallet: { id: string }, transaction: VersionedTransaction, more: object = {}) {
  const request = { caip2: CAIP2, transaction: encode(transaction), ...more };
  return privy.wallets().solana().signAndSendTransaction(wallet.id, request);
}

describe("a Solana transaction", () => {
  it("is not sent where the chain would refuse it, and says why", async () => {
    const poor = await privy.wallets().create({ chain_type: "solana" });
    const recipient = await makeAddress();
    expect(await refusalOf(send(poor, transfer(poor.address, recipient, 1_000_000)))).toMatchObject({ status: 400 });
    const rich = await makeRichWallet();
    const foreign = transfer(recipient, rich.address, 1);
    expect(await refusalOf(send(rich, foreign))).toMatchObject({ status: 400, code: "invalid_solana_transaction" });
    const elsewhere = send(rich, transfer(rich.address, recipient, 1), { caip2: "solana:elsewhere" });
    expect(await refusalOf(elsewhere)).toMatchObject({ status: 400, code: "not_supported" });
    expect(balanceOf(recipient)).toBe(0n);
  });

  it("is signed, sent, and found again by its reference", async () => {
    const wallet = await makeRichWallet();
    const recipient = await makeAddress();
    const transaction = transfer(wallet.address, recipient, 5_000_000);
    const sent = await send(wallet, transaction, { reference_id: "payment-1" });
    expect(sent).toMatchObject({ caip2: CAIP2, reference_id: "payment-1" });
    expect(balanceOf(recipient)).toBe(5_000_000n);
    const found = await privy.transactions().get(sent.transaction_id!);
    expect(found).toMatchObject({
      wallet_id: wallet.id,
      transaction_hash: sent.hash,
      status: "confirmed",
      caip2: CAIP2,
    });
    // The SDK's own answer holds the bytes that were sent.
    const signed = Buffer.from(sent.signed_transaction!, "base64");
    const { messageBytes } = getTransactionDecoder().decode(signed);
    expect(new Uint8Array(messageBytes)).toEqual(transaction.message.serialize());
  });

  it("can be signed here and sent by anybody", async () => {
    const wallet = await makeRichWallet();
    const recipient = await makeAddress();
    const { signed_transaction } = await privy
      .wallets()
      .solana()
      .signTransaction(wallet.id, { transaction: encode(transfer(wallet.address, recipient, 2_000_000)) });
    cluster.svm.sendTransaction(VersionedTransaction.deserialize(Buffer.from(signed_transaction, "base64")));
    expect(balanceOf(recipient)).toBe(2_000_000n);
  });

  it("is sent by the SDK's signer for @solana/kit", async () => {
    const wallet = await makeRichWallet();
    const recipient = await makeAddress();
    const signer = createSolanaKitSigner(privy, {
      ...{ walletId: wallet.id, address: wallet.address as Address, caip2: CAIP2 },
    });
    const transaction = getTransactionDecoder().decode(transfer(wallet.address, recipient, 3_000_000).serialize());
    const [signature] = await signer.signAndSendTransactions([transaction as never]);
    expect(signatureBytes(signature!)).toHaveLength(64);
    expect(balanceOf(recipient)).toBe(3_000_000n);
  });

  it("of a silent node is kept and sent again, the same bytes", async () => {
    const wallet = await makeRichWallet();
    const recipient = await makeAddress();
    cluster.isSilent = true;
    const sent = await send(wallet, transfer(wallet.address, recipient, 4_000_000));
    expect(balanceOf(recipient)).toBe(0n);
    expect((await privy.transactions().get(sent.transaction_id!)).status).toBe("pending");
    cluster.isSilent = false;
    await expect.poll(() => balanceOf(recipient), { timeout: 60_000, interval: 200 }).toBe(4_000_000n);
    expect(cluster.sent.at(-1)!.transaction).toBe(sent.signed_transaction);
    await expect
      .poll(async () => (await privy.transactions().get(sent.transaction_id!)).status, { timeout: 10_000 })
      .toBe("confirmed");
  });

  it("of a session signer is bound by what its policy says of each instruction", async () => {
    const [owner, agent] = [makeAuthorizationKey(), makeAuthorizationKey()];
    const wallet = await makeRichWallet({ owner: { public_key: owner.publicKey } });
    const recipient = await makeAddress();
    const quorum = await privy.keyQuorums().create({ public_keys: [agent.publicKey] });
    const at = { field_source: "solana_system_program_instruction" } as const;
    const policy = await privy.policies().create({
      ...{ version: "1.0", name: "small payments", chain_type: "solana" },
      rules: [
        {
          ...{ name: "small", method: "signAndSendTransaction", action: "ALLOW" },
          conditions: [
            { ...at, field: "Transfer.to", operator: "eq", value: recipient },
            { ...at, field: "Transfer.lamports", operator: "lte", value: "5000000" },
          ],
        },
      ],
    });
    await privy.wallets().update(wallet.id, {
      additional_signers: [{ signer_id: quorum.id, override_policy_ids: [policy.id] }],
      authorization_context: { authorization_private_keys: [owner.privateKey] },
    });
    const asAgent = { authorization_context: { authorization_private_keys: [agent.privateKey] } };
    const pay = (to: string, lamports: number) => send(wallet, transfer(wallet.address, to, lamports), asAgent);
    await pay(recipient, 5_000_000);
    expect(balanceOf(recipient)).toBe(5_000_000n);
    expect(await refusalOf(pay(recipient, 5_000_001))).toMatchObject(policyViolation);
    expect(await refusalOf(pay(await makeAddress(), 1))).toMatchObject(policyViolation);
    expect(balanceOf(recipient)).toBe(5_000_000n);
  });
});

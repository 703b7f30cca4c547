import { createHash, createPublicKey, verify } from "node:crypto";
import { chainTypes } from "@mandate/core/chains/chain-types";
import type { PrivyClient } from "@privy-io/node";
import { createSolanaKitSigner, type SolanaKitSigner } from "@privy-io/node/solana-kit";
import {
  type Address,
  appendTransactionMessageInstruction,
  assertIsTransactionWithBlockhashLifetime,
  assertIsTransactionWithinSizeLimit,
  type Blockhash,
  compileTransaction,
  createSignableMessage,
  createTransactionMessage,
  getPublicKeyFromAddress,
  pipe,
  setTransactionMessageFeePayer,
  setTransactionMessageLifetimeUsingBlockhash,
  signatureBytes,
  verifySignature,
} from "@solana/kit";
import { type Hex, recoverPublicKey } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeAuthorizationKey } from "../authorization-key.ts";
import { solanaTransfer, tronTransfer } from "../chain-requests.ts";
import { type IdentityProvider, makeIdentityProvider } from "../identity-provider.ts";
import { noValidSignatures, policyViolation, refusalOf } from "../refusal.ts";
import { type Stack, startStack } from "../stack.ts";
import { walletOwners } from "../wallet-owners.ts";

let stack: Stack;
let provider: IdentityProvider;
let privy: PrivyClient;

beforeAll(async () => {
  [stack, provider] = await Promise.all([startStack(), makeIdentityProvider("ES256")]);
  privy = stack.sdk(await stack.createApp({ publicKeyPem: provider.publicKeyPem }));
});
afterAll(() => stack?.stop());

const SYSTEM_PROGRAM = "11111111111111111111111111111111" as Address;
const HASH: Hex = `0x05${"ab".repeat(31)}`;

/** A transfer of one lamport to the wallet itself, by @solana/kit. */
function transferBy(payer: Address) {
  const message = pipe(
    createTransactionMessage({ version: 0 }),
    (empty) => setTransactionMessageFeePayer(payer, empty),
    (unsigned) =>
      setTransactionMessageLifetimeUsingBlockhash(
        { blockhash: SYSTEM_PROGRAM as string as Blockhash, lastValidBlockHeight: 1n },
        unsigned,
      ),
    (unsigned) =>
      appendTransactionMessageInstruction(
        {
          programAddress: SYSTEM_PROGRAM,
          accounts: [
            { address: payer, role: 3 },
            { address: payer, role: 1 },
          ],
          data: Uint8Array.of(2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0),
        },
        unsigned,
      ),
  );
  const transaction = compileTransaction(message);
  assertIsTransactionWithBlockhashLifetime(transaction);
  assertIsTransactionWithinSizeLimit(transaction);
  return transaction;
}

async function isSignedBy(address: Address, bytes: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const key = await getPublicKeyFromAddress(address);
  return verifySignature(key, signatureBytes(signature), bytes);
}

describe.each(Object.keys(walletOwners))("a wallet, %s", (kind) => {
  const make = async (chain_type: "solana" | "tron" | "cosmos" | "stellar") => {
    const { owner, authority } = await walletOwners[kind]!({ privy, provider });
    return { wallet: await privy.wallets().create({ chain_type, ...owner }), authority };
  };

  describe("of Solana, as the SDK's signer for @solana/kit", () => {
    let signer: SolanaKitSigner;
    let address: Address;

    beforeAll(async () => {
      const { wallet, authority } = await make("solana");
      address = wallet.address as Address;
      signer = createSolanaKitSigner(privy, { walletId: wallet.id, address, authorizationContext: authority });
    });

    it("signs messages", async () => {
      const messages = ["hello – 🔑", "order:1"].map((text) => createSignableMessage(text));
      const signed = await signer.signMessages(messages);
      for (const [at, { content }] of messages.entries()) {
        expect(await isSignedBy(address, content, signed[at]![address]!)).toBe(true);
      }
    });

    it("signs transactions", async () => {
      const transaction = transferBy(address);
      const [signed] = await signer.signTransactions([transaction]);
      expect(await isSignedBy(address, new Uint8Array(transaction.messageBytes), signed![address]!)).toBe(true);
    });

    it("refuses a transaction that is called a message", async () => {
      const bytes = new Uint8Array(transferBy(address).messageBytes);
      const refusal = await refusalOf(signer.signMessages([createSignableMessage(bytes)]));
      expect(refusal).toMatchObject({ status: 400, code: "invalid_data" });
    });
  });

  it("of Tron signs transactions", async () => {
    const { wallet, authority } = await make("tron");
    const raw_data = tronTransfer(wallet.address) as never;
    const { signed_transaction } = await privy
      .wallets()
      .tron()
      .signTransaction(wallet.id, { params: { raw_data }, authorization_context: authority });
    const rawData = Buffer.from(signed_transaction.slice(0, -130), "hex");
    const hash: Hex = `0x${createHash("sha256").update(rawData).digest("hex")}`;
    const key = await recoverPublicKey({ hash, signature: `0x${signed_transaction.slice(-130)}` });
    expect(addressOf("tron", key)).toBe(wallet.address);
  });

  it("of other chains signs hashes", async () => {
    const cosmos = await make("cosmos");
    const rawSign = async ({ wallet, authority }: Awaited<ReturnType<typeof make>>) => {
      const request = { params: { hash: HASH }, authorization_context: authority };
      return (await privy.wallets().rawSign(wallet.id, request)).signature as Hex;
    };
    const signature = await rawSign(cosmos);
    expect(signature).toMatch(/^0x[0-9a-f]{128}$/);
    const keys = await Promise.all(
      (["1b", "1c"] as const).map((v) => recoverPublicKey({ hash: HASH, signature: `${signature}${v}` })),
    );
    expect(keys.map((key) => addressOf("cosmos", key))).toContain(cosmos.wallet.address);

    const stellar = await make("stellar");
    const der = Buffer.from(`302a300506032b6570032100${stellar.wallet.public_key}`, "hex");
    const key = createPublicKey({ key: der, format: "der", type: "spki" });
    const bytes = Buffer.from((await rawSign(stellar)).slice(2), "hex");
    expect(verify(null, Buffer.from(HASH.slice(2), "hex"), key, bytes)).toBe(true);
  });
});

/** The chain's address of an uncompressed public key. */
function addressOf(chain: "tron" | "cosmos", publicKey: Hex): string {
  const bytes = Buffer.from(publicKey.slice(2), "hex");
  return chainTypes[chain].address(Uint8Array.of(2 + (bytes[64]! & 1), ...bytes.subarray(1, 33)));
}

describe("wallets of every chain type", () => {
  it("are made, shown, found by address in any spelling, and listed by chain type", async () => {
    const client = stack.sdk(await stack.createApp());
    for (const chain_type of Object.keys(chainTypes) as (keyof typeof chainTypes)[]) {
      const wallet = await client.wallets().create({ chain_type });
      expect(wallet.chain_type).toBe(chain_type);
      expect(chainTypes[chain_type].isAddress(wallet.address)).toBe(true);
      const key = wallet.public_key === undefined ? undefined : Buffer.from(wallet.public_key, "hex");
      expect(key?.length).toBe(
        chain_type === "ethereum" ? undefined : chainTypes[chain_type].curve === "secp256k1" ? 33 : 32,
      );
      if (key !== undefined) expect(chainTypes[chain_type].address(key)).toBe(wallet.address);
      expect(await client.wallets().get(wallet.id)).toEqual(wallet);
      for (const address of new Set([wallet.address, otherSpelling(chain_type, wallet.address)])) {
        expect((await client.wallets().getWalletByAddress({ address })).id, address).toBe(wallet.id);
      }
      const listed = await client.wallets().list({ chain_type });
      expect(listed.data.map(({ id }) => id)).toEqual([wallet.id]);
    }
  });

  it("of a user are shown as the user's accounts, each chain type counted for itself", async () => {
    const user = await privy.users().create({
      linked_accounts: [{ type: "custom_auth", custom_user_id: "many-chains" }],
      wallets: [{ chain_type: "solana" }, { chain_type: "ethereum" }, { chain_type: "solana" }, { chain_type: "sui" }],
    });
    const wallets = user.linked_accounts.filter(({ type }) => type === "wallet") as unknown as {
      id: string;
      chain_type: string;
      wallet_index: number;
      public_key?: string;
    }[];
    expect(wallets.map(({ chain_type, wallet_index }) => `${chain_type} ${wallet_index}`)).toEqual([
      "solana 0",
      "ethereum 0",
      "solana 1",
      "sui 0",
    ]);
    for (const { chain_type, public_key } of wallets) expect(public_key === undefined).toBe(chain_type === "ethereum");
    // The index of a wallet does not move when one before it is archived.
    await privy.wallets().archive(wallets[0]!.id);
    const after = await privy.users()._get(user.id);
    const left = after.linked_accounts.filter(({ type }) => type === "wallet") as unknown as typeof wallets;
    expect(left.map(({ chain_type, wallet_index }) => `${chain_type} ${wallet_index}`)).toEqual([
      "ethereum 0",
      "solana 1",
      "sui 0",
    ]);
  });

  it("come in batches, in which one mistake harms nobody else", async () => {
    const { results } = await privy.wallets().createBatch({
      wallets: [{ chain_type: "solana" }, { chain_type: "spark" }, { chain_type: "ethereum", external_id: "batch-1" }],
    });
    expect(results).toMatchObject([
      { index: 0, success: true, wallet: { chain_type: "solana" } },
      { index: 1, success: false, code: "not_supported" },
      { index: 2, success: true, wallet: { chain_type: "ethereum", external_id: "batch-1" } },
    ]);
    const again = await privy.wallets().createBatch({
      wallets: ["batch-1", "batch-2", "batch-2"].map((external_id) => ({ chain_type: "ethereum", external_id })),
    });
    expect(again.results.map((result) => (result.success ? "made" : result.code))).toEqual([
      "resource_already_exists",
      "made",
      "resource_already_exists",
    ]);
  });

  it("are archived for good, and shown only to those who ask", async () => {
    const key = makeAuthorizationKey();
    const wallet = await privy.wallets().create({ chain_type: "solana", owner: { public_key: key.publicKey } });
    const archived = await privy.wallets().archive(wallet.id);
    expect(archived.archived_at).toBeGreaterThan(0);
    const authority = { authorization_context: { authorization_private_keys: [key.privateKey] } };
    const message = Buffer.from("hello").toString("base64");
    for (const ask of [
      () => privy.wallets().get(wallet.id),
      () => privy.wallets().archive(wallet.id),
      () =>
        privy
          .wallets()
          .solana()
          .signMessage(wallet.id, { message, ...authority }),
      () => privy.wallets().update(wallet.id, { display_name: "x", ...authority }),
    ]) {
      expect(await refusalOf(ask())).toMatchObject({ status: 404, code: "not_found" });
    }
    expect(await privy.wallets().get(wallet.id, { include_archived: true })).toEqual(archived);
    // The owner's key is not lost by what the app's secret can do.
    const { private_key } = await privy.wallets().exportPrivateKey(wallet.id, authority);
    expect(private_key).toMatch(/^[1-9A-HJ-NP-Za-km-z]{86,88}$/);
  });

  it("are attributed once", async () => {
    const wallet = await privy.wallets().create({ chain_type: "ethereum" });
    const entity = { id: "team-1", type: "organization" as const };
    expect(await privy.wallets().assignEntity(wallet.id, entity)).toMatchObject({ wallet_id: wallet.id, entity });
    expect((await privy.wallets().get(wallet.id)).entity).toEqual(entity);
    const again = refusalOf(privy.wallets().assignEntity(wallet.id, entity));
    expect(await again).toMatchObject({ status: 400, code: "wallet_entity_already_set" });
  });
});

describe("a session signer of a Solana wallet", () => {
  it("does what its policy says of each instruction, and no more", async () => {
    const [owner, agent] = [makeAuthorizationKey(), makeAuthorizationKey()];
    const wallet = await privy.wallets().create({ chain_type: "solana", owner: { public_key: owner.publicKey } });
    const quorum = await privy.keyQuorums().create({ public_keys: [agent.publicKey] });
    const policy = await privy.policies().create({
      version: "1.0",
      name: "to itself",
      chain_type: "solana",
      rules: [
        {
          name: "a lamport",
          method: "signTransaction",
          action: "ALLOW",
          conditions: [
            {
              field_source: "solana_system_program_instruction",
              field: "Transfer.to",
              operator: "eq",
              value: wallet.address,
            },
          ],
        },
      ],
    });
    await privy.wallets().update(wallet.id, {
      additional_signers: [{ signer_id: quorum.id, override_policy_ids: [policy.id] }],
      authorization_context: { authorization_private_keys: [owner.privateKey] },
    });
    const asAgent = { authorization_context: { authorization_private_keys: [agent.privateKey] } };
    const solana = privy.wallets().solana();
    const own = solanaTransfer(wallet.address);
    const foreign = own.slice();
    // The recipient is the second account of the instruction: make it the first key after the wallet's, which is the program.
    foreign[foreign.length - 14] = 1;
    const sign = (transaction: Uint8Array, authority: object = asAgent) =>
      solana.signTransaction(wallet.id, { transaction: Buffer.from(transaction).toString("base64"), ...authority });
    const { signed_transaction } = await sign(own);
    const signed = Buffer.from(signed_transaction, "base64");
    expect(
      await isSignedBy(wallet.address as Address, signed.subarray(65), new Uint8Array(signed.subarray(1, 65))),
    ).toBe(true);
    expect(await refusalOf(sign(foreign))).toMatchObject(policyViolation);
    const message = Buffer.from("hello").toString("base64");
    expect(await refusalOf(solana.signMessage(wallet.id, { message, ...asAgent }))).toMatchObject(policyViolation);
    const raw = privy.wallets().rawSign(wallet.id, { params: { hash: HASH }, ...asAgent });
    expect(await refusalOf(raw)).toMatchObject(policyViolation);
    const stranger = { authorization_context: { authorization_private_keys: [makeAuthorizationKey().privateKey] } };
    expect(await refusalOf(sign(own, stranger))).toMatchObject({ status: 401, error: noValidSignatures });
  });
});

/** What a user may paste in its place. */
function otherSpelling(chain: keyof typeof chainTypes, address: string): string {
  if (["ethereum", "near"].includes(chain)) return address.toLowerCase();
  if (chain.startsWith("bitcoin")) return address.toUpperCase();
  if (["sui", "aptos", "movement", "starknet"].includes(chain)) return `0x${address.slice(2).toUpperCase()}`;
  return address;
}

import Privy, {
  addSessionSigners,
  getUserEmbeddedEthereumWallet,
  InMemoryCache,
  removeSessionSigners,
} from "@privy-io/js-sdk-core";
import type { PrivyClient } from "@privy-io/node";
import {
  type Hex,
  parseEther,
  parseTransaction,
  recoverMessageAddress,
  recoverTransactionAddress,
  recoverTypedDataAddress,
} from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { anvil } from "viem/chains";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AuthorizationKey, makeAuthorizationKey } from "../authorization-key.ts";
import { policyViolation, refusalOf } from "../refusal.ts";
import { type App, CAIP2, type Stack, startStack } from "../stack.ts";
import { joinFrame } from "./in-process-frame.ts";

const ALICE = "0x00000000000000000000000000000000000A11cE";
const BOB = "0x0000000000000000000000000000000000000B0b";
const EMAIL = "ada@example.com";
const CODE = "246810";

type Wallet = NonNullable<ReturnType<typeof getUserEmbeddedEthereumWallet>>;

/** The same story as in a browser, in order, without one. */
describe("the unmodified vanilla SDK, in Node, with `baseUrl` alone", () => {
  let stack: Stack;
  let app: App;
  let storage: InMemoryCache;
  let client: Privy;
  let privy: PrivyClient;
  let wallet: Wallet;
  let key: AuthorizationKey;
  let signer: { signer_id: string; override_policy_ids: string[] };

  beforeAll(async () => {
    stack = await startStack();
    app = await stack.createApp(undefined, "Vanilla", { testAccounts: [{ email: EMAIL, otp: CODE }] });
    privy = stack.sdk(app);
    storage = new InMemoryCache();
    client = await makeClient();
    key = makeAuthorizationKey();
    const quorum = await privy.keyQuorums().create({ public_keys: [key.publicKey], authorization_threshold: 1 });
    const value = parseEther("0.1").toString();
    const policy = await privy.policies().create({
      version: "1.0",
      name: "Up to 0.1 ETH to Alice",
      chain_type: "ethereum",
      rules: [
        {
          name: "Small payments to Alice",
          method: "eth_sendTransaction",
          action: "ALLOW",
          conditions: [
            { field_source: "ethereum_transaction", field: "to", operator: "eq", value: ALICE },
            { field_source: "ethereum_transaction", field: "value", operator: "lte", value },
          ],
        },
      ],
    });
    signer = { signer_id: quorum.id, override_policy_ids: [policy.id] };
  });
  afterAll(() => stack?.stop());

  async function makeClient(): Promise<Privy> {
    const node = { http: [stack.chainUrl] };
    const chain = { ...anvil, rpcUrls: { default: node, privyWalletOverride: node } };
    // `baseUrl` works and is not in the published types (docs/client-sdks.md).
    const options = { appId: app.id, baseUrl: stack.url, storage, supportedChains: [chain] };
    const made = new Privy(options as never);
    joinFrame(made, { origin: stack.url, appId: app.id });
    await made.initialize();
    return made;
  }

  const provider = () => client.embeddedWallet.getProvider(wallet);
  const ask = async (method: string, params: unknown[]) =>
    (await provider()).request({ method, params }) as Promise<Hex>;
  const send = (to: string, ether: string) =>
    privy
      .wallets()
      .ethereum()
      .sendTransaction(wallet.id!, {
        caip2: CAIP2,
        params: { transaction: { to, value: `0x${parseEther(ether).toString(16)}` } },
        authorization_context: { authorization_private_keys: [key.privateKey] },
      });
  const accountOf = (user: unknown) => getUserEmbeddedEthereumWallet(user as never)!;

  it("does not sign a user in with a wrong code", async () => {
    await client.auth.email.sendCode(EMAIL);
    await expect(client.auth.email.loginWithCode(EMAIL, "000000")).rejects.toMatchObject({
      code: "invalid_credentials",
    });
    expect(await client.getAccessToken()).toBeNull();
  });

  it("signs a user in with the code, and makes a wallet", async () => {
    const { user } = await client.auth.email.loginWithCode(EMAIL, CODE, "login-or-sign-up", {
      embedded: { ethereum: { createOnLogin: "users-without-wallets" } },
    });
    expect(user.linked_accounts).toContainEqual(expect.objectContaining({ type: "email", address: EMAIL }));
    const refreshed = await client.user.get();
    wallet = accountOf(refreshed.user);
    expect(wallet).toMatchObject({ recovery_method: "privy-v2", delegated: false });
    await stack.fund(wallet.address, "1");
  });

  it("signs a message, typed data and a transaction", async () => {
    const signature = await ask("personal_sign", ["hello", wallet.address]);
    expect(await recoverMessageAddress({ message: "hello", signature })).toBe(wallet.address);

    const typedData = {
      domain: { name: "Orders", version: "1", chainId: 31337 },
      types: { Order: [{ name: "amount", type: "uint256" }] },
      primaryType: "Order" as const,
      message: { amount: 42n },
    };
    const domainTypes = ["name", "version", "chainId"].map((name) => ({
      name,
      type: name === "chainId" ? "uint256" : "string",
    }));
    const sent = {
      ...typedData,
      message: { amount: "42" },
      types: { ...typedData.types, EIP712Domain: domainTypes },
    };
    const typed = await ask("eth_signTypedData_v4", [wallet.address, sent]);
    expect(await recoverTypedDataAddress({ ...typedData, signature: typed })).toBe(wallet.address);

    const serializedTransaction = (await ask("eth_signTransaction", [
      {
        to: ALICE,
        value: "0x1",
        chainId: 31337,
        nonce: 0,
        gasLimit: "0x5208",
        type: 2,
        maxFeePerGas: "0x77359400",
        maxPriorityFeePerGas: "0x3b9aca00",
      },
    ])) as `0x02${string}`;
    expect(await recoverTransactionAddress({ serializedTransaction })).toBe(wallet.address);
    expect(parseTransaction(serializedTransaction)).toMatchObject({
      to: ALICE.toLowerCase(),
      value: 1n,
      chainId: 31337,
    });
  });

  it("lets the server act within the policy, until the user takes it back", async () => {
    expect(await refusalOf(send(ALICE, "0.05"))).toMatchObject({ status: 401 });

    const { user } = await addSessionSigners({ client, wallet, signers: [signer] });
    expect(accountOf(user).delegated).toBe(true);
    const { hash } = await send(ALICE, "0.05");
    expect(await stack.chain.waitForTransactionReceipt({ hash: hash as Hex })).toMatchObject({
      status: "success",
      from: wallet.address.toLowerCase(),
    });
    for (const refusal of await Promise.all([send(ALICE, "0.2"), send(BOB, "0.05")].map(refusalOf))) {
      expect(refusal).toMatchObject(policyViolation);
    }

    const after = await removeSessionSigners({ client, wallet });
    expect(accountOf(after.user).delegated).toBe(false);
    expect(await refusalOf(send(ALICE, "0.05"))).toMatchObject({ status: 401 });
  });

  it("restores the session from what it stored", async () => {
    client = await makeClient();
    const { user } = await client.user.get();
    expect(accountOf(user).address).toBe(wallet.address);
    const signature = await ask("personal_sign", ["again", wallet.address]);
    expect(await recoverMessageAddress({ message: "again", signature })).toBe(wallet.address);
  });

  it("makes a Solana wallet", async () => {
    const { user } = await client.embeddedWallet.createSolana();
    expect(user.linked_accounts).toContainEqual(
      expect.objectContaining({ chain_type: "solana", recovery_method: "privy-v2" }),
    );
  });

  it("imports a key, for a session signer from the start, and no key that is none", async () => {
    const privateKey = generatePrivateKey();
    const additionalSigners = [{ signerId: signer.signer_id, policyIds: signer.override_policy_ids }];
    const importKey = (given: string) =>
      client.embeddedWallet.importWallet({ privateKey: given, chainType: "ethereum", additionalSigners });
    await expect(importKey("0x11")).rejects.toMatchObject({ message: expect.stringContaining("not a private key") });
    const { address, user } = await importKey(privateKey);
    expect(address).toBe(privateKeyToAccount(privateKey).address);
    expect(user.user.linked_accounts).toContainEqual(
      expect.objectContaining({ address, imported: true, delegated: true, recovery_method: "privy-v2" }),
    );
  });

  it("ends the session at logout", async () => {
    const token = await client.getAccessToken();
    await client.auth.logout();
    expect(await client.getAccessToken()).toBeNull();
    const headers = { authorization: `Bearer ${token}`, "privy-app-id": app.id };
    // The SDK does not wait for the server's answer.
    await expect.poll(async () => (await fetch(`${stack.url}/api/v1/users/me`, { headers })).status).toBe(401);
  });
});

import type { PrivyClient } from "@privy-io/node";
import { createViemAccount, type PrivyViemAccount } from "@privy-io/node/viem";
import {
  type Hex,
  parseEther,
  parseTransaction,
  recoverAddress,
  recoverTransactionAddress,
  verifyMessage,
  verifyTypedData,
} from "viem";
import { entryPoint07Address, getUserOperationHash } from "viem/account-abstraction";
import { english, mnemonicToAccount, privateKeyToAccount } from "viem/accounts";
import { verifyAuthorization } from "viem/utils";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeAuthorizationKey } from "../authorization-key.ts";
import { type IdentityProvider, makeIdentityProvider } from "../identity-provider.ts";
import { noValidSignatures, policyViolation, refusalOf } from "../refusal.ts";
import { type Stack, startStack } from "../stack.ts";
import { walletOwners } from "../wallet-owners.ts";

let stack: Stack;
let provider: IdentityProvider;
let privy: PrivyClient;

beforeAll(async () => {
  [stack, provider] = await Promise.all([startStack(), makeIdentityProvider("RS256")]);
  privy = stack.sdk(await stack.createApp({ publicKeyPem: provider.publicKeyPem }));
});
afterAll(() => stack?.stop());

const typedData = {
  domain: {
    name: "Ether Mail",
    version: "1",
    chainId: 31337,
    verifyingContract: "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC",
  },
  types: {
    Person: [
      { name: "name", type: "string" },
      { name: "wallet", type: "address" },
    ],
    Mail: [
      { name: "from", type: "Person" },
      { name: "to", type: "Person[]" },
      { name: "amount", type: "uint256" },
      { name: "memo", type: "bytes" },
    ],
  },
  primaryType: "Mail",
  message: {
    from: { name: "Cow", wallet: "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826" },
    to: [{ name: "Bob – é", wallet: "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB" }],
    amount: 2n ** 255n + 1n,
    memo: "0xdeadbeef",
  },
} as const;

const contract = "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC";

type Owned = { wallet: { id: string; address: string }; authority: object };

async function makeWallet(kind: string): Promise<Owned> {
  const { owner, authority } = await walletOwners[kind]!({ privy, provider });
  return { wallet: await privy.wallets().create({ chain_type: "ethereum", ...owner }), authority };
}

describe.each(Object.keys(walletOwners))("the SDK's viem account of a wallet, %s", (kind) => {
  let account: PrivyViemAccount;
  let address: Hex;
  let owned: Owned;

  beforeAll(async () => {
    owned = await makeWallet(kind);
    const { wallet, authority } = owned;
    address = wallet.address as Hex;
    account = createViemAccount(privy, { walletId: wallet.id, address, authorizationContext: authority });
  });

  it.each([
    ["text", "hello – 🔑\n\u2028"],
    ["nothing", ""],
    ["bytes", { raw: "0x00ff80" as Hex }],
  ])("signs a message of %s", async (_, message) => {
    const signature = await account.signMessage({ message });
    expect(await verifyMessage({ address, message, signature })).toBe(true);
  });

  it("signs typed data", async () => {
    const signature = await account.signTypedData(typedData);
    expect(await verifyTypedData({ ...typedData, address, signature })).toBe(true);
  });

  it("signs a hash", async () => {
    const hash: Hex = `0x${"5a".repeat(32)}`;
    expect(await recoverAddress({ hash, signature: await account.sign!({ hash }) })).toBe(address);
  });

  it("signs transactions exactly as they were given", async () => {
    const common = {
      to: contract,
      value: parseEther("1.5"),
      data: "0x12345678",
      chainId: 1,
      nonce: 7,
      gas: 60_000n,
    } as const;
    for (const transaction of [
      { ...common, type: "eip1559", maxFeePerGas: 30n * 10n ** 9n, maxPriorityFeePerGas: 1n },
      { ...common, type: "eip2930", gasPrice: 30n * 10n ** 9n },
      { ...common, type: "legacy", gasPrice: 30n * 10n ** 9n },
    ] as const) {
      const serializedTransaction = (await account.signTransaction(transaction)) as `0x02${string}`;
      expect(await recoverTransactionAddress({ serializedTransaction })).toBe(address);
      const parsed: { [member: string]: unknown } = parseTransaction(serializedTransaction);
      for (const [member, value] of Object.entries(transaction)) {
        const given = member === "to" ? contract.toLowerCase() : value;
        expect(parsed[member], member).toEqual(given);
      }
    }
  });

  it("signs user operations of the smart accounts that it knows", async () => {
    const userOperation = {
      sender: address,
      nonce: 0n,
      callData: "0x34fcd5be" as Hex,
      callGasLimit: 1n,
      verificationGasLimit: 2n,
      preVerificationGas: 3n,
      maxFeePerGas: 4n,
      maxPriorityFeePerGas: 5n,
      signature: "0x" as Hex,
    };
    const hash = getUserOperationHash({
      chainId: 11155111,
      entryPointAddress: entryPoint07Address,
      entryPointVersion: "0.7",
      userOperation,
    });
    const { signature } = await privy
      .wallets()
      .ethereum()
      .signUserOperation(owned.wallet.id, {
        params: {
          contract: "0xd6CEDDe84be40893d153Be9d467CD6aD37875b28",
          chain_id: 11155111,
          user_operation: {
            ...{ sender: address, nonce: "0x0", call_data: "0x34fcd5be", call_gas_limit: "0x1" },
            ...{ verification_gas_limit: "0x2", pre_verification_gas: "0x3" },
            ...{ max_fee_per_gas: "0x4", max_priority_fee_per_gas: "0x5" },
          },
        },
        authorization_context: owned.authority,
      });
    expect(await verifyMessage({ address, message: { raw: hash }, signature: signature as Hex })).toBe(true);
  });

  it("signs an EIP-7702 authorization", async () => {
    const authorization = await account.signAuthorization!({ contractAddress: contract, chainId: 31337, nonce: 3 });
    expect(authorization).toMatchObject({ address: contract, chainId: 31337, nonce: 3 });
    expect(await verifyAuthorization({ address, authorization })).toBe(true);
  });
});

describe("signing is refused", () => {
  it("to everybody but owner and signers, with the text that clients match on", async () => {
    const { wallet } = await makeWallet("owned by a key");
    const sign = (authority: object) =>
      privy.wallets().ethereum().signMessage(wallet.id, { message: "x", authorization_context: authority });
    const stranger = { authorization_private_keys: [makeAuthorizationKey().privateKey] };
    expect(await refusalOf(sign(stranger))).toMatchObject({
      status: 401,
      error: noValidSignatures,
      code: "zero_correct_authorization_signatures",
    });
    const none = await refusalOf(sign({}));
    expect(none).toMatchObject({ status: 401, code: "missing_or_empty_authorization_header" });
    expect(none.error).toMatch(/^Missing `privy-authorization-signature`/);
  });

  it("of typed data with an address whose checksum is wrong", async () => {
    const { wallet } = await makeWallet("ownerless");
    const wrong = "0xcD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826";
    const request = privy
      .wallets()
      .ethereum()
      .signTypedData(wallet.id, {
        params: {
          typed_data: {
            domain: { name: "x" },
            types: { M: [{ name: "to", type: "address" }] },
            primary_type: "M",
            message: { to: wrong },
          },
        },
      });
    const refusal = await refusalOf(request);
    expect(refusal).toMatchObject({ status: 400, code: "invalid_data" });
    expect(refusal.error).toContain(`Address "${wrong}" is invalid.`);
  });

  it("for methods, options and sponsors that are not built, by name", async () => {
    const { wallet } = await makeWallet("ownerless");
    const ethereum = privy.wallets().ethereum();
    const requests = [
      ethereum.signMessage(wallet.id, { message: "x", signature_options: { type: "erc1271" } } as never),
      ethereum.sendTransaction(wallet.id, {
        caip2: "eip155:31337",
        sponsor: true,
        params: { transaction: { to: contract, value: 0 } },
      }),
      ethereum.sendTransaction(wallet.id, {
        caip2: "eip155:424242",
        params: { transaction: { to: contract, value: 0 } },
      }),
    ];
    for (const refusal of await Promise.all(requests.map(refusalOf))) {
      expect(refusal).toMatchObject({ status: 400, code: "not_supported" });
    }
  });
});

describe("the owner", () => {
  it("exports key and seed phrase, encrypted to a key of the owner's, and the wallet says when first", async () => {
    const { wallet, authority } = await makeWallet("owned by a quorum of user, key and child quorum");
    expect((await privy.wallets().get(wallet.id)).exported_at).toBeNull();
    const { private_key } = await privy.wallets().exportPrivateKey(wallet.id, { authorization_context: authority });
    expect(private_key).toMatch(/^[0-9a-f]{64}$/);
    expect(privateKeyToAccount(`0x${private_key}`).address).toBe(wallet.address);
    const exportedAt = (await privy.wallets().get(wallet.id)).exported_at;
    expect(exportedAt).toBeGreaterThan(0);

    const { seed_phrase } = await privy.wallets().exportSeedPhrase(wallet.id, { authorization_context: authority });
    expect(seed_phrase.split(" ").every((word) => english.includes(word))).toBe(true);
    expect(mnemonicToAccount(seed_phrase).address).toBe(wallet.address);
    expect((await privy.wallets().get(wallet.id)).exported_at).toBe(exportedAt);
  });

  it("exports only what the wallet's policy allows", async () => {
    const key = makeAuthorizationKey();
    const policy = (rules: { name: string; method: "exportPrivateKey" | "personal_sign" }[]) =>
      privy.policies().create({
        version: "1.0",
        name: "exports",
        chain_type: "ethereum",
        rules: rules.map((rule) => ({ ...rule, action: "ALLOW", conditions: [] })),
      });
    const [open, closed] = await Promise.all([
      policy([{ name: "key", method: "exportPrivateKey" }]),
      policy([{ name: "messages", method: "personal_sign" }]),
    ]);
    const authority = { authorization_private_keys: [key.privateKey] };
    const create = (id: string) =>
      privy.wallets().create({ chain_type: "ethereum", owner: { public_key: key.publicKey }, policy_ids: [id] });
    const [allowed, denied] = await Promise.all([create(open.id), create(closed.id)]);
    const act = { authorization_context: authority };
    expect(await refusalOf(privy.wallets().exportPrivateKey(denied.id, act))).toMatchObject(policyViolation);
    expect(await refusalOf(privy.wallets().exportSeedPhrase(allowed.id, act))).toMatchObject(policyViolation);
    expect((await privy.wallets().exportPrivateKey(allowed.id, act)).private_key).toMatch(/^[0-9a-f]{64}$/);
    expect((await privy.wallets().get(denied.id)).exported_at).toBeNull();
  });

  it("is needed: nobody exports a wallet without one", async () => {
    const { wallet } = await makeWallet("ownerless");
    const stray = { authorization_context: { authorization_private_keys: [makeAuthorizationKey().privateKey] } };
    for (const context of [{}, stray]) {
      expect(await refusalOf(privy.wallets().exportPrivateKey(wallet.id, context))).toMatchObject({
        status: 400,
        code: "invalid_data",
        error: "Wallets without owners cannot be exported",
      });
    }
  });
});

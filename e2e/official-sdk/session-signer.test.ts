import type { PrivyClient } from "@privy-io/node";
import { type Hex, parseEther } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AuthorizationKey, makeAuthorizationKey } from "../authorization-key.ts";
import { type IdentityProvider, makeIdentityProvider } from "../identity-provider.ts";
import { policyViolation, refusalOf } from "../refusal.ts";
import { CAIP2, type Stack, startStack } from "../stack.ts";

const ALICE = "0x00000000000000000000000000000000000A11cE";
const BOB = "0x0000000000000000000000000000000000000B0b";

let stack: Stack;
let provider: IdentityProvider;
let privy: PrivyClient;

beforeAll(async () => {
  [stack, provider] = await Promise.all([startStack(), makeIdentityProvider()]);
  privy = stack.sdk(await stack.createApp({ publicKeyPem: provider.publicKeyPem }));
});
afterAll(() => stack?.stop());

type Authority = { authorization_private_keys?: string[]; user_jwts?: string[] };

function send(walletId: string, to: string, ether: string, authority: Authority) {
  return privy
    .wallets()
    .ethereum()
    .sendTransaction(walletId, {
      caip2: CAIP2,
      params: { transaction: { to, value: `0x${parseEther(ether).toString(16)}` } },
      authorization_context: authority,
    });
}

async function chainState(address: string) {
  const account = { address: address as Hex };
  const [nonce, balance] = await Promise.all([
    stack.chain.getTransactionCount({ ...account, blockTag: "pending" }),
    stack.chain.getBalance({ ...account, blockTag: "pending" }),
  ]);
  return { nonce, balance };
}

function signMessage(walletId: string, authority: Authority) {
  return privy.wallets().ethereum().signMessage(walletId, { message: "hello", authorization_context: authority });
}

describe("a session signer within a policy", () => {
  let wallet: { id: string; address: string };
  let quorum: { id: string };
  let policy: { id: string };
  let key: AuthorizationKey;
  let asServer: Authority;
  let asUser: Authority;

  beforeAll(async () => {
    const subject = "session-signer-user";
    const user = await privy.users().create({ linked_accounts: [{ type: "custom_auth", custom_user_id: subject }] });
    expect(user.linked_accounts).toMatchObject([{ type: "custom_auth", custom_user_id: subject }]);
    wallet = await privy.wallets().create({ chain_type: "ethereum", owner: { user_id: user.id } });
    await stack.fund(wallet.address, "1");
    key = makeAuthorizationKey();
    quorum = await privy.keyQuorums().create({ public_keys: [key.publicKey], authorization_threshold: 1 });
    policy = await privy.policies().create({
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
            {
              field_source: "ethereum_transaction",
              field: "value",
              operator: "lte",
              value: parseEther("0.1").toString(),
            },
            { field_source: "ethereum_transaction", field: "chain_id", operator: "eq", value: "31337" },
          ],
        },
      ],
    });
    asServer = { authorization_private_keys: [key.privateKey] };
    asUser = { user_jwts: [await provider.issue(subject)] };
  });

  it("is worth nothing before the user consents", async () => {
    const before = await chainState(wallet.address);
    expect(await refusalOf(send(wallet.id, ALICE, "0.05", asServer))).toMatchObject({ status: 401 });
    expect(await refusalOf(signMessage(wallet.id, asServer))).toMatchObject({ status: 401 });
    expect(await refusalOf(signMessage(wallet.id, {}))).toMatchObject({
      status: 401,
      code: "missing_or_empty_authorization_header",
    });
    expect(await chainState(wallet.address)).toEqual(before);
  });

  it("is added by the user's own signature", async () => {
    const signers = [{ signer_id: quorum.id, override_policy_ids: [policy.id] }];
    const updated = await privy
      .wallets()
      .update(wallet.id, { additional_signers: signers, authorization_context: asUser });
    expect(updated.additional_signers).toEqual(signers);
    expect((await privy.wallets().get(wallet.id)).additional_signers).toEqual(signers);
  });

  it("sends 0.05 ETH to Alice with the key alone, and it is mined", async () => {
    const before = await chainState(ALICE);
    const { hash } = await send(wallet.id, ALICE, "0.05", asServer);
    const receipt = await stack.chain.waitForTransactionReceipt({ hash: hash as Hex });
    expect(receipt.status).toBe("success");
    expect(receipt.from.toLowerCase()).toBe(wallet.address.toLowerCase());
    expect((await chainState(ALICE)).balance - before.balance).toBe(parseEther("0.05"));
  });

  it("is refused what the policy does not allow, and the chain sees nothing of it", async () => {
    const before = await chainState(wallet.address);
    const refusals = await Promise.all([
      refusalOf(send(wallet.id, ALICE, "0.2", asServer)),
      refusalOf(send(wallet.id, BOB, "0.05", asServer)),
      refusalOf(signMessage(wallet.id, asServer)),
    ]);
    for (const refusal of refusals) expect(refusal).toMatchObject(policyViolation);
    expect(await chainState(wallet.address)).toEqual(before);
    expect((await chainState(BOB)).balance).toBe(0n);
  });

  it("cannot change the wallet, export it, or add itself elsewhere", async () => {
    const { additional_signers } = await privy.wallets().get(wallet.id);
    const other = await privy.wallets().create({
      chain_type: "ethereum",
      owner: { public_key: makeAuthorizationKey().publicKey },
    });
    const self = [{ signer_id: quorum.id }];
    const attempts = [
      privy.wallets().update(wallet.id, { additional_signers: self, authorization_context: asServer }),
      privy.wallets().update(wallet.id, { policy_ids: [], authorization_context: asServer }),
      privy.wallets().update(wallet.id, { owner_id: quorum.id, authorization_context: asServer }),
      privy.wallets().update(wallet.id, { owner_id: null, authorization_context: asServer }),
      privy.wallets().exportPrivateKey(wallet.id, { authorization_context: asServer }),
      privy.wallets().exportSeedPhrase(wallet.id, { authorization_context: asServer }),
      privy.wallets().update(other.id, { additional_signers: self, authorization_context: asServer }),
    ];
    for (const refusal of await Promise.all(attempts.map(refusalOf))) expect(refusal).toMatchObject({ status: 401 });
    expect((await privy.wallets().get(wallet.id)).additional_signers).toEqual(additional_signers);
    expect((await privy.wallets().get(other.id)).additional_signers).toEqual([]);
  });

  it("is refused from the moment the user removes it", async () => {
    await privy.wallets().update(wallet.id, { additional_signers: [], authorization_context: asUser });
    const before = await chainState(wallet.address);
    expect(await refusalOf(send(wallet.id, ALICE, "0.05", asServer))).toMatchObject({ status: 401 });
    expect(await chainState(wallet.address)).toEqual(before);
  });
});

describe("a 2-of-3 quorum", () => {
  it("needs two distinct keys: one, or one twice, is refused", async () => {
    const keys = [makeAuthorizationKey(), makeAuthorizationKey(), makeAuthorizationKey()];
    const quorum = await privy
      .keyQuorums()
      .create({ public_keys: keys.map(({ publicKey }) => publicKey), authorization_threshold: 2 });
    const wallet = await privy.wallets().create({ chain_type: "ethereum", owner_id: quorum.id });
    const signers = (...at: number[]) => ({ authorization_private_keys: at.map((index) => keys[index]!.privateKey) });
    const stranger = { authorization_private_keys: [keys[0]!.privateKey, makeAuthorizationKey().privateKey] };

    for (const authority of [signers(0), signers(2), signers(1, 1), signers(0, 0, 0), stranger]) {
      expect(await refusalOf(signMessage(wallet.id, authority))).toMatchObject({
        status: 401,
        code: "insufficient_correct_authorization_signatures",
      });
    }
    for (const authority of [signers(0, 1), signers(2, 0), signers(1, 2), signers(0, 1, 2)]) {
      expect((await signMessage(wallet.id, authority)).signature).toMatch(/^0x[0-9a-f]{130}$/);
    }
  });
});

describe("a wallet", () => {
  it("takes as many session signers as it may have, each with a policy of its own, and not one more", async () => {
    const [owner, signers] = [makeAuthorizationKey(), Array.from({ length: 21 }, makeAuthorizationKey)];
    const rules = [{ name: "Sign", method: "personal_sign" as const, action: "ALLOW" as const, conditions: [] }];
    const entries = await Promise.all(
      signers.map(async ({ publicKey }, at) => {
        const quorum = await privy.keyQuorums().create({ public_keys: [publicKey], authorization_threshold: 1 });
        const policy = { version: "1.0" as const, name: `Policy ${at}`, chain_type: "ethereum" as const, rules };
        return { signer_id: quorum.id, override_policy_ids: [(await privy.policies().create(policy)).id] };
      }),
    );
    const create = (additional_signers: typeof entries) =>
      privy.wallets().create({ chain_type: "ethereum", owner: { public_key: owner.publicKey }, additional_signers });
    await expect(create(entries)).rejects.toMatchObject({ status: 400 });
    const wallet = await create(entries.slice(0, 20));
    const last = { authorization_private_keys: [signers[19]!.privateKey] };
    expect((await signMessage(wallet.id, last)).signature).toMatch(/^0x/);
  });
});

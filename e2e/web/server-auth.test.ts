import { operatorChange } from "@mandate/cli/operator-request";
import { type LinkedAccountWithMetadata, PrivyClient, type WalletWithMetadata } from "@privy-io/server-auth";
import { decodeJwt } from "jose";
import { type Hex, parseEther, recoverMessageAddress } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AuthorizationKey, makeAuthorizationKey } from "../authorization-key.ts";
import { BrowserClient, type SignedIn } from "../login/browser-client.ts";
import { type App, CAIP2, type Stack, startStack } from "../stack.ts";
import { isEd25519Signature } from "./ed25519-signature.ts";

const ALICE = "0x00000000000000000000000000000000000A11cE";
const BOB = "0x0000000000000000000000000000000000000B0b";
const EMAIL = "grace@example.com";
const TESTER = { email: "test-0001@privy.io", otp: "135790" };

const denied = { status: 400, type: "policy_violation" };
const unsigned = { status: 401 };

let stack: Stack;
let app: App;
let privy: PrivyClient;

/** With nothing of its options but addresses (and a key, which is its own): both of its halves have one. */
function makeClient(of: App, authorizationPrivateKey?: string): PrivyClient {
  const walletApi = {
    apiURL: stack.url,
    ...(authorizationPrivateKey === undefined ? {} : { authorizationPrivateKey }),
  };
  return new PrivyClient(of.id, of.secret, { apiURL: stack.url, walletApi });
}

beforeAll(async () => {
  stack = await startStack();
  app = await stack.createApp(undefined, "Older server", { testAccounts: [TESTER] });
  const change = { method: "PATCH" as const, path: `/operator/v1/apps/${app.id}`, appId: app.id };
  await operatorChange(stack.instance.server, { ...change, body: { identity_tokens: true } }, Date.now());
  privy = makeClient(app);
});
afterAll(() => stack?.stop());

const walletOf = (user: { linkedAccounts: LinkedAccountWithMetadata[] } | null, chainType: string) => {
  const isWallet = (account: LinkedAccountWithMetadata): account is WalletWithMetadata =>
    account.type === "wallet" && account.chainType === chainType && account.walletClientType === "privy";
  const wallet = user?.linkedAccounts.find(isWallet);
  if (wallet?.id == null) throw new Error(`the user has no ${chainType} wallet`);
  return { id: wallet.id, address: wallet.address, delegated: wallet.delegated };
};

/** Its types leave out methods that its policies know. */
const messages = (method: string) => ({
  name: "Messages",
  method: method as never,
  action: "ALLOW" as const,
  conditions: [],
});

/** The story of the guide, with the client that came before `@privy-io/node`. */
describe("the unmodified older server SDK, with its two addresses alone", () => {
  let page: BrowserClient;
  let key: AuthorizationKey;
  let asServer: PrivyClient;
  let signedIn: SignedIn;
  let userId: string;
  let wallet: { id: string; address: string };
  let solana: { id: string; address: string };

  beforeAll(async () => {
    page = new BrowserClient(stack, app, undefined);
    key = makeAuthorizationKey();
    // As the hosted product's dashboard hands it out.
    asServer = makeClient(app, `wallet-auth:${key.privateKey}`);
  });

  const send = (client: PrivyClient, to: string, ether: string) =>
    client.walletApi.ethereum.sendTransaction({
      walletId: wallet.id,
      caip2: CAIP2,
      transaction: { to: to as Hex, value: `0x${parseEther(ether).toString(16)}`, chainId: 31337 },
    });

  it("refuses what is no access token of this app", async () => {
    const other = await stack.createApp(undefined, "Another");
    const elsewhere = await new BrowserClient(stack, other, undefined).signInByEmail(EMAIL);
    await expect(privy.verifyAuthToken(elsewhere.token)).rejects.toThrow();
    await expect(privy.verifyAuthToken("a.b.c")).rejects.toThrow();
    await expect(privy.getUser({ idToken: elsewhere.token })).rejects.toThrow();
    expect(await privy.getUserByEmail(EMAIL)).toBeNull();
  });

  it("makes a user with wallets that already have a session signer", async () => {
    const node = stack.sdk(app);
    const quorum = await node.keyQuorums().create({ public_keys: [key.publicKey], authorization_threshold: 1 });
    const conditions = (value: string) => [
      { fieldSource: "ethereum_transaction" as const, field: "to" as const, operator: "eq" as const, value: ALICE },
      { fieldSource: "ethereum_transaction" as const, field: "value" as const, operator: "lte" as const, value },
    ];
    const policy = await privy.walletApi.createPolicy({
      version: "1.0",
      name: "Small payments to Alice",
      chainType: "ethereum",
      rules: [
        {
          name: "Small payments to Alice",
          method: "eth_sendTransaction",
          action: "ALLOW",
          conditions: conditions(parseEther("0.1").toString()),
        },
        messages("personal_sign"),
      ],
    });
    const solanaPolicy = await privy.walletApi.createPolicy({
      version: "1.0",
      name: "Messages",
      chainType: "solana",
      rules: [messages("signMessage")],
    });
    const signerWith = (policyId: string) => [{ signerId: quorum.id, policyIds: [policyId] }];
    const user = await privy.importUser({
      linkedAccounts: [{ type: "email", address: EMAIL }],
      wallets: [
        { chainType: "ethereum", policyIds: [], additionalSigners: signerWith(policy.id) },
        { chainType: "solana", policyIds: [], additionalSigners: signerWith(solanaPolicy.id) },
      ],
      customMetadata: { plan: "free" },
    });
    userId = user.id;
    expect(user).toMatchObject({ isGuest: false, customMetadata: { plan: "free" }, email: { address: EMAIL } });
    expect(walletOf(user, "ethereum").delegated).toBe(true);
    [wallet, solana] = [walletOf(user, "ethereum"), walletOf(user, "solana")];
    await stack.fund(wallet.address, "1");
    expect(await privy.walletApi.getPolicy({ id: policy.id })).toEqual(policy);
  });

  it("verifies the access token of that user, who signs in by mail", async () => {
    signedIn = await page.signInByEmail(EMAIL);
    const claims = await privy.verifyAuthToken(`Bearer ${signedIn.token}`);
    expect(claims).toMatchObject({ appId: app.id, issuer: "privy.io", userId });
    expect(claims.sessionId).toBe(decodeJwt(signedIn.token).sid);
    expect(claims.expiration - Number(claims.issuedAt)).toBe(3600);
  });

  it("finds the user by ID, address, wallet, search and identity token", async () => {
    const user = await privy.getUser(userId);
    expect(user.createdAt.getTime()).toBeGreaterThan(Date.now() - 600_000);
    for (const found of [
      await privy.getUserById(userId),
      await privy.getUserByEmail(EMAIL.toUpperCase()),
      await privy.getUserByWalletAddress(wallet.address),
      await privy.getUserByWalletAddress(solana.address),
      ...(await privy.getUsers({ emails: [EMAIL] })),
      ...(await privy.getUsers(EMAIL)),
    ])
      expect(found).toEqual(user);
    expect((await privy.getUsers()).map(({ id }) => id)).toContain(userId);
    expect(await privy.getUserByWalletAddress(BOB)).toBeNull();

    const said = await privy.getUser({ idToken: signedIn.identity_token! });
    expect(said).toMatchObject({ id: userId, isGuest: false, email: { address: EMAIL } });
    expect(said.createdAt).toEqual(user.createdAt);
    expect(said.linkedAccounts).toContainEqual(
      expect.objectContaining({ type: "wallet", id: wallet.id, address: wallet.address }),
    );
  });

  it("signs nothing without the authorization key", async () => {
    await expect(privy.walletApi.ethereum.signMessage({ walletId: wallet.id, message: "hello" })).rejects.toMatchObject(
      unsigned,
    );
    await expect(send(privy, ALICE, "0.05")).rejects.toMatchObject(unsigned);
    const stranger = makeClient(app, `wallet-auth:${makeAuthorizationKey().privateKey}`);
    await expect(send(stranger, ALICE, "0.05")).rejects.toMatchObject(unsigned);
  });

  it("is refused outside the policy, and mined within it", async () => {
    await expect(send(asServer, ALICE, "0.2")).rejects.toMatchObject(denied);
    await expect(send(asServer, BOB, "0.05")).rejects.toMatchObject(denied);
    await expect(
      asServer.walletApi.ethereum.signTypedData({ walletId: wallet.id, typedData: typedData as never }),
    ).rejects.toMatchObject(denied);
    await expect(
      asServer.walletApi.ethereum.secp256k1Sign({ walletId: wallet.id, hash: `0x${"11".repeat(32)}` }),
    ).rejects.toMatchObject(denied);

    const { hash, caip2 } = await send(asServer, ALICE, "0.05");
    expect(caip2).toBe(CAIP2);
    expect(await stack.chain.waitForTransactionReceipt({ hash: hash as Hex })).toMatchObject({
      status: "success",
      from: wallet.address.toLowerCase(),
      to: ALICE.toLowerCase(),
    });
  });

  it("does the same by `rpc`, whose bodies name the wallet once more", async () => {
    const rpc = (to: string) =>
      asServer.walletApi.rpc({
        walletId: wallet.id,
        method: "eth_sendTransaction",
        caip2: CAIP2,
        params: { transaction: { to: to as Hex, value: 1 } },
      });
    await expect(rpc(BOB)).rejects.toMatchObject(denied);
    const { data } = (await rpc(ALICE)) as { data: { hash: Hex; transactionId: string } };
    expect(await stack.chain.waitForTransactionReceipt({ hash: data.hash })).toMatchObject({ status: "success" });
    await expect
      .poll(async () => asServer.walletApi.getTransaction({ id: data.transactionId }))
      .toMatchObject({ walletId: wallet.id, caip2: CAIP2, transactionHash: data.hash });
  });

  it("signs messages, on Solana too", async () => {
    const { signature } = await asServer.walletApi.ethereum.signMessage({ walletId: wallet.id, message: "hello" });
    expect(await recoverMessageAddress({ message: "hello", signature: signature as Hex })).toBe(wallet.address);
    const bytes = await asServer.walletApi.rpc({
      walletId: wallet.id,
      method: "personal_sign",
      params: { message: new Uint8Array([0, 255]) },
    });
    expect(
      await recoverMessageAddress({
        message: { raw: "0x00ff" },
        signature: (bytes as { data: { signature: Hex } }).data.signature,
      }),
    ).toBe(wallet.address);
    const message = new TextEncoder().encode("hello");
    const signed = await asServer.walletApi.solana.signMessage({ walletId: solana.id, message });
    expect(isEd25519Signature(signed.signature, message, solana.address)).toBe(true);
  });

  it("gives a repeated request with an idempotency key one transaction", async () => {
    const request = {
      walletId: wallet.id,
      caip2: CAIP2,
      transaction: { to: ALICE as Hex, value: 2 },
      idempotencyKey: "order-42",
    } as const;
    const [first, second] = [
      await asServer.walletApi.ethereum.sendTransaction(request),
      await asServer.walletApi.ethereum.sendTransaction(request),
    ];
    expect(second.hash).toBe(first.hash);
  });

  it("acts as the user with the user's token, who takes the signer away", async () => {
    const asUser = makeClient(app);
    const { authorizationKey, wallets, expiresAt } = await asUser.walletApi.generateUserSigner({
      userJwt: signedIn.token,
    });
    expect(wallets.map(({ id }) => id).sort()).toEqual([wallet.id, solana.id].sort());
    expect(expiresAt.getTime()).toBeGreaterThan(Date.now());
    await expect(asServer.walletApi.updateWallet({ id: wallet.id, additionalSigners: [] })).rejects.toMatchObject(
      unsigned,
    );
    asUser.walletApi.updateAuthorizationKey(authorizationKey);
    const updated = await asUser.walletApi.updateWallet({ id: wallet.id, additionalSigners: [] });
    expect(updated).toMatchObject({ id: wallet.id, additionalSigners: [] });
    await expect(send(asServer, ALICE, "0.05")).rejects.toMatchObject(unsigned);
    expect(walletOf(await privy.getUser(userId), "ethereum").delegated).toBe(false);
  });

  it("manages policies that its key owns", async () => {
    const owned = await asServer.walletApi.createPolicy({
      version: "1.0",
      name: "Owned",
      chainType: "ethereum",
      rules: [messages("personal_sign")],
      owner: { publicKey: key.publicKey },
    });
    await expect(privy.walletApi.updatePolicy({ id: owned.id, name: "Taken" })).rejects.toMatchObject(unsigned);
    expect(await asServer.walletApi.updatePolicy({ id: owned.id, name: "Renamed" })).toMatchObject({ name: "Renamed" });
    const { name: _, ...typed } = messages("eth_signTypedData_v4");
    const conditions = [
      { field_source: "ethereum_typed_data_domain", field: "chain_id", operator: "eq", value: "31337" },
    ] as never;
    const rule = await asServer.walletApi.addRuleToPolicy({ ...typed, policyId: owned.id, name: "Typed", conditions });
    // It asks for the list where it means one rule.
    expect(await asServer.walletApi.getRuleInPolicy({ policyId: owned.id, ruleId: rule.id })).toMatchObject({
      data: [{ name: "Messages" }, { id: rule.id }],
    });
    const named = { policyId: owned.id, ruleId: rule.id };
    await asServer.walletApi.updateRuleInPolicy({ ...typed, ...named, name: "Other", conditions });
    await expect(privy.walletApi.deleteRuleFromPolicy(named)).rejects.toMatchObject(unsigned);
    await asServer.walletApi.deleteRuleFromPolicy(named);
    expect((await privy.walletApi.getPolicy({ id: owned.id })).rules).toHaveLength(1);
    await asServer.walletApi.deletePolicy({ id: owned.id });
    await expect(privy.walletApi.getPolicy({ id: owned.id })).rejects.toMatchObject({ status: 404 });
  });

  it("makes, lists and imports wallets", async () => {
    const made = await privy.walletApi.createWallet({ chainType: "ethereum", owner: { userId }, policyIds: [] });
    expect(await privy.walletApi.getWallet({ id: made.id })).toEqual(made);
    const { data } = await privy.walletApi.getWallets({ chainType: "solana" });
    expect(data.map(({ id }) => id)).toEqual([solana.id]);
    const imported = await privy.walletApi.importWallet({
      chainType: "ethereum",
      entropyType: "private-key",
      entropy: `0x${"11".repeat(32)}`,
      address: "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A",
      owner: { publicKey: key.publicKey },
    });
    const { signature } = await asServer.walletApi.ethereum.signMessage({ walletId: imported.id, message: "mine" });
    expect(await recoverMessageAddress({ message: "mine", signature: signature as Hex })).toBe(imported.address);
  });

  it("makes more wallets for a user by its flags", async () => {
    const before = await privy.importUser({
      linkedAccounts: [{ type: "custom_auth", customUserId: "flags" }],
      createEthereumWallet: true,
      createSolanaWallet: true,
    });
    expect(walletOf(before, "ethereum").delegated).toBe(false);
    walletOf(before, "solana");
    const after = await privy.createWallets({
      userId: before.id,
      createEthereumWallet: true,
      numberOfEthereumWalletsToCreate: 2,
    });
    const indexes = after.linkedAccounts.flatMap((account) =>
      account.type === "wallet" && account.chainType === "ethereum" ? [account.hdWalletIndex] : [],
    );
    expect(indexes).toEqual([0, 1, 2]);
    const refused = { status: 400, type: "not_supported" };
    await expect(
      privy.createWallets({ userId: before.id, createEthereumWallet: true, createEthereumSmartWallet: true }),
    ).rejects.toMatchObject(refused);
  });

  it("signs in the app's test account", async () => {
    const { accessToken } = await privy.getTestAccessToken();
    const { userId: testerId } = await privy.verifyAuthToken(accessToken);
    expect((await privy.getUser(testerId)).email?.address).toBe(TESTER.email);
    await expect(privy.getTestAccessToken({ email: "nobody@example.com" })).rejects.toThrow("not found");
  });

  it("reads the app's settings, keeps an allowlist, sets metadata and deletes the user", async () => {
    expect(await privy.getAppSettings()).toMatchObject({ id: app.id, name: "Older server", emailAuth: true });
    await privy.inviteToAllowlist({ type: "email", value: "friend@example.com" });
    expect(await privy.getAllowlist()).toMatchObject([{ type: "email", value: "friend@example.com", appId: app.id }]);
    await privy.removeFromAllowlist({ type: "email", value: "friend@example.com" });
    expect(await privy.getAllowlist()).toEqual([]);
    expect(await privy.setCustomMetadata(userId, { plan: "paid" })).toMatchObject({ customMetadata: { plan: "paid" } });
    await privy.deleteUser(userId);
    await expect(privy.getUser(userId)).rejects.toMatchObject({ status: 404 });
    expect(await privy.getUserByEmail(EMAIL)).toBeNull();
  });
});

const typedData = {
  domain: { name: "Orders", version: "1", chainId: 31337 },
  types: { Order: [{ name: "amount", type: "uint256" }] },
  primaryType: "Order",
  message: { amount: "42" },
};

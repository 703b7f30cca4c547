import { NotFoundError, type PrivyClient, type User } from "@privy-io/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeAuthorizationKey } from "../authorization-key.ts";
import { policyViolation, refusalOf } from "../refusal.ts";
import { type Stack, startStack } from "../stack.ts";

let stack: Stack;
let privy: PrivyClient;
let other: PrivyClient;

beforeAll(async () => {
  stack = await startStack();
  [privy, other] = await Promise.all([
    stack.createApp().then((app) => stack.sdk(app)),
    stack.createApp().then((app) => stack.sdk(app)),
  ]);
});
afterAll(() => stack?.stop());

const notFound = { status: 404, code: "user_does_not_exist" };

const embedded = (user: User) =>
  user.linked_accounts.filter((account) => account.type === "wallet" && account.connector_type === "embedded");

async function list<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of pages) items.push(item);
  return items;
}

describe("a user", () => {
  it("is created with accounts and metadata, and found by id and by each account", async () => {
    const external = "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826";
    const created = await privy.users().create({
      linked_accounts: [
        { type: "custom_auth", custom_user_id: "subject 1" },
        { type: "email", address: "Ada@Example.com" },
        { type: "wallet", address: external, chain_type: "ethereum" },
        { type: "google_oauth", subject: "g-1", email: "ada@example.com", name: "Ada" },
      ],
      custom_metadata: { plan: "pro", seats: 3, active: true },
    });
    expect(created.id).toMatch(/^did:privy:[a-z0-9]+$/);
    expect(created.custom_metadata).toEqual({ plan: "pro", seats: 3, active: true });
    expect(created.linked_accounts.map(({ type }) => type)).toEqual(["custom_auth", "email", "wallet", "google_oauth"]);
    expect(Math.abs(created.created_at - Date.now() / 1000)).toBeLessThan(60);

    const users = privy.users();
    const lookups = [
      users._get(created.id),
      users._get(created.id.slice("did:privy:".length)),
      users.getByCustomAuthID({ custom_user_id: "subject 1" }),
      users.getByEmailAddress({ address: "ADA@example.com" }),
      users.getByWalletAddress({ address: external }),
      users.getByWalletAddress({ address: external.toLowerCase() }),
    ];
    for (const found of await Promise.all(lookups)) expect(found).toEqual(created);

    const strangers = [
      other.users()._get(created.id),
      other.users().getByCustomAuthID({ custom_user_id: "subject 1" }),
      other.users().getByEmailAddress({ address: "ada@example.com" }),
      users.getByEmailAddress({ address: "nobody@example.com" }),
      users._get("did:privy:nobody"),
    ];
    for (const refusal of await Promise.all(strangers.map(refusalOf))) expect(refusal).toMatchObject(notFound);
  });

  it("that exists already is answered, and an account of another user's is refused", async () => {
    const ada = { type: "custom_auth" as const, custom_user_id: "ada" };
    const email = { type: "email" as const, address: "once@example.com" };
    const first = await privy.users().create({ linked_accounts: [ada] });
    expect(await privy.users().create({ linked_accounts: [ada] })).toEqual(first);
    await privy.users().create({ linked_accounts: [email] });
    const both = privy.users().create({ linked_accounts: [ada, email] });
    expect(await refusalOf(both)).toMatchObject({ status: 400, code: "linked_to_another_user" });
    expect((await other.users().create({ linked_accounts: [ada] })).id).not.toBe(first.id);

    const same = { type: "custom_auth" as const, custom_user_id: "all at once" };
    const racing = await Promise.all(
      Array.from({ length: 8 }, () =>
        privy
          .users()
          .create({ linked_accounts: [same] })
          .then(({ id }) => id),
      ),
    );
    expect(new Set(racing).size).toBe(1);
  });

  it("has metadata that is replaced as a whole", async () => {
    const { id } = await privy.users().create({
      linked_accounts: [{ type: "custom_auth", custom_user_id: "metadata" }],
      custom_metadata: { before: 1 },
    });
    const set = (custom_metadata: object) => privy.users().setCustomMetadata(id, { custom_metadata } as never);
    expect((await set({ after: "x", "a key – é": false })).custom_metadata).toEqual({ after: "x", "a key – é": false });
    expect((await privy.users()._get(id)).custom_metadata).toEqual({ after: "x", "a key – é": false });
    expect((await set({})).custom_metadata).toEqual({});
    for (const wrong of [{ nested: {} }, { list: [] }, { nothing: null }]) {
      expect(await refusalOf(set(wrong))).toMatchObject({ status: 400, code: "invalid_data" });
    }
  });

  it("is deleted for good: found no more, deleted once, and its account free for another", async () => {
    const account = { type: "custom_auth" as const, custom_user_id: "leaving" };
    const user = await privy.users().create({ linked_accounts: [account], wallets: [{ chain_type: "ethereum" }] });
    expect(await refusalOf(other.users().delete(user.id))).toMatchObject(notFound);
    await privy.users().delete(user.id);
    await expect(privy.users()._get(user.id)).rejects.toBeInstanceOf(NotFoundError);
    expect(await refusalOf(privy.users().delete(user.id))).toMatchObject(notFound);
    expect(await refusalOf(privy.users().setCustomMetadata(user.id, { custom_metadata: {} }))).toMatchObject(notFound);
    const wallets = { wallets: [{ chain_type: "ethereum" as const }] };
    expect(await refusalOf(privy.users().pregenerateWallets(user.id, wallets))).toMatchObject(notFound);
    const again = await privy.users().create({ linked_accounts: [account] });
    expect(again.id).not.toBe(user.id);
    expect(embedded(again)).toEqual([]);
  });
});

describe("accounts of a user", () => {
  it("are taken away by the app, but not the last, nor a wallet that is kept here", async () => {
    const user = await privy.users().create({
      linked_accounts: [
        { type: "custom_auth", custom_user_id: "unlink" },
        { type: "email", address: "unlink@example.com" },
      ],
      wallets: [{ chain_type: "ethereum" }],
    });
    const unlink = (type: string, handle: string, by = privy) =>
      by.users().unlinkLinkedAccount(user.id, { type: type as "email", handle });
    const { address } = embedded(user)[0] as { address: string };
    for (const [refused, code, status] of [
      [() => unlink("wallet", address), "cannot_unlink_embedded_wallet", 400],
      [() => unlink("email", "other@example.com"), "linked_account_not_found", 400],
      [() => unlink("email", "unlink@example.com", other), "user_does_not_exist", 404],
    ] as const)
      expect(await refusalOf(refused())).toMatchObject({ status, code });
    const left = await unlink("email", "Unlink@example.com");
    expect(left.linked_accounts.map(({ type }) => type)).toEqual(["custom_auth", "wallet"]);
    expect(await refusalOf(privy.users().getByEmailAddress({ address: "unlink@example.com" }))).toMatchObject(notFound);
    const last = { status: 400, code: "cannot_unlink_sole_account" };
    expect(await refusalOf(unlink("custom_auth", "unlink"))).toMatchObject(last);
  });

  it("are not added by the app, whose secret could then be everybody", async () => {
    const credentials = await stack.createApp();
    const user = await stack
      .sdk(credentials)
      .users()
      .create({ linked_accounts: [{ type: "custom_auth", custom_user_id: "add" }] });
    const body = { type: "email", address: "evil@example.com" };
    const answer = await stack.client(credentials).request("POST", `/v1/users/${user.id}/accounts`, { body });
    expect(answer).toMatchObject({ status: 400, json: { code: "not_supported" } });
  });
});

describe("test accounts", () => {
  it("are for their own app, which can sign them in", async () => {
    const email = "test-0007@privy.io";
    const credentials = await stack.createApp(undefined, "Tested", { testAccounts: [{ email, otp: "135790" }] });
    const app = stack.sdk(credentials);
    expect(await refusalOf(other.apps().getTestCredentials(credentials.id))).toMatchObject({ status: 404 });
    await expect(other.apps().getTestAccessToken()).rejects.toThrow("No test accounts");
    const { access_token } = await app.apps().getTestAccessToken({ email });
    const { user_id } = await app.utils().auth().verifyAccessToken(access_token);
    expect(await app.users()._get(user_id)).toMatchObject({ linked_accounts: [{ type: "email", address: email }] });
  });
});

describe("pregenerated wallets", () => {
  it("are the user's and may be born with a session signer that works at once, within its policy", async () => {
    const key = makeAuthorizationKey();
    const [quorum, policy] = await Promise.all([
      privy.keyQuorums().create({ public_keys: [key.publicKey] }),
      privy.policies().create({
        version: "1.0",
        name: "Messages",
        chain_type: "ethereum",
        rules: [{ name: "All", method: "personal_sign", action: "ALLOW", conditions: [] }],
      }),
    ]);
    const signers = [{ signer_id: quorum.id, override_policy_ids: [policy.id] }];
    const user = await privy.users().create({
      linked_accounts: [{ type: "custom_auth", custom_user_id: "pregenerated" }],
      wallets: [
        { chain_type: "ethereum", additional_signers: signers },
        { chain_type: "ethereum", external_id: "second" },
      ],
    } as never);
    expect(embedded(user)).toMatchObject([
      { wallet_index: 0, delegated: true, recovery_method: "privy-v2" },
      { wallet_index: 1, delegated: false },
    ]);
    const [first] = embedded(user) as { id: string; address: string }[];
    expect(await privy.wallets().get(first!.id)).toMatchObject({ additional_signers: signers });
    const authority = { authorization_context: { authorization_private_keys: [key.privateKey] } };
    const ethereum = privy.wallets().ethereum();
    expect((await ethereum.signMessage(first!.id, { message: "x", ...authority })).signature).toMatch(/^0x/);
    const hash = { params: { hash: `0x${"11".repeat(32)}` }, ...authority };
    expect(await refusalOf(ethereum.signSecp256k1(first!.id, hash))).toMatchObject(policyViolation);
    expect(await refusalOf(ethereum.signMessage(first!.id, { message: "x" }))).toMatchObject({ status: 401 });

    const more = await privy.users().pregenerateWallets(user.id, { wallets: [{ chain_type: "ethereum" }] });
    expect(embedded(more)).toHaveLength(3);
    expect(embedded(more)[2]).toMatchObject({ wallet_index: 2 });
    expect(await privy.users().getByWalletAddress({ address: first!.address })).toEqual(more);
  });
});

describe("lists", () => {
  it("are walked to their end by the SDK, in order, without gap or repetition, and hold nothing of other apps", async () => {
    const credentials = await stack.createApp();
    const app = stack.sdk(credentials);
    const users: string[] = [];
    const wallets: string[] = [];
    for (let count = 0; count < 7; count++) {
      const user = await app.users().create({
        linked_accounts: [{ type: "custom_auth", custom_user_id: `page-${count}` }],
        wallets: [{ chain_type: "ethereum" }],
      });
      users.push(user.id);
      wallets.push((embedded(user)[0] as { id: string }).id);
    }
    for (const limit of [1, 2, 3, 7, 100]) {
      expect((await list(app.users().list({ limit }))).map(({ id }) => id)).toEqual(users);
      expect((await list(app.wallets().list({ limit }))).map(({ id }) => id)).toEqual(wallets);
    }
    expect(await list(app.users().list())).toHaveLength(7);
    expect((await list(app.wallets().list({ user_id: users[3]! }))).map(({ id }) => id)).toEqual([wallets[3]]);
    // The SDK turns null into an empty text; other clients wait for null itself.
    const last = await stack.client(credentials).request("GET", "/v1/users?limit=7");
    expect((last.json as { next_cursor: unknown }).next_cursor).toBeNull();
    const { next_cursor: cursor } = await app.users().list({ limit: 2 });
    for (const ask of [() => other.users().list({ cursor: cursor! }), () => app.wallets().list({ cursor: cursor! })]) {
      expect(await refusalOf(ask())).toMatchObject({ status: 400, code: "invalid_data" });
    }
  });

  it("of wallets are filtered by owner, key, chain, address and external id", async () => {
    const app = stack.sdk(await stack.createApp());
    const key = makeAuthorizationKey();
    const [mine, named, theirs] = await Promise.all([
      app.wallets().create({ chain_type: "ethereum", owner: { public_key: key.publicKey } }),
      app.wallets().create({ chain_type: "ethereum", external_id: "treasury_1", display_name: "Treasury" }),
      app.wallets().create({ chain_type: "ethereum", owner: { public_key: makeAuthorizationKey().publicKey } }),
    ]);
    const found = async (query: object) => (await list(app.wallets().list(query))).map(({ id }) => id);
    expect(await found({ authorization_key: key.publicKey })).toEqual([mine.id]);
    expect(await found({ external_id: "treasury_1" })).toEqual([named.id]);
    expect(await found({ address: theirs.address })).toEqual([theirs.id]);
    expect(await found({ chain_type: "solana" })).toEqual([]);
    expect(new Set(await found({ chain_type: "ethereum" }))).toEqual(new Set([mine.id, named.id, theirs.id]));
    expect(await app.wallets().getWalletByAddress({ address: mine.address })).toEqual(mine);
    const lower = { address: mine.address.toLowerCase() };
    expect(await app.wallets().getWalletByAddress(lower)).toEqual(mine);
    expect(await refusalOf(other.wallets().getWalletByAddress(lower))).toMatchObject({ status: 404 });
    const taken = app.wallets().create({ chain_type: "ethereum", external_id: "treasury_1" });
    expect(await refusalOf(taken)).toMatchObject({ status: 400, code: "resource_already_exists" });
    const changed = app.wallets().update(named.id, { external_id: "treasury_2" } as never);
    expect(await refusalOf(changed)).toMatchObject({ status: 400, code: "invalid_data" });
  });
});

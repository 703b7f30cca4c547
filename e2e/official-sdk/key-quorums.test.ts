import type { PrivyClient } from "@privy-io/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AuthorizationKey, makeAuthorizationKey } from "../authorization-key.ts";
import { type IdentityProvider, makeIdentityProvider } from "../identity-provider.ts";
import { refusalOf } from "../refusal.ts";
import { type Stack, startStack } from "../stack.ts";

let stack: Stack;
let provider: IdentityProvider;
let privy: PrivyClient;
let other: PrivyClient;

beforeAll(async () => {
  [stack, provider] = await Promise.all([startStack(), makeIdentityProvider()]);
  privy = stack.sdk(await stack.createApp({ publicKeyPem: provider.publicKeyPem }));
  other = stack.sdk(await stack.createApp());
});
afterAll(() => stack?.stop());

const as = (...keys: AuthorizationKey[]) => ({
  authorization_context: { authorization_private_keys: keys.map(({ privateKey }) => privateKey) },
});

const makeKeys = (count: number) => Array.from({ length: count }, makeAuthorizationKey);

async function makeUser(subject: string) {
  const user = await privy.users().create({ linked_accounts: [{ type: "custom_auth", custom_user_id: subject }] });
  return user.id;
}

const sign = (walletId: string, authority: object) =>
  privy
    .wallets()
    .ethereum()
    .signMessage(walletId, { message: "x", ...authority });

const unauthorized = { status: 401 };
const invalid = { status: 400, code: "invalid_data" };

describe("a key quorum", () => {
  it("of two keys with threshold 1 is created, read, renamed by one of them, and deleted", async () => {
    const [a, b, stranger] = makeKeys(3) as [AuthorizationKey, AuthorizationKey, AuthorizationKey];
    const created = await privy.keyQuorums().create({
      public_keys: [a.publicKey, b.publicKey],
      authorization_threshold: 1,
      display_name: "Treasury",
    });
    expect(created).toEqual({
      id: expect.stringMatching(/^[a-z][a-z0-9]{23}$/),
      display_name: "Treasury",
      authorization_threshold: 1,
      authorization_keys: [
        { public_key: a.publicKey, display_name: null },
        { public_key: b.publicKey, display_name: null },
      ],
      user_ids: null,
    });
    const { id } = created;
    expect(await privy.keyQuorums().get(id)).toEqual(created);
    expect(await refusalOf(other.keyQuorums().get(id))).toMatchObject({ status: 404, code: "not_found" });

    const rename = (display_name: string, authority: object) =>
      privy.keyQuorums().update(id, { display_name, ...authority } as never);
    expect(await refusalOf(rename("Theirs", as(stranger)))).toMatchObject(unauthorized);
    expect(await refusalOf(rename("Theirs", {}))).toMatchObject(unauthorized);
    expect(await rename("Ours", as(b))).toEqual({ ...created, display_name: "Ours" });

    expect(await refusalOf(privy.keyQuorums().delete(id, as(stranger)))).toMatchObject(unauthorized);
    expect(await refusalOf(privy.keyQuorums().delete(id, {}))).toMatchObject(unauthorized);
    expect(await privy.keyQuorums().delete(id, as(a))).toEqual({ success: true });
    expect(await refusalOf(privy.keyQuorums().get(id))).toMatchObject({ status: 404, code: "not_found" });
    expect(await refusalOf(privy.keyQuorums().delete(id, as(a)))).toMatchObject({ status: 404 });
  });

  it("without a threshold is changed by all of its keys together", async () => {
    const [a, b] = makeKeys(2) as [AuthorizationKey, AuthorizationKey];
    const { id, authorization_threshold } = await privy
      .keyQuorums()
      .create({ public_keys: [a.publicKey, b.publicKey] });
    expect(authorization_threshold).toBeNull();
    const rename = (authority: object) => privy.keyQuorums().update(id, { display_name: "x", ...authority } as never);
    expect(await refusalOf(rename(as(a)))).toMatchObject({
      ...unauthorized,
      code: "insufficient_correct_authorization_signatures",
    });
    expect(await rename(as(a, b))).toMatchObject({ display_name: "x" });
  });

  it("keeps the members that a change does not name, and replaces those it does", async () => {
    const [a, b] = makeKeys(2) as [AuthorizationKey, AuthorizationKey];
    const userId = await makeUser("member");
    const asUser = { authorization_context: { user_jwts: [await provider.issue("member")] } };
    const { id } = await privy.keyQuorums().create({ user_ids: [userId], authorization_threshold: 1 });
    const update = (change: object, authority: object) =>
      privy.keyQuorums().update(id, { ...change, ...authority } as never);
    expect(await update({ public_keys: [a.publicKey] }, asUser)).toMatchObject({
      user_ids: [userId],
      authorization_keys: [{ public_key: a.publicKey }],
    });
    expect(await update({ public_keys: [b.publicKey] }, as(a))).toMatchObject({
      user_ids: [userId],
      authorization_keys: [{ public_key: b.publicKey }],
    });
    // The quorum as it is decides, not as it was or will be.
    expect(await refusalOf(update({ public_keys: [a.publicKey] }, as(a)))).toMatchObject(unauthorized);
    expect(await update({ user_ids: [] }, as(b))).toMatchObject({ user_ids: null, authorization_threshold: 1 });
    expect(await refusalOf(update({ display_name: "x" }, asUser))).toMatchObject(unauthorized);
    expect(await refusalOf(update({ public_keys: [] }, as(b)))).toMatchObject(invalid);
    expect(await refusalOf(update({ authorization_threshold: 2 }, as(b)))).toMatchObject(invalid);
    expect(await refusalOf(update({}, as(b)))).toMatchObject(invalid);
  });

  it("is refused when it could never be satisfied or is not well formed", async () => {
    const [a] = makeKeys(1) as [AuthorizationKey];
    const parent = await privy
      .keyQuorums()
      .create({ key_quorum_ids: [(await privy.keyQuorums().create({ public_keys: [a.publicKey] })).id] });
    const foreign = await other.keyQuorums().create({ public_keys: [a.publicKey] });
    const pem = `-----BEGIN PUBLIC KEY-----\n${a.publicKey}\n-----END PUBLIC KEY-----\n`;
    const bodies: [string, object][] = [
      ["no members", {}],
      ["more approvals than members", { public_keys: [a.publicKey], authorization_threshold: 2 }],
      ["threshold of none", { public_keys: [a.publicKey], authorization_threshold: 0 }],
      ["threshold of a half", { public_keys: [a.publicKey], authorization_threshold: 0.5 }],
      ["the same key twice", { public_keys: [a.publicKey, a.publicKey] }],
      ["the same key in two forms", { public_keys: [a.publicKey, pem] }],
      ["no key", { public_keys: ["bm90IGEga2V5"] }],
      ["unknown user", { user_ids: ["did:privy:nobody"] }],
      ["unknown quorum", { key_quorum_ids: ["a23456789012345678901234"] }],
      ["another app's quorum", { key_quorum_ids: [foreign.id] }],
      ["two levels", { key_quorum_ids: [parent.id] }],
      ["a long name", { public_keys: [a.publicKey], display_name: "x".repeat(51) }],
    ];
    for (const [what, body] of bodies) {
      expect(await refusalOf(privy.keyQuorums().create(body as never)), what).toMatchObject(invalid);
    }
    expect(await privy.keyQuorums().create({ public_keys: [pem] })).toMatchObject({
      authorization_keys: [{ public_key: a.publicKey }],
    });
  });

  it("is not deleted while something hangs on it", async () => {
    const [a] = makeKeys(1) as [AuthorizationKey];
    const { id } = await privy.keyQuorums().create({ public_keys: [a.publicKey] });
    const wallet = await privy.wallets().create({ chain_type: "ethereum", additional_signers: [{ signer_id: id }] });
    const refusal = await refusalOf(privy.keyQuorums().delete(id, as(a)));
    expect(refusal).toMatchObject({ status: 400, code: "authorization_key_has_associated_wallets" });
    await privy.wallets().update(wallet.id, { additional_signers: [] });
    expect(await privy.keyQuorums().delete(id, as(a))).toEqual({ success: true });
    expect(
      await refusalOf(privy.wallets().update(wallet.id, { additional_signers: [{ signer_id: id }] })),
    ).toMatchObject(invalid);
  });
});

describe("a wallet owned by a key quorum", () => {
  it("with threshold 1 of 2 obeys either key, and both", async () => {
    const [a, b] = makeKeys(2) as [AuthorizationKey, AuthorizationKey];
    const quorum = await privy
      .keyQuorums()
      .create({ public_keys: [a.publicKey, b.publicKey], authorization_threshold: 1 });
    const wallet = await privy.wallets().create({ chain_type: "ethereum", owner_id: quorum.id });
    for (const authority of [as(a), as(b), as(a, b), as(makeAuthorizationKey(), b)]) {
      expect((await sign(wallet.id, authority)).signature).toMatch(/^0x/);
    }
  });

  it("with threshold 2 of 2 obeys both keys only", async () => {
    const [a, b] = makeKeys(2) as [AuthorizationKey, AuthorizationKey];
    const quorum = await privy
      .keyQuorums()
      .create({ public_keys: [a.publicKey, b.publicKey], authorization_threshold: 2 });
    const wallet = await privy.wallets().create({ chain_type: "ethereum", owner_id: quorum.id });
    expect(await refusalOf(sign(wallet.id, as(a)))).toMatchObject(unauthorized);
    expect((await sign(wallet.id, as(a, b))).signature).toMatch(/^0x/);
    // The quorum changes under the wallet: what counts is the quorum as it stands.
    await privy.keyQuorums().update(quorum.id, { authorization_threshold: 1, ...as(a, b) } as never);
    expect((await sign(wallet.id, as(a))).signature).toMatch(/^0x/);
  });

  it("of user and key obeys the user's token exchange, until the user is deleted", async () => {
    const [key] = makeKeys(1) as [AuthorizationKey];
    const userId = await makeUser("exchanger");
    const quorum = await privy
      .keyQuorums()
      .create({ public_keys: [key.publicKey], user_ids: [userId], authorization_threshold: 1 });
    const wallet = await privy.wallets().create({ chain_type: "ethereum", owner_id: quorum.id });
    const asUser = { authorization_context: { user_jwts: [await provider.issue("exchanger")] } };
    expect((await sign(wallet.id, asUser)).signature).toMatch(/^0x/);
    expect((await sign(wallet.id, as(key))).signature).toMatch(/^0x/);
    await privy.users().delete(userId);
    expect(await refusalOf(sign(wallet.id, asUser))).toMatchObject(unauthorized);
    expect((await sign(wallet.id, as(key))).signature).toMatch(/^0x/);
  });

  it("goes from key A to key B by A's signature, and then obeys B alone", async () => {
    const [a, b] = makeKeys(2) as [AuthorizationKey, AuthorizationKey];
    const wallet = await privy.wallets().create({ chain_type: "ethereum", owner: { public_key: a.publicKey } });
    const update = (change: object, authority: object) =>
      privy.wallets().update(wallet.id, { ...change, ...authority } as never);
    expect(await refusalOf(update({ owner: { public_key: b.publicKey } }, as(b)))).toMatchObject(unauthorized);
    const moved = await update({ owner: { public_key: b.publicKey } }, as(a));
    expect(moved.owner_id).not.toBe(wallet.owner_id);
    expect(await refusalOf(sign(wallet.id, as(a)))).toMatchObject(unauthorized);
    expect(await refusalOf(update({ display_name: "mine" }, as(a)))).toMatchObject(unauthorized);
    expect((await sign(wallet.id, as(b))).signature).toMatch(/^0x/);
    expect(await update({ display_name: "mine" }, as(b))).toMatchObject({ display_name: "mine" });
    expect(await update({ owner_id: null }, as(b))).toMatchObject({ owner_id: null });
    expect((await sign(wallet.id, {})).signature).toMatch(/^0x/);
  });
});

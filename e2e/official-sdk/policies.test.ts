import type { PrivyClient } from "@privy-io/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AuthorizationKey, makeAuthorizationKey } from "../authorization-key.ts";
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

const as = (...keys: AuthorizationKey[]) => ({
  authorization_context: { authorization_private_keys: keys.map(({ privateKey }) => privateKey) },
});

const short = { field_source: "message", field: "byte_length", operator: "lte", value: "5" } as const;
const rule = { name: "Short messages", method: "personal_sign", action: "ALLOW", conditions: [short] } as const;

const create = (more: object = {}) =>
  privy.policies().create({ version: "1.0", name: "P", chain_type: "ethereum", rules: [rule as never], ...more });

const sign = (walletId: string, message: string, authority: object = {}) =>
  privy
    .wallets()
    .ethereum()
    .signMessage(walletId, { message, ...authority });

describe("a policy", () => {
  it("is created and read exactly as it was given", async () => {
    const created = await create();
    expect(created).toEqual({
      id: expect.stringMatching(/^[a-z][a-z0-9]{23}$/),
      version: "1.0",
      name: "P",
      chain_type: "ethereum",
      rules: [{ ...rule, id: expect.stringMatching(/^[a-z][a-z0-9]{23}$/) }],
      owner_id: null,
      created_at: expect.any(Number),
    });
    expect(await privy.policies().get(created.id)).toEqual(created);
    expect(await refusalOf(other.policies().get(created.id))).toMatchObject({ status: 404, code: "not_found" });
  });

  it("is changed and deleted by its owner alone, whoever owns the wallets", async () => {
    const [owner, stranger] = [makeAuthorizationKey(), makeAuthorizationKey()];
    const { id } = await create({ owner: { public_key: owner.publicKey } });
    const ruleId = (await privy.policies().get(id)).rules[0]!.id!;
    const attempts = (authority: object) => [
      privy.policies().update(id, { name: "Q", ...authority } as never),
      privy.policies().createRule(id, { ...rule, ...authority } as never),
      privy.policies().updateRule(ruleId, { policy_id: id, ...rule, ...authority } as never),
      privy.policies().deleteRule(ruleId, { policy_id: id, ...authority } as never),
      privy.policies().delete(id, authority as never),
    ];
    for (const authority of [{}, as(stranger)]) {
      for (const refusal of await Promise.all(attempts(authority).map(refusalOf))) {
        expect(refusal).toMatchObject({ status: 401 });
      }
    }
    expect(await privy.policies().update(id, { name: "Q", ...as(owner) } as never)).toMatchObject({ name: "Q" });
    expect(await privy.policies().delete(id, as(owner))).toEqual({ success: true });
    expect(await refusalOf(privy.policies().get(id))).toMatchObject({ status: 404 });
  });

  it("has rules that are added, read, replaced and deleted one by one, and all at once", async () => {
    const policy = await create();
    const { id } = policy;
    const added = await privy.policies().createRule(id, { ...rule, name: "Second" } as never);
    expect(added).toEqual({ ...rule, name: "Second", id: expect.any(String) });
    expect(await privy.policies().getRule(added.id, { policy_id: id })).toEqual(added);
    expect((await privy.policies().get(id)).rules).toEqual([...policy.rules, added]);

    const denied = { ...rule, name: "Third", action: "DENY" };
    const replaced = await privy.policies().updateRule(added.id, { policy_id: id, ...denied } as never);
    expect(replaced).toEqual({ ...denied, id: added.id });
    expect(await privy.policies().deleteRule(added.id, { policy_id: id })).toEqual({ success: true });
    expect(await refusalOf(privy.policies().getRule(added.id, { policy_id: id }))).toMatchObject({ status: 404 });
    expect(await refusalOf(privy.policies().deleteRule(added.id, { policy_id: id }))).toMatchObject({ status: 404 });

    const all = await privy.policies().update(id, { rules: [rule as never] });
    expect(all.rules).toHaveLength(1);
    expect(all.rules[0]!.id).not.toBe(policy.rules[0]!.id);
  });

  it.each([
    ["unknown method", { ...rule, method: "eth_everything" }],
    ["method of another chain", { ...rule, method: "signAndSendTransaction" }],
    ["unknown field", { ...rule, conditions: [{ ...short, field: "length" }] }],
    ["field of another method", { ...rule, method: "eth_sendTransaction" }],
    ["misspelt member", { ...rule, conditions: [{ ...short, operater: "lte" }] }],
    ["operator without meaning", { ...rule, conditions: [{ ...short, operator: "contains" }] }],
    ["value that is no number", { ...rule, conditions: [{ ...short, value: "five" }] }],
    ["list where one value belongs", { ...rule, conditions: [{ ...short, value: ["5"] }] }],
    ["typed data without a condition", { ...rule, method: "eth_signTypedData_v4", conditions: [] }],
    ["long name", { ...rule, name: "x".repeat(51) }],
    ["lower-case action", { ...rule, action: "allow" }],
  ])("is refused with a rule of %s", async (_, broken) => {
    const { id } = await create();
    const refusals = await Promise.all(
      [
        create({ rules: [broken] }),
        privy.policies().update(id, { rules: [broken] } as never),
        privy.policies().createRule(id, broken as never),
      ].map(refusalOf),
    );
    for (const refusal of refusals) expect(refusal).toMatchObject({ status: 400, code: "invalid_policy_format" });
    expect((await privy.policies().get(id)).rules).toHaveLength(1);
  });
});

describe("a policy on a wallet", () => {
  it("holds from the answer on, also after it was changed or its rules were", async () => {
    const { id } = await create();
    const wallet = await privy.wallets().create({ chain_type: "ethereum", policy_ids: [id] });
    expect((await sign(wallet.id, "short")).signature).toMatch(/^0x/);
    expect(await refusalOf(sign(wallet.id, "too long"))).toMatchObject(policyViolation);

    const { id: ruleId } = await privy.policies().createRule(id, {
      ...rule,
      name: "No hello",
      action: "DENY",
      conditions: [{ field_source: "message", field: "content", operator: "starts_with", value: "he" }],
    } as never);
    expect(await refusalOf(sign(wallet.id, "hello"))).toMatchObject(policyViolation);
    await privy.policies().deleteRule(ruleId, { policy_id: id });
    expect((await sign(wallet.id, "hello")).signature).toMatch(/^0x/);
    await privy.policies().update(id, { rules: [] });
    expect(await refusalOf(sign(wallet.id, "hello"))).toMatchObject(policyViolation);
    await privy.wallets().update(wallet.id, { policy_ids: [] });
    expect((await sign(wallet.id, "hello, too long")).signature).toMatch(/^0x/);
  });

  it("cannot be deleted, nor be one of two, nor another app's or chain's", async () => {
    const { id } = await create();
    const wallet = await privy.wallets().create({ chain_type: "ethereum", policy_ids: [id] });
    expect(await refusalOf(privy.policies().delete(id, {}))).toMatchObject({ status: 400 });
    const { id: second } = await create();
    const foreign = await other
      .policies()
      .create({ version: "1.0", name: "F", chain_type: "ethereum", rules: [rule as never] });
    const solana = await privy.policies().create({ version: "1.0", name: "S", chain_type: "solana", rules: [] });
    for (const policy_ids of [[id, second], [foreign.id], [solana.id], ["a23456789012345678901234"]]) {
      const refusals = await Promise.all(
        [
          privy.wallets().update(wallet.id, { policy_ids }),
          privy.wallets().create({ chain_type: "ethereum", policy_ids }),
        ].map(refusalOf),
      );
      for (const refusal of refusals) expect(refusal).toMatchObject({ status: 400, code: "invalid_data" });
    }
  });

  it("is the owner's; a signer's own policy replaces it, and without one the wallet's holds for the signer too", async () => {
    const [owner, bound, unbound] = [makeAuthorizationKey(), makeAuthorizationKey(), makeAuthorizationKey()];
    const [wide, narrow] = await Promise.all([
      create({ rules: [{ ...rule, conditions: [{ ...short, value: "20" }] }] }),
      create(),
    ]);
    const quorum = async (key: AuthorizationKey) =>
      (await privy.keyQuorums().create({ public_keys: [key.publicKey] })).id;
    const wallet = await privy.wallets().create({
      chain_type: "ethereum",
      owner: { public_key: owner.publicKey },
      policy_ids: [narrow.id],
      additional_signers: [
        { signer_id: await quorum(bound), override_policy_ids: [wide.id] },
        { signer_id: await quorum(unbound) },
      ],
    });
    expect((await sign(wallet.id, "too long", as(bound))).signature).toMatch(/^0x/);
    expect(await refusalOf(sign(wallet.id, "x".repeat(21), as(bound)))).toMatchObject(policyViolation);
    for (const key of [owner, unbound]) {
      expect((await sign(wallet.id, "short", as(key))).signature).toMatch(/^0x/);
      expect(await refusalOf(sign(wallet.id, "too long", as(key)))).toMatchObject(policyViolation);
    }
    // Owner and signer together are the owner: the narrower policy is the one in force.
    expect(await refusalOf(sign(wallet.id, "too long", as(owner, bound)))).toMatchObject(policyViolation);
  });
});

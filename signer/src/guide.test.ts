import { generateKeyPairSync } from "node:crypto";
import { parseTransaction, recoverTransactionAddress } from "viem";
import { beforeEach, describe, expect, it } from "vitest";
import type { SignerAnswer } from "./protocol.ts";
import { createTestSigner, Harness, type TestApp, type TestUser, type TestWallet } from "./testing/harness.ts";
import { malleate, type TestKey, testKey } from "./testing/test-keys.ts";

/** The consent story, told to the signer alone: whoever it obeys here, it obeys without asking any API. */
const ALLOWED = "0x1111111111111111111111111111111111111111";
const OTHER = "0x2222222222222222222222222222222222222222";
const issuer = generateKeyPairSync("ec", { namedCurve: "P-256" });
const issuerPem = issuer.publicKey.export({ type: "spki", format: "pem" }) as string;
const rsaIssuer = generateKeyPairSync("rsa", { modulusLength: 2048 });

const [signer, foreign, ownerA, ownerB, third] = ["signer", "foreign", "owner a", "owner b", "third"].map(testKey) as [
  TestKey,
  TestKey,
  TestKey,
  TestKey,
  TestKey,
];

let harness: Harness;
let app: TestApp;

beforeEach(async () => {
  harness = Harness.inProcess(await createTestSigner());
  app = await harness.createApp("shop", { public_key_pem: issuerPem });
});

const transfer = (to: string, value: string, nonce = 1) => ({
  method: "eth_signTransaction",
  params: {
    transaction: {
      to,
      value,
      nonce,
      chain_id: 31337,
      gas_limit: 21000,
      max_fee_per_gas: "0x3b9aca00",
      max_priority_fee_per_gas: "0x1",
    },
  },
});
const personalSign = { method: "personal_sign", params: { message: "hello", encoding: "utf-8" } };
const condition = (field: string, operator: string, value: string) => ({
  field_source: "ethereum_transaction",
  field,
  operator,
  value,
});
const smallTransfers = {
  name: "small transfers",
  method: "eth_signTransaction",
  action: "ALLOW",
  conditions: [condition("to", "eq", ALLOWED), condition("value", "lte", "1000")],
};

function refusal(answer: SignerAnswer): string {
  if (answer.outcome !== "refused") return answer.outcome;
  return `${answer.status} ${answer.code}`;
}

async function expectSignedBy(wallet: TestWallet, answer: SignerAnswer): Promise<void> {
  if (answer.outcome !== "accepted") expect.unreachable(JSON.stringify(answer));
  const signed = answer.result!.signed_transaction as `0x02${string}`;
  expect(await recoverTransactionAddress({ serializedTransaction: signed })).toBe(wallet.address);
}

describe("consent of a user to a session signer", () => {
  let alice: TestUser;
  let wallet: TestWallet;
  let quorum: string;
  let policy: string;

  beforeEach(async () => {
    alice = await harness.createUser(app, "alice");
    wallet = await harness.createWallet(app, { owner: { user_id: alice.id } });
    quorum = await harness.createQuorum(app, { public_keys: [signer.spkiBase64], authorization_threshold: 1 });
    policy = await harness.createPolicy(app, [smallTransfers], { owner: { public_key: ownerA.spkiBase64 } });
  });

  const consent = async (key: TestKey) =>
    harness.updateWallet(app, wallet, { additional_signers: [{ signer_id: quorum, override_policy_ids: [policy] }] }, [
      key,
    ]);

  it("refuses the signer before consent, whatever it signs", async () => {
    expect(refusal(await harness.rpc(app, wallet, transfer(ALLOWED, "0x1"), [signer]))).toBe(
      "401 no_valid_user_session_keys",
    );
    expect(refusal(await harness.rpc(app, wallet, transfer(ALLOWED, "0x1"), []))).toBe(
      "401 missing_or_empty_authorization_header",
    );
    expect(refusal(await consent(signer))).toMatch(/^401 /);
    const userKey = await harness.authenticateUser(app, alice, issuer.privateKey);
    expect(refusal(await harness.rpc(app, wallet, transfer(ALLOWED, "0x1"), [signer]))).toBe(
      "401 zero_correct_authorization_signatures",
    );
    expect((await consent(userKey)).outcome).toBe("accepted");
  });

  it("lets the signer act inside its policy and nowhere else", async () => {
    await consent(await harness.authenticateUser(app, alice, issuer.privateKey));
    await expectSignedBy(wallet, await harness.rpc(app, wallet, transfer(ALLOWED, "0x3e8"), [signer]));

    const tooMuch = await harness.rpc(app, wallet, transfer(ALLOWED, "0x3e9"), [signer]);
    expect(refusal(tooMuch)).toBe("400 policy_violation");
    if (tooMuch.outcome !== "refused") expect.unreachable();
    expect(tooMuch.receipt?.decision).toBe("DENY");
    expect(tooMuch.details).toMatchObject({
      policy_id: policy,
      reason: "no_rule_allows",
      principal: { role: "signer", key_quorum_id: quorum },
      rules: [
        {
          name: "small transfers",
          outcome: "not_matched",
          condition: { field: "value", operator: "lte", value: "1000", observed: "1001" },
        },
      ],
    });
    const elsewhere = await harness.rpc(app, wallet, transfer(OTHER, "0x1"), [signer]);
    expect(elsewhere).toMatchObject({
      code: "policy_violation",
      details: { rules: [{ condition: { field: "to", observed: OTHER } }] },
    });
    const message = await harness.rpc(app, wallet, personalSign, [signer]);
    expect(message).toMatchObject({ code: "policy_violation", details: { reason: "no_rule_for_method" } });
  });

  it("lets nobody but the owner end it, and ends it at once", async () => {
    const userKey = await harness.authenticateUser(app, alice, issuer.privateKey);
    await consent(userKey);
    for (const body of [
      { additional_signers: [] },
      { additional_signers: [{ signer_id: quorum }] },
      { policy_ids: [policy] },
      { owner: { public_key: signer.spkiBase64 } },
      { owner_id: quorum },
      { owner: null },
    ]) {
      expect(refusal(await harness.updateWallet(app, wallet, body, [signer]))).toMatch(/^401 /);
    }
    expect((await harness.updateWallet(app, wallet, { additional_signers: [] }, [userKey])).outcome).toBe("accepted");
    expect(refusal(await harness.rpc(app, wallet, transfer(ALLOWED, "0x1"), [signer]))).toMatch(/^401 /);
  });

  it("refuses the signer's key in another app", async () => {
    await consent(await harness.authenticateUser(app, alice, issuer.privateKey));
    const other = await harness.createApp("another shop");
    const answer = await harness.rpc(other, wallet, transfer(ALLOWED, "0x1"), [signer]);
    expect(answer.outcome).not.toBe("accepted");
  });

  it("stops counting a user key when it expires", async () => {
    const userKey = await harness.authenticateUser(app, alice, issuer.privateKey, 120);
    harness.clock.nowMs += 119_000;
    await expectSignedBy(wallet, await harness.rpc(app, wallet, transfer(OTHER, "0x1"), [userKey]));
    harness.clock.nowMs += 1_000;
    expect(refusal(await harness.rpc(app, wallet, transfer(OTHER, "0x1"), [userKey]))).toMatch(/^401 /);
    const fresh = await harness.authenticateUser(app, alice, issuer.privateKey, 10 * 3600);
    harness.clock.nowMs += 3600_000;
    expect(refusal(await harness.rpc(app, wallet, transfer(OTHER, "0x1"), [fresh]))).toMatch(/^401 /);
  });

  it("obeys nobody once the user is deleted", async () => {
    const userKey = await harness.authenticateUser(app, alice, issuer.privateKey);
    await harness.expectAccepted({ app, method: "DELETE", path: `/v1/users/${alice.id}` });
    expect(refusal(await harness.rpc(app, wallet, transfer(ALLOWED, "0x1"), [userKey]))).toMatch(/^401 /);
    expect(refusal(await consent(userKey))).toMatch(/^401 /);
    await expect(harness.authenticateUser(app, alice, issuer.privateKey)).rejects.toThrow("user_does_not_exist");
  });

  it("denies under a deleted policy", async () => {
    await consent(await harness.authenticateUser(app, alice, issuer.privateKey));
    await harness.expectAccepted({ app, method: "DELETE", path: `/v1/policies/${policy}`, keys: [ownerA] });
    const answer = await harness.rpc(app, wallet, transfer(ALLOWED, "0x1"), [signer]);
    expect(answer).toMatchObject({ code: "policy_violation", details: { reason: "policy_deleted" } });
  });

  it("issues user keys for RS256 tokens, and for no token of another issuer, subject or time", async () => {
    const pem = rsaIssuer.publicKey.export({ type: "spki", format: "pem" }) as string;
    const rsaApp = await harness.createApp("rsa shop", { public_key_pem: pem });
    const bob = await harness.createUser(rsaApp, "bob");
    await harness.authenticateUser(rsaApp, bob, rsaIssuer.privateKey);
    await expect(harness.authenticateUser(rsaApp, bob, issuer.privateKey)).rejects.toThrow("missing_or_invalid_token");
    await expect(harness.authenticateUser(app, bob, issuer.privateKey)).rejects.toThrow("user_does_not_exist");
    await expect(harness.authenticateUser(rsaApp, bob, rsaIssuer.privateKey, -120)).rejects.toThrow(
      "missing_or_invalid_token",
    );
  });
});

describe("owners", () => {
  it("needs two distinct keys of a 2-of-3 quorum", async () => {
    const owner_id = await harness.createQuorum(app, {
      public_keys: [ownerA, ownerB, third].map((key) => key.spkiBase64),
      authorization_threshold: 2,
    });
    const wallet = await harness.createWallet(app, { owner_id });
    const send = (keys: TestKey[], signatures?: (header: string) => string) => {
      const body = transfer(OTHER, "0x1");
      if (signatures === undefined) return harness.rpc(app, wallet, body, keys);
      return harness.rpc(app, wallet, body, keys, { rewriteSignatures: signatures });
    };
    expect(refusal(await send([]))).toBe("401 missing_or_empty_authorization_header");
    expect(refusal(await send([foreign]))).toBe("401 zero_correct_authorization_signatures");
    const one = "401 insufficient_correct_authorization_signatures";
    for (const keys of [[ownerA], [ownerA, ownerA], [ownerA, foreign], [third, third, third]]) {
      expect(refusal(await send(keys))).toBe(one);
    }
    expect(refusal(await send([ownerA], (header) => `${header},${header}`))).toBe(one);
    expect(refusal(await send([ownerA], (header) => `${header},${malleate(header)}`))).toBe(one);
    expect(refusal(await send([ownerA], (header) => `${malleate(header)},${header}, ,${header}`))).toBe(one);
    for (const keys of [
      [ownerA, ownerB],
      [third, ownerA],
      [foreign, ownerB, third],
      [ownerA, ownerB, third],
    ]) {
      await expectSignedBy(wallet, await send(keys));
    }
    await expectSignedBy(wallet, await send([ownerA, ownerB], (header) => header.split(",").map(malleate).join(",")));
  });

  it("counts a user and a key as two, and a nested quorum as one", async () => {
    const alice = await harness.createUser(app, "alice");
    const mixed = await harness.createQuorum(app, { public_keys: [ownerA.spkiBase64], user_ids: [alice.id] });
    const wallet = await harness.createWallet(app, { owner_id: mixed });
    const userKey = await harness.authenticateUser(app, alice, issuer.privateKey);
    const secondUserKey = await harness.authenticateUser(app, alice, issuer.privateKey);
    const body = transfer(OTHER, "0x1");
    for (const keys of [[ownerA], [userKey], [userKey, secondUserKey]]) {
      expect(refusal(await harness.rpc(app, wallet, body, keys))).toMatch(/^401 insufficient/);
    }
    await expectSignedBy(wallet, await harness.rpc(app, wallet, body, [secondUserKey, ownerA]));

    const child = await harness.createQuorum(app, {
      public_keys: [ownerB.spkiBase64, third.spkiBase64],
      authorization_threshold: 2,
    });
    const parent = await harness.createQuorum(app, {
      public_keys: [ownerA.spkiBase64],
      key_quorum_ids: [child],
      authorization_threshold: 2,
    });
    const nested = await harness.createWallet(app, { owner_id: parent });
    for (const keys of [[ownerA], [ownerB, third], [ownerA, ownerB], [ownerA, third]]) {
      expect(refusal(await harness.rpc(app, nested, body, keys))).toMatch(/^401 /);
    }
    await expectSignedBy(nested, await harness.rpc(app, nested, body, [ownerB, third, ownerA]));
    const grandparent = { app, method: "POST", path: "/v1/key_quorums", body: { key_quorum_ids: [parent] } };
    expect(refusal(await harness.call(grandparent))).toBe("400 invalid_data");
    const itself = { app, method: "PATCH", path: `/v1/key_quorums/${child}`, body: { key_quorum_ids: [child] } };
    expect(refusal(await harness.call({ ...itself, keys: [ownerB, third] }))).toBe("400 invalid_data");
  });

  it("obeys the new owner and no longer the old one", async () => {
    const wallet = await harness.createWallet(app, { owner: { public_key: ownerA.spkiBase64 } });
    const change = { owner: { public_key: ownerB.spkiBase64 } };
    expect(refusal(await harness.updateWallet(app, wallet, change, [ownerB]))).toMatch(/^401 /);
    expect((await harness.updateWallet(app, wallet, change, [ownerA])).outcome).toBe("accepted");
    expect(refusal(await harness.rpc(app, wallet, transfer(OTHER, "0x1"), [ownerA]))).toMatch(/^401 /);
    await expectSignedBy(wallet, await harness.rpc(app, wallet, transfer(OTHER, "0x1"), [ownerB]));
  });

  it("applies the wallet's policy to the owner and the override to the signer, never a mixture", async () => {
    const rule = (to: string) => ({ ...smallTransfers, conditions: [condition("to", "eq", to)] });
    const ownersPolicy = await harness.createPolicy(app, [rule(ALLOWED)]);
    const signersPolicy = await harness.createPolicy(app, [rule(OTHER)]);
    const withOverride = await harness.createQuorum(app, { public_keys: [signer.spkiBase64] });
    const without = await harness.createQuorum(app, { public_keys: [third.spkiBase64] });
    const wallet = await harness.createWallet(app, {
      owner: { public_key: ownerA.spkiBase64 },
      policy_ids: [ownersPolicy],
      additional_signers: [
        { signer_id: withOverride, override_policy_ids: [signersPolicy] },
        { signer_id: without, override_policy_ids: [] },
      ],
    });
    const may = async (to: string, keys: TestKey[]) =>
      refusal(await harness.rpc(app, wallet, transfer(to, "0x1"), keys));
    const denied = "400 policy_violation";
    expect(await may(OTHER, [ownerA])).toBe(denied);
    expect(await may(ALLOWED, [signer])).toBe(denied);
    expect(await may(OTHER, [third])).toBe(denied);
    // With the owner's signature it is the owner's request, whoever else signed it.
    expect(await may(OTHER, [signer, ownerA])).toBe(denied);
    expect(await may(ALLOWED, [ownerA])).toBe("accepted");
    expect(await may(OTHER, [signer])).toBe("accepted");
    expect(await may(ALLOWED, [third])).toBe("accepted");
    expect(await may(OTHER, [third, signer])).toBe("accepted");
  });

  it("asks the app's secret, and only that, for a wallet without an owner", async () => {
    const wallet = await harness.createWallet(app);
    const body = transfer(OTHER, "0x1");
    for (const secret of [null, "", "wrong", `${app.secret} `, app.secret.slice(1)]) {
      expect(refusal(await harness.rpc(app, wallet, body, [ownerA], { secret }))).toBe("401 invalid_credentials");
      const update = { method: "PATCH", path: `/v1/wallets/${wallet.id}`, body: { display_name: "x" } };
      expect(refusal(await harness.call({ app, secret, ...update }))).toBe("401 invalid_credentials");
    }
    await expectSignedBy(wallet, await harness.rpc(app, wallet, body, []));
    await expectSignedBy(wallet, await harness.rpc(app, wallet, body, [foreign]));
  });

  it("executes nothing after its expiry, and only names payloads once", async () => {
    const wallet = await harness.createWallet(app, { owner: { public_key: ownerA.spkiBase64 } });
    const body = transfer(OTHER, "0x1");
    const at = (offsetMs: number) =>
      harness.rpc(app, wallet, body, [ownerA], { expiryMs: harness.clock.nowMs + offsetMs });
    expect(refusal(await at(-1))).toBe("400 request_expired");
    const answer = await at(0);
    expect(answer).toMatchObject({
      outcome: "accepted",
      requestExpiryMs: harness.clock.nowMs,
      consume: [{ expiresAtMs: harness.clock.nowMs + 1 }],
    });
  });
});

describe("what was deleted", () => {
  const remove = (path: string, keys: TestKey[] = []) =>
    harness.expectAccepted({ app, method: "DELETE", path: `/v1/${path}`, keys });

  it("approves nothing any more: owner, signer or member quorum", async () => {
    const quorum = (key: TestKey) => harness.createQuorum(app, { public_keys: [key.spkiBase64] });
    const [ownerQuorum, signerQuorum, child] = [await quorum(ownerA), await quorum(signer), await quorum(third)];
    const parent = await harness.createQuorum(app, {
      ...{ public_keys: [ownerB.spkiBase64], key_quorum_ids: [child], authorization_threshold: 1 },
    });
    const additional_signers = [{ signer_id: signerQuorum }, { signer_id: parent }];
    const wallet = await harness.createWallet(app, { owner_id: ownerQuorum, additional_signers });
    const may = async (key: TestKey) => refusal(await harness.rpc(app, wallet, transfer(OTHER, "0x1"), [key]));
    for (const key of [ownerA, signer, third]) expect(await may(key)).toBe("accepted");

    await remove(`key_quorums/${signerQuorum}`, [signer]);
    await remove(`key_quorums/${child}`, [third]);
    for (const key of [signer, third]) expect(await may(key)).toMatch(/^401 /);
    for (const key of [ownerA, ownerB]) expect(await may(key)).toBe("accepted");
    await remove(`key_quorums/${ownerQuorum}`, [ownerA]);
    expect(await may(ownerA)).toMatch(/^401 /);
    expect(refusal(await harness.updateWallet(app, wallet, { owner: null }, [ownerA]))).toMatch(/^401 /);
    expect(await may(ownerB)).toBe("accepted");
  });

  it("is neither named nor changed", async () => {
    const quorum = await harness.createQuorum(app, { public_keys: [ownerA.spkiBase64] });
    const policy = await harness.createPolicy(app, [smallTransfers]);
    const user = await harness.createUser(app, "carol");
    await remove(`key_quorums/${quorum}`, [ownerA]);
    await remove(`policies/${policy}`);
    await remove(`users/${user.id}`);
    const chain_type = "ethereum";
    for (const [path, body] of [
      ["wallets", { chain_type, owner_id: quorum }],
      ["wallets", { chain_type, owner: { user_id: user.id } }],
      ["wallets", { chain_type, policy_ids: [policy] }],
      ["wallets", { chain_type, additional_signers: [{ signer_id: quorum }] }],
      ["key_quorums", { key_quorum_ids: [quorum] }],
      ["key_quorums", { user_ids: [user.id] }],
      ["policies", { version: "1.0", name: "p", chain_type, rules: [smallTransfers], owner_id: quorum }],
    ] as const) {
      expect(refusal(await harness.call({ app, method: "POST", path: `/v1/${path}`, body })), path).toBe(
        "400 invalid_data",
      );
    }
    for (const [method, path, body] of [
      ["PATCH", `key_quorums/${quorum}`, { display_name: "x" }],
      ["DELETE", `key_quorums/${quorum}`, undefined],
      ["PATCH", `policies/${policy}`, { name: "x" }],
      ["DELETE", `policies/${policy}`, undefined],
      ["POST", `policies/${policy}/rules`, smallTransfers],
      ["DELETE", `users/${user.id}`, undefined],
      ["POST", `users/${user.id}/wallets`, { wallets: [{ chain_type }] }],
    ] as const) {
      const answer = await harness.call({ app, method, path: `/v1/${path}`, body, keys: [ownerA] });
      expect(refusal(answer), `${method} ${path}`).toMatch(/^404 /);
    }
  });
});

it("leaves what the caller gave as it is, whatever the API fills in", async () => {
  const wallet = await harness.createWallet(app, { owner: { public_key: ownerA.spkiBase64 } });
  const { transaction } = transfer(ALLOWED, "0x5", 7).params;
  const body = { method: "eth_sendTransaction", caip2: "eip155:31337", params: { transaction } };
  const fill = {
    nonce: "0x63",
    gas_limit: "0xffffff",
    gas_price: "0xffffffffff",
    max_fee_per_gas: "0xffffffffff",
    max_priority_fee_per_gas: "0xffffffffff",
  };
  const answer = await harness.rpc(app, wallet, body, [ownerA], { more: { fill } });
  if (answer.outcome !== "accepted") expect.unreachable(JSON.stringify(answer));
  const signed = parseTransaction(answer.transaction!.signed as `0x02${string}`);
  expect(signed).toMatchObject({
    to: ALLOWED,
    value: 5n,
    nonce: 7,
    gas: 21000n,
    maxFeePerGas: 10n ** 9n,
    chainId: 31337,
  });
});

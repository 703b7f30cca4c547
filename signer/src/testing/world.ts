import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { Harness, type TestApp, type TestSigner, type TestUser, type TestWallet } from "./harness.ts";
import { signJwt, type TestKey, testKey } from "./test-keys.ts";

export const ALLOWED_TO = "0x1111111111111111111111111111111111111111";
export const FORBIDDEN_TO = "0x2222222222222222222222222222222222222222";
export const ALLOWED_VALUE_MAX = 1000n;

const KEY_NAMES = ["owner", "memberA", "memberB", "memberC", "signer", "revoked", "foreign", "policyOwner"] as const;

/** Two apps with users, quorums, policies and wallets of every kind of owner, for tests that attack all of them. */
export type World = {
  harness: Harness;
  app: TestApp;
  otherApp: TestApp;
  issuer: KeyObject;
  keys: { [name in (typeof KEY_NAMES)[number]]: TestKey };
  alice: TestUser;
  bob: TestUser;
  aliceKey: TestKey;
  bobKey: TestKey;
  /** Of a user that was deleted. */
  ghostKey: TestKey;
  expiredKey: TestKey;
  quorums: { owner: string; team: string; signer: string; revoked: string; mixed: string; ghost: string };
  policies: { small: string; owned: string; deleted: string; solanaText: string };
  wallets: {
    /** Of Alice; `signer` acts under `small`. */
    alice: TestWallet;
    /** 2 of 3 members; `revoked` was once a signer without any policy. */
    team: TestWallet;
    /** Of `owner`, under the deleted policy. */
    locked: TestWallet;
    /** Obeys the app's secret under `small`. */
    ownerless: TestWallet;
    /** Of a user that was deleted. */
    ghost: TestWallet;
    otherApp: TestWallet;
    /** Of chain type solana: of Alice, `signer` acts under `solanaText`. */
    solana: TestWallet;
  };
  /** A rule of the policy `owned`. */
  ruleId: string;
  validToken: string;
};

export async function createWorld(signer: TestSigner): Promise<World & { signer: TestSigner }> {
  const passTime = async (ms: number) => {
    signer.clock.nowMs += ms;
  };
  return { ...(await createWorldOver(Harness.inProcess(signer), passTime)), signer };
}

export async function createWorldOver(harness: Harness, passTime: (ms: number) => Promise<void>): Promise<World> {
  const keys = Object.fromEntries(KEY_NAMES.map((name) => [name, testKey(name)])) as World["keys"];
  const issuer = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = issuer.publicKey.export({ type: "spki", format: "pem" }) as string;
  const app = await harness.createApp(
    "world",
    { public_key_pem: pem },
    { test_accounts: [{ email: "t@x.y", otp: "424242" }] },
  );
  const otherApp = await harness.createApp("other world", { public_key_pem: pem });

  const alice = await harness.createUser(app, "alice");
  const bob = await harness.createUser(app, "bob");
  const ghost = await harness.createUser(app, "ghost");
  const expiredKey = await harness.authenticateUser(app, alice, issuer.privateKey, 2);
  await passTime(2001);
  const authenticate = (user: TestUser) => harness.authenticateUser(app, user, issuer.privateKey);
  const [aliceKey, bobKey, ghostKey] = [await authenticate(alice), await authenticate(bob), await authenticate(ghost)];

  const members = (...names: (keyof World["keys"])[]) => names.map((name) => keys[name].spkiBase64);
  const quorum = (public_keys: string[], authorization_threshold: number, user_ids: string[] = []) =>
    harness.createQuorum(app, { public_keys, authorization_threshold, ...(user_ids.length > 0 ? { user_ids } : {}) });
  const quorums = {
    owner: await quorum(members("owner"), 1),
    team: await quorum(members("memberA", "memberB", "memberC"), 2),
    signer: await quorum(members("signer"), 1),
    revoked: await quorum(members("revoked"), 1),
    mixed: await quorum(members("owner"), 2, [alice.id]),
    ghost: await harness.createQuorum(app, { user_ids: [ghost.id] }),
  };
  const policies = {
    small: await harness.createPolicy(app, smallRules()),
    owned: await harness.createPolicy(app, smallRules(), { owner: { public_key: keys.policyOwner.spkiBase64 } }),
    deleted: await harness.createPolicy(app, [{ name: "all", method: "*", action: "ALLOW", conditions: [] }]),
    solanaText: await harness.createPolicy(app, [solanaTextRule], { chain_type: "solana" }),
  };
  const override = [{ signer_id: quorums.signer, override_policy_ids: [policies.small] }];
  const wallets = {
    alice: await harness.createWallet(app, { owner: { user_id: alice.id }, additional_signers: override }),
    team: await harness.createWallet(app, {
      owner_id: quorums.team,
      additional_signers: [{ signer_id: quorums.revoked, override_policy_ids: [] }],
    }),
    locked: await harness.createWallet(app, { owner_id: quorums.owner, policy_ids: [policies.deleted] }),
    ownerless: await harness.createWallet(app, { policy_ids: [policies.small] }),
    ghost: await harness.createWallet(app, { owner_id: quorums.ghost }),
    solana: await harness.createWallet(app, {
      chain_type: "solana",
      owner: { user_id: alice.id },
      additional_signers: [{ signer_id: quorums.signer, override_policy_ids: [policies.solanaText] }],
    }),
    otherApp: await harness.createWallet(otherApp, { owner: { public_key: keys.owner.spkiBase64 } }),
  };
  await accepted(harness.updateWallet(app, wallets.team, { additional_signers: [] }, [keys.memberA, keys.memberB]));
  await harness.expectAccepted({ app, method: "DELETE", path: `/v1/policies/${policies.deleted}` });
  await harness.expectAccepted({ app, method: "DELETE", path: `/v1/users/${ghost.id}` });

  const owned = harness.api.current.get(`${app.id}/policy/${policies.owned}`)!.sealed;
  const ruleId = JSON.parse(owned.slice(owned.indexOf("{"))).body.rules[0].id;
  const nowS = Math.floor(harness.clock.nowMs / 1000);
  const validToken = signJwt(issuer.privateKey, { sub: "alice", exp: nowS + 3600 });
  return {
    ...{ harness, app, otherApp, issuer: issuer.privateKey, keys, alice, bob, aliceKey, bobKey, ghostKey },
    ...{ expiredKey, quorums, policies, wallets, ruleId, validToken },
  };
}

async function accepted(answer: ReturnType<Harness["call"]>): Promise<void> {
  const { outcome } = await answer;
  if (outcome !== "accepted") throw new Error(outcome);
}

export const SOLANA_TEXT = "order:1";
const solanaTextRule = {
  ...{ name: "this text", method: "signMessage", action: "ALLOW" },
  conditions: [{ field_source: "message", field: "content", operator: "eq", value: SOLANA_TEXT }],
};

function smallRules(): object[] {
  const is = (field: string, operator: string, value: string) => ({
    field_source: "ethereum_transaction",
    ...{ field, operator, value },
  });
  const conditions = [is("to", "eq", ALLOWED_TO), is("value", "lte", String(ALLOWED_VALUE_MAX))];
  return ["eth_signTransaction", "eth_sendTransaction"].map((method) => ({
    ...{ name: `small ${method.slice(4)}`, method, action: "ALLOW", conditions },
  }));
}

export function transfer(to: string, value: string | number, method = "eth_signTransaction") {
  const fees = { gas_limit: 21000, max_fee_per_gas: "0x3b9aca00", max_priority_fee_per_gas: "0x1" };
  const transaction = { to, value, nonce: 1, chain_id: 31337, ...fees };
  return { method, ...(method === "eth_sendTransaction" ? { caip2: "eip155:31337" } : {}), params: { transaction } };
}

export const PERSONAL_SIGN = { method: "personal_sign", params: { message: "hello", encoding: "utf-8" } };
export const TYPED_DATA = {
  method: "eth_signTypedData_v4",
  params: {
    typed_data: {
      types: { EIP712Domain: [{ name: "name", type: "string" }], Mail: [{ name: "text", type: "string" }] },
      domain: { name: "test" },
      primary_type: "Mail",
      message: { text: "hello" },
    },
  },
};

/** Every kind of wallet request, inside and outside what `small` allows. */
export const RPC_BODIES: { [name: string]: object } = {
  small: transfer(ALLOWED_TO, "0x1"),
  "small send": transfer(ALLOWED_TO, 1000, "eth_sendTransaction"),
  "large value": transfer(ALLOWED_TO, "0x3e9"),
  "other recipient": transfer(FORBIDDEN_TO, "0x1"),
  "other recipient, send": transfer(FORBIDDEN_TO, "0x1", "eth_sendTransaction"),
  personal_sign: PERSONAL_SIGN,
  typed_data: TYPED_DATA,
  secp256k1_sign: { method: "secp256k1_sign", params: { hash: `0x${"11".repeat(32)}` } },
  authorization: {
    method: "eth_sign7702Authorization",
    params: { contract: ALLOWED_TO, chain_id: 31337, nonce: 1 },
  },
  "export without a recipient": { method: "exportPrivateKey", params: { encryption_type: "HPKE" } },
  eth_sign: { method: "eth_sign", params: { message: "0x11" } },
};

const recipient = { encryption_type: "HPKE", recipient_public_key: testKey("hpke recipient").spkiBase64 };

/** Exports, by the path of their own and by rpc. */
export const EXPORTS: { [name: string]: { action: "export" | "rpc"; body: object } } = {
  "private key": { action: "export", body: recipient },
  "private key by rpc": { action: "rpc", body: { method: "exportPrivateKey", params: recipient } },
};

export const RAW_SIGN_BODIES: { [name: string]: object } = {
  hash: { params: { hash: `0x${"11".repeat(32)}` } },
  bytes: { params: { bytes: SOLANA_TEXT, encoding: "utf-8", hash_function: "keccak256" } },
};

const base64 = (text: string) => Buffer.from(text, "latin1").toString("base64");
const message = (text: string) => ({
  method: "signMessage",
  params: { message: base64(text), encoding: "base64" },
});

/** The message of a transfer, with no signature before it: bytes that a signature makes a payment of (I14). */
const TRANSACTION_MESSAGE = `\x01\x00\x01\x02${"a".repeat(32)}${"\x00".repeat(32)}${"b".repeat(32)}\x01\x01\x02\x00\x00\x0c\x02${"\x00".repeat(11)}`;

export const SOLANA_BODIES: { [name: string]: object } = {
  text: message(SOLANA_TEXT),
  "other text": message("order:2"),
  "a transaction as a message": message(TRANSACTION_MESSAGE),
  "a transaction of somebody else": {
    method: "signTransaction",
    params: { transaction: base64(`\x01${"\x00".repeat(64)}${TRANSACTION_MESSAGE}`), encoding: "base64" },
  },
};

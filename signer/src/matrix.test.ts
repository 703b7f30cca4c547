import { beforeAll, describe, expect, it } from "vitest";
import type { SignerAnswer } from "./protocol.ts";
import { createTestSigner, makeRequest } from "./testing/harness.ts";
import { mayRelease } from "./testing/reference-decision.ts";
import type { TestKey } from "./testing/test-keys.ts";
import { createWorld, EXPORTS, RAW_SIGN_BODIES, RPC_BODIES, SOLANA_BODIES, type World } from "./testing/world.ts";

/**
 * Every actor tries every operation on every kind of owner (I20). What each may do is written down here by hand and
 * held against the signer, and against the reference decision that the fuzz tests rely on.
 */
let world: World;

beforeAll(async () => {
  world = await createWorld(await createTestSigner());
});

type Actor = { keys: TestKey[]; secret: string | null };

const ACTORS: { [name: string]: (world: World) => Actor } = {
  nobody: () => ({ keys: [], secret: null }),
  "another app's secret": ({ otherApp }) => ({ keys: [], secret: otherApp.secret }),
  "owner key without app secret": ({ keys }) => ({ keys: [keys.owner], secret: null }),
  "app secret only": ({ app }) => ({ keys: [], secret: app.secret }),
  "foreign key": ({ app, keys }) => ({ keys: [keys.foreign], secret: app.secret }),
  "operator key": ({ app, harness }) => ({ keys: [harness.operator], secret: app.secret }),
  "session signer": ({ app, keys }) => ({ keys: [keys.signer], secret: app.secret }),
  "revoked signer": ({ app, keys }) => ({ keys: [keys.revoked], secret: app.secret }),
  "one of two keys": ({ app, keys }) => ({ keys: [keys.memberA], secret: app.secret }),
  "one key twice": ({ app, keys }) => ({ keys: [keys.memberA, keys.memberA], secret: app.secret }),
  "two of three keys": ({ app, keys }) => ({ keys: [keys.memberC, keys.memberA], secret: app.secret }),
  "user key": ({ app, aliceKey }) => ({ keys: [aliceKey], secret: app.secret }),
  "another user's key": ({ app, bobKey }) => ({ keys: [bobKey], secret: app.secret }),
  "expired user key": ({ app, expiredKey }) => ({ keys: [expiredKey], secret: app.secret }),
  "deleted user's key": ({ app, ghostKey }) => ({ keys: [ghostKey], secret: app.secret }),
  "owner key": ({ app, keys }) => ({ keys: [keys.owner], secret: app.secret }),
  "policy owner key": ({ app, keys }) => ({ keys: [keys.policyOwner], secret: app.secret }),
  "owner key and user key": ({ app, keys, aliceKey }) => ({ keys: [keys.owner, aliceKey], secret: app.secret }),
};

type Attempt = { method: string; path: string; body?: unknown };

const WALLET_UPDATES = ({ policies, quorums, keys, bob }: World): { [name: string]: object } => ({
  policy_ids: { policy_ids: [policies.small] },
  "no policy_ids": { policy_ids: [] },
  owner: { owner: { public_key: keys.foreign.spkiBase64 } },
  "owner user": { owner: { user_id: bob.id } },
  "no owner": { owner: null },
  owner_id: { owner_id: quorums.signer },
  additional_signers: { additional_signers: [{ signer_id: quorums.signer, override_policy_ids: [] }] },
  "no additional_signers": { additional_signers: [] },
  display_name: { display_name: "renamed" },
  external_id: { external_id: "ext" },
});

async function attempt(actor: Actor, { method, path, body }: Attempt): Promise<SignerAnswer> {
  const { app, harness } = world;
  const request = makeRequest({ app, method, path, body, keys: actor.keys, secret: actor.secret });
  const answer = await harness.api.try(request);
  // The reference may be the laxer of the two, never the stricter.
  if (answer.outcome === "accepted") expect(mayRelease(world, request), `${method} ${path}`).toBe(true);
  return answer;
}

/** Runs all attempts by all actors; `allowed` names who gets something. */
async function expectOnly(allowed: readonly string[], attempts: { [name: string]: Attempt }): Promise<void> {
  const got: { [attempt: string]: string[] } = {};
  for (const [name, what] of Object.entries(attempts)) {
    got[name] = [];
    for (const [actorName, actor] of Object.entries(ACTORS)) {
      const answer = await attempt(actor(world), what);
      if (answer.outcome === "accepted") got[name].push(actorName);
      else if (answer.outcome === "refused") expect(answer.status, JSON.stringify(answer)).toBeLessThan(500);
      else expect.unreachable(`${actorName}: ${name}: ${JSON.stringify(answer)}`);
    }
  }
  const sorted = [...allowed].sort();
  for (const [name, actors] of Object.entries(got)) expect(actors.sort(), name).toEqual(sorted);
}

function attemptsOf(path: string, method: string, bodies: { [name: string]: unknown }): { [name: string]: Attempt } {
  return Object.fromEntries(Object.entries(bodies).map(([name, body]) => [name, { method, path, body }]));
}

const WITH_SECRET = Object.keys(ACTORS).filter(
  (name) => !["nobody", "another app's secret", "owner key without app secret"].includes(name),
);
const SIGNABLE = Object.fromEntries(Object.entries(RPC_BODIES).filter(([name]) => !/^export|^eth_sign$/.test(name)));
const SMALL = Object.fromEntries(Object.entries(RPC_BODIES).filter(([name]) => name.startsWith("small")));
const NOT_SMALL = Object.fromEntries(Object.entries(RPC_BODIES).filter(([name]) => !name.startsWith("small")));
const NEVER = Object.fromEntries(Object.entries(RPC_BODIES).filter(([name]) => /^export|^eth_sign$/.test(name)));

describe("updating a wallet", () => {
  const cases: [keyof World["wallets"], string[]][] = [
    ["alice", ["user key", "owner key and user key"]],
    ["team", ["two of three keys"]],
    ["locked", ["owner key", "owner key and user key"]],
    ["ownerless", WITH_SECRET],
    ["ghost", []],
  ];
  it.each(cases)("%s: only its owner", async (wallet, allowed) => {
    const { additional_signers, owner, policy_ids, ...more } = WALLET_UPDATES(world);
    // Who may is decided before what is read: every member on two kinds of owner, the weightiest on the others.
    const rest = wallet === "alice" || wallet === "ownerless" ? more : {};
    const updates = { additional_signers, owner, policy_ids, ...rest };
    await expectOnly(allowed, attemptsOf(`/v1/wallets/${world.wallets[wallet].id}`, "PATCH", updates));
  });
  it("of another app: nobody", async () => {
    const path = `/v1/wallets/${world.wallets.otherApp.id}`;
    const actor = ACTORS["owner key"]!(world);
    for (const body of Object.values(WALLET_UPDATES(world))) {
      expect((await attempt(actor, { method: "PATCH", path, body })).outcome).toBe("need");
    }
  });
});

describe("signing with a wallet", () => {
  const rpc = (wallet: keyof World["wallets"], bodies: { [name: string]: unknown }) =>
    attemptsOf(`/v1/wallets/${world.wallets[wallet].id}/rpc`, "POST", bodies);

  it("of a user: the user everything, the session signer what its policy allows", async () => {
    await expectOnly(["session signer", "user key", "owner key and user key"], rpc("alice", SMALL));
    const rest = Object.fromEntries(Object.entries(SIGNABLE).filter(([name]) => !name.startsWith("small")));
    await expectOnly(["user key", "owner key and user key"], rpc("alice", rest));
  });
  it("of a 2-of-3 team: two members, and a revoked signer no more", async () => {
    await expectOnly(["two of three keys"], rpc("team", SIGNABLE));
  });
  it("under a deleted policy: nobody", async () => {
    await expectOnly([], rpc("locked", RPC_BODIES));
  });
  it("without an owner: the app's secret, inside the wallet's policy", async () => {
    await expectOnly(WITH_SECRET, rpc("ownerless", SMALL));
    await expectOnly([], rpc("ownerless", NOT_SMALL));
  });
  it("of a deleted user: nobody", async () => {
    await expectOnly([], rpc("ghost", RPC_BODIES));
  });
  it("of Solana: the user any text, the session signer this one, and nobody a transaction that is called a message", async () => {
    const { text, "other text": otherText, ...never } = SOLANA_BODIES;
    await expectOnly(["session signer", "user key", "owner key and user key"], rpc("solana", { text }));
    await expectOnly(["user key", "owner key and user key"], rpc("solana", { otherText }));
    await expectOnly([], rpc("solana", never));
    await expectOnly([], rpc("solana", SMALL));
  });
  it("raw: only where no policy, or one for everything, is in force", async () => {
    const raw = (wallet: keyof World["wallets"]) =>
      attemptsOf(`/v1/wallets/${world.wallets[wallet].id}/raw_sign`, "POST", RAW_SIGN_BODIES);
    await expectOnly(["user key", "owner key and user key"], raw("alice"));
    await expectOnly(["user key", "owner key and user key"], raw("solana"));
    await expectOnly(["two of three keys"], raw("team"));
    for (const wallet of ["locked", "ownerless", "ghost"] as const) await expectOnly([], raw(wallet));
  });
  it("malformed exports and unknown methods: nobody, not even the owner", async () => {
    for (const wallet of ["alice", "team", "locked", "ownerless"] as const) await expectOnly([], rpc(wallet, NEVER));
  });
});

describe("exporting a wallet", () => {
  const exportsOf = (wallet: keyof World["wallets"]): { [name: string]: Attempt } =>
    Object.fromEntries(
      Object.entries(EXPORTS).map(([name, { action, body }]) => [
        name,
        { method: "POST", path: `/v1/wallets/${world.wallets[wallet].id}/${action}`, body },
      ]),
    );
  const cases: [keyof World["wallets"], string[]][] = [
    ["alice", ["user key", "owner key and user key"]],
    ["solana", ["user key", "owner key and user key"]],
    ["team", ["two of three keys"]],
    ["locked", []],
    ["ownerless", []],
    ["ghost", []],
  ];
  it.each(cases)("%s: only its owner, never a session signer or the app's secret", async (wallet, allowed) => {
    await expectOnly(allowed, exportsOf(wallet));
  });
});

it("archives a wallet for whoever has the app's secret, as the wire has it, and for nobody else", async () => {
  for (const wallet of ["alice", "ownerless"] as const) {
    const path = `/v1/wallets/${world.wallets[wallet].id}/archive`;
    await expectOnly(WITH_SECRET, attemptsOf(path, "POST", { archive: undefined }));
  }
});

it("attributes, imports and makes wallets for whoever has the app's secret, and for nobody else", async () => {
  const { wallets } = world;
  const target = {
    ...{ chain_type: "ethereum", address: wallets.alice.address },
    ...{ entropy_type: "private-key", encryption_type: "HPKE" },
  };
  const attempts = {
    entity: { method: "POST", path: `/v1/wallets/${wallets.alice.id}/entity`, body: { id: "e", type: "user" } },
    import: { method: "POST", path: "/v1/wallets/import/init", body: target },
    batch: { method: "POST", path: "/v1/wallets/batch", body: { wallets: [{ chain_type: "sui" }] } },
  };
  await expectOnly(WITH_SECRET, attempts);
});

describe("changing a key quorum", () => {
  const cases: [keyof World["quorums"], string[]][] = [
    ["owner", ["owner key", "owner key and user key"]],
    ["team", ["two of three keys"]],
    ["signer", ["session signer"]],
    ["revoked", ["revoked signer"]],
    ["mixed", ["owner key and user key"]],
    ["ghost", []],
  ];
  it.each(cases)("%s: only itself", async (quorum, allowed) => {
    const path = `/v1/key_quorums/${world.quorums[quorum]}`;
    const updates = {
      public_keys: { public_keys: [world.keys.foreign.spkiBase64], authorization_threshold: 1 },
      user_ids: { user_ids: [world.bob.id], authorization_threshold: 1 },
      display_name: { display_name: "renamed" },
    };
    await expectOnly(allowed, attemptsOf(path, "PATCH", updates));
    await expectOnly(allowed, attemptsOf(path, "DELETE", { delete: undefined, "delete, with {}": {} }));
  });
});

describe("changing a policy", () => {
  const rule = {
    ...{ name: "all", method: "personal_sign", action: "ALLOW" },
    conditions: [{ field_source: "system", field: "current_unix_timestamp", operator: "gt", value: "1" }],
  };
  const cases: [keyof World["policies"], string[]][] = [
    ["owned", ["policy owner key"]],
    ["small", WITH_SECRET],
    ["deleted", []],
  ];
  it.each(cases)("%s: only its owner, not the owner of a wallet under it", async (policy, allowed) => {
    const path = `/v1/policies/${world.policies[policy]}`;
    const { policyOwner } = world.keys;
    const updates = {
      name: { name: "renamed" },
      rules: { rules: [rule] },
      "no rules": { rules: [] },
      owner: { owner: { public_key: policyOwner.spkiBase64 } },
      "no owner": { owner_id: null },
    };
    await expectOnly(allowed, attemptsOf(path, "PATCH", updates));
    await expectOnly(allowed, attemptsOf(path, "DELETE", { delete: undefined }));
    await expectOnly(allowed, attemptsOf(`${path}/rules`, "POST", { rule }));
    if (policy !== "owned") return;
    await expectOnly(allowed, attemptsOf(`${path}/rules/${world.ruleId}`, "PATCH", { rule }));
    await expectOnly(allowed, attemptsOf(`${path}/rules/${world.ruleId}`, "DELETE", { delete: undefined }));
  });
});

it("makes apps for the operator's key alone", async () => {
  const { app, keys, harness } = world;
  const { operator } = harness;
  const body = { id: app.id, name: "mine", secret_sha256: "0".repeat(64) };
  const path = "/operator/v1/apps";
  const send = async (signers: TestKey[], expiryMs?: number, rewriteSignatures?: (header: string) => string) => {
    const more = {
      ...(expiryMs === undefined ? {} : { expiryMs }),
      ...(rewriteSignatures ? { rewriteSignatures } : {}),
    };
    const request = makeRequest({ app, method: "POST", path, body, keys: signers, ...more });
    const answer = await harness.api.try(request, { records: [] });
    return answer.outcome === "refused" ? answer.status : answer.outcome;
  };
  const soon = harness.clock.nowMs + 60_000;
  for (const signers of [[], [keys.owner], [keys.foreign, keys.signer], [world.aliceKey]]) {
    expect(await send(signers, soon)).toBe(401);
  }
  expect(await send([operator])).toBe(401);
  expect(await send([operator], harness.clock.nowMs + 600_001)).toBe(401);
  expect(await send([operator], harness.clock.nowMs - 1)).toBe(400);
  expect(await send([operator], soon, (header) => header.slice(0, -8))).toBe(401);
  expect(await send([operator], soon)).toBe("accepted");
});

import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { codeChallengeOf, oidcNonce } from "@mandate/core/login/oauth-provider";
import { TestAuthenticator } from "@mandate/core/testing/authenticator";
import { parseTransaction } from "viem";
import { beforeAll, describe, expect, it } from "vitest";
import { createSealer } from "./core/seal.ts";
import { openHighWaterFile } from "./high-water-file.ts";
import type { SignerAnswer, SignerRequest, TransactionFill } from "./protocol.ts";
import { findForeignMember } from "./testing/answer-shape.ts";
import { createTestSigner, makeRequest, payloadText, type TestSigner } from "./testing/harness.ts";
import { askThroughFrames } from "./testing/honest-api.ts";
import { PAGE, PasskeyPage } from "./testing/passkey-page.ts";
import { mayRelease } from "./testing/reference-decision.ts";
import { seededRng } from "./testing/rng.ts";
import { seededRandom, signJwt, signText, type TestKey, testKey } from "./testing/test-keys.ts";
import {
  ALLOWED_TO,
  createWorld,
  FORBIDDEN_TO,
  PERSONAL_SIGN,
  RPC_BODIES,
  transfer,
  type World,
} from "./testing/world.ts";

/**
 * The API in other hands: it holds every sealed record there ever was, has seen every request, and lies. It must get
 * nothing signed, released or changed that the keys did not ask for, and must not bring the signer down (I1, I17, I18).
 */
const FUZZ = Number(process.env.MANDATE_FUZZ ?? 1);
let world: World & { signer: TestSigner };
let bySigner: SignerRequest;
let byAlice: SignerRequest;
let byTeam: SignerRequest;

beforeAll(async () => {
  world = await createWorld(await createTestSigner());
  bySigner = rpc("alice", transfer(ALLOWED_TO, "0x1"), [world.keys.signer]);
  byAlice = rpc("alice", transfer(FORBIDDEN_TO, "0x1"), [world.aliceKey]);
  byTeam = rpc("team", PERSONAL_SIGN, [world.keys.memberA, world.keys.memberB]);
  // What is attacked below works when it is left alone.
  for (const request of [bySigner, byAlice, byTeam]) expect(ask(request).outcome).toBe("accepted");
});

function rpc(wallet: keyof World["wallets"], body: object, keys: TestKey[], more: object = {}): SignerRequest {
  const path = `/v1/wallets/${world.wallets[wallet].id}/rpc`;
  return complete(makeRequest({ app: world.app, method: "POST", path, body, keys, ...more }));
}

function complete(request: SignerRequest): SignerRequest {
  return world.harness.api.complete(request);
}

function ask(request: SignerRequest): SignerAnswer {
  return askThroughFrames(world.signer.state, request);
}

/** Refused, in the protocol, by no accident, and nothing that could be a signature in the answer. */
function expectNothing(request: SignerRequest, what: string): string {
  const answer = ask(request);
  expect(findForeignMember(answer), what).toBeUndefined();
  if (answer.outcome === "accepted") expect.unreachable(`${what}: ${JSON.stringify(answer)}`);
  const text = JSON.stringify(answer);
  expect(text.includes("internal_error"), what).toBe(false);
  if (/0x[0-9a-f]{128}|encapsulated|signed_transaction/.test(text)) expect.unreachable(`${what}: ${text}`);
  return answer.outcome === "refused" ? answer.code : answer.outcome;
}

function withRecord(request: SignerRequest, at: number, sealed: string): SignerRequest {
  return { ...request, records: request.records.with(at, sealed) };
}

function typeOf(sealed: string): string {
  return /"type":"([a-z_]+)","v":1/.exec(sealed)![1]!;
}

describe("a record that was tampered with", () => {
  it("is refused for any character of any record of every type", () => {
    const types = new Set<string>();
    let cases = 0;
    for (const request of [bySigner, byAlice]) {
      for (const [index, sealed] of request.records.entries()) {
        if (types.has(typeOf(sealed))) continue;
        types.add(typeOf(sealed));
        for (let at = 0; at < sealed.length; at++) {
          for (let bit = 0; bit < Math.min(7, FUZZ); bit++) {
            const flipped = sealed.charCodeAt(at) ^ (1 << ((at + bit) % 7));
            const forged = sealed.slice(0, at) + String.fromCharCode(flipped) + sealed.slice(at + 1);
            expect(expectNothing(withRecord(request, index, forged), `${typeOf(sealed)}, character ${at}`)).toBe(
              "record_integrity",
            );
            cases++;
          }
        }
      }
    }
    expect([...types].sort()).toEqual(["app", "key_quorum", "policy", "user", "user_key", "wallet"]);
    expect(cases).toBeGreaterThan(3000);
  });

  it("is refused when cut, padded, or written otherwise", () => {
    for (const [index, sealed] of byAlice.records.entries()) {
      const json = sealed.slice(sealed.indexOf("{"));
      const head = sealed.slice(0, sealed.indexOf("{"));
      const reordered = JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(json)).reverse()));
      const forms = [
        ...Array.from({ length: 60 }, (_, i) => sealed.slice(0, Math.floor((i * sealed.length) / 60))),
        ...Array.from({ length: 20 }, (_, i) => sealed.slice(i + 1)),
        ...[` ${sealed}`, `${sealed} `, `${sealed}\n`, `${sealed}}`, `${sealed}.`, `${head}${json}${json}`],
        ...[head + reordered, head + JSON.stringify(JSON.parse(json), null, 1), head + json.replace("a", "\\u0061")],
        ...[
          head + json.replace("{", '{"v":1,'),
          head + json.replace("{", '{"__proto__":{},'),
          head + json.replace('"v":1', '"v":1.0'),
        ],
        ...[sealed.replace("1.", "2."), sealed.replace("1.", "1..")],
      ];
      for (const form of forms) expectNothing(withRecord(byAlice, index, form), form);
    }
  });

  it("is refused under the seal of any other record", () => {
    const { api } = world.harness;
    const all = [...[...api.history.values()].flat().map(({ sealed }) => sealed), ...api.receipts];
    let cases = 0;
    for (const [index, sealed] of byAlice.records.entries()) {
      const json = sealed.slice(sealed.indexOf("{"));
      for (const other of all) {
        if (other === sealed) continue;
        expectNothing(withRecord(byAlice, index, other.slice(0, other.indexOf("{")) + json), "swapped seal");
        cases++;
      }
    }
    expect(cases).toBeGreaterThan(200);
  });

  it("is refused when sealed under another root key, or as another type, app, id or version", async () => {
    const { sealer } = world.signer.context;
    const strangers = createSealer(seededRandom("another root key")(32));
    const claims = [{}, { appId: world.otherApp.id }, { version: 7 }, { deleted: false }, { id: "a".repeat(24) }];
    for (const [index, sealed] of byAlice.records.entries()) {
      const { mac: _mac, ...record } = sealer.openRecord(sealed)!;
      for (const claim of claims) {
        const foreign = strangers.sealRecord({ ...record, ...claim });
        expectNothing(withRecord(byAlice, index, foreign), "another root key");
        const renamed = foreign.replace(strangers.rootKeyId, sealer.rootKeyId);
        expectNothing(withRecord(byAlice, index, renamed), "another root key, renamed");
        const json = foreign.slice(foreign.indexOf("{"));
        const underOurSeal = sealed.slice(0, sealed.indexOf("{")) + json;
        if (underOurSeal !== sealed) expectNothing(withRecord(byAlice, index, underOurSeal), JSON.stringify(claim));
      }
    }
  });
});

describe("a record that is genuine, but not this one", () => {
  it("of another app is refused, also where an id is only named", () => {
    const { otherApp, harness, app, wallets, keys } = world;
    const others = [...harness.api.current].filter(([name]) => name.startsWith(`${otherApp.id}/`));
    expect(others.length).toBeGreaterThan(2);
    for (const [, { sealed, id, type }] of others) {
      for (let at = 0; at < bySigner.records.length; at++)
        expectNothing(withRecord(bySigner, at, sealed), `${type} ${id}`);
      expectNothing({ ...bySigner, records: [...bySigner.records, sealed] }, `${type} ${id}, added`);
    }
    // Signed by the right owner, but it names what only the other app has.
    const foreignQuorum = wallets.otherApp.ownerId!;
    for (const body of [{ owner_id: foreignQuorum }, { additional_signers: [{ signer_id: foreignQuorum }] }]) {
      const path = `/v1/wallets/${wallets.locked.id}`;
      const request = complete(makeRequest({ app, method: "PATCH", path, body, keys: [keys.owner] }));
      expect(expectNothing(request, "foreign quorum")).toBe("need");
      const records = [
        ...request.records,
        harness.api.current.get(`${otherApp.id}/key_quorum/${foreignQuorum}`)!.sealed,
      ];
      expect(expectNothing({ ...request, records }, "foreign quorum with its record")).toBe("record_integrity");
    }
  });

  it("that is a receipt is no record", () => {
    for (const receipt of world.harness.api.receipts) {
      expect(expectNothing({ ...bySigner, records: [...bySigner.records, receipt] }, "receipt")).toBe(
        "record_integrity",
      );
    }
  });

  it("with the right type but another id is not taken for it", () => {
    for (const request of [bySigner, byAlice, byTeam]) {
      for (const [at, sealed] of request.records.entries()) {
        const others = [...world.harness.api.current.values()].map((put) => put.sealed);
        for (const other of others) {
          if (typeOf(other) !== typeOf(sealed) || other === sealed) continue;
          const answer = ask(withRecord(request, at, other));
          // A record too few that the decision does not need changes nothing.
          if (answer.outcome === "accepted") expect(mayRelease(world, request)).toBe(true);
          else expectNothing(withRecord(request, at, other), "another id");
        }
      }
    }
    const withoutWallet = bySigner.records.filter((sealed) => typeOf(sealed) !== "wallet");
    const teams = byTeam.records.find((sealed) => typeOf(sealed) === "wallet")!;
    expect(expectNothing({ ...bySigner, records: [...withoutWallet, teams] }, "another wallet")).toBe("need");
  });

  it("of another user approves for nobody else", () => {
    const { bobKey, ghostKey, expiredKey, aliceKey, harness, app } = world;
    const every = [...harness.api.current]
      .filter(([name]) => name.startsWith(`${app.id}/user`))
      .map(([, put]) => put.sealed);
    for (const key of [bobKey, ghostKey, expiredKey]) {
      const request = rpc("alice", PERSONAL_SIGN, [key]);
      expectNothing({ ...request, records: [...new Set([...request.records, ...every])] }, "another user's key");
    }
    const ghosts = rpc("ghost", PERSONAL_SIGN, [ghostKey, aliceKey, bobKey]);
    expectNothing({ ...ghosts, records: [...new Set([...ghosts.records, ...every])] }, "a deleted user's key");
  });
});

describe("an older state", () => {
  /** The request as it was right when the named record was in its first version. */
  const withFirstVersions = (request: SignerRequest): SignerRequest => {
    const first = new Map([...world.harness.api.history.values()].map((all) => [all.at(-1)!.sealed, all[0]!.sealed]));
    return { ...request, records: request.records.map((sealed) => first.get(sealed) ?? sealed) };
  };

  it("does not bring back a revoked signer, a deleted policy or a deleted user", () => {
    const cases: [SignerRequest, string][] = [
      [rpc("team", PERSONAL_SIGN, [world.keys.revoked]), "revoked signer"],
      [rpc("locked", PERSONAL_SIGN, [world.keys.owner]), "deleted policy"],
      [rpc("ghost", PERSONAL_SIGN, [world.ghostKey]), "deleted user"],
    ];
    for (const [request, what] of cases) {
      const old = withFirstVersions(request);
      expect(old.records).not.toEqual(request.records);
      expect(expectNothing(old, what)).toBe("stale");
      expect(expectNothing({ ...old, records: [...old.records, ...request.records] }, `${what}, both versions`)).toBe(
        "stale",
      );
      expect(expectNothing({ ...old, records: [...request.records, ...old.records] }, `${what}, both versions`)).toBe(
        "stale",
      );
    }
  });

  it("is refused after a restart too, and of two forks of a version only the committed one counts", async () => {
    const folder = mkdtempSync(join(tmpdir(), "mandate-"));
    try {
      const path = join(folder, "high-water.log");
      const fresh = await createWorld(
        await createTestSigner({ seed: "restarted", highWater: openHighWaterFile(path) }),
      );
      const { harness, wallets, keys, app, quorums } = fresh;
      const name = `${app.id}/wallet/${wallets.team.id}`;
      const request = harness.api.complete(
        makeRequest({
          app,
          method: "POST",
          path: `/v1/wallets/${wallets.team.id}/rpc`,
          body: PERSONAL_SIGN,
          keys: [keys.revoked],
        }),
      );
      const [first, second] = harness.api.history.get(name)!.map(({ sealed }) => sealed) as [string, string];
      const rolledBack = { ...request, records: request.records.map((sealed) => (sealed === second ? first : sealed)) };
      const quorum = harness.api.load(app.id, [{ type: "key_quorum", id: quorums.revoked }]);
      rolledBack.records.push(...quorum.filter((sealed) => !rolledBack.records.includes(sealed)));

      const update = (additional_signers: object[]) => {
        const members = [keys.memberA, keys.memberB];
        const call = { app, method: "PATCH", path: `/v1/wallets/${wallets.team.id}`, keys: members };
        const answer = askThroughFrames(
          fresh.signer.state,
          harness.api.complete(makeRequest({ ...call, body: { additional_signers } })),
        );
        if (answer.outcome !== "accepted") throw new Error(JSON.stringify(answer));
        return answer.put.at(-1)!.sealed;
      };
      const [forkA, forkB] = [update([{ signer_id: quorums.signer }]), update([{ signer_id: quorums.revoked }])];
      askThroughFrames(fresh.signer.state, { kind: "committed", records: [forkA] });

      for (const restart of [false, true]) {
        const { state } = restart
          ? await createTestSigner({ seed: "restarted", highWater: openHighWaterFile(path), clock: fresh.signer.clock })
          : fresh.signer;
        for (const wallet of [first, second, forkB]) {
          const records = rolledBack.records.map((sealed) => (sealed === first ? wallet : sealed));
          const answer = askThroughFrames(state, { ...rolledBack, records });
          expect(answer.outcome).toBe("stale");
        }
        const records = rolledBack.records.map((sealed) => (sealed === first ? forkA : sealed));
        expect(askThroughFrames(state, { ...rolledBack, records }).outcome).not.toBe("stale");
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is not what a forged `committed` makes of the present one", () => {
    const wallet = bySigner.records.find((sealed) => typeOf(sealed) === "wallet")!;
    const forged = wallet.replace('"version":1', '"version":9');
    const answer = askThroughFrames(world.signer.state, {
      kind: "committed",
      records: [forged, "x", "", `${wallet} `],
    });
    expect(answer).toEqual({ outcome: "noted" });
    expect(ask(bySigner).outcome).toBe("accepted");
  });
});

describe("a wallet's key", () => {
  it("is not that of another wallet, a seed, a code or a token key", () => {
    const { api } = world.harness;
    const sealed = [...api.secrets.values()].flatMap(({ sealedKey, sealedSeed }) => [sealedKey, sealedSeed!]);
    for (const record of bySigner.records)
      sealed.push(...(record.match(/2\.[0-9a-f]{16}\.[\w-]+\.[\w-]+\.[\w-]+/g) ?? []));
    const own = bySigner.walletSecret!;
    expect(sealed.length).toBeGreaterThan(13);
    for (const secret of sealed) {
      if (secret !== own) expect(expectNothing({ ...bySigner, walletSecret: secret }, secret)).toBe("record_integrity");
    }
    for (let at = 0; at < own.length; at++) {
      const flipped = own.slice(0, at) + String.fromCharCode(own.charCodeAt(at) ^ (1 << (at % 7))) + own.slice(at + 1);
      expectNothing({ ...bySigner, walletSecret: flipped }, `secret, character ${at}`);
    }
    const parts = own.split(".");
    const others = api.secrets.get(world.wallets.team.id)!.sealedKey.split(".");
    for (let part = 0; part < parts.length; part++) {
      if (parts[part] === others[part]) continue;
      expectNothing(
        { ...bySigner, walletSecret: parts.with(part, others[part]!).join(".") },
        `part ${part} of another`,
      );
      expectNothing(
        { ...bySigner, walletSecret: others.with(part, parts[part]!).join(".") },
        `another with part ${part}`,
      );
    }
    const { walletSecret: _own, ...without } = bySigner;
    expectNothing(without, "no secret");
  });
});

describe("a good signature", () => {
  const text = (request: SignerRequest) => Buffer.from(request.body).toString("utf8");
  const withBody = (request: SignerRequest, body: string): SignerRequest => ({ ...request, body: Buffer.from(body) });
  const withHeaders = (request: SignerRequest, headers: object): SignerRequest => ({
    ...request,
    headers: { ...request.headers, ...headers },
  });

  it("does not cover another body", () => {
    for (const [from, to] of [
      [ALLOWED_TO, FORBIDDEN_TO],
      [ALLOWED_TO, ALLOWED_TO.replace("1111", "1112")],
      ['"0x1"', '"0x2"'],
      ['"0x1"', "1"],
      ['"nonce":1', '"nonce":2'],
      ["31337", "1"],
      ["eth_signTransaction", "eth_sendTransaction"],
      ["eth_signTransaction", "personal_sign"],
      ['"gas_limit":21000,', ""],
      ["}}}", ',"data":"0x"}}}'],
      ["}}}", ',"type":0}}}'],
      ['{"method"', '{"caip2":"eip155:31337","method"'],
    ] as const) {
      const changed = text(bySigner).replace(from, to);
      expect(changed).not.toBe(text(bySigner));
      expectNothing(withBody(bySigner, changed), `${from} becomes ${to}`);
    }
    for (const body of ["", "{}", "null", "[]", `[${text(bySigner)}]`]) expectNothing(withBody(bySigner, body), body);
  });

  it("does not cover another method, target, app or wallet", () => {
    const { wallets, app, otherApp, keys, quorums, harness } = world;
    const { target } = bySigner;
    for (const other of [
      target.replace("/v1", "/api/v1"),
      `${target}/`,
      target.replace("/rpc", "/RPC"),
      target.replace("/rpc", ""),
    ]) {
      expectNothing({ ...bySigner, target: other }, other);
    }
    for (const method of ["PATCH", "DELETE", "GET", "post", "PUT"]) expectNothing({ ...bySigner, method }, method);
    // One key owns both: the signature for one of the wallets says nothing about the other.
    const mine = makeRequest({
      app,
      method: "POST",
      path: `/v1/wallets/${wallets.locked.id}/rpc`,
      body: PERSONAL_SIGN,
      keys: [keys.owner],
    });
    const twin = complete({
      ...mine,
      target: `/v1/wallets/${wallets.otherApp.id}/rpc`,
      headers: { ...mine.headers, "privy-app-id": otherApp.id },
    });
    expectNothing(twin, "another app's app id");
    const auth = makeRequest({ app: otherApp, method: "POST", path: "/v1/x" }).headers.authorization;
    expectNothing(withHeaders(twin, { authorization: auth }), "another app's credentials");
    for (const wallet of [wallets.alice, wallets.team, wallets.ghost]) {
      expectNothing(
        complete({ ...bySigner, target: `/v1/wallets/${wallet.id}/rpc`, body: byTeam.body }),
        "another wallet",
      );
      const moved = complete({ ...byTeam, target: `/v1/wallets/${wallet.id}/rpc` });
      if (wallet !== wallets.team) expectNothing(moved, "another wallet");
    }
    const approval = makeRequest({
      app,
      method: "DELETE",
      path: `/v1/key_quorums/${quorums.owner}`,
      keys: [keys.owner],
    });
    expectNothing(complete({ ...approval, target: `/v1/policies/${world.policies.owned}` }), "another resource");
    expect(harness.api.current.size).toBeGreaterThan(10);
  });

  it("covers the expiry and the idempotency key: neither can be added, taken away or changed", () => {
    const soon = world.harness.clock.nowMs + 60_000;
    const plain = byAlice;
    const bound = rpc("alice", PERSONAL_SIGN, [world.aliceKey], { expiryMs: soon, idempotencyKey: "a" });
    expect(ask(bound).outcome).toBe("accepted");
    expectNothing(withHeaders(plain, { "privy-request-expiry": String(soon) }), "expiry added");
    expectNothing(withHeaders(plain, { "privy-idempotency-key": "a" }), "idempotency key added");
    for (const value of [undefined, "", " ", String(soon + 1), `0${soon}`, `${soon} `, "x", "1e15", `${soon}.0`]) {
      expectNothing(withHeaders(bound, { "privy-request-expiry": value }), `expiry ${value}`);
    }
    for (const value of [undefined, "", " ", "b", "a ", "A"]) {
      expectNothing(withHeaders(bound, { "privy-idempotency-key": value }), `idempotency key ${value}`);
    }
    world.harness.clock.nowMs = soon + 1;
    expect(expectNothing(bound, "expired")).toBe("request_expired");
    world.harness.clock.nowMs = soon - 60_000;
  });

  it("gives no second reading to a body with duplicate members or prototypes", () => {
    const small = transfer(ALLOWED_TO, "0x1");
    const large = transfer(FORBIDDEN_TO, "0xffffff");
    const params = (body: object) => JSON.stringify((body as { params: unknown }).params);
    const duplicates = [
      `{"method":"eth_signTransaction","params":${params(large)},"params":${params(small)}}`,
      `{"method":"eth_signTransaction","params":${params(small)},"params":${params(large)}}`,
      `{"method":"personal_sign","method":"eth_signTransaction","params":${params(small)}}`,
      JSON.stringify(small).replace('"to":', `"to":"${FORBIDDEN_TO}","to":`),
      JSON.stringify(small).replace('"to":', `"\\u0074o":"${FORBIDDEN_TO}","to":`),
      JSON.stringify(small).replace('{"to"', `{"__proto__":{"to":"${FORBIDDEN_TO}"},"to"`),
      JSON.stringify(small).replace("{", '{"__proto__":{"method":"personal_sign"},'),
      JSON.stringify(small).replace("{", '{"constructor":{"prototype":{"method":"personal_sign"}},'),
    ];
    for (const body of duplicates) {
      // Signed as the last member wins, as the first one wins, and as nothing at all.
      for (const signed of [JSON.parse(body), small, large]) {
        const request = { ...bySigner, body: Buffer.from(body), headers: { ...bySigner.headers } };
        request.headers["privy-authorization-signature"] = signText(world.keys.signer, payloadText(request, signed));
        expectNothing(request, body);
      }
    }
    expect(Object.prototype).toEqual({});
  });
});

describe("what the API fills in", () => {
  const open = { to: ALLOWED_TO, value: "0x5" };
  const send = (transaction: object) =>
    rpc("alice", { method: "eth_sendTransaction", caip2: "eip155:31337", params: { transaction } }, [
      world.keys.signer,
    ]);
  const fees = { nonce: "0x1", gas_limit: "0x5208", max_fee_per_gas: "0x3b9aca00", max_priority_fee_per_gas: "0x1" };

  it("may not be anything else than the five quantities", () => {
    const request = send(open);
    for (const extra of [
      { to: FORBIDDEN_TO },
      { value: "0xff" },
      { data: "0x00" },
      { chain_id: "0x1" },
      { type: "0x4" },
    ]) {
      expect(expectNothing({ ...request, fill: { ...fees, ...extra } as TransactionFill }, JSON.stringify(extra))).toBe(
        "invalid_message",
      );
    }
    for (const nonce of ["1", "0x", "-0x1", "0X1", "0xG", 1, null, `0x${"f".repeat(65)}`]) {
      expect(expectNothing({ ...request, fill: { ...fees, nonce } as TransactionFill }, String(nonce))).toBe(
        "invalid_message",
      );
    }
  });

  it("may not cost more than the fee budget", () => {
    const request = send(open);
    for (const fill of [
      { ...fees, max_fee_per_gas: "0xde0b6b3a7640000" },
      { ...fees, gas_limit: "0xffffffffffff" },
      { ...fees, gas_limit: "0x5208", max_fee_per_gas: `0x${"f".repeat(64)}`, max_priority_fee_per_gas: "0x0" },
      { nonce: "0x1", gas_limit: "0xffffffff", gas_price: "0x3b9aca000" },
    ]) {
      expectNothing({ ...request, fill }, JSON.stringify(fill));
    }
    expect(ask({ ...request, fill: fees }).outcome).toBe("accepted");
  });

  it("leaves alone what the caller gave, for a thousand fills of partial transactions", () => {
    const rng = seededRng(7);
    const whole = { nonce: 9, gas_limit: 50_000, max_fee_per_gas: "0x77359400", max_priority_fee_per_gas: "0x2" };
    const names = Object.keys(whole) as (keyof typeof whole)[];
    const requests = Array.from({ length: 32 }, (_, mask) => {
      const given = Object.fromEntries(
        names.filter((_name, at) => mask & (1 << at)).map((name) => [name, whole[name]]),
      );
      return { given, request: send({ ...open, ...given }) };
    });
    let accepted = 0;
    for (let round = 0; round < 1000 * Math.max(1, FUZZ); round++) {
      const { given, request } = rng.pick(requests);
      const quantity = () =>
        `0x${(BigInt(rng.int(2 ** 30)) << BigInt(rng.int(rng.chance(0.1) ? 200 : 8))).toString(16)}`;
      const fill = Object.fromEntries(
        [...names, "gas_price"].filter(() => rng.chance(0.9)).map((name) => [name, quantity()]),
      );
      const answer = ask({ ...request, fill });
      if (answer.outcome !== "accepted") continue;
      accepted++;
      const signed = parseTransaction(answer.transaction!.signed as `0x02${string}`);
      expect(signed).toMatchObject({ to: ALLOWED_TO, value: 5n, chainId: 31337 });
      expect(signed.data ?? "0x").toBe("0x");
      if ("nonce" in given) expect(signed.nonce).toBe(9);
      if ("gas_limit" in given) expect(signed.gas).toBe(50_000n);
      if ("max_fee_per_gas" in given) expect(signed.maxFeePerGas).toBe(2_000_000_000n);
      if ("max_priority_fee_per_gas" in given) expect(signed.maxPriorityFeePerGas).toBe(2n);
      const price = signed.maxFeePerGas ?? signed.gasPrice ?? 0n;
      if (Object.keys(given).length < 4) expect(signed.gas! * price).toBeLessThanOrEqual(10n ** 17n);
    }
    expect(accepted).toBeGreaterThan(100);
  });
});

describe("a send that leaves its nonce open", () => {
  const send = (transaction: object) =>
    rpc("alice", { method: "eth_sendTransaction", caip2: "eip155:31337", params: { transaction } }, [
      world.keys.signer,
    ]);
  const fees = { gas_limit: "0x5208", max_fee_per_gas: "0x3b9aca00", max_priority_fee_per_gas: "0x1" };
  const signedWith = (request: SignerRequest, nonce: string) => {
    const answer = ask({ ...request, fill: { ...fees, nonce } });
    return answer.outcome === "accepted" ? answer.transaction!.signed : expect.unreachable(JSON.stringify(answer));
  };

  // LIMIT: executing a payload once is the commit's doing (`consume`), so this API can have such a request signed again
  // for another nonce, until it expires. Callers close this with a nonce or a privy-request-expiry.
  it("can be had again for another nonce, under the same digest to be consumed; one with a nonce cannot", () => {
    const open = send({ to: ALLOWED_TO, value: "0x5" });
    expect(signedWith(open, "0x1")).not.toBe(signedWith(open, "0x2"));
    const consumed = ["0x1", "0x2"]
      .map((nonce) => ask({ ...open, fill: { ...fees, nonce } }))
      .map((answer) => {
        return answer.outcome === "accepted" ? answer.consume.map(({ digest }) => digest) : [];
      });
    expect(consumed[0]!.length).toBe(1);
    expect(consumed[1]).toEqual(consumed[0]);
    const closed = send({ to: ALLOWED_TO, value: "0x5", nonce: 4, ...fees });
    expect(signedWith(closed, "0x1")).toBe(signedWith(closed, "0x2"));
  });
});

it("gets no signature when it only asks for a decision", () => {
  let decided = 0;
  for (const body of Object.values(RPC_BODIES)) {
    for (const keys of [[world.aliceKey], [world.keys.signer]]) {
      const answer = ask({ ...rpc("alice", body, keys), decideOnly: true });
      if (answer.outcome !== "accepted") continue;
      decided++;
      expect(answer.result).toBeNull();
      expect(answer.transaction).toBeUndefined();
      expect(JSON.stringify(answer)).not.toMatch(/0x[0-9a-f]{100}|signature|signed/);
    }
  }
  expect(decided).toBeGreaterThan(8);
});

describe("a sign-in that the API vouches for", () => {
  /** What a taken-over API would send to be somebody: no proof, only its word. */
  const vouch = (method: string, attested: string, body: object): SignerRequest => {
    const request = makeRequest({ app: world.app, method: "POST", path: `/v1/${method}/authenticate`, body });
    const { sealed } = world.harness.api.current.get(`${world.app.id}/app/${world.app.id}`)!;
    return { ...request, records: [sealed], login: { sessionId: "s", attested } };
  };

  it("counts for the mailed code of the very address in the request, and for nothing else", () => {
    const code = { email: "a@example.com", code: "123456" };
    expect(ask(vouch("passwordless", "email:a@example.com", code)).outcome).toBe("accepted");
    for (const [method, attested, body] of [
      ["passwordless", "email:b@example.com", code],
      ["passwordless", "custom_auth:a@example.com", code],
      ["passkeys", "passkey:x", {}],
      ["oauth", "google_oauth:x", {}],
      ["oauth", "github_oauth:x", {}],
      ["siwe", "wallet:0x0000000000000000000000000000000000000001", {}],
      ["guest", "guest:x", {}],
      ["custom_jwt_account", "custom_auth:x", {}],
    ] as const) {
      expectNothing(vouch(method, attested, body), `${method} ${attested}`);
    }
  });
});

describe("a passkey", () => {
  const victim = new TestAuthenticator();
  const attacker = new TestAuthenticator();
  let page: PasskeyPage;
  let victimId: string;
  let seen: SignerRequest;
  const login = { sessionId: "s", attested: `passkey:${victim.id}`, userId: "" };

  beforeAll(async () => {
    const settings = { allowed_origins: [PAGE], login_methods: ["passkey", "email"] };
    page = new PasskeyPage(world.harness, await world.harness.createApp("passkeys", null, settings));
    for (const one of [attacker, victim]) {
      const answer = await page.send(await page.registration(one));
      if (answer.outcome !== "accepted") throw new Error(JSON.stringify(answer));
      victimId = answer.result!.user_id as string;
    }
    login.userId = victimId;
    seen = await page.assertion(victim);
    expect((await page.send(seen)).outcome).toBe("accepted");
  });

  it("is not its holder's word when the API says so", async () => {
    const { authenticator_response } = JSON.parse(Buffer.from(seen.body).toString());
    const registered = await page.registration(victim);
    const asSignIn = { ...registered, target: "/v1/passkeys/authenticate" };
    const bodies = [
      {},
      { challenge: "x" },
      { authenticator_response: {} },
      { authenticator_response: { id: victim.id } },
    ];
    const requests = [
      ...bodies.map((body) => page.request("authenticate", body)),
      ...["passwordless", "guest", "oauth", "siwe"].map((way) => ({
        ...page.request("authenticate", { authenticator_response }),
        target: `/v1/${way}/authenticate`,
      })),
      { ...seen, target: "/v1/passkeys/register" },
      { ...seen, target: "/v1/passkeys/link" },
      asSignIn,
    ];
    for (const [at, request] of requests.entries())
      expectNothing({ ...request, records: page.records(), login }, `request ${at}`);
  });

  it("is not another passkey under its ID, whichever records come along", async () => {
    const { challenge, authenticator_response } = JSON.parse(
      Buffer.from((await page.assertion(attacker)).body).toString(),
    );
    const posing = { ...authenticator_response, id: victim.id, raw_id: victim.id };
    const request = page.request("authenticate", { challenge, authenticator_response: posing });
    expect(expectNothing({ ...request, login }, "all records")).toBe("invalid_credentials");
    for (const left of page.records())
      expectNothing({ ...request, login, records: page.records().filter((one) => one !== left) }, left);
  });

  it("cannot be registered anew for its user, nor for the user's access token", async () => {
    const posing = new TestAuthenticator(victim.id);
    const request = await page.registration(posing);
    expect(expectNothing({ ...request, login }, "all records")).toBe("linked_to_another_user");
    // Without the user's record it makes somebody new, and storage has that passkey for another.
    const [app] = page.records();
    const answer = ask({ ...request, login, records: [app!] });
    expect(answer.outcome === "accepted" && answer.result!.user_id !== victimId).toBe(true);
    const own = page.request("link", JSON.parse(Buffer.from(request.body).toString()), "x.y.z");
    expectNothing({ ...own, login }, "no token");
  });

  it("is worth nothing with its counter set back, or ten minutes later", async () => {
    const counted = world.harness.api.history.get(`${page.app.id}/user/${victimId}`)!;
    const [app] = page.records();
    const old = { ...seen, login, records: [app!, counted[0]!.sealed] };
    expect(expectNothing(old, "the record of before")).toBe("stale");
    expect(expectNothing({ ...seen, records: page.records() }, "again")).toBe("invalid_credentials");
    const kept = await page.assertion(victim);
    world.harness.clock.nowMs += 10 * 60_000;
    expect(expectNothing({ ...kept, records: page.records() }, "later")).toBe("invalid_credentials");
    world.harness.clock.nowMs -= 10 * 60_000;
    expect(ask({ ...kept, records: page.records() }).outcome).toBe("accepted");
  });
});

describe("a provider to sign in with", () => {
  const attacker = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwks = { keys: [{ ...attacker.publicKey.export({ format: "jwk" }), alg: "ES256", kid: "k", use: "sig" }] };
  const issuer = "https://login.example";

  it("that is pinned by key vouches for nobody on the API's word, and never by a token that the API made", async () => {
    const { harness } = world;
    const pem = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ type: "spki", format: "pem" });
    const app = await harness.createApp("pinned provider", null, {
      oauth_providers: [
        { provider: "custom:a", client_id: "c", issuer, public_key_pem: pem },
        { provider: "custom:b", client_id: "c", issuer },
        { provider: "github", client_id: "c", proof: "api" },
      ],
    });
    const body = { authorization_code: "c", state_code: "s", code_verifier: "v".repeat(43) };
    const request = complete(makeRequest({ app, method: "POST", path: "/v1/oauth/authenticate", body }));
    const nowS = Math.floor(harness.clock.nowMs / 1000);
    const tokenFor = (provider: string) => {
      const codeChallenge = codeChallengeOf(body.code_verifier)!;
      const nonce = oidcNonce({ appId: app.id, provider, codeChallenge, stateCode: "s" });
      const claims = { iss: issuer, aud: "c", sub: "x", iat: nowS, exp: nowS + 60, nonce };
      return signJwt(attacker.privateKey, claims);
    };
    const login = (oauth: object, attested?: string) =>
      ({ ...request, jwks, login: { sessionId: "s", oauth, attested } }) as SignerRequest;
    const idToken = tokenFor("custom:a");
    for (const [oauth, attested] of [
      [{ provider: "custom:a" }, "custom:a:x"],
      [{ provider: "custom:a", idToken }, "custom:a:x"],
      [{ provider: "github", idToken }, "custom:a:x"],
      [{ provider: "github" }, "custom:a:x"],
      [{ provider: "custom:b", idToken }, "custom:b:x"],
      [{ provider: "custom:b" }, "custom:b:x"],
      [{ provider: "google", idToken }, "google_oauth:x"],
      [{ provider: "__proto__", idToken }, "custom:a:x"],
      [{ provider: "custom:a", idToken, more: 1 }, "custom:a:x"],
      [{ idToken }, "custom:a:x"],
      [[], "github_oauth:x"],
      [null, "github_oauth:x"],
    ] as const) {
      expectNothing(login(oauth as never, attested), JSON.stringify([oauth, attested]));
    }
    // What it can do, as the threat model says: its word where the operator said so, its key set where none is pinned.
    expect(ask(login({ provider: "github" }, "github_oauth:x")).outcome).toBe("accepted");
    expect(ask(login({ provider: "custom:b", idToken: tokenFor("custom:b") })).outcome).toBe("accepted");
  });
});

describe("an identity provider", () => {
  const attacker = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwks = { keys: [{ ...attacker.publicKey.export({ format: "jwk" }), alg: "ES256", kid: "k", use: "sig" }] };
  const authenticate = (app: World["app"], user_jwt: string, more: object = {}) => {
    const body = { user_jwt, encryption_type: "HPKE", recipient_public_key: testKey("hpke recipient").spkiBase64 };
    return complete(makeRequest({ app, method: "POST", path: "/v1/wallets/authenticate", body, more }));
  };
  const token = (claims: object = {}) =>
    signJwt(attacker.privateKey, { sub: "alice", exp: Math.floor(world.harness.clock.nowMs / 1000) + 600, ...claims });

  it("that is pinned is not replaced by a key set of the API's", () => {
    expect(expectNothing(authenticate(world.app, token(), { jwks }), "key set beside a pin")).toBe(
      "missing_or_invalid_token",
    );
    expect(ask(authenticate(world.app, world.validToken, { jwks })).outcome).toBe("accepted");
  });

  it("named by a URL vouches by the key set, for subjects and times it states", async () => {
    const { harness } = world;
    const app = await harness.createApp("jwks", {
      jwks_url: "https://issuer.example/jwks.json",
      issuer: "https://issuer.example",
    });
    await harness.createUser(app, "alice");
    const iss = "https://issuer.example";
    for (const [user_jwt, keySet] of [
      [token({ iss }), undefined],
      [token({ iss }), { keys: [] }],
      [token({ iss }), "x"],
      [token({ iss }), [1]],
      [token(), jwks],
      [token({ iss: "https://issuer.example/" }), jwks],
      [token({ iss, exp: 1 }), jwks],
      [token({ iss, sub: "nobody" }), jwks],
      [world.validToken, jwks],
    ] as const) {
      expectNothing(authenticate(app, user_jwt, { jwks: keySet }), String(user_jwt));
    }
    expect(ask(authenticate(app, token({ iss }), { jwks })).outcome).toBe("accepted");
  });

  it("does not vouch for the user whose record the API prefers", () => {
    const { bob, app, harness } = world;
    const request = authenticate(app, world.validToken);
    const withBob = request.records.map((sealed) =>
      typeOf(sealed) === "user" ? harness.api.current.get(`${app.id}/user/${bob.id}`)!.sealed : sealed,
    );
    expect(withBob).not.toEqual(request.records);
    expect(expectNothing({ ...request, records: withBob }, "bob for alice")).toBe("user_does_not_exist");
    expectNothing({ ...request, records: request.records.filter((sealed) => typeOf(sealed) !== "user") }, "no user");
  });

  it("whose key is none, or of another kind, is not pinned", async () => {
    const { harness } = world;
    const pem = (key: { publicKey: { export(options: object): unknown } }) =>
      key.publicKey.export({ type: "spki", format: "pem" }) as string;
    const pins = [
      "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
      pem(generateKeyPairSync("ed25519")),
      pem(generateKeyPairSync("ec", { namedCurve: "secp256k1" })),
      pem(generateKeyPairSync("ec", { namedCurve: "P-384" })),
      pem(generateKeyPairSync("rsa", { modulusLength: 1024 })),
      pem(generateKeyPairSync("rsa-pss", { modulusLength: 2048 })),
      pem(generateKeyPairSync("x25519")),
    ];
    for (const [at, public_key_pem] of pins.entries()) {
      await expect(harness.createApp(`odd pin ${at}`, { public_key_pem })).rejects.toThrow("it could verify nothing");
    }
  });
});

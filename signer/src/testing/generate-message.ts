import type { Frame, SignerRequest } from "../protocol.ts";
import { makeRequest, payloadText } from "./harness.ts";
import type { Rng } from "./rng.ts";
import { malleate, signText, type TestKey, testKey } from "./test-keys.ts";
import { EXPORTS, RAW_SIGN_BODIES, RPC_BODIES, SOLANA_BODIES, type World } from "./world.ts";

/** What a malicious API has at hand: all it ever saw, and rubbish. */
export type Arsenal = {
  world: World;
  bases: Base[];
  /** Every sealed record there ever was, of all apps and versions, receipts too. */
  seals: string[];
  secrets: string[];
  signatures: string[];
  targets: string[];
  naughty: unknown[];
};

type Base = { request: SignerRequest; body: unknown; keys: TestKey[] };

export function collectArsenal(world: World, naughty: readonly string[]): Arsenal {
  const bases = listBases(world);
  const { history, secrets, receipts } = world.harness.api;
  const seals = [...history.values()].flat().map(({ sealed }) => sealed);
  return {
    world,
    bases,
    seals: [...seals, ...receipts],
    secrets: [
      ...[...secrets.values()].flatMap(({ sealedKey, sealedSeed }) => [sealedKey, sealedSeed ?? ""]),
      ...seals.flatMap((sealed) => sealed.match(/2\.[0-9a-f]{16}\.[\w-]+\.[\w-]+\.[\w-]+/g) ?? []),
    ],
    signatures: bases.flatMap(({ request }) => request.headers["privy-authorization-signature"] ?? []),
    targets: bases.map(({ request }) => request.target),
    naughty: [...naughty, ...RUBBISH],
  };
}

const deep = (depth: number): unknown => (depth === 0 ? 1 : depth % 2 ? [deep(depth - 1)] : { a: deep(depth - 1) });
const RUBBISH: unknown[] = [
  ...["", " ", "\u0000", "\ud800", "a\udfff", "\u2028", "__proto__", "constructor", "0x", "0x0", "-1", "1e3", "NaN"],
  ...[null, true, false, 0, -0, -1, 1.5, 1e21, 2 ** 53, 2 ** 53 - 1, 5e-324, [], {}, [[]], [null], { length: 1 }],
  ...["x".repeat(5000), "9".repeat(400), `0x${"f".repeat(65)}`, `0x${"0".repeat(64)}`, deep(30), deep(70), deep(2000)],
  ...[JSON.parse('{"__proto__":{"to":"0x0"}}'), JSON.parse('{"constructor":{"prototype":1}}'), { toString: null }],
  ...[
    Array.from({ length: 300 }, (_, i) => i),
    { toJSON: 1 },
    "did:privy:",
    "did:privy:c",
    "%00",
    "..",
    "/",
    "%e0%a4%a",
  ],
];

/** Every operation on every resource, by somebody who may and somebody who may not. */
function listBases(world: World): Base[] {
  const { app, otherApp, keys, wallets, quorums, policies, alice, aliceKey, ghostKey, validToken } = world;
  const bases: Base[] = [];
  const add = (method: string, path: string, body: unknown, signers: TestKey[], more: object = {}) => {
    const request = makeRequest({ app, method, path, body, keys: signers, ...more });
    bases.push({ request: world.harness.api.complete(request), body, keys: signers });
  };
  const every = Object.values(RPC_BODIES);
  // Whoever may do nothing is refused at the same place for every body; two of them say as much as all.
  const few = [RPC_BODIES.small, RPC_BODIES.personal_sign];
  const owners: [keyof World["wallets"], TestKey[], (object | undefined)[]][] = [
    ["alice", [aliceKey], every],
    ["alice", [keys.signer], every],
    ["team", [keys.memberA, keys.memberB], every],
    ["team", [keys.memberC], few],
    ["team", [keys.revoked], few],
    ["locked", [keys.owner], few],
    ["ownerless", [], every],
    ["ghost", [ghostKey], few],
    ["solana", [aliceKey], Object.values(SOLANA_BODIES)],
    ["solana", [keys.signer], Object.values(SOLANA_BODIES)],
  ];
  const soon = world.harness.clock.nowMs + 60_000;
  for (const [name, signers, bodies] of owners) {
    for (const body of bodies) add("POST", `/v1/wallets/${wallets[name].id}/rpc`, body, signers);
    for (const body of Object.values(RAW_SIGN_BODIES))
      add("POST", `/v1/wallets/${wallets[name].id}/raw_sign`, body, signers);
    for (const { action, body } of Object.values(EXPORTS)) {
      add("POST", `/v1/wallets/${wallets[name].id}/${action}`, body, signers);
    }
    add("POST", `/v1/wallets/${wallets[name].id}/archive`, undefined, signers);
    const small = RPC_BODIES["small send"];
    add("POST", `/api/v1/wallets/${wallets[name].id}/rpc`, small, signers, { expiryMs: soon, idempotencyKey: "once" });
    add("PATCH", `/v1/wallets/${wallets[name].id}`, { additional_signers: [] }, signers);
    add("PATCH", `/v1/wallets/${wallets[name].id}`, { owner_id: quorums.owner, policy_ids: [policies.small] }, signers);
  }
  const otherOwner = { app: otherApp };
  add("POST", `/v1/wallets/${wallets.otherApp.id}/rpc`, RPC_BODIES.small, [keys.owner], otherOwner);
  add("PATCH", `/v1/wallets/${wallets.otherApp.id}`, { owner: null }, [keys.foreign], otherOwner);
  for (const [quorum, signers] of [
    [quorums.owner, [keys.owner]],
    [quorums.team, [keys.memberB, keys.memberC]],
    [quorums.mixed, [aliceKey, keys.owner]],
    [quorums.signer, [keys.foreign]],
  ] as const) {
    add("PATCH", `/v1/key_quorums/${quorum}`, { public_keys: [keys.foreign.spkiBase64] }, [...signers]);
    add("DELETE", `/v1/key_quorums/${quorum}`, undefined, [...signers]);
  }
  const rule = { name: "r", method: "personal_sign", action: "ALLOW", conditions: [] };
  for (const [policy, signers] of [
    [policies.small, []],
    [policies.owned, [keys.policyOwner]],
    [policies.owned, [keys.signer]],
  ] as const) {
    add("PATCH", `/v1/policies/${policy}`, { rules: [rule] }, [...signers]);
    add("POST", `/v1/policies/${policy}/rules`, rule, [...signers]);
    add("PATCH", `/v1/policies/${policy}/rules/${world.ruleId}`, rule, [...signers]);
    add("DELETE", `/v1/policies/${policy}/rules/${world.ruleId}`, undefined, [...signers]);
    add("DELETE", `/v1/policies/${policy}`, undefined, [...signers]);
  }
  add("POST", "/v1/key_quorums", { public_keys: [keys.foreign.spkiBase64], user_ids: [alice.id] }, []);
  add("POST", "/v1/policies", { version: "1.0", name: "p", chain_type: "ethereum", rules: [rule] }, []);
  add("POST", "/v1/users", { linked_accounts: [{ type: "custom_auth", custom_user_id: "eve" }] }, []);
  add("DELETE", `/v1/users/${alice.id}`, undefined, []);
  for (const token of [validToken, "a.b.c"]) {
    const recipient_public_key = testKey("hpke recipient").spkiBase64;
    add("POST", "/v1/wallets/authenticate", { user_jwt: token, encryption_type: "HPKE", recipient_public_key }, []);
  }
  const target = {
    chain_type: "ethereum",
    address: wallets.alice.address,
    entropy_type: "private-key",
    encryption_type: "HPKE",
  };
  add("POST", "/v1/wallets/import/init", target, []);
  add("POST", "/v1/wallets/import/submit", { wallet: { ...target, encapsulated_key: "AAAA", ciphertext: "AAAA" } }, []);
  add("POST", "/v1/wallets/batch", { wallets: [{ chain_type: "solana" }, { chain_type: "zzz" }] }, []);
  add("POST", `/v1/wallets/${wallets.team.id}/entity`, { id: "e", type: "user" }, []);
  const newApp = { id: "caaaaaaaaaaaaaaaaaaaaaaaa", name: "a", secret_sha256: "0".repeat(64) };
  add("POST", "/operator/v1/apps", newApp, [keys.owner], { expiryMs: soon });
  return bases;
}

type Draft = { request: SignerRequest & { [member: string]: unknown }; body: unknown; keys: TestKey[] };

/** One message: a valid one, changed in up to four ways, some of them before its caller signs it. */
export function generateMessage(arsenal: Arsenal, rng: Rng): Frame {
  const base = rng.pick(arsenal.bases);
  const { headers, records } = base.request;
  const draft: Draft = {
    request: { ...base.request, headers: { ...headers }, records: [...records] } as Draft["request"],
    body: base.body,
    keys: base.keys,
  };
  if (rng.chance(0.5)) changeAndSign(draft, arsenal, rng);
  for (let changes = rng.int(3); changes > 0; changes--) rng.pick(CHANGES)(draft, arsenal, rng);
  // Keys in the attacker's hands sign what the attacker changed, as far as it can be signed.
  if (rng.chance(0.6)) signAgain(draft);
  if (rng.chance(0.2)) changeSignatures(draft.request, arsenal, rng);
  if (rng.chance(0.05)) breakShape(draft.request, arsenal, rng);
  // What JSON cannot carry cannot arrive either.
  const { body, ...header } = draft.request;
  return { header: JSON.parse(JSON.stringify({ ...header, v: 1, id: 1 })), body };
}

/** The holder of the keys signs something else than usual. */
function changeAndSign(draft: Draft, arsenal: Arsenal, rng: Rng): void {
  const { request } = draft;
  if (rng.chance(0.2)) draft.keys = [rng.pick(Object.values(arsenal.world.keys)), ...draft.keys];
  if (rng.chance(0.2))
    request.headers["privy-request-expiry"] = String(arsenal.world.harness.clock.nowMs + rng.int(3) - 1);
  if (rng.chance(0.1)) request.headers["privy-idempotency-key"] = asText(rng.pick(arsenal.naughty));
  if (draft.body !== undefined && rng.chance(0.8)) draft.body = mutateValue(draft.body, arsenal, rng);
  request.body = encode(JSON.stringify(draft.body) ?? "");
  signAgain(draft);
}

function signAgain({ request, keys }: Draft): void {
  if (keys.length === 0) return;
  const text = Buffer.from(request.body).toString("utf8");
  let body: unknown;
  try {
    body = text === "" ? undefined : JSON.parse(text);
  } catch {
    return;
  }
  const payload = payloadText(request, body);
  request.headers["privy-authorization-signature"] = keys.map((key) => signText(key, payload)).join(",");
}

type Change = (draft: Draft, arsenal: Arsenal, rng: Rng) => void;
const HEADERS = [
  "authorization",
  "privy-app-id",
  "privy-authorization-signature",
  "privy-idempotency-key",
  "privy-request-expiry",
] as const;
const MEMBERS = [
  "method",
  "target",
  "headers",
  "records",
  "walletSecret",
  "importKey",
  "leaveOut",
  "fill",
  "jwks",
  "decideOnly",
  "kind",
];

const CHANGES: Change[] = [
  ({ request }, _, rng) => delete request.headers[rng.pick(HEADERS)],
  ({ request }, { naughty }, rng) => setHeader(request, rng.pick(HEADERS), rng.pick(naughty)),
  ({ request }, { bases }, rng) => Object.assign(request.headers, rng.pick(bases).request.headers),
  ({ request }, arsenal, rng) => changeTarget(request, arsenal, rng),
  ({ request }, _, rng) => {
    request.method = rng.pick(["POST", "PATCH", "DELETE", "GET", "post", "", "PUT"]);
  },
  (draft, arsenal, rng) => changeBody(draft, arsenal, rng),
  (draft, arsenal, rng) => changeBody(draft, arsenal, rng),
  ({ request }, arsenal, rng) => changeRecords(request, arsenal, rng),
  ({ request }, arsenal, rng) => changeRecords(request, arsenal, rng),
  ({ request }, { secrets }, rng) => {
    request.walletSecret = rng.chance(0.7) ? rng.pick(secrets) : flipCharacter(rng.pick(secrets), rng);
  },
  ({ request }, { naughty }, rng) => {
    request.fill = Object.fromEntries(
      [
        "nonce",
        "gas_limit",
        "gas_price",
        "max_fee_per_gas",
        "max_priority_fee_per_gas",
        ...(rng.chance(0.1) ? ["to", "value"] : []),
      ].map((name) => [
        name,
        rng.chance(0.05)
          ? rng.pick(naughty)
          : `0x${rng
              .int(2 ** 30)
              .toString(16)
              .repeat(1 + rng.int(3))}`,
      ]),
    );
  },
  ({ request }, { naughty }, rng) => {
    request.jwks = rng.chance(0.5)
      ? rng.pick(naughty)
      : { keys: [rng.pick(naughty), { kty: "EC", alg: rng.pick(naughty) }] };
  },
  ({ request }) => {
    request.decideOnly = true;
  },
];

/** Members of another type, or another kind of message; last, since nothing of the draft can be relied on then. */
function breakShape(request: Draft["request"], { seals, naughty }: Arsenal, rng: Rng): void {
  if (rng.chance(0.5)) {
    request[rng.pick(MEMBERS)] = rng.pick(naughty);
    return;
  }
  request.kind = rng.pick(["status", "committed", "request", "sign", "__proto__"]) as "request";
  request.records = [rng.pick(seals), flipCharacter(rng.pick(seals), rng), rng.pick(naughty) as string];
}

function setHeader(request: Draft["request"], name: (typeof HEADERS)[number], value: unknown): void {
  request.headers[name] = value as string;
}

function changeSignatures(request: Draft["request"], { signatures, naughty }: Arsenal, rng: Rng): void {
  const header = request.headers["privy-authorization-signature"];
  const list = typeof header === "string" ? header.split(",") : [];
  const change = rng.int(6);
  if (change === 0) list.push(...rng.pick(signatures).split(","));
  if (change === 1) list.push(...list);
  if (change === 2)
    list.push(...list.map((signature) => (/^M[\w+/=]{80,}$/.test(signature) ? malleate(signature) : "")));
  if (change === 3) list.reverse();
  if (change === 4) list.splice(rng.int(list.length + 1), 1);
  if (change === 5) list.splice(rng.int(list.length + 1), rng.int(2), asText(rng.pick(naughty)));
  request.headers["privy-authorization-signature"] = list.join(rng.pick([",", ", ", " ,"]));
}

function changeTarget(request: Draft["request"], { targets, naughty, seals }: Arsenal, rng: Rng): void {
  const target = asText(request.target);
  const segments = target.split("/");
  switch (rng.int(7)) {
    case 0:
      request.target = rng.pick(targets);
      break;
    case 1:
      request.target = target.startsWith("/api") ? target.slice(4) : `/api${target}`;
      break;
    case 2:
      request.target = `/${target}`;
      break;
    case 3:
      request.target = `${target}${rng.pick(["?", "#", "/", "?a=b", "%2f", "\u0000"])}`;
      break;
    case 4:
      segments[rng.int(segments.length)] = asText(rng.pick(naughty));
      request.target = segments.join("/");
      break;
    case 5:
      request.target = target.replace(/[a-z0-9]{24}/, (id) => `%${id.charCodeAt(0).toString(16)}${id.slice(1)}`);
      break;
    default:
      // Another resource's id in its place.
      request.target = target.replace(/[a-z0-9]{24}/, /"id":"([^"]+)"/.exec(rng.pick(seals))?.[1] ?? "x");
  }
}

function changeBody(draft: Draft, arsenal: Arsenal, rng: Rng): void {
  const { request } = draft;
  const text = Buffer.from(request.body).toString("utf8");
  switch (rng.int(8)) {
    case 0: {
      const bytes = request.body.slice();
      if (bytes.length > 0) bytes[rng.int(bytes.length)]! ^= 1 << rng.int(8);
      request.body = bytes;
      break;
    }
    case 1:
      request.body = request.body.slice(0, rng.int(request.body.length + 1));
      break;
    case 2: {
      // A second reading: the same member twice, the other value first or last.
      const member = /"(method|to|value|owner_id|additional_signers|params)":/.exec(text)?.[1] ?? "a";
      const value = JSON.stringify(rng.pick(arsenal.naughty)) ?? "null";
      request.body = encode(
        rng.chance(0.5)
          ? text.replace(`"${member}":`, `"${member}":${value},$&`)
          : text.replace(/}$/, `,"${member}":${value}}`),
      );
      break;
    }
    case 3:
      request.body = encode(text.replace("{", '{"__proto__":{"method":"personal_sign","policy_ids":[]},'));
      break;
    case 4:
      // The same value in another spelling: the signature must still hold, and only for it.
      request.body = encode(
        `${rng.pick(["", " ", "\n", "\ufeff"])}${text.replaceAll(":", " : ").replace("e", "\\u0065")}`,
      );
      break;
    case 5:
      request.body = rng.pick(arsenal.bases).request.body;
      break;
    case 6:
      request.body = encode(
        rng.pick(["", "{}", "[]", "null", "[[[[", "{".repeat(100), '"\\ud800"', "1e999", '{"a":1}x']),
      );
      break;
    default:
      request.body = encode(JSON.stringify(mutateValue(draft.body, arsenal, rng)) ?? "");
  }
}

function changeRecords(request: Draft["request"], { seals, naughty, world }: Arsenal, rng: Rng): void {
  const { records } = request;
  if (!Array.isArray(records)) return;
  const at = rng.int(records.length + 1);
  switch (rng.int(8)) {
    case 0:
      records.splice(at, 1);
      break;
    case 1:
      records.splice(at, 0, rng.pick(seals));
      break;
    case 2:
      records.splice(at, 1, rng.pick(seals));
      break;
    case 3:
      if (typeof records[at] === "string") records[at] = flipCharacter(records[at], rng);
      break;
    case 4:
      records.push(rng.pick(naughty) as string);
      break;
    case 5: {
      // Every record in its first version.
      const first = new Map([...world.harness.api.history.values()].map((all) => [all.at(-1)!.sealed, all[0]!.sealed]));
      request.records = records.map((sealed) => first.get(sealed) ?? sealed);
      break;
    }
    case 6:
      if (typeof records[at] === "string") records[at] = forge(records[at], world, rng);
      break;
    default:
      request.records = [...records.reverse(), ...records];
  }
}

/** Says something else under the same seal. */
function forge(sealed: string, world: World, rng: Rng): string {
  const [from, to] = rng.pick([
    ['"deleted":true', '"deleted":false'],
    ['"authorization_threshold":2', '"authorization_threshold":1'],
    [world.keys.owner.spkiBase64, world.keys.foreign.spkiBase64],
    [world.keys.memberA.spkiBase64, world.keys.foreign.spkiBase64],
    ['"additional_signers":[', `"additional_signers":[{"signer_id":"${world.quorums.revoked}"},`],
    ['"value":"1000"', '"value":"1001"'],
    ['"version":1', '"version":9'],
    [world.app.id, world.otherApp.id],
    ["{", "{ "],
  ] as const);
  return sealed.replace(from, to);
}

function flipCharacter(text: string, rng: Rng): string {
  const at = rng.int(text.length);
  const flipped = String.fromCharCode(text.charCodeAt(at) ^ (1 << rng.int(7)));
  return text.slice(0, at) + flipped + text.slice(at + 1);
}

/** Replaces, drops, adds or swaps something somewhere in a JSON value. */
function mutateValue(value: unknown, arsenal: Arsenal, rng: Rng): unknown {
  if (typeof value !== "object" || value === null || rng.chance(0.1)) return rng.pick(arsenal.naughty);
  if (Array.isArray(value)) {
    const copy = [...value];
    const at = rng.int(copy.length + 1);
    if (copy.length === 0 || rng.chance(0.3)) copy.splice(at, rng.int(2), rng.pick(arsenal.naughty));
    else copy[at % copy.length] = mutateValue(copy[at % copy.length], arsenal, rng);
    return copy;
  }
  const names = Object.keys(value);
  const copy = { ...value } as { [name: string]: unknown };
  const name = names.length === 0 ? "a" : rng.pick(names);
  const what = rng.int(10);
  if (what === 0) delete copy[name];
  else if (what === 1)
    copy[rng.pick(["__proto", "constructor", "owner", "policy_ids", "value", "type"])] = rng.pick(arsenal.naughty);
  else copy[name] = mutateValue(copy[name], arsenal, rng);
  return copy;
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

import { createPublicKey, type KeyObject, verify } from "node:crypto";
import type { RecordType, SignerRequest } from "../protocol.ts";
import { basicAuth, ORIGIN } from "./harness.ts";
import { canonicalText } from "./test-keys.ts";
import { ALLOWED_TO, ALLOWED_VALUE_MAX, SOLANA_TEXT, type World } from "./world.ts";

type TruthRecord = { deleted: boolean; body: { [member: string]: unknown } };

/**
 * Who may have what, decided a second time: from the records that are really current, not from those a message brings,
 * with Node's crypto and no code of core or the signer. It errs to the side of yes, where the signer may be stricter;
 * so a release that it denies is always a bug of the signer.
 */
export function mayRelease(world: World, request: SignerRequest, nowMs = world.harness.clock.nowMs): boolean {
  const appId = request.headers["privy-app-id"];
  const app = [world.app, world.otherApp].find(({ id }) => id === appId);
  if (app === undefined) return false;
  const expiry = request.headers["privy-request-expiry"]?.trim() ?? "";
  if (expiry !== "" && !(Number(expiry) >= nowMs)) return false;
  const body = parseBody(request.body);
  if (body === UNREADABLE) return false;
  if (decodedBasic(request.headers.authorization) !== decodedBasic(basicAuth(app.id, app.secret))) return false;

  const path = request.target.split("?", 1)[0]!.replace(/^\/+/, "/");
  const segments = /^\/(?:api\/)?v1\/(.*)$/.exec(path)?.[1]?.split("/").map(decodeURIComponent) ?? [];
  const [resource, id, ...rest] = segments as [string, string, ...string[]];
  const find = (type: RecordType, recordId: string) => findRecord(world, app.id, type, recordId);
  let approvers: Set<string> | undefined;
  const satisfied = (quorumId: string) => {
    approvers ??= approvingKeys(world, request, body);
    return isSatisfied(world, app.id, quorumId, approvers, 0);
  };

  switch (`${request.method} ${resource} ${segments.length}`) {
    case "POST key_quorums 1":
    case "POST policies 1":
    case "POST users 1":
    case "POST wallets 1":
      return true;
    case "PATCH key_quorums 2":
    case "DELETE key_quorums 2":
      return find("key_quorum", id) !== undefined && satisfied(id);
    case "PATCH policies 2":
    case "DELETE policies 2":
    case "POST policies 3":
    case "PATCH policies 4":
    case "DELETE policies 4": {
      const policy = find("policy", id);
      const owner = policy?.body.owner_id as string | null | undefined;
      return owner !== undefined && (owner === null || satisfied(owner));
    }
    case "DELETE users 2":
    case "POST users 3":
      return find("user", id) !== undefined || find("user", `did:privy:${id}`) !== undefined;
    case "POST wallets 2":
    case "POST user_signers 2":
      if (resource === "wallets" && id === "batch") return true;
      return id === "authenticate" && app === world.app && memberOf(body, "user_jwt") === world.validToken;
    case "PATCH wallets 2": {
      const owner = find("wallet", id)?.body.owner_id as string | null | undefined;
      return owner !== undefined && (owner === null || satisfied(owner));
    }
    case "POST wallets 3": {
      if (id === "import") return rest[0] === "init" || memberOf(request, "importKey") !== undefined;
      const wallet = find("wallet", id)?.body as Wallet | undefined;
      if (wallet === undefined) return false;
      switch (rest[0]) {
        case "rpc":
        case "raw_sign":
          return mayAct(world, app.id, wallet, satisfied, body);
        case "export":
          return mayExport(wallet, satisfied);
        case "archive":
        case "entity":
          return true;
        default:
          return false;
      }
    }
    default:
      return false;
  }
}

type Wallet = {
  owner_id: string | null;
  policy_ids: string[];
  additional_signers: { signer_id: string; override_policy_ids?: string[] }[];
};

function mayAct(
  world: World,
  appId: string,
  wallet: Wallet,
  satisfied: (quorumId: string) => boolean,
  body: unknown,
): boolean {
  const method = memberOf(body, "method");
  if (method === "exportPrivateKey" || method === "exportSeedPhrase") return mayExport(wallet, satisfied);
  const allowed = (policies: string[]) =>
    policies.every((id) => {
      if (findRecord(world, appId, "policy", id) === undefined) return false;
      return id === world.policies.solanaText ? isSolanaText(body) : isSmallTransfer(body);
    });
  if (wallet.owner_id !== null && satisfied(wallet.owner_id)) return allowed(wallet.policy_ids);
  if (wallet.owner_id === null && allowed(wallet.policy_ids)) return true;
  return wallet.additional_signers.some(({ signer_id, override_policy_ids: override = [] }) => {
    return satisfied(signer_id) && allowed(override.length > 0 ? override : wallet.policy_ids);
  });
}

/** Only the owner exports, and no policy of the world allows it. */
function mayExport(wallet: Wallet, satisfied: (quorumId: string) => boolean): boolean {
  return wallet.owner_id !== null && wallet.policy_ids.length === 0 && satisfied(wallet.owner_id);
}

function isSolanaText(body: unknown): boolean {
  const message = memberOf(memberOf(body, "params"), "message");
  if (memberOf(body, "method") !== "signMessage" || typeof message !== "string") return false;
  return Buffer.from(message, "base64").toString("latin1") === SOLANA_TEXT;
}

/** What the policies `small` and `owned` of the world say. */
function isSmallTransfer(body: unknown): boolean {
  const method = memberOf(body, "method");
  if (method !== "eth_signTransaction" && method !== "eth_sendTransaction") return false;
  const transaction = memberOf(memberOf(body, "params"), "transaction");
  const to = memberOf(transaction, "to");
  const value = memberOf(transaction, "value") ?? 0;
  if (typeof to !== "string" || to.toLowerCase() !== ALLOWED_TO) return false;
  if (memberOf(transaction, "authorization_list") !== undefined || memberOf(transaction, "type") === 4) return false;
  try {
    return BigInt(value as string) <= ALLOWED_VALUE_MAX;
  } catch {
    return false;
  }
}

const UNREADABLE = Symbol("unreadable");

function parseBody(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return UNREADABLE;
  }
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as { [member: string]: unknown })[name];
}

function decodedBasic(header: string | undefined): string | undefined {
  const text = /^basic (.*)$/i.exec(header ?? "")?.[1];
  return text === undefined ? undefined : Buffer.from(text, "base64").toString("utf8");
}

function findRecord(world: World, appId: string, type: RecordType, id: string): TruthRecord | undefined {
  const sealed = world.harness.api.current.get(`${appId}/${type}/${id}`)?.sealed;
  if (sealed === undefined) return undefined;
  const record = JSON.parse(sealed.slice(sealed.indexOf("{"))) as TruthRecord;
  return record.deleted ? undefined : record;
}

type Quorum = {
  authorization_threshold: number | null;
  authorization_keys: { public_key: string }[];
  user_ids: string[];
  key_quorum_ids: string[];
};

function isSatisfied(world: World, appId: string, id: string, approved: Set<string>, depth: number): boolean {
  const quorum = findRecord(world, appId, "key_quorum", id)?.body as Quorum | undefined;
  if (quorum === undefined || depth > 1) return false;
  const keys = [...new Set(quorum.authorization_keys.map((key) => key.public_key))];
  const votes =
    keys.filter((key) => approved.has(key)).length +
    quorum.user_ids.filter((user) => userKeysOf(world, appId, user).some((key) => approved.has(key))).length +
    quorum.key_quorum_ids.filter((child) => isSatisfied(world, appId, child, approved, depth + 1)).length;
  const members = keys.length + quorum.user_ids.length + quorum.key_quorum_ids.length;
  return votes >= (quorum.authorization_threshold ?? members);
}

function userKeysOf(world: World, appId: string, userId: string): string[] {
  if (findRecord(world, appId, "user", userId) === undefined) return [];
  const keys: string[] = [];
  for (const name of world.harness.api.current.keys()) {
    if (!name.startsWith(`${appId}/user_key/`)) continue;
    const { body } = findRecord(world, appId, "user_key", name.split("/")[2]!)!;
    if (body.user_id === userId && (body.expires_at as number) > world.harness.clock.nowMs) {
      keys.push(body.public_key as string);
    }
  }
  return keys;
}

/** The keys of the world under which some signature of the header verifies over some form of this request. */
function approvingKeys(world: World, request: SignerRequest, body: unknown): Set<string> {
  const header = request.headers["privy-authorization-signature"] ?? "";
  const signatures = header.split(",").map((entry) => Buffer.from(entry.trim(), "base64"));
  const payloads = payloadsOf(request, body).map((text) => Buffer.from(text, "utf8"));
  const approved = new Set<string>();
  for (const signature of signatures) {
    const signer = payloads
      .flatMap((payload) => publicKeysOf(world).map(([spki, key]) => ({ payload, spki, key })))
      .find(({ payload, key }) => verify("sha256", payload, key, signature));
    if (signer !== undefined) approved.add(signer.spki);
  }
  return approved;
}

function payloadsOf(request: SignerRequest, body: unknown): string[] {
  const { authorization: _a, "privy-authorization-signature": _s, ...all } = request.headers;
  const headers = Object.fromEntries(Object.entries(all).filter(([, value]) => value.trim() !== ""));
  const path = request.target.split("?", 1)[0]!;
  const isEmpty = body === undefined || canonicalText(body) === "{}";
  const bodies = isEmpty ? [undefined, "", {}, null] : Array.isArray(body) && body.length === 0 ? [body, ""] : [body];
  return [path, `/${path}`, path.replace(/^\//, "")].flatMap((form) =>
    bodies.map((signed) => {
      const payload = { version: 1, method: request.method, url: ORIGIN + form, headers };
      return canonicalText(signed === undefined ? payload : { ...payload, body: signed });
    }),
  );
}

const publicKeys = new WeakMap<World, [string, KeyObject][]>();

function publicKeysOf(world: World): [string, KeyObject][] {
  let keys = publicKeys.get(world);
  if (keys === undefined) {
    const all = [...Object.values(world.keys), world.aliceKey, world.bobKey, world.ghostKey, world.expiredKey];
    keys = all.map(({ spkiBase64 }) => [
      spkiBase64,
      createPublicKey({ key: Buffer.from(spkiBase64, "base64"), format: "der", type: "spki" }),
    ]);
    publicKeys.set(world, keys);
  }
  return keys;
}

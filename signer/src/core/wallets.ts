import type { JsonObject, JsonValue } from "@mandate/core/encoding/json-value";
import type { PutRecord, RecordKey, SignerAccepted } from "../protocol.ts";
import { accept } from "./accept.ts";
import { authorize } from "./authorize.ts";
import { assertMayUse, authenticateCaller, type Caller } from "./caller.ts";
import { makeId } from "./id.ts";
import {
  authenticateApp,
  type Operation,
  optionalText,
  requireBody,
  requireList,
  requireObject,
  requireText,
} from "./operation.ts";
import { createUserQuorum, type Ownership, readOwnership, requireQuorum } from "./ownership.ts";
import { putRecord } from "./put-record.ts";
import type { AdditionalSigner, WalletBody, WalletEntity } from "./records.ts";
import { invalidData, Refusal } from "./refusal.ts";
import { requireWallet } from "./require-wallet.ts";
import { assertServerSideAccess } from "./server-side-access.ts";
import { makeWalletKey, requireChainType, type WalletKey } from "./wallet-key.ts";

export const CREATE_MEMBERS = [
  "chain_type",
  "owner",
  "owner_id",
  "policy_ids",
  "additional_signers",
  "display_name",
  "external_id",
  "entity",
];
const UPDATE_MEMBERS = ["policy_ids", "owner", "owner_id", "additional_signers", "display_name", "external_id"];
const ADDITIONAL_SIGNERS_MAX = 20;
const BATCH_MAX = 100;

/** A user who creates a wallet owns it; the app says who does. */
export function createWallet(op: Operation): SignerAccepted {
  const caller = authenticateCaller(op);
  return createWalletWith(op, requireBody(op, CREATE_MEMBERS), {}, caller);
}

/** Where the key comes from, when it is not a new one, and since when the wallet is. */
export type KeySource = {
  makeKey?(walletId: string): WalletKey;
  importedAtMs?: number;
  createdAtMs?: number;
  consume?: SignerAccepted["consume"];
};

export function createWalletWith(op: Operation, body: JsonObject, source: KeySource, caller: Caller): SignerAccepted {
  const { put, secret } = makeOwnedWallet(op, body, source, caller);
  const wallet = put.at(-1)!;
  const { consume = [] } = source;
  return accept(op, { changesState: true, put, walletSecrets: [secret], walletId: wallet.id, consume });
}

/**
 * Up to 100 wallets in one commit (spec 04 §2). Each item comes out for itself; those that `leaveOut` numbers are refused
 * by the API, which knows what is taken.
 */
export function createWallets(op: Operation): SignerAccepted {
  authenticateApp(op);
  const caller: Caller = { kind: "app" };
  const items = requireList(requireBody(op, ["wallets"]).wallets, "wallets", BATCH_MAX);
  if (items.length === 0) throw invalidData("wallets must have at least one entry");
  const put: PutRecord[] = [];
  const walletSecrets: SignerAccepted["walletSecrets"] = [];
  const results = items.map((item, index): JsonObject => {
    if (op.request.leaveOut?.includes(index) === true) return { index, left_out: true };
    try {
      const made = makeOwnedWallet(op, requireObject(item, `wallets.${index}`, CREATE_MEMBERS), {}, caller);
      put.push(...made.put);
      walletSecrets.push(made.secret);
      return { index, wallet_id: made.secret.walletId };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { index, code: error.code, error: error.message };
    }
  });
  return accept(op, { changesState: true, put, walletSecrets, answer: { results } });
}

/** The wallet's record comes last in `put`. */
function makeOwnedWallet(op: Operation, body: JsonObject, source: KeySource, caller: Caller) {
  if (caller.kind === "user") assertOwnerIs(body, caller.userId);
  const ownership: Ownership =
    caller.kind === "user"
      ? { given: true, ...createUserQuorum(op, caller.userId) }
      : readOwnership(op, body, "create");
  const wallet = makeWallet(op, body, ownership.given ? ownership.ownerId : null, source);
  const put = [...(ownership.given ? ownership.put : []), wallet.put];
  assertServerSideAccess(op, undefined, wallet.controls, put);
  return { put, secret: wallet.secret };
}

function assertOwnerIs(body: JsonObject, userId: string): void {
  const { owner, owner_id: ownerId } = body;
  const named = typeof owner === "object" && owner !== null && !Array.isArray(owner) ? owner.user_id : undefined;
  if (ownerId === undefined && (owner === undefined || named === userId)) return;
  throw invalidData("a wallet that a user creates is that user's; leave owner and owner_id out");
}

/** The wallets that come with a user or are added to one: owned by the user, perhaps already with signers. */
export function makeUserWallets(
  op: Operation,
  userId: string,
  items: JsonValue[],
): { put: PutRecord[]; walletSecrets: SignerAccepted["walletSecrets"] } {
  const put: PutRecord[] = [];
  const walletSecrets: SignerAccepted["walletSecrets"] = [];
  for (const [at, item] of items.entries()) {
    const members = ["chain_type", "policy_ids", "additional_signers", "external_id", "create_smart_wallet"];
    const body = requireObject(item, `wallets.${at}`, members);
    if (body.create_smart_wallet === true)
      throw new Refusal(400, "not_supported", "smart wallets are not supported by this server");
    const owner = createUserQuorum(op, userId);
    // In the order of their creation they are numbered (`wallet_index`), so no two are created at one time.
    const wallet = makeWallet(op, body, owner.ownerId, { createdAtMs: op.nowMs + at });
    assertServerSideAccess(op, undefined, wallet.controls, owner.put);
    put.push(...owner.put, wallet.put);
    walletSecrets.push(wallet.secret);
  }
  return { put, walletSecrets };
}

function makeWallet(op: Operation, body: JsonObject, ownerId: string | null, source: KeySource = {}) {
  const chainType = requireChainType(requireText(body.chain_type, "chain_type", 30));
  const id = makeId(op.ctx);
  const controls = readControls(op, body, chainType);
  const { address, verifyingKey, secret } = source.makeKey?.(id) ?? makeWalletKey(op, id, chainType);
  const record: WalletBody = {
    address,
    verifying_key: verifyingKey,
    chain_type: chainType,
    owner_id: ownerId,
    ...controls,
    exported_at: null,
    imported_at: source.importedAtMs ?? null,
    archived_at: null,
  };
  const { createdAtMs = op.nowMs } = source;
  const put = putRecord(op, { type: "wallet", id, version: 1, createdAtMs, body: record });
  return { put, secret, controls: { ownerId, signers: record.additional_signers } };
}

/** Read before the key is made: what a body gets wrong costs no derivation. */
function readControls(op: Operation, body: JsonObject, chainType: string) {
  return {
    policy_ids: readPolicyIds(op, body.policy_ids ?? [], "policy_ids", chainType),
    additional_signers: readAdditionalSigners(op, body.additional_signers ?? [], chainType),
    display_name: optionalText(body.display_name, "display_name", 100),
    external_id: readExternalId(body.external_id),
    ...(body.entity === undefined || body.entity === null ? {} : { entity: readEntity(body.entity) }),
  };
}

/** What a wallet is attributed to, for reporting. No authority comes from it (spec 00 §2). */
function readEntity(value: JsonValue): WalletEntity {
  const entity = requireObject(value, "entity", ["id", "type"]);
  if (entity.type !== "user" && entity.type !== "organization") {
    throw invalidData("entity.type must be user or organization");
  }
  return { id: requireText(entity.id, "entity.id", 128), type: entity.type };
}

/** Attributes a wallet, once. No signature is asked for (spec 01 §7). */
export function assignEntity(op: Operation): SignerAccepted {
  authenticateApp(op);
  const { id, version, createdAtMs, body } = requireWallet(op);
  if (body.entity !== undefined) {
    throw new Refusal(400, "wallet_entity_already_set", "the wallet is attributed to an entity already");
  }
  const next = { ...body, entity: readEntity(requireBody(op, ["id", "type"])) };
  const put = putRecord(op, { type: "wallet", id, version: version + 1, createdAtMs, body: next });
  return accept(op, { changesState: true, put: [put], walletId: id });
}

/** Only the owner changes a wallet; a session signer never does (I20). Without an owner the app's secret does. */
export function updateWallet(op: Operation): SignerAccepted {
  const caller = authenticateCaller(op);
  const record = requireWallet(op);
  const wallet = record.body;
  assertMayUse(op, caller, wallet);
  const authorization =
    wallet.owner_id === null ? undefined : authorize(op, [{ role: "owner", quorumId: wallet.owner_id }]);

  const body = requireBody(op, UPDATE_MEMBERS);
  if (Object.values(body).every((value) => value === "")) throw invalidData("At least one field must be provided");
  const ownership = readOwnership(op, body, "update");
  const next: WalletBody = {
    ...wallet,
    ...(ownership.given ? { owner_id: ownership.ownerId } : {}),
    ...(body.policy_ids === undefined
      ? {}
      : { policy_ids: readPolicyIds(op, body.policy_ids, "policy_ids", wallet.chain_type) }),
    ...(body.additional_signers === undefined
      ? {}
      : { additional_signers: readAdditionalSigners(op, body.additional_signers, wallet.chain_type) }),
    ...(body.display_name === undefined ? {} : { display_name: optionalText(body.display_name, "display_name", 100) }),
    ...(body.external_id === undefined ? {} : { external_id: changeExternalId(wallet, body.external_id) }),
  };
  assertServerSideAccess(
    op,
    { ownerId: wallet.owner_id, signers: wallet.additional_signers },
    { ownerId: next.owner_id, signers: next.additional_signers },
    ownership.given ? ownership.put : [],
  );
  const put = putRecord(op, {
    type: "wallet",
    id: record.id,
    version: record.version + 1,
    createdAtMs: record.createdAtMs,
    body: next,
  });
  return accept(op, {
    changesState: true,
    put: [...(ownership.given ? ownership.put : []), put],
    walletId: record.id,
    ...(authorization === undefined ? {} : { authorization }),
    more: { before: controls(wallet), after: controls(next) },
  });
}

/** An archived wallet signs nothing and changes no more; its owner may still export it. No signature is asked for (spec 01 §7). */
export function archiveWallet(op: Operation): SignerAccepted {
  authenticateApp(op);
  const { id, version, createdAtMs, body } = requireWallet(op);
  if (op.body !== undefined) requireBody(op, []);
  const next = { ...body, archived_at: op.nowMs };
  const put = putRecord(op, { type: "wallet", id, version: version + 1, createdAtMs, body: next });
  return accept(op, { changesState: true, put: [put], walletId: id });
}

function controls(wallet: WalletBody): JsonObject {
  const { owner_id, policy_ids, additional_signers } = wallet;
  return { owner_id, policy_ids: [...policy_ids], additional_signers: additional_signers as unknown as JsonObject[] };
}

function readPolicyIds(op: Operation, value: JsonValue, at: string, chainType: string): string[] {
  const ids = requireList(value, at, 100);
  if (ids.length > 1) throw invalidData("Only one policy ID can be set");
  return ids.map((item) => {
    const id = requireText(item, at, 64);
    const policy = op.records.get("policy", id);
    if (policy.deleted) throw invalidData(`${at}: there is no policy \`${id}\` in this app`);
    if (policy.body.chain_type !== chainType) {
      throw invalidData(
        `${at}: policy \`${id}\` is for chain type \`${policy.body.chain_type}\`, the wallet is \`${chainType}\``,
      );
    }
    op.records.markUsed(policy);
    return id;
  });
}

function readAdditionalSigners(op: Operation, value: JsonValue, chainType: string): AdditionalSigner[] {
  const items = requireList(value, "additional_signers", ADDITIONAL_SIGNERS_MAX);
  op.records.requireAll(items.flatMap(namesOfSigner));
  const signers = items.map((item, at): AdditionalSigner => {
    const name = `additional_signers.${at}`;
    const signer = requireObject(item, name, ["signer_id", "override_policy_ids"]);
    const signerId = requireQuorum(op, signer.signer_id, `${name}.signer_id`);
    if (signer.override_policy_ids === undefined) return { signer_id: signerId };
    const policies = readPolicyIds(op, signer.override_policy_ids, `${name}.override_policy_ids`, chainType);
    return { signer_id: signerId, override_policy_ids: policies };
  });
  if (new Set(signers.map((signer) => signer.signer_id)).size !== signers.length) {
    throw invalidData("additional_signers names a signer_id twice; give each signer once, with one policy");
  }
  return signers;
}

/** What an entry seems to name, so that all of it is asked for at once. Whether it is well-formed is looked at later. */
function namesOfSigner(item: JsonValue): RecordKey[] {
  if (typeof item !== "object" || item === null || Array.isArray(item)) return [];
  const { signer_id: signerId, override_policy_ids: policyIds } = item;
  const keys: RecordKey[] = typeof signerId === "string" ? [{ type: "key_quorum", id: signerId }] : [];
  for (const id of Array.isArray(policyIds) ? policyIds : [])
    if (typeof id === "string") keys.push({ type: "policy", id });
  return keys;
}

function readExternalId(value: JsonValue | undefined): string | null {
  const id = optionalText(value, "external_id", 64);
  if (id !== null && !/^[a-zA-Z0-9_-]+$/.test(id))
    throw invalidData("external_id may hold letters, digits, _ and - only");
  return id;
}

function changeExternalId(wallet: WalletBody, value: JsonValue): string | null {
  const id = readExternalId(value);
  if (wallet.external_id !== null && wallet.external_id !== id)
    throw invalidData("external_id is already set and cannot be changed");
  return id;
}

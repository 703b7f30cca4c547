import { parseP256PublicKey } from "@mandate/core/crypto/p256";
import type { JsonObject, JsonValue } from "@mandate/core/encoding/json-value";
import type { PutRecord } from "../protocol.ts";
import { makeId } from "./id.ts";
import { type Operation, requireObject, requireText } from "./operation.ts";
import { putRecord } from "./put-record.ts";
import type { KeyQuorumBody } from "./records.ts";
import { invalidData } from "./refusal.ts";

/** What a body says about ownership (spec 02 §3). `put` holds the 1-of-1 quorum that was made for it, if any. */
export type Ownership = { given: false } | { given: true; ownerId: string | null; put: PutRecord[] };

/**
 * Reads `owner` and `owner_id`. On create the pair is refused when both name somebody; on update when both are present.
 */
export function readOwnership(op: Operation, body: JsonObject, on: "create" | "update"): Ownership {
  const { owner, owner_id: ownerId } = body;
  const both = on === "create" ? Boolean(owner) && Boolean(ownerId) : owner !== undefined && ownerId !== undefined;
  if (both) throw invalidData("Only one of owner or owner_id can be provided.");
  if (isNamed(owner)) return { given: true, ...createOwnerQuorum(op, owner) };
  if (isNamed(ownerId)) return { given: true, ownerId: requireQuorum(op, ownerId, "owner_id"), put: [] };
  return owner === undefined && ownerId === undefined ? { given: false } : { given: true, ownerId: null, put: [] };
}

/** Null and the empty text both name nobody. */
function isNamed(value: JsonValue | undefined): value is JsonValue {
  return value !== undefined && value !== null && value !== "";
}

/** A 1-of-1 quorum of one user, made when a wallet is created for that user. */
export function createUserQuorum(op: Operation, userId: string): { ownerId: string; put: PutRecord[] } {
  return createQuorum(op, { authorization_keys: [], user_ids: [userId] });
}

function createOwnerQuorum(op: Operation, value: JsonValue): { ownerId: string; put: PutRecord[] } {
  const owner = requireObject(value, "owner", ["user_id", "public_key"]);
  if ((owner.user_id === undefined) === (owner.public_key === undefined)) {
    throw invalidData("owner must have exactly one of user_id and public_key");
  }
  if (owner.user_id !== undefined) return createUserQuorum(op, requireUser(op, owner.user_id, "owner.user_id"));
  const parsed = parseP256PublicKey(requireText(owner.public_key, "owner.public_key", 2000));
  if (!parsed.ok) throw invalidData(`owner.public_key: ${parsed.message}`);
  return createQuorum(op, {
    authorization_keys: [{ public_key: parsed.spkiBase64, display_name: null }],
    user_ids: [],
  });
}

function createQuorum(
  op: Operation,
  members: Pick<KeyQuorumBody, "authorization_keys" | "user_ids">,
): { ownerId: string; put: PutRecord[] } {
  const id = makeId(op.ctx);
  const body: KeyQuorumBody = { display_name: null, authorization_threshold: 1, key_quorum_ids: [], ...members };
  return { ownerId: id, put: [putRecord(op, { type: "key_quorum", id, version: 1, body })] };
}

/** A key quorum of this app that exists; deleted ones do not. */
export function requireQuorum(op: Operation, value: JsonValue | undefined, at: string): string {
  const id = requireText(value, at, 64);
  const quorum = op.records.get("key_quorum", id);
  if (quorum.deleted) throw invalidData(`${at}: there is no key quorum \`${id}\` in this app`);
  op.records.markUsed(quorum);
  return id;
}

export function requireUser(op: Operation, value: JsonValue | undefined, at: string): string {
  const id = requireText(value, at, 128);
  if (!id.startsWith("did:privy:")) throw invalidData("user_id must start with did:privy:");
  const user = op.records.get("user", id);
  if (user.deleted) throw invalidData(`${at}: there is no user \`${id}\` in this app`);
  op.records.markUsed(user);
  return id;
}

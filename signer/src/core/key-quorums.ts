import { parseP256PublicKey } from "@mandate/core/crypto/p256";
import type { JsonObject, JsonValue } from "@mandate/core/encoding/json-value";
import type { SignerAccepted } from "../protocol.ts";
import { accept } from "./accept.ts";
import { authorize } from "./authorize.ts";
import { makeId } from "./id.ts";
import { authenticateApp, type Operation, optionalText, requireBody, requireList, requireText } from "./operation.ts";
import { requireQuorum, requireUser } from "./ownership.ts";
import { putRecord } from "./put-record.ts";
import type { KeyQuorumBody } from "./records.ts";
import { invalidData, Refusal } from "./refusal.ts";
import type { AuthorityRecord } from "./seal.ts";

const MEMBERS = ["public_keys", "user_ids", "key_quorum_ids", "authorization_threshold", "display_name"];
const MEMBERS_MAX = 50;
const CHILDREN_MAX = 5;

export function createKeyQuorum(op: Operation): SignerAccepted {
  authenticateApp(op);
  const body = requireBody(op, MEMBERS);
  const quorum = readQuorum(op, body, undefined, undefined);
  const put = putRecord(op, { type: "key_quorum", id: makeId(op.ctx), version: 1, body: quorum });
  return accept(op, { changesState: true, put: [put], more: { key_quorum: quorum } });
}

/** Authorised by the quorum as it is stored, before the change (spec 02 §2.3). */
export function updateKeyQuorum(op: Operation): SignerAccepted {
  authenticateApp(op);
  const record = requireStored(op);
  const authorization = authorize(op, [{ role: "self", quorumId: record.id }]);
  const body = requireBody(op, MEMBERS);
  if (Object.keys(body).length === 0) {
    throw invalidData("Must provide at least one of public_keys, authorization_threshold, display_name, or user_ids");
  }
  const quorum = readQuorum(op, body, record.body, record.id);
  const put = putRecord(op, {
    type: "key_quorum",
    id: record.id,
    version: record.version + 1,
    createdAtMs: record.createdAtMs,
    body: quorum,
  });
  return accept(op, { changesState: true, put: [put], authorization });
}

export function deleteKeyQuorum(op: Operation): SignerAccepted {
  authenticateApp(op);
  const record = requireStored(op);
  const authorization = authorize(op, [{ role: "self", quorumId: record.id }]);
  const put = putRecord(op, {
    type: "key_quorum",
    id: record.id,
    version: record.version + 1,
    createdAtMs: record.createdAtMs,
    deleted: true,
    body: record.body,
  });
  return accept(op, { changesState: true, put: [put], authorization, answer: { success: true } });
}

function requireStored(op: Operation): AuthorityRecord<KeyQuorumBody> {
  const record = op.records.get("key_quorum", op.route.params.id!);
  if (record.deleted) throw new Refusal(404, "not_found", "Key quorum not found");
  op.records.markUsed(record);
  return record;
}

/** Members that are left out of an update stay; arrays that are given replace. The result must be satisfiable. */
function readQuorum(
  op: Operation,
  body: JsonObject,
  before: KeyQuorumBody | undefined,
  selfId: string | undefined,
): KeyQuorumBody {
  const quorum: KeyQuorumBody = {
    display_name:
      body.display_name === undefined
        ? (before?.display_name ?? null)
        : optionalText(body.display_name, "display_name", 50),
    authorization_threshold:
      body.authorization_threshold === undefined
        ? (before?.authorization_threshold ?? null)
        : readThreshold(body.authorization_threshold),
    authorization_keys:
      body.public_keys === undefined ? [...(before?.authorization_keys ?? [])] : readKeys(body.public_keys),
    user_ids: body.user_ids === undefined ? [...(before?.user_ids ?? [])] : readUsers(op, body.user_ids),
    key_quorum_ids:
      body.key_quorum_ids === undefined
        ? [...(before?.key_quorum_ids ?? [])]
        : readChildren(op, body.key_quorum_ids, selfId),
  };
  const members = quorum.authorization_keys.length + quorum.user_ids.length + quorum.key_quorum_ids.length;
  if (members === 0) throw invalidData("Must provide at least one of user_ids or public_keys");
  const threshold = quorum.authorization_threshold;
  if (threshold !== null && threshold > members) {
    throw invalidData(`authorization_threshold is ${threshold}, but the key quorum has only ${members} members`);
  }
  return quorum;
}

function readThreshold(value: JsonValue): number | null {
  if (value === null) return null;
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 1) {
    throw invalidData("authorization_threshold must be an integer of at least 1");
  }
  return value;
}

function readKeys(value: JsonValue): KeyQuorumBody["authorization_keys"] {
  const keys = requireList(value, "public_keys", MEMBERS_MAX).map((item, at) => {
    const parsed = parseP256PublicKey(requireText(item, `public_keys.${at}`, 2000));
    if (!parsed.ok) throw invalidData(`public_keys.${at}: ${parsed.message}`);
    return parsed.spkiBase64;
  });
  assertDistinct(keys, "public_keys lists the same key twice; a key counts once");
  return keys.map((public_key) => ({ public_key, display_name: null }));
}

function readUsers(op: Operation, value: JsonValue): string[] {
  const users = requireList(value, "user_ids", MEMBERS_MAX).map((item, at) => requireUser(op, item, `user_ids.${at}`));
  assertDistinct(users, "user_ids lists the same user twice; a user counts once");
  return users;
}

function readChildren(op: Operation, value: JsonValue, selfId: string | undefined): string[] {
  const children = requireList(value, "key_quorum_ids", CHILDREN_MAX).map((item, at) => {
    const id = requireQuorum(op, item, `key_quorum_ids.${at}`);
    if (id === selfId) throw invalidData("a key quorum cannot be a member of itself");
    if (op.records.get("key_quorum", id).body.key_quorum_ids.length > 0) {
      throw invalidData(`key_quorum_ids.${at}: \`${id}\` has key quorums of its own; only one level may be nested`);
    }
    return id;
  });
  assertDistinct(children, "key_quorum_ids lists the same key quorum twice");
  return children;
}

function assertDistinct(values: string[], message: string): void {
  if (new Set(values).size !== values.length) throw invalidData(message);
}

import type { JsonObject, JsonValue } from "@mandate/core/encoding/json-value";
import type { SignerAccepted } from "../protocol.ts";
import { accept } from "./accept.ts";
import { type Authorization, authorize } from "./authorize.ts";
import { makeId } from "./id.ts";
import { authenticateApp, type Operation, requireBody, requireList, requireObject, requireText } from "./operation.ts";
import { readOwnership } from "./ownership.ts";
import { putRecord } from "./put-record.ts";
import type { ConditionSetBody, ConditionSetItem } from "./records.ts";
import { invalidData, Refusal } from "./refusal.ts";
import type { AuthorityRecord } from "./seal.ts";

const MEMBERS = ["name", "owner", "owner_id"];
const NAME_MAX = 100;
const VALUE_MAX = 256;
/** What one request may bring. */
const ITEMS_PER_REQUEST_MAX = 100;
/** A set travels whole with every request that a policy decides by it. */
const ITEMS_MAX = 1000;

export function createConditionSet(op: Operation): SignerAccepted {
  authenticateApp(op);
  const body = requireBody(op, MEMBERS);
  const ownership = readOwnership(op, body, "create");
  const set: ConditionSetBody = {
    name: requireText(body.name, "name", NAME_MAX),
    owner_id: ownership.given ? ownership.ownerId : null,
    items: [],
    next_n: 0,
  };
  const put = putRecord(op, { type: "condition_set", id: makeId(op.ctx), version: 1, body: set });
  return accept(op, {
    changesState: true,
    put: [...(ownership.given ? ownership.put : []), put],
    more: { after: set },
  });
}

export function updateConditionSet(op: Operation): SignerAccepted {
  const { record, authorization } = openSet(op);
  const body = requireBody(op, MEMBERS);
  if (Object.values(body).every((value) => value === "")) throw invalidData("At least one field must be provided");
  const ownership = readOwnership(op, body, "update");
  const set: ConditionSetBody = {
    ...record.body,
    ...(body.name === undefined ? {} : { name: requireText(body.name, "name", NAME_MAX) }),
    ...(ownership.given ? { owner_id: ownership.ownerId } : {}),
  };
  const changed = { before: withoutItems(record.body), after: withoutItems(set) };
  return acceptSet(op, record, authorization, set, { put: ownership.given ? ownership.put : [], more: changed });
}

/** A rule that refers to a deleted set cannot be evaluated: it allows nothing and, as a DENY rule, denies. */
export function deleteConditionSet(op: Operation): SignerAccepted {
  const { record, authorization } = openSet(op);
  return acceptSet(op, record, authorization, record.body, { deleted: true, answer: { success: true } });
}

/** Adds the values that the set does not hold yet; the answer names the item of every value that was given. */
export function addConditionSetItems(op: Operation): SignerAccepted {
  const { record, authorization } = openSet(op);
  return putItems(op, record, authorization, record.body.items);
}

export function replaceConditionSetItems(op: Operation): SignerAccepted {
  const { record, authorization } = openSet(op);
  return putItems(op, record, authorization, []);
}

export function deleteConditionSetItem(op: Operation): SignerAccepted {
  const { record, authorization } = openSet(op);
  const items = record.body.items.filter(({ id }) => id !== op.route.params.item);
  if (items.length === record.body.items.length) throw new Refusal(404, "not_found", "Item not found");
  const more = { deleted_item: op.route.params.item! };
  return acceptSet(op, record, authorization, { ...record.body, items }, { answer: { success: true }, more });
}

function putItems(
  op: Operation,
  record: AuthorityRecord<ConditionSetBody>,
  authorization: Authorization | undefined,
  kept: readonly ConditionSetItem[],
): SignerAccepted {
  const byValue = new Map(kept.map((item) => [item.value, item]));
  let n = record.body.next_n;
  const values = readValues(op.body ?? null);
  for (const value of values) {
    if (byValue.has(value)) continue;
    byValue.set(value, { id: makeId(op.ctx), value, created_at: op.nowMs, n });
    n++;
  }
  if (byValue.size > ITEMS_MAX) throw invalidData(`a condition set holds at most ${ITEMS_MAX} items`);
  const set = { ...record.body, items: [...byValue.values()], next_n: n };
  const answer = { items: [...new Set(values)].map((value) => viewItem(record.id, byValue.get(value)!)) };
  return acceptSet(op, record, authorization, set, { answer, more: { values, replaces: kept.length === 0 } });
}

function readValues(body: JsonValue): string[] {
  const items = requireList(body, "body", ITEMS_PER_REQUEST_MAX);
  if (items.length === 0) throw invalidData("the body must be an array of 1 to 100 items");
  return items.map((item, at) =>
    requireText(requireObject(item, `[${at}]`, ["value"]).value, `[${at}].value`, VALUE_MAX),
  );
}

function viewItem(setId: string, { id, value, created_at }: ConditionSetItem): JsonObject {
  return { id, condition_set_id: setId, value, created_at };
}

/** A set is changed by its own owner; without one, the app's secret suffices. */
function openSet(op: Operation): {
  record: AuthorityRecord<ConditionSetBody>;
  authorization: Authorization | undefined;
} {
  authenticateApp(op);
  const record = op.records.get("condition_set", op.route.params.id!);
  if (record.deleted) throw new Refusal(404, "not_found", "Condition set not found");
  op.records.markUsed(record);
  const { owner_id: ownerId } = record.body;
  return {
    record,
    authorization: ownerId === null ? undefined : authorize(op, [{ role: "owner", quorumId: ownerId }]),
  };
}

function acceptSet(
  op: Operation,
  record: AuthorityRecord<ConditionSetBody>,
  authorization: Authorization | undefined,
  body: ConditionSetBody,
  rest: { put?: SignerAccepted["put"]; answer?: JsonObject; more?: JsonObject; deleted?: boolean },
): SignerAccepted {
  const { id, version, createdAtMs } = record;
  const { put = [], answer, more, deleted = false } = rest;
  const next = putRecord(op, { type: "condition_set", id, version: version + 1, createdAtMs, deleted, body });
  return accept(op, {
    changesState: true,
    put: [...put, next],
    ...(authorization === undefined ? {} : { authorization }),
    ...(answer === undefined ? {} : { answer }),
    more: { condition_set_id: id, ...more },
  });
}

function withoutItems({ name, owner_id }: ConditionSetBody): JsonObject {
  return { name, owner_id };
}

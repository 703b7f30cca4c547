import type { JsonObject } from "@mandate/core/encoding/json-value";
import { type AggregationInput, parseAggregationInput } from "@mandate/core/policy/aggregation";
import type { SignerAccepted } from "../protocol.ts";
import { accept } from "./accept.ts";
import { authorize } from "./authorize.ts";
import { makeId } from "./id.ts";
import { authenticateApp, type Operation } from "./operation.ts";
import { readOwnership } from "./ownership.ts";
import { putRecord } from "./put-record.ts";
import type { AggregationBody } from "./records.ts";
import { Refusal } from "./refusal.ts";

export function createAggregation(op: Operation): SignerAccepted {
  authenticateApp(op);
  const parsed = parseAggregationInput(op.body ?? null);
  if (!parsed.ok) throw new Refusal(400, parsed.code, parsed.message);
  const ownership = readOwnership(op, op.body as JsonObject, "create");
  const body: AggregationBody = {
    definition: parsed.aggregation as AggregationInput & JsonObject,
    owner_id: ownership.given ? ownership.ownerId : null,
  };
  const put = putRecord(op, { type: "aggregation", id: makeId(op.ctx), version: 1, body });
  return accept(op, {
    changesState: true,
    put: [...(ownership.given ? ownership.put : []), put],
    more: { after: body },
  });
}

/** Conditions that refer to it cannot be evaluated from then on: they allow nothing and, in a DENY rule, deny. */
export function deleteAggregation(op: Operation): SignerAccepted {
  authenticateApp(op);
  const record = op.records.get("aggregation", op.route.params.id!);
  if (record.deleted) throw new Refusal(404, "not_found", "Aggregation not found");
  op.records.markUsed(record);
  const { id, version, createdAtMs, body } = record;
  const { owner_id: ownerId } = body;
  const authorization = ownerId === null ? undefined : authorize(op, [{ role: "owner", quorumId: ownerId }]);
  const put = putRecord(op, { type: "aggregation", id, version: version + 1, createdAtMs, deleted: true, body });
  return accept(op, {
    changesState: true,
    put: [put],
    ...(authorization === undefined ? {} : { authorization }),
    answer: { success: true },
    more: { aggregation_id: id },
  });
}

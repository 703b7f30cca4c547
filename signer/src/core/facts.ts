import type { CompiledAggregation } from "@mandate/core/policy/aggregation";
import { type ConditionSet, createConditionSet } from "@mandate/core/policy/condition-set";
import type { CompiledPolicy } from "@mandate/core/policy/evaluate";
import type { Facts, PolicyRequest } from "@mandate/core/policy/request";
import type { PutRecord } from "../protocol.ts";
import type { Operation } from "./operation.ts";
import type { ConditionSetBody } from "./records.ts";
import type { AuthorityRecord } from "./seal.ts";
import { compiledAggregation, recordSpending, sumsOf } from "./spending.ts";

/** What the policy's conditions ask for beside the request: the time, its condition sets, the sums of its aggregations. */
export function gatherFacts(op: Operation, policy: CompiledPolicy, operations: readonly PolicyRequest[]): Facts {
  const { conditionSetIds, aggregationIds } = policy;
  if (conditionSetIds.length === 0 && aggregationIds.length === 0) return { nowS: nowS(op) };
  const aggregations = openAggregations(op, aggregationIds);
  const facts = withConditionSets(op, [...conditionSetIds, ...setsOf(aggregations)]);
  return { ...facts, aggregations: sumsOf(op, aggregations, operations, facts) };
}

/**
 * What a released request adds to the sums, whichever policy allowed it: those of every policy that is attached to the
 * wallet count, so a limit holds across its owner and its session signers (06 §3, "Recording").
 */
export function recordAggregations(
  op: Operation,
  policies: readonly CompiledPolicy[],
  operations: readonly PolicyRequest[],
): PutRecord[] {
  const aggregations = openAggregations(op, [...new Set(policies.flatMap(({ aggregationIds }) => aggregationIds))]);
  const concerned = aggregations.filter(({ method }) => operations.some((one) => one.method === method));
  if (concerned.length === 0) return [];
  return recordSpending(op, concerned, operations, withConditionSets(op, setsOf(concerned)));
}

function openAggregations(op: Operation, ids: readonly string[]): CompiledAggregation[] {
  return op.records.findLive("aggregation", ids).flatMap((record) => {
    if (record === undefined) return [];
    op.records.markUsed(record);
    return [compiledAggregation(record)];
  });
}

function setsOf(aggregations: readonly CompiledAggregation[]): string[] {
  return aggregations.flatMap(({ conditionSetIds }) => conditionSetIds);
}

function withConditionSets(op: Operation, ids: readonly string[]): Facts {
  const conditionSets = new Map<string, ConditionSet>();
  for (const record of op.records.findLive("condition_set", [...new Set(ids)])) {
    if (record === undefined) continue;
    op.records.markUsed(record);
    conditionSets.set(record.id, conditionSetOf(record));
  }
  return { nowS: nowS(op), conditionSets };
}

const prepared = new WeakMap<object, ConditionSet>();

/** Opened records are frozen and shared, so a set is read once for as long as it stays the same. */
function conditionSetOf(record: AuthorityRecord<ConditionSetBody>): ConditionSet {
  let set = prepared.get(record.body);
  if (set === undefined) {
    set = createConditionSet(record.body.items.map(({ value }) => value));
    prepared.set(record.body, set);
  }
  return set;
}

function nowS(op: Operation): number {
  return Math.floor(op.nowMs / 1000);
}

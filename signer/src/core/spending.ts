import { sha256 } from "@mandate/core/crypto/primitives";
import { encodeUtf8 } from "@mandate/core/encoding/utf8";
import {
  type CompiledAggregation,
  type Contributions,
  compileAggregation,
  contributionsOf,
  groupOf,
} from "@mandate/core/policy/aggregation";
import type { AggregationSum, Facts, PolicyRequest } from "@mandate/core/policy/request";
import { addToWindow, type Bucket, sumWindow } from "@mandate/core/policy/rolling-window";
import type { PutRecord } from "../protocol.ts";
import type { Operation } from "./operation.ts";
import { putRecord } from "./put-record.ts";
import type { AggregationBody, AggregationWindowBody } from "./records.ts";
import { Refusal } from "./refusal.ts";
import type { AuthorityRecord } from "./seal.ts";

const ID_CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyz";

type Window = { group: string; record: AuthorityRecord<AggregationWindowBody> | undefined };

/** An aggregation of the app, compiled once for as long as its record stays the same. */
export function compiledAggregation(record: AuthorityRecord<AggregationBody>): CompiledAggregation {
  let aggregation = compiled.get(record.body);
  if (aggregation === undefined) {
    aggregation = compileAggregation(record.id, record.body.definition);
    compiled.set(record.body, aggregation);
  }
  return aggregation;
}

const compiled = new WeakMap<object, CompiledAggregation>();

/**
 * The sums that the policy is to be shown: what was released in the window and what this request adds, by group. The
 * windows that were read are marked as used, so the decision stands only while they stay as they are (I16).
 */
export function sumsOf(
  op: Operation,
  aggregations: readonly CompiledAggregation[],
  operations: readonly PolicyRequest[],
  facts: Facts,
): Map<string, AggregationSum> {
  const planned = aggregations.map((aggregation) => ({
    aggregation,
    added: contributionsOfAll(aggregation, operations, facts),
  }));
  const wanted = planned.flatMap(({ aggregation, added }) =>
    [...added.keys()].map((group) => windowId(aggregation, group)),
  );
  op.records.findLive("aggregation_window", wanted);
  const sums = new Map<string, AggregationSum>();
  for (const { aggregation, added } of planned) {
    const byGroup = new Map<string, bigint>();
    for (const [group, amount] of added) {
      const { record } = openWindow(op, aggregation, group);
      byGroup.set(group, sumWindow(bucketsOf(record), nowS(op), aggregation.windowS) + amount);
    }
    sums.set(aggregation.id, (reading) => {
      const group = groupOf(aggregation, reading);
      return group === undefined ? undefined : byGroup.get(group);
    });
  }
  return sums;
}

/** The next versions of the windows that the released request adds to. They become durable with its receipt. */
export function recordSpending(
  op: Operation,
  aggregations: readonly CompiledAggregation[],
  operations: readonly PolicyRequest[],
  facts: Facts,
): PutRecord[] {
  return aggregations.flatMap((aggregation) => {
    const added = [...contributionsOfAll(aggregation, operations, facts)].filter(([, amount]) => amount > 0n);
    op.records.findLive(
      "aggregation_window",
      added.map(([group]) => windowId(aggregation, group)),
    );
    return added.map(([group, amount]) => putWindow(op, aggregation, openWindow(op, aggregation, group), amount));
  });
}

/** Nothing where it cannot be told: then nothing is known of the sum, and no rule that asks for it allows. */
function contributionsOfAll(
  aggregation: CompiledAggregation,
  operations: readonly PolicyRequest[],
  facts: Facts,
): Contributions {
  const all = new Map<string, bigint>();
  for (const operation of operations) {
    const added = contributionsOf(aggregation, operation, facts);
    if (added === undefined) return new Map();
    for (const [group, amount] of added) all.set(group, (all.get(group) ?? 0n) + amount);
  }
  return all;
}

function openWindow(op: Operation, aggregation: CompiledAggregation, group: string): Window {
  const [record] = op.records.findLive("aggregation_window", [windowId(aggregation, group)]);
  if (record === undefined) return { group, record };
  if (record.body.aggregation_id !== aggregation.id || record.body.group !== group) {
    throw new Refusal(500, "record_integrity", "a stored aggregation window is another one's; nothing was signed");
  }
  op.records.markUsed(record);
  return { group, record };
}

function putWindow(
  op: Operation,
  aggregation: CompiledAggregation,
  { group, record }: Window,
  amount: bigint,
): PutRecord {
  const buckets = addToWindow(bucketsOf(record), nowS(op), aggregation.windowS, amount);
  return putRecord(op, {
    type: "aggregation_window",
    id: windowId(aggregation, group),
    version: (record?.version ?? 0) + 1,
    ...(record === undefined ? {} : { createdAtMs: record.createdAtMs }),
    body: {
      aggregation_id: aggregation.id,
      group,
      buckets: buckets.map(({ minute, sum }): [number, string] => [minute, sum.toString()]),
    },
  });
}

function bucketsOf(record: AuthorityRecord<AggregationWindowBody> | undefined): Bucket[] {
  return (record?.body.buckets ?? []).map(([minute, sum]) => ({ minute, sum: BigInt(sum) }));
}

/** The id of a group's window follows from the group, so that two first requests of a group collide instead of both counting from zero. */
function windowId(aggregation: CompiledAggregation, group: string): string {
  const digest = sha256(encodeUtf8(`mandate aggregation window\n${aggregation.id}\n${group}`));
  return `w${Array.from(digest.subarray(0, 23), (byte) => ID_CHARACTERS[byte % 36]).join("")}`;
}

function nowS(op: Operation): number {
  return Math.floor(op.nowMs / 1000);
}

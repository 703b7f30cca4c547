import type { Condition } from "@mandate/core/policy/policy";
import { describeCondition, describeField, describeMethod } from "../policies/model/describe.ts";

type Field = { field_source: string; field: string };
export type AggregationText = {
  method: string;
  metric: Field;
  window: { seconds: number };
  conditions: readonly object[];
  group_by: readonly Field[];
};

/** An aggregation in plain words. */
export function describeAggregation({ method, metric, window, conditions, group_by: groups }: AggregationText): string {
  const what = `The sum of ${describeField(metric)} over all requests to ${describeMethod(method)}`;
  const about =
    conditions.length === 0 ? "" : ` where ${(conditions as Condition[]).map(describeCondition).join(", and ")}`;
  const apart = groups.length === 0 ? "" : `, for each value of ${groups.map(describeField).join(" and ")} apart`;
  return `${what}${about}, in the last ${describeSeconds(window.seconds)}${apart}. All wallets of the app count together.`;
}

export function describeSeconds(seconds: number): string {
  const [size, unit] =
    seconds % 86_400 === 0 ? [86_400, "day"] : seconds % 3600 === 0 ? [3600, "hour"] : [60, "minute"];
  const count = Math.round((seconds / (size as number)) * 100) / 100;
  return count === 1 ? `${unit}` : `${count} ${unit}s`;
}

import { type TypedTexts, typedTexts } from "./value.ts";

/** The items of a condition set as they are at the time of a decision, ready for lookups. Keep it while they stay. */
export type ConditionSet = TypedTexts;

/** Prepares the item values of a condition set (06 §4). Reading them as addresses or integers happens once per type. */
export function createConditionSet(values: readonly string[]): ConditionSet {
  return typedTexts(values);
}

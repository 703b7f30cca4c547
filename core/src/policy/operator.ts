import type { ConditionSet } from "./condition-set.ts";
import { readTextsAs, type TypedTexts, type Value, type ValueType } from "./value.ts";

/** Every operator of the grammar (03 §3.2). */
export const operators = [
  "eq",
  "neq",
  "gt",
  "gte",
  "lt",
  "lte",
  "in",
  "in_condition_set",
  "contains",
  "starts_with",
  "ends_with",
] as const;

export type Operator = (typeof operators)[number];

export const setOperators: readonly Operator[] = ["eq", "neq", "in", "in_condition_set"];
export const orderOperators: readonly Operator[] = ["gt", "gte", "lt", "lte"];
export const numberOperators: readonly Operator[] = [...setOperators, ...orderOperators];

/** What an operator says. UNKNOWN is neither: it never allows, and it denies in a DENY rule (I9). */
export type Truth = "TRUE" | "FALSE" | "UNKNOWN";

/** The right-hand side of a condition: the texts of `value`, or the id of a condition set. */
export type Operand = TypedTexts;

/** Applies an operator to an observed value. UNKNOWN when the operand cannot be read as a value of that type. */
export function applyOperator(
  operator: Operator,
  type: ValueType,
  observed: Value,
  operand: Operand,
  conditionSets: ReadonlyMap<string, ConditionSet> | undefined,
): Truth {
  switch (operator) {
    case "eq":
    case "in":
      return isMember(operand, type, observed);
    case "neq":
      return not(isMember(operand, type, observed));
    case "in_condition_set": {
      const set = findSet(operand, conditionSets);
      return set === undefined ? "UNKNOWN" : isMember(set, type, observed);
    }
    case "gt":
    case "gte":
    case "lt":
    case "lte":
      return isInOrder(operator, type, observed, operand);
    case "contains":
    case "starts_with":
    case "ends_with":
      return isPartOf(operator, type, observed, operand);
    default:
      return "UNKNOWN";
  }
}

/**
 * The same for a field that the request plainly does not have: what is not there equals nothing, but whether it
 * differs from something, or is less, nobody can say.
 */
export function applyOperatorToAbsent(
  operator: Operator,
  operand: Operand,
  conditionSets: ReadonlyMap<string, ConditionSet> | undefined,
): Truth {
  switch (operator) {
    case "eq":
    case "in":
    case "contains":
    case "starts_with":
    case "ends_with":
      return "FALSE";
    case "in_condition_set":
      return findSet(operand, conditionSets) === undefined ? "UNKNOWN" : "FALSE";
    default:
      return "UNKNOWN";
  }
}

/** Undefined for a set that is missing or empty: a list that lost its items must not turn a block list into none. */
function findSet(operand: Operand, sets: ReadonlyMap<string, ConditionSet> | undefined): ConditionSet | undefined {
  const set = sets?.get(operand.texts[0] ?? "");
  return set === undefined || set.texts.length === 0 ? undefined : set;
}

// An item that is not of the field's type may be a misspelt one, so not finding the value among such items is not
// knowing: an allow list stays shut and a block list with a typing error blocks, visibly, instead of letting through.
function isMember(texts: TypedTexts, type: ValueType, observed: Value): Truth {
  const set = readTextsAs(texts, type);
  if (set.values.has(observed)) return "TRUE";
  return set.unreadable === undefined ? "FALSE" : "UNKNOWN";
}

function isInOrder(operator: "gt" | "gte" | "lt" | "lte", type: ValueType, observed: Value, operand: Operand): Truth {
  const [limit] = readTextsAs(operand, type).values;
  if (typeof observed !== "bigint" || typeof limit !== "bigint") return "UNKNOWN";
  switch (operator) {
    case "gt":
      return truth(observed > limit);
    case "gte":
      return truth(observed >= limit);
    case "lt":
      return truth(observed < limit);
    case "lte":
      return truth(observed <= limit);
  }
}

function isPartOf(
  operator: "contains" | "starts_with" | "ends_with",
  type: ValueType,
  observed: Value,
  operand: Operand,
): Truth {
  const [part] = operand.texts;
  if (type !== "string" || typeof observed !== "string" || part === undefined) return "UNKNOWN";
  switch (operator) {
    case "contains":
      return truth(observed.includes(part));
    case "starts_with":
      return truth(observed.startsWith(part));
    case "ends_with":
      return truth(observed.endsWith(part));
  }
}

function truth(holds: boolean): Truth {
  return holds ? "TRUE" : "FALSE";
}

function not(value: Truth): Truth {
  return value === "TRUE" ? "FALSE" : value === "FALSE" ? "TRUE" : "UNKNOWN";
}

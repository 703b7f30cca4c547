import type { JsonObject, JsonValue } from "../encoding/json-value.ts";

/** Collects what is wrong with an input; nothing is reported twice and reading goes on to find the rest. */
export type Refuse = (message: string) => void;

/** Reads a JSON object that may have only the given members; the names of any others are refused. */
export function readStrictObject(
  value: JsonValue | undefined,
  path: string,
  members: readonly string[],
  refuse: Refuse,
): JsonObject | undefined {
  const object = readObject(value, path, refuse);
  if (object !== undefined) refuseOtherMembers(object, members, refuse);
  return object;
}

export function readObject(value: JsonValue | undefined, path: string, refuse: Refuse): JsonObject | undefined {
  if (isObject(value)) return value;
  refuseType("object", value, path, refuse);
  return undefined;
}

export function refuseOtherMembers(object: JsonObject, members: readonly string[], refuse: Refuse): void {
  const others = Object.keys(object).filter((name) => !members.includes(name));
  if (others.length > 0) {
    refuse(`Unrecognized key(s) in object: ${others.map((name) => `'${shorten(name)}'`).join(", ")}`);
  }
}

export function readArray(value: JsonValue | undefined, path: string, refuse: Refuse): JsonValue[] | undefined {
  if (Array.isArray(value)) return value;
  refuseType("array", value, path, refuse);
  return undefined;
}

export function readText(value: JsonValue | undefined, path: string, refuse: Refuse): string | undefined {
  if (typeof value === "string") return value;
  refuseType("string", value, path, refuse);
  return undefined;
}

/** Reads one of a few texts. */
export function readChoice<const T extends string>(
  value: JsonValue | undefined,
  path: string,
  choices: readonly T[],
  refuse: Refuse,
): T | undefined {
  const text = readText(value, path, refuse);
  if (text === undefined) return undefined;
  const choice = choices.find((one) => one === text);
  if (choice === undefined) {
    const expected = choices.map((one) => `'${one}'`).join(" | ");
    refuse(`Invalid enum value. Expected ${expected}, received '${shorten(text)}' at ${path}`);
  }
  return choice;
}

/** A member of the object itself, never one that it inherits. */
export function member(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refuseType(expected: string, value: JsonValue | undefined, path: string, refuse: Refuse): void {
  const at = path === "" ? "" : ` at ${path}`;
  if (value === undefined) refuse(`Required${at}`);
  else
    refuse(
      `Expected ${expected}, received ${Array.isArray(value) ? "array" : value === null ? "null" : typeof value}${at}`,
    );
}

// A message repeats at most a little of an input that may be a megabyte long.
function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 60)}…`;
}

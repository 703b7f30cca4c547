import type { JsonObject, JsonValue } from "@mandate/core/encoding/json-value";

/** Where a value stands in a body. */
export type Path = (string | number)[];

export const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Where every value of a body stands. */
export function pathsOf(value: JsonValue, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [];
  const keys: (string | number)[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return keys.flatMap((key) => [
    [...path, key],
    ...pathsOf((value as { [key: string]: JsonValue })[key]!, [...path, key]),
  ]);
}

export function at(value: JsonValue, path: Path): JsonValue {
  return path.reduce((inner, key) => (inner as { [key: string]: JsonValue })[key]!, value);
}

export function replaced(value: JsonValue, path: Path, by: JsonValue): JsonValue {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  const inner = replaced((value as { [key: string]: JsonValue })[key]!, rest, by);
  if (Array.isArray(value)) return value.with(key as number, inner);
  return Object.fromEntries(
    Object.entries(value as object).map(([name, member]) => [name, name === key ? inner : member]),
  );
}

/** Values of the JSON types that this one does not have. */
export function wrongTypes(value: JsonValue): JsonValue[] {
  const kind = (each: JsonValue) => (Array.isArray(each) ? "array" : typeof each);
  return ["x", 1.5, true, { a: 1 }, [[1]]].filter((each) => kind(each as JsonValue) !== kind(value)) as JsonValue[];
}

export function chunks<T>(items: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** Bodies that are no JSON object, or none that an operation takes, made of one that it takes. */
export function brokenBodies(valid: string, { mayBeEmpty }: { mayBeEmpty: boolean }): (string | Uint8Array)[] {
  return [
    "nope",
    valid.slice(0, -1),
    `${valid}${valid}`,
    valid.replace("{", "{,"),
    "[]",
    '"text"',
    "1",
    "true",
    "null",
    " ",
    ...(mayBeEmpty ? [] : [""]),
    valid.replace("{", `{${valid.slice(1, -1)},`),
    valid.replace("{", '{"__proto__":{"owner_id":null},'),
    valid.replace("{", '{"constructor":{"prototype":{}},'),
    valid.replace("{", '{"zzz":1,'),
    valid.replace("{", '{"zzz":"\\ud800",'),
    valid.replace("{", '{"zzz":12345678901234567890,'),
    valid.replace("{", `{"zzz":${"[".repeat(100)}${"]".repeat(100)},`),
    valid.replace("{", `{"zzz":[${"0,".repeat(10_000)}0],`),
    `\ufeff${valid}`,
    Buffer.concat([Buffer.from(valid.slice(0, -1)), Buffer.from([0x2c, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])]),
  ];
}

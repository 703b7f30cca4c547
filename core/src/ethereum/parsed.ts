import type { JsonObject, JsonValue } from "../encoding/json-value.ts";

/** What a parser answers: the value, or what is wrong and what to do about it. Shown to the caller as it is. */
export type Parsed<Value> = { ok: true; value: Value } | { ok: false; message: string };

/** How a request is refused: `not_supported` is well formed but not built here, everything else is `invalid_data`. */
export type Refusal = { ok: false; code: "invalid_data" | "not_supported"; message: string };

export function accept<Value>(value: Value): { ok: true; value: Value } {
  return { ok: true, value };
}

export function refuse(message: string): { ok: false; message: string } {
  return { ok: false, message };
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An own member, or undefined: what a prototype holds is nobody's request. */
export function memberOf(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The first member of `object` outside `known`, if there is one. */
export function findUnknownMember(object: JsonObject, known: ReadonlySet<string>): string | undefined {
  return Object.keys(object).find((name) => !known.has(name));
}

/** The wire's text for an unknown member (spec 03 §3.5). The name is cut so that an answer cannot be made huge. */
export function unknownMemberMessage(name: string): string {
  return `Unrecognized key(s) in object: '${shorten(name)}'`;
}

/** Caller's text as it may stand in a message. */
export function shorten(text: string): string {
  return text.length <= 100 ? text : `${text.slice(0, 100)}…`;
}

import type { JsonValue } from "../../encoding/json-value.ts";
import type { Operator } from "../operator.ts";
import type { Facts, RequestPart } from "../request.ts";
import type { Value, ValueType } from "../value.ts";

/**
 * What a field holds in a request.
 * - `inapplicable`: the condition is about something else than this request; it does not hold, in any rule.
 * - `absent`: the request plainly has no such thing; it equals nothing, and comparing it otherwise is not known.
 * - `unreadable`: there is something, or may be, that cannot be read with certainty; nothing is known.
 */
export type Observed =
  | { readonly known: true; readonly type: ValueType; readonly value: Value }
  | { readonly known: false; readonly because: "inapplicable" | "absent" | "unreadable"; readonly why: string };

/** One evaluation's view of a request. `memo` keeps what several fields share, by an object that stands for it. */
export type Reading = { readonly request: RequestPart; readonly facts: Facts; readonly memo: Map<object, unknown> };

/** A field of a source, bound to the `abi` or `typed_data` of one condition. */
export type FieldBinding = {
  /** The operators that the field has. */
  readonly operators: readonly Operator[];
  /** What the value may be; a condition value must read as one of these. Empty when that shows only in a request. */
  readonly types: readonly ValueType[];
  /** A stricter check of one value text, for fields that have one: what is wrong with it, or undefined. */
  readonly refuseValue?: (text: string) => string | undefined;
  /** The operators with which a condition that holds says by name which instruction it is about (I14). */
  readonly naming?: readonly Operator[];
  /** Reads the field. Called only for the methods of the source. */
  readonly extract: (reading: Reading) => Observed;
};

/** What the bindings of one policy share, such as the compiled form of an ABI that many conditions repeat. */
export type BindCache = Map<string, unknown>;

export type BindResult =
  | { readonly ok: true; readonly binding: FieldBinding }
  | { readonly ok: false; readonly message: string };

/** One origin of values: its name in `field_source`, where it applies, and how its fields are read. */
export type FieldSource = {
  readonly source: string;
  readonly chainTypes: readonly string[] | "any";
  /** The request methods that have these fields. */
  readonly methods: readonly string[] | "any";
  /** Whether a `*` rule may have a condition of this source. */
  readonly inAnyMethodRules: boolean;
  /** The member that a condition of this source has beside the four that all have. */
  readonly companion: "abi" | "typed_data" | undefined;
  /** Binds a field. Runs when a policy is written and when it is compiled, never per request. */
  readonly bind: (field: string, companion: JsonValue | undefined, cache: BindCache) => BindResult;
};

export function known(type: ValueType, value: Value): Observed {
  return { known: true, type, value };
}

export function notKnown(because: "inapplicable" | "absent" | "unreadable", why: string): Observed {
  return { known: false, because, why };
}

/** Makes what the key stands for, or returns what was made before. A key always stands for one type. */
export function once<T extends object>(cache: BindCache, key: string, make: () => T): T {
  let made = cache.get(key) as T | undefined;
  if (made === undefined) {
    made = make();
    cache.set(key, made);
  }
  return made;
}

/** Binds one of a source's fixed fields by name. */
export function bindNamed(source: string, bindings: ReadonlyMap<string, FieldBinding>, field: string): BindResult {
  const binding = bindings.get(field);
  if (binding !== undefined) return { ok: true, binding };
  const names = [...bindings.keys()].map((name) => `'${name}'`).join(" | ");
  return { ok: false, message: `Invalid field for '${source}'. Expected ${names}` };
}

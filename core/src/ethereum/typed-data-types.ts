import type { JsonValue } from "../encoding/json-value.ts";
import { type ElementaryType, parseElementaryType, splitArraySuffixes } from "./elementary-type.ts";
import {
  accept,
  findUnknownMember,
  isJsonObject,
  memberOf,
  type Parsed,
  refuse,
  shorten,
  unknownMemberMessage,
} from "./parsed.ts";
import type { TypedData, TypedDataField } from "./types.ts";

/** A field's type, resolved: `name` is the text that is hashed. */
export type TypedDataType =
  | { kind: "elementary"; name: string; elementary: ElementaryType }
  | { kind: "array"; name: string; item: TypedDataType; length: number | undefined }
  | { kind: "struct"; name: string };
export type TypedDataStruct = { name: string; fields: { name: string; type: TypedDataType }[] };
export type TypedDataStructs = ReadonlyMap<string, TypedDataStruct>;

// Hashing describes every struct once for each struct that reaches it, hence the bounds: far above real use, and
// together less than 20 ms of work.
const STRUCTS_MAX = 64;
const DESCRIPTION_CHARACTERS_MAX = 16_384;

// Struct names with a colon are in daily use on exchanges (`HyperliquidTransaction:UsdSend`). What must never appear
// is anything that the type description uses as punctuation: parentheses, commas, spaces, brackets.
const STRUCT_NAME = /^[A-Za-z_$][A-Za-z0-9_$:]{0,127}$/;
// A dot would make policy paths ambiguous.
const FIELD_NAME = /^[A-Za-z_$][A-Za-z0-9_$]{0,127}$/;
const FIELD_MEMBERS = new Set(["name", "type"]);

/**
 * Resolves the `types` of a typed-data request: every referenced struct exists, no field is declared twice, and no
 * struct contains itself except through a list, which can end.
 */
export function compileTypedDataTypes(types: JsonValue | undefined): Parsed<TypedDataStructs> {
  if (!isJsonObject(types)) return refuse("`types` must be an object");
  const names = Object.keys(types);
  if (names.length > STRUCTS_MAX) return refuse(`\`types\` has more than ${STRUCTS_MAX} structs`);
  const declared = new Set(names);
  const structs = new Map<string, TypedDataStruct>();
  let characters = 0;
  for (const name of names) {
    const isName = STRUCT_NAME.test(name) && parseElementaryType(name) === undefined;
    if (!isName) return refuse(`\`${shorten(name)}\` cannot be the name of a struct`);
    const fields = compileFields(name, memberOf(types, name), declared);
    if (!fields.ok) return fields;
    structs.set(name, { name, fields: fields.value });
    characters += name.length;
    for (const field of fields.value) characters += field.name.length + field.type.name.length + 2;
    if (characters > DESCRIPTION_CHARACTERS_MAX) return refuse("`types` is too large");
  }
  const endless = findEndlessStruct(structs);
  if (endless !== undefined) return refuse(`struct \`${shorten(endless)}\` contains itself, so no value of it can end`);
  return accept(structs);
}

function compileFields(
  struct: string,
  list: JsonValue | undefined,
  declared: ReadonlySet<string>,
): Parsed<TypedDataStruct["fields"]> {
  const where = `struct \`${shorten(struct)}\``;
  if (!Array.isArray(list)) return refuse(`${where} must be an array of fields`);
  const seen = new Set<string>();
  const fields: TypedDataStruct["fields"] = [];
  for (const field of list) {
    if (!isJsonObject(field)) return refuse(`a field of ${where} must be an object with \`name\` and \`type\``);
    const unknown = findUnknownMember(field, FIELD_MEMBERS);
    if (unknown !== undefined) return refuse(unknownMemberMessage(unknown));
    const name = memberOf(field, "name");
    if (typeof name !== "string" || !FIELD_NAME.test(name)) return refuse(`a field of ${where} has no usable \`name\``);
    if (seen.has(name)) return refuse(`${where} declares \`${name}\` twice`);
    seen.add(name);
    const typeName = memberOf(field, "type");
    const type = typeof typeName === "string" ? resolveType(typeName, declared) : undefined;
    if (type === undefined) return refuse(`field \`${name}\` of ${where} has a type that is unknown or malformed`);
    fields.push({ name, type });
  }
  return accept(fields);
}

function resolveType(name: string, declared: ReadonlySet<string>): TypedDataType | undefined {
  const split = splitArraySuffixes(name);
  if (split === undefined) return undefined;
  const elementary = parseElementaryType(split.base);
  let type: TypedDataType;
  if (elementary !== undefined) type = { kind: "elementary", name: split.base, elementary };
  // The domain is hashed on its own, next to the message; a struct cannot hold one.
  else if (declared.has(split.base) && split.base !== "EIP712Domain") type = { kind: "struct", name: split.base };
  else return undefined;
  for (const length of split.lengths) {
    type = { kind: "array", name: `${type.name}[${length ?? ""}]`, item: type, length };
  }
  return type;
}

/** A struct on a cycle of fields none of which is a list, if there is one. */
function findEndlessStruct(structs: TypedDataStructs): string | undefined {
  const state = new Map<string, "open" | "closed">();
  const visit = (name: string): string | undefined => {
    if (state.get(name) === "closed") return undefined;
    if (state.get(name) === "open") return name;
    state.set(name, "open");
    for (const field of structs.get(name)!.fields) {
      const inner = alwaysContained(field.type);
      const found = inner === undefined ? undefined : visit(inner);
      if (found !== undefined) return found;
    }
    state.set(name, "closed");
    return undefined;
  };
  for (const name of structs.keys()) {
    const found = visit(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The struct that every value of this type holds. Fixed arrays have at least one element; lists may be empty. */
function alwaysContained(type: TypedDataType): string | undefined {
  if (type.kind === "struct") return type.name;
  return type.kind === "array" && type.length !== undefined ? alwaysContained(type.item) : undefined;
}

/** The struct at the bottom of a type, through all arrays. */
export function referencedStruct(type: TypedDataType): string | undefined {
  if (type.kind === "array") return referencedStruct(type.item);
  return type.kind === "struct" ? type.name : undefined;
}

/** The fields of the signing domain in the order of EIP-712, "Definition of domainSeparator". */
export const DOMAIN_FIELDS: readonly TypedDataField[] = [
  { name: "name", type: "string" },
  { name: "version", type: "string" },
  { name: "chainId", type: "uint256" },
  { name: "verifyingContract", type: "address" },
  { name: "salt", type: "bytes32" },
];

/** The domain's fields: as the request declares them, else those of EIP-712 that are present, in its order. */
export function domainFields(typedData: Pick<TypedData, "types" | "domain">): readonly TypedDataField[] {
  return Object.hasOwn(typedData.types, "EIP712Domain")
    ? typedData.types.EIP712Domain!
    : DOMAIN_FIELDS.filter((field) => Object.hasOwn(typedData.domain, field.name));
}

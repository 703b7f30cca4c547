import type { JsonObject, JsonValue } from "../encoding/json-value.ts";
import type { ScalarValue } from "./elementary-type.ts";
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
import {
  compileTypedDataTypes,
  DOMAIN_FIELDS,
  domainFields,
  type TypedDataStructs,
  type TypedDataType,
} from "./typed-data-types.ts";
import { parseTypedDataScalar } from "./typed-data-value.ts";
import type { TypedData } from "./types.ts";

export { hashTypedData } from "./typed-data-hash.ts";

const MEMBERS = new Set(["domain", "types", "message", "primary_type"]);
/** Values nest at most this deep: arrays and recursive structs included. */
const DEPTH_MAX = 64;

/**
 * Checks the wire's `{domain, types, primary_type, message}` (EIP-712).
 *
 * INVARIANT (I12): what is accepted is hashed completely. Domain and message have exactly the declared members, all the
 * way down, so a policy cannot be shown a field that is not signed nor be kept from one that is.
 */
export function parseTypedData(
  value: JsonValue | undefined,
): { ok: true; typedData: TypedData } | { ok: false; message: string } {
  if (!isJsonObject(value)) return refuse("`typed_data` must be an object");
  const unknown = findUnknownMember(value, MEMBERS);
  if (unknown !== undefined) return refuse(unknownMemberMessage(unknown));
  const [domain, message] = [memberOf(value, "domain"), memberOf(value, "message")];
  if (!isJsonObject(domain)) return refuse("`domain` must be an object");
  if (!isJsonObject(message)) return refuse("`message` must be an object");
  const types = memberOf(value, "types");
  const structs = compileTypedDataTypes(types);
  if (!structs.ok) return structs;

  const primaryType = memberOf(value, "primary_type");
  if (typeof primaryType !== "string") return refuse("`primary_type` must be a string");
  // A bare domain separator is signed with no message at all; other tools disagree on its digest.
  if (primaryType === "EIP712Domain") return refuse("`primary_type` must not be EIP712Domain");
  if (!structs.value.has(primaryType))
    return refuse(`\`primary_type\` \`${shorten(primaryType)}\` is not in \`types\``);

  const typedData = { types: types as TypedData["types"], primaryType, domain, message };
  const domainProblem = checkDomain(typedData, structs.value);
  if (domainProblem !== undefined) return refuse(domainProblem);
  const problem = checkStruct(structs.value, primaryType, message, "message", 0);
  return problem === undefined ? { ok: true, typedData } : refuse(problem);
}

function checkDomain(typedData: TypedData, structs: TypedDataStructs): string | undefined {
  const declared = structs.get("EIP712Domain")?.fields.map(({ name, type }) => ({ name, type: type.name }));
  const odd = declared?.find(
    ({ name, type }) => !DOMAIN_FIELDS.some((field) => field.name === name && field.type === type),
  );
  if (odd !== undefined) return `EIP712Domain cannot have a field \`${odd.name}\` of type \`${shorten(odd.type)}\``;
  const fields = domainFields(typedData);
  const names = new Set(fields.map((field) => field.name));
  const unknown = findUnknownMember(typedData.domain, names);
  if (unknown !== undefined) return `\`domain.${shorten(unknown)}\` is not a declared member of EIP712Domain`;
  const missing = fields.find((field) => !Object.hasOwn(typedData.domain, field.name));
  if (missing !== undefined) return `\`domain.${missing.name}\` is missing`;
  const derived = compileTypedDataTypes({ EIP712Domain: [...fields] as unknown as JsonValue });
  return derived.ok ? checkStruct(derived.value, "EIP712Domain", typedData.domain, "domain", 0) : derived.message;
}

function checkStruct(
  structs: TypedDataStructs,
  name: string,
  value: JsonValue,
  path: string,
  depth: number,
): string | undefined {
  if (!isJsonObject(value)) return `\`${path}\` must be an object`;
  const fields = structs.get(name)!.fields;
  for (const field of fields) {
    const member = memberOf(value, field.name);
    if (member === undefined) return `\`${path}.${field.name}\` is missing`;
    const problem = checkValue(structs, field.type, member, `${path}.${field.name}`, depth + 1);
    if (problem !== undefined) return problem;
  }
  // Every field was found, so a surplus in number is a surplus in names.
  if (Object.keys(value).length === fields.length) return undefined;
  const extra = findUnknownMember(value, new Set(fields.map((field) => field.name)));
  return `\`${path}.${shorten(extra ?? "")}\` is not a member of struct \`${name}\``;
}

function checkValue(
  structs: TypedDataStructs,
  type: TypedDataType,
  value: JsonValue,
  path: string,
  depth: number,
): string | undefined {
  if (depth > DEPTH_MAX) return "the message is nested too deeply";
  if (type.kind === "struct") return checkStruct(structs, type.name, value, path, depth);
  if (type.kind === "elementary") {
    const parsed = parseTypedDataScalar(type.elementary, value);
    if (parsed.ok) return undefined;
    return parsed.message.startsWith("Address ") ? parsed.message : `\`${path}\` ${parsed.message}`;
  }
  if (!Array.isArray(value)) return `\`${path}\` must be an array`;
  if (type.length !== undefined && value.length !== type.length) return `\`${path}\` must have ${type.length} elements`;
  for (const [index, item] of value.entries()) {
    const problem = checkValue(structs, type.item, item, `${path}.${index}`, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/**
 * The scalar at a dotted path in the message, with its declared type: `to.wallet`, `orders.0.amount`. Undefined when the
 * path leads nowhere or ends at a struct or array.
 */
export function typedDataFieldValue(typedData: TypedData, path: string): ScalarValue | undefined {
  const structs = compiled(typedData.types);
  let type: TypedDataType = { kind: "struct", name: typedData.primaryType };
  let value: JsonValue = typedData.message;
  for (const step of path.split(".")) {
    const next = descend(structs, type, value, step);
    if (next === undefined) return undefined;
    ({ type, value } = next);
  }
  return scalarOf(type, value);
}

/** The domain member of this name (`chainId`, `verifyingContract`, …) as it is hashed; undefined when there is none. */
export function typedDataDomainValue(typedData: TypedData, member: string): ScalarValue | undefined {
  const field = domainFields(typedData).find((candidate) => candidate.name === member);
  if (field === undefined) return undefined;
  const type = compiled({ EIP712Domain: [field] }).get("EIP712Domain")!.fields[0]!.type;
  const value = memberOf(typedData.domain, member);
  return value === undefined ? undefined : scalarOf(type, value);
}

function compiled(types: TypedData["types"]): TypedDataStructs {
  const structs = compileTypedDataTypes(types as unknown as JsonObject);
  if (!structs.ok) throw new TypeError("the typed data was not checked by parseTypedData");
  return structs.value;
}

function scalarOf(type: TypedDataType, value: JsonValue): ScalarValue | undefined {
  if (type.kind !== "elementary") return undefined;
  const parsed = parseTypedDataScalar(type.elementary, value);
  return parsed.ok ? { type: type.name, value: parsed.value } : undefined;
}

function descend(
  structs: TypedDataStructs,
  type: TypedDataType,
  value: JsonValue,
  step: string,
): { type: TypedDataType; value: JsonValue } | undefined {
  if (type.kind === "struct" && isJsonObject(value)) {
    const field = structs.get(type.name)!.fields.find((candidate) => candidate.name === step);
    const member = field === undefined ? undefined : memberOf(value, step);
    return field === undefined || member === undefined ? undefined : { type: field.type, value: member };
  }
  if (type.kind === "array" && Array.isArray(value) && /^(0|[1-9][0-9]{0,5})$/.test(step)) {
    const item = value[Number(step)];
    return item === undefined ? undefined : { type: type.item, value: item };
  }
  return undefined;
}

/**
 * Whether two `types` objects declare the same: same struct names, each with the same fields in the same order. Struct
 * order is free, since the hash does not depend on it. False for anything that is not a `types` object.
 */
export function typedDataTypesEqual(
  left: JsonValue | TypedData["types"],
  right: JsonValue | TypedData["types"],
): boolean {
  const [one, other] = [normalizeTypes(left as JsonValue), normalizeTypes(right as JsonValue)];
  return one.ok && other.ok && one.value === other.value;
}

function normalizeTypes(types: JsonValue): Parsed<string> {
  const structs = compileTypedDataTypes(types);
  if (!structs.ok) return structs;
  const lines = [...structs.value.values()].map(
    ({ name, fields }) => `${name}(${fields.map((field) => `${field.type.name} ${field.name}`).join(",")})`,
  );
  return accept(lines.sort().join("\n"));
}

import type { JsonValue } from "../../encoding/json-value.ts";
import { typedDataFieldValue, typedDataTypesEqual } from "../../ethereum/typed-data.ts";
import type { TypedDataField } from "../../ethereum/types.ts";
import { isObject, member } from "../strict-object.ts";
import type { ValueType } from "../value.ts";
import { type BindCache, type BindResult, type FieldSource, notKnown, once } from "./field-source.ts";
import { observeScalar, operatorsOf, valueTypeOf } from "./scalar.ts";

/** A member of the typed-data message, by dot path, of exactly the types that the condition names (03 §3.3). */
export const ethereumTypedDataMessage: FieldSource = {
  source: "ethereum_typed_data_message",
  chainTypes: ["ethereum"],
  methods: ["eth_signTypedData_v4"],
  inAnyMethodRules: true,
  companion: "typed_data",
  bind: bindMessageField,
};

type Types = { [name: string]: TypedDataField[] };

function bindMessageField(field: string, typedData: JsonValue | undefined, cache: BindCache): BindResult {
  const read = once(cache, `typed_data ${JSON.stringify(typedData)}`, () => readTypedDataCompanion(typedData));
  if (!read.ok) return read;
  const { types, primaryType } = read;
  const valueType = valueTypeAt(types, primaryType, field.split("."));
  const valueTypes = valueType === undefined ? [] : [valueType];
  return {
    ok: true,
    binding: {
      operators: operatorsOf(valueTypes),
      types: valueTypes,
      extract: ({ request, memo }) => {
        if (request.method !== "eth_signTypedData_v4") return notTypedData;
        if (request.typedData.primaryType !== primaryType) return otherPrimaryType;
        // Comparing types costs more than all the rest, and most conditions of a policy name the same ones.
        const areEqual = memo.get(types) ?? typedDataTypesEqual(request.typedData.types, types);
        memo.set(types, areEqual);
        if (areEqual !== true) return otherTypes;
        const value = typedDataFieldValue(request.typedData, field);
        return value === undefined ? noSuchMember : observeScalar(value);
      },
    },
  };
}

const notTypedData = notKnown("inapplicable", "the request is not typed data");
const otherPrimaryType = notKnown("inapplicable", "the typed data has another primary type");
// The name is the one the rule is about; what it stands for was declared by the requester.
const otherTypes = notKnown("unreadable", "the typed data declares the primary type, or a type below it, otherwise");
const noSuchMember = notKnown("unreadable", "the message has no plain value at that path");

type Companion = { ok: true; types: Types; primaryType: string } | { ok: false; message: string };

function readTypedDataCompanion(value: JsonValue | undefined): Companion {
  const refused = (message: string): Companion => ({ ok: false, message });
  if (!isObject(value)) return refused("'typed_data' must be an object with 'types' and 'primary_type'");
  const other = Object.keys(value).find((name) => name !== "types" && name !== "primary_type");
  if (other !== undefined) return refused(`Unrecognized key(s) in object: '${other.slice(0, 60)}'`);
  const types = member(value, "types");
  const primaryType = member(value, "primary_type");
  if (typeof primaryType !== "string" || !isObject(types)) {
    return refused("'typed_data' must have an object 'types' and a string 'primary_type'");
  }
  const read: Types = Object.create(null) as Types;
  for (const [name, fields] of Object.entries(types)) {
    if (!Array.isArray(fields) || !fields.every(isTypedDataField)) {
      return refused("every type in 'typed_data.types' must be an array of objects with just a 'name' and a 'type'");
    }
    read[name] = fields as TypedDataField[];
  }
  return { ok: true, types: read, primaryType };
}

function isTypedDataField(value: JsonValue): boolean {
  return (
    isObject(value) &&
    Object.keys(value).length === 2 &&
    typeof member(value, "name") === "string" &&
    typeof member(value, "type") === "string"
  );
}

/** What the path leads to by the declared types; undefined when it leads nowhere, or to no plain value. */
function valueTypeAt(types: Types, typeName: string, path: readonly string[]): ValueType | undefined {
  let current = typeName;
  for (const step of path) {
    const bracket = current.lastIndexOf("[");
    if (bracket >= 0) {
      current = current.slice(0, bracket);
      continue;
    }
    const found = Object.hasOwn(types, current) ? types[current]?.find(({ name }) => name === step) : undefined;
    if (found === undefined) return undefined;
    current = found.type;
  }
  return valueTypeOf(current);
}

import { encodeHex0x } from "../../encoding/hex.ts";
import { parseElementaryType, type ScalarValue } from "../../ethereum/elementary-type.ts";
import { numberOperators, type Operator, setOperators } from "../operator.ts";
import type { ValueType } from "../value.ts";
import { known, notKnown, type Observed } from "./field-source.ts";

/** How a policy compares a Solidity or EIP-712 elementary type; undefined for every other type. */
export function valueTypeOf(typeName: string): ValueType | undefined {
  const elementary = parseElementaryType(typeName);
  return elementary?.kind === "fixedBytes" ? "bytes" : elementary?.kind;
}

/** A decoded scalar in its canonical form. */
export function observeScalar({ type, value }: ScalarValue): Observed {
  const valueType = valueTypeOf(type);
  if (valueType === undefined) return notKnown("unreadable", `a value of type ${type} cannot be compared`);
  if (value instanceof Uint8Array) return known(valueType, encodeHex0x(value));
  return known(valueType, typeof value === "boolean" ? String(value) : value);
}

/** The operators of a field that may have any of the types; all of them while no type is known. */
export function operatorsOf(types: readonly ValueType[]): readonly Operator[] {
  const hasNumber = types.length === 0 || types.some((type) => type === "uint" || type === "int");
  return hasNumber ? numberOperators : setOperators;
}

import { keccak256 } from "../crypto/primitives.ts";
import type { JsonObject, JsonValue } from "../encoding/json-value.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";
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

/** `name` is the canonical type text; `words` is the size in the head in 32-byte words, 1 for a dynamic type. */
export type AbiType = { name: string; words: number; isDynamic: boolean } & (
  | { kind: "elementary"; elementary: ElementaryType }
  | { kind: "array"; item: AbiType; length: number | undefined }
  | { kind: "tuple"; components: AbiParameter[] }
);
export type AbiParameter = { name: string; type: AbiType };
export type AbiFunction = { name: string; signature: string; inputs: AbiType & { kind: "tuple" } };

/** Functions by selector (its 4 bytes as an unsigned integer); `undefined` where two fragments claim the same one. */
export type CompiledAbi = {
  functions: ReadonlyMap<number, AbiFunction | undefined>;
  functionNames: ReadonlySet<string>;
};

const ITEMS_MAX = 200;
const PARAMETERS_MAX = 2000;
const TUPLE_DEPTH_MAX = 16;
/** A type whose head alone is larger than the longest calldata (150,000 bytes) can never be decoded. */
const HEAD_WORDS_MAX = 4688;

const ITEM_TYPES = new Set(["function", "constructor", "event", "error", "fallback", "receive"]);
// `constant` and `payable` stand in ABIs of old compilers; they say nothing about the encoding.
const ITEM_MEMBERS = new Set([
  "type",
  "name",
  "inputs",
  "outputs",
  "stateMutability",
  "anonymous",
  "constant",
  "payable",
]);
const PARAMETER_MEMBERS = new Set(["type", "name", "internalType", "components", "indexed"]);
const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]{0,127}$/;

/**
 * Compiles a JSON ABI (Solidity, "Contract ABI specification", section JSON) once, so that decoding does no text work.
 * Unknown members are refused: a misspelt `inputs` would change the selector and silently switch a rule off.
 */
export function compileAbi(
  abi: JsonValue | undefined,
): { ok: true; abi: CompiledAbi } | { ok: false; message: string } {
  if (!Array.isArray(abi)) return refuse("`abi` must be an array of ABI items");
  if (abi.length > ITEMS_MAX) return refuse(`\`abi\` has more than ${ITEMS_MAX} items`);
  const budget = { parameters: PARAMETERS_MAX };
  const functions = new Map<number, AbiFunction | undefined>();
  const functionNames = new Set<string>();
  for (const item of abi) {
    const compiled = compileItem(item, budget);
    if (!compiled.ok) return compiled;
    if (compiled.value === undefined) continue;
    const added = compiled.value;
    functionNames.add(added.name);
    const selector = selectorOf(added.signature);
    const earlier = functions.get(selector);
    // INVARIANT (I12): one selector never has two readings; the same fragment given twice is one.
    const isNew = !functions.has(selector) || (earlier !== undefined && describe(earlier) === describe(added));
    functions.set(selector, isNew ? added : undefined);
  }
  return { ok: true, abi: { functions, functionNames } };
}

function compileItem(item: JsonValue, budget: { parameters: number }): Parsed<AbiFunction | undefined> {
  if (!isJsonObject(item)) return refuse("an ABI item must be an object");
  const unknown = findUnknownMember(item, ITEM_MEMBERS);
  if (unknown !== undefined) return refuse(unknownMemberMessage(unknown));
  const type = memberOf(item, "type");
  if (typeof type !== "string" || !ITEM_TYPES.has(type)) return refuse("an ABI item has an unknown `type`");
  if (type !== "function") return accept(undefined);
  const name = memberOf(item, "name");
  if (typeof name !== "string" || !IDENTIFIER.test(name)) return refuse("an ABI function needs a `name`");
  const inputs = compileParameters(memberOf(item, "inputs") ?? [], budget, 0);
  if (!inputs.ok) return refuse(`ABI function \`${shorten(name)}\`: ${inputs.message}`);
  const tuple = tupleType(inputs.value);
  if (tuple.words > HEAD_WORDS_MAX) return refuse(`ABI function \`${shorten(name)}\`: its inputs are too large`);
  return accept({ name, signature: name + tuple.name, inputs: tuple });
}

function compileParameters(
  parameters: JsonValue,
  budget: { parameters: number },
  depth: number,
): Parsed<AbiParameter[]> {
  if (!Array.isArray(parameters)) return refuse("`inputs` and `components` must be arrays");
  if (depth > TUPLE_DEPTH_MAX) return refuse("tuples are nested too deeply");
  const compiled: AbiParameter[] = [];
  for (const parameter of parameters) {
    if (--budget.parameters < 0) return refuse(`the ABI has more than ${PARAMETERS_MAX} parameters`);
    if (!isJsonObject(parameter)) return refuse("an ABI parameter must be an object");
    const unknown = findUnknownMember(parameter, PARAMETER_MEMBERS);
    if (unknown !== undefined) return refuse(unknownMemberMessage(unknown));
    const name = memberOf(parameter, "name") ?? "";
    if (typeof name !== "string") return refuse("an ABI parameter's `name` must be a string");
    const type = compileType(parameter, budget, depth);
    if (!type.ok) return type;
    compiled.push({ name, type: type.value });
  }
  return accept(compiled);
}

function compileType(parameter: JsonObject, budget: { parameters: number }, depth: number): Parsed<AbiType> {
  const name = memberOf(parameter, "type");
  const split = typeof name === "string" ? splitArraySuffixes(name) : undefined;
  if (split === undefined) return refuse("an ABI parameter's `type` is malformed");
  const components = memberOf(parameter, "components");
  let type: AbiType;
  if (split.base === "tuple") {
    const compiled = compileParameters(components ?? [], budget, depth + 1);
    if (!compiled.ok) return compiled;
    // An empty tuple takes no bytes, so an array of them could claim any length.
    if (compiled.value.length === 0) return refuse("a tuple needs `components`");
    type = tupleType(compiled.value);
  } else {
    const isEmptyList = Array.isArray(components) && components.length === 0;
    if (components !== undefined && !isEmptyList) return refuse("only a tuple has `components`");
    const elementary = parseElementaryType(expandAlias(split.base));
    if (elementary === undefined) return refuse(`ABI type \`${shorten(split.base)}\` is unknown`);
    const isDynamic = elementary.kind === "bytes" || elementary.kind === "string";
    type = { kind: "elementary", name: elementary.name, words: 1, isDynamic, elementary };
  }
  for (const length of split.lengths) type = arrayType(type, length);
  return type.words > HEAD_WORDS_MAX ? refuse("an ABI type is too large") : accept(type);
}

/** Solidity sources may say `uint`; signatures always spell the size. */
function expandAlias(name: string): string {
  return name === "uint" || name === "int" ? `${name}256` : name;
}

function tupleType(components: AbiParameter[]): AbiType & { kind: "tuple" } {
  const name = `(${components.map((component) => component.type.name).join(",")})`;
  const isDynamic = components.some((component) => component.type.isDynamic);
  const words = components.reduce((sum, component) => sum + component.type.words, 0);
  return { kind: "tuple", name, words: isDynamic ? 1 : words, isDynamic, components };
}

function arrayType(item: AbiType, length: number | undefined): AbiType {
  const isDynamic = length === undefined || item.isDynamic;
  const words = isDynamic ? 1 : item.words * length;
  return { kind: "array", name: `${item.name}[${length ?? ""}]`, words, isDynamic, item, length };
}

/** The first four bytes of the hashed signature, as an unsigned integer. */
export function selectorOf(signature: string): number {
  const hash = keccak256(encodeUtf8(signature));
  return ((hash[0]! << 24) | (hash[1]! << 16) | (hash[2]! << 8) | hash[3]!) >>> 0;
}

/** The signature with all parameter names: two fragments that agree here decode alike and are addressed alike. */
function describe(fragment: AbiFunction): string {
  const describeType = (type: AbiType): unknown =>
    type.kind === "tuple"
      ? type.components.map((component) => [component.name, describeType(component.type)])
      : type.kind === "array"
        ? [type.name, describeType(type.item)]
        : type.name;
  return JSON.stringify([fragment.signature, describeType(fragment.inputs)]);
}

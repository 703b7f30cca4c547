import type { JsonValue } from "../../encoding/json-value.ts";
import type { AbiType } from "../../ethereum/abi.ts";
import { argumentAt, type CompiledAbi, compileAbi, type DecodedCall, decodeCalldata } from "../../ethereum/calldata.ts";
import type { ScalarValue } from "../../ethereum/elementary-type.ts";
import { setOperators } from "../operator.ts";
import type { ValueType } from "../value.ts";
import {
  type BindCache,
  type BindResult,
  type FieldBinding,
  known,
  notKnown,
  type Observed,
  once,
  type Reading,
} from "./field-source.ts";
import { operatorsOf, valueTypeOf } from "./scalar.ts";

/** What a chain with Solidity's calldata says about its calls. */
export type CalldataChain = {
  /** The name of the field source, for messages. */
  readonly source: string;
  /** The data of the call that the request makes, or why there is none. */
  readonly callOf: (reading: Reading) => { readonly data: Uint8Array } | Observed;
  /** How the chain compares a value type, where not as Ethereum does. */
  readonly valueType: (type: ValueType) => ValueType;
  readonly observe: (scalar: ScalarValue) => Observed;
  /** Whether a bare parameter name is a field where the ABI has a single function. */
  readonly hasBareParameters: boolean;
};

/**
 * Binds a field of the function that the data calls: `function_name`, or `<function>.<parameter>` with further dots into
 * tuples and arrays, decoded with the ABI of the condition (03 §3.3).
 */
export function bindCalldataField(
  chain: CalldataChain,
  field: string,
  abi: JsonValue | undefined,
  cache: BindCache,
): BindResult {
  const compiled = once(cache, `abi ${JSON.stringify(abi)}`, () => compileAbi(abi));
  if (!compiled.ok) return compiled;
  const dot = field.indexOf(".");
  if (dot < 0) {
    // The documentation can also be read as if the bare function name were the field; it then means the same.
    if (field === "function_name" || compiled.abi.functionNames.has(field)) {
      return { ok: true, binding: bindFunctionName(chain, compiled.abi) };
    }
    const [only, ...others] = compiled.abi.functionNames;
    if (chain.hasBareParameters && only !== undefined && others.length === 0) {
      return { ok: true, binding: bindArgument(chain, compiled.abi, only, field) };
    }
    const message = `Invalid field for '${chain.source}'. Expected 'function_name' | '<function>.<parameter>'`;
    return { ok: false, message };
  }
  return { ok: true, binding: bindArgument(chain, compiled.abi, field.slice(0, dot), field.slice(dot + 1)) };
}

function bindFunctionName(chain: CalldataChain, abi: CompiledAbi): FieldBinding {
  return {
    operators: setOperators,
    types: ["string"],
    extract: (reading) => {
      const name = calledFunction(chain, abi, reading);
      if (!name.known) return name;
      const call = decodeOnce(chain, abi, reading);
      return call === undefined ? undecodable : name;
    },
  };
}

function bindArgument(chain: CalldataChain, abi: CompiledAbi, functionName: string, path: string): FieldBinding {
  const types = argumentTypes(abi, functionName, path).map(chain.valueType);
  // A condition about a function that its own ABI lacks can never be read, whatever is called; were it merely false,
  // a misspelt DENY rule would let everything through.
  const noSuchFunction = abi.functionNames.has(functionName)
    ? undefined
    : notKnown("unreadable", `the ABI of the condition has no function '${functionName}'`);
  const otherFunction = notKnown("inapplicable", "the transaction calls another function");
  const noSuchArgument = notKnown("unreadable", "the function has no single plain argument of that name");
  return {
    operators: operatorsOf(types),
    types,
    extract: (reading) => {
      if (noSuchFunction !== undefined) return noSuchFunction;
      const name = calledFunction(chain, abi, reading);
      if (!name.known) return name.because === "absent" ? notKnown("inapplicable", name.why) : name;
      if (name.value !== functionName) return otherFunction;
      const call = decodeOnce(chain, abi, reading);
      if (call === undefined) return undecodable;
      const argument = argumentAt(call, path);
      return argument === undefined ? noSuchArgument : chain.observe(argument);
    },
  };
}

const noData = notKnown("absent", "the transaction has no data and calls no function");
const notInAbi = notKnown("absent", "no function of the ABI has the selector of the call");
const ambiguous = notKnown("unreadable", "several functions of the ABI have the selector of the call");
const undecodable = notKnown("unreadable", "the data is not exactly the encoding of the function's arguments");
// Some contracts read missing bytes as zeros, so a short selector may still reach a function.
const shortData = notKnown("unreadable", "the data is shorter than a selector");

/** The name of the function whose selector the data begins with; its arguments may yet turn out undecodable. */
function calledFunction(chain: CalldataChain, abi: CompiledAbi, reading: Reading): Observed {
  const call = chain.callOf(reading);
  if (!("data" in call)) return call;
  const { data } = call;
  if (data.length === 0) return noData;
  if (data.length < 4) return shortData;
  const selector = ((data[0]! << 24) | (data[1]! << 16) | (data[2]! << 8) | data[3]!) >>> 0;
  const called = abi.functions.get(selector);
  if (called !== undefined) return known("string", called.name);
  return abi.functions.has(selector) ? ambiguous : notInAbi;
}

function decodeOnce(chain: CalldataChain, abi: CompiledAbi, reading: Reading): DecodedCall | undefined {
  if (reading.memo.has(abi)) return reading.memo.get(abi) as DecodedCall | undefined;
  const source = chain.callOf(reading);
  const call = "data" in source ? decodeCalldata(abi, source.data) : undefined;
  reading.memo.set(abi, call);
  return call;
}

/** What the path leads to in the overloads of the function; empty when it leads nowhere, or to no plain value. */
function argumentTypes(abi: CompiledAbi, functionName: string, path: string): ValueType[] {
  const types = new Set<ValueType>();
  for (const overload of abi.functions.values()) {
    if (overload?.name !== functionName) continue;
    const type = valueTypeAt(overload.inputs, path.split("."));
    if (type !== undefined) types.add(type);
  }
  return [...types];
}

function valueTypeAt(type: AbiType, path: readonly string[]): ValueType | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return type.kind === "elementary" ? valueTypeOf(type.elementary.name) : undefined;
  if (type.kind === "array") return valueTypeAt(type.item, rest);
  if (type.kind !== "tuple") return undefined;
  const found = type.components.find(({ name }) => name === step);
  return found === undefined ? undefined : valueTypeAt(found.type, rest);
}

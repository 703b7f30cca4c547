import type { JsonValue } from "../../encoding/json-value.ts";
import type { AbiType } from "../../ethereum/abi.ts";
import { argumentAt, type CompiledAbi, compileAbi, type DecodedCall, decodeCalldata } from "../../ethereum/calldata.ts";
import { setOperators } from "../operator.ts";
import type { ValueType } from "../value.ts";
import { ethereumCallMethods, notATransaction, transactionOf } from "./ethereum-transaction.ts";
import {
  type BindCache,
  type BindResult,
  type FieldBinding,
  type FieldSource,
  known,
  notKnown,
  type Observed,
  once,
  type Reading,
} from "./field-source.ts";
import { observeScalar, operatorsOf, valueTypeOf } from "./scalar.ts";

/**
 * The function that the transaction's data calls and its arguments, decoded with the ABI of the condition (03 §3.3).
 * Fields are `function_name` and `<function>.<parameter>`, with further dots into tuples and arrays.
 */
export const ethereumCalldata: FieldSource = {
  source: "ethereum_calldata",
  chainTypes: ["ethereum"],
  methods: ethereumCallMethods,
  inAnyMethodRules: true,
  companion: "abi",
  bind: bindCalldataField,
};

function bindCalldataField(field: string, abi: JsonValue | undefined, cache: BindCache): BindResult {
  const compiled = once(cache, `abi ${JSON.stringify(abi)}`, () => compileAbi(abi));
  if (!compiled.ok) return compiled;
  const dot = field.indexOf(".");
  if (dot < 0) {
    // The documentation can also be read as if the bare function name were the field; it then means the same.
    if (field === "function_name" || compiled.abi.functionNames.has(field)) {
      return { ok: true, binding: bindFunctionName(compiled.abi) };
    }
    const message = "Invalid field for 'ethereum_calldata'. Expected 'function_name' | '<function>.<parameter>'";
    return { ok: false, message };
  }
  return { ok: true, binding: bindArgument(compiled.abi, field.slice(0, dot), field.slice(dot + 1)) };
}

function bindFunctionName(abi: CompiledAbi): FieldBinding {
  return {
    operators: setOperators,
    types: ["string"],
    extract: (reading) => {
      const name = calledFunction(abi, reading);
      if (!name.known) return name;
      const call = decodeOnce(abi, reading);
      return call === undefined ? undecodable : name;
    },
  };
}

function bindArgument(abi: CompiledAbi, functionName: string, path: string): FieldBinding {
  const types = argumentTypes(abi, functionName, path);
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
      const name = calledFunction(abi, reading);
      if (!name.known) return name.because === "absent" ? notKnown("inapplicable", name.why) : name;
      if (name.value !== functionName) return otherFunction;
      const call = decodeOnce(abi, reading);
      if (call === undefined) return undecodable;
      const argument = argumentAt(call, path);
      return argument === undefined ? noSuchArgument : observeScalar(argument);
    },
  };
}

const creation = notKnown("absent", "the transaction creates a contract and calls no function");
const noData = notKnown("absent", "the transaction has no data and calls no function");
const notInAbi = notKnown("absent", "no function of the ABI has the selector of the call");
const ambiguous = notKnown("unreadable", "several functions of the ABI have the selector of the call");
const undecodable = notKnown("unreadable", "the data is not exactly the encoding of the function's arguments");
// Some contracts read missing bytes as zeros, so a short selector may still reach a function.
const shortData = notKnown("unreadable", "the data is shorter than a selector");

/** The name of the function whose selector the data begins with; its arguments may yet turn out undecodable. */
function calledFunction(abi: CompiledAbi, reading: Reading): Observed {
  const transaction = transactionOf(reading);
  if (transaction === undefined) return notATransaction;
  const { to, data } = transaction;
  // What a contract creation carries is code to run, even where it begins like a call.
  if (to === undefined) return creation;
  if (data.length === 0) return noData;
  if (data.length < 4) return shortData;
  const selector = ((data[0]! << 24) | (data[1]! << 16) | (data[2]! << 8) | data[3]!) >>> 0;
  const called = abi.functions.get(selector);
  if (called !== undefined) return known("string", called.name);
  return abi.functions.has(selector) ? ambiguous : notInAbi;
}

function decodeOnce(abi: CompiledAbi, reading: Reading): DecodedCall | undefined {
  if (reading.memo.has(abi)) return reading.memo.get(abi) as DecodedCall | undefined;
  const transaction = transactionOf(reading);
  const call = transaction === undefined ? undefined : decodeCalldata(abi, transaction.data);
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

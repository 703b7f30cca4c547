import { Interface } from "ethers";
import fc from "fast-check";
import { type AbiParameter, decodeAbiParameters, encodeAbiParameters, toFunctionSelector } from "viem";
import { describe, expect, it } from "vitest";
import { decodeHex0x, encodeHex0x } from "../encoding/hex.ts";
import type { JsonValue } from "../encoding/json-value.ts";
import { type AbiValue, compileAbi, decodeCalldata } from "./calldata.ts";

const fuzz = Number(process.env.MANDATE_FUZZ ?? 1);
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

type Parameter = { name: string; type: string; components?: Parameter[] };
/** Scalars as in our decoder, tuples and arrays as lists. */
type Value = bigint | boolean | string | Uint8Array | Value[];
type Case = { parameters: Parameter[]; values: Value[] };

const scalarType = fc.oneof(
  fc.constantFrom("address", "bool", "string", "bytes", "uint256", "int256", "bytes32"),
  fc.integer({ min: 1, max: 32 }).map((size) => `bytes${size}`),
  fc.tuple(fc.constantFrom("uint", "int"), fc.integer({ min: 1, max: 32 })).map(([kind, n]) => `${kind}${8 * n}`),
);
const suffix = fc.constantFrom("", "", "", "[]", "[2]", "[][2]", "[1][]");
const { parameter } = fc.letrec<{ parameter: Parameter }>((tie) => ({
  parameter: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.tuple(scalarType, suffix).map(([base, end]) => ({ name: "", type: base + end })),
    fc
      .tuple(fc.array(tie("parameter") as fc.Arbitrary<Parameter>, { minLength: 1, maxLength: 3 }), suffix)
      .map(([components, end]) => ({ name: "", type: `tuple${end}`, components: named(components) })),
  ),
}));
const testCase: fc.Arbitrary<Case> = fc
  .array(parameter, { maxLength: 4 })
  .map(named)
  .chain((parameters) =>
    fc.record({ parameters: fc.constant(parameters), values: fc.tuple(...parameters.map(arbitraryValue)) }),
  );

function named(parameters: Parameter[]): Parameter[] {
  return parameters.map((each, i) => ({ ...each, name: `p${i}` }));
}

function arbitraryValue({ name, type, components }: Parameter): fc.Arbitrary<Value> {
  const array = /^(.*)\[(\d*)\]$/.exec(type);
  if (array !== null) {
    const length = array[2] ? Number(array[2]) : undefined;
    const item = { name, type: array[1]!, ...(components && { components }) };
    return fc.array(arbitraryValue(item), { minLength: length ?? 0, maxLength: length ?? 3 });
  }
  if (type === "tuple") return fc.tuple(...components!.map(arbitraryValue));
  if (type === "address") return bytes(20);
  if (type === "bool") return fc.boolean();
  if (type === "string") return fc.string({ unit: "binary", maxLength: 40 });
  if (type === "bytes") return fc.uint8Array({ maxLength: 40 });
  if (type.startsWith("bytes")) return bytes(Number(type.slice(5)));
  const bits = BigInt(type.replace(/\D/g, ""));
  const [min, max] = type.startsWith("u") ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
  return fc.bigInt({ min, max });
}

function compile(parameters: Parameter[]) {
  const compiled = compileAbi([{ type: "function", name: "f", inputs: parameters as JsonValue }]);
  if (!compiled.ok) throw new Error(compiled.message);
  const [fragment] = compiled.abi.functions.values();
  return { abi: compiled.abi, selector: toFunctionSelector(fragment!.signature), signature: fragment!.signature };
}

describe("calldata", () => {
  it("decodes what viem and ethers encode", () => {
    fc.assert(
      fc.property(testCase, ({ parameters, values }) => {
        const { abi, selector, signature } = compile(parameters);
        const encoded = encode(parameters, values);
        const decoded = decodeCalldata(abi, decodeHex0x(selector + encoded.slice(2))!);
        expect(decoded).toMatchObject({ functionName: "f", signature });
        expect(decoded!.args.map(({ name, value }) => [name, plain(value)])).toEqual(
          parameters.map(({ name }, i) => [name, values[i]]),
        );
        const ethers = new Interface([{ type: "function", name: "f", inputs: parameters }]);
        const ethersData = ethers.encodeFunctionData("f", values.map(toEthers));
        expect(ethersData).toBe(selector + encoded.slice(2));
      }),
      { numRuns: Math.ceil(150 * fuzz) },
    );
  });

  it("after any change of one byte is refused, or read as viem reads it and encoded to the same bytes (I12)", () => {
    fc.assert(
      fc.property(testCase, fc.integer({ min: 1, max: 255 }), ({ parameters, values }, flip) => {
        const { abi, selector } = compile(parameters);
        const data = decodeHex0x(selector + encode(parameters, values).slice(2))!;
        // A sample of the bytes: every one of them over the runs.
        const step = Math.max(1, Math.floor(data.length / 24));
        for (let at = (flip % step) + 4; at < data.length; at += step) {
          const changed = data.slice();
          changed[at] = changed[at]! ^ flip;
          const decoded = decodeCalldata(abi, changed);
          if (decoded === undefined) continue;
          const own = decoded.args.map((argument) => plain(argument.value));
          expect(encode(parameters, own)).toBe(encodeHex0x(changed.slice(4)));
          const viem = decodeAbiParameters(parameters as AbiParameter[], changed.slice(4));
          expect(parameters.map((each, i) => fromViem(each, viem[i]))).toEqual(own);
        }
      }),
      { numRuns: Math.ceil(100 * fuzz) },
    );
  });

  it("cut or lengthened is refused", () => {
    fc.assert(
      fc.property(testCase, fc.integer({ min: 1, max: 70 }), ({ parameters, values }, count) => {
        const { abi, selector } = compile(parameters);
        const data = decodeHex0x(selector + encode(parameters, values).slice(2))!;
        expect(decodeCalldata(abi, data.slice(0, -count))).toBeUndefined();
        const longer = new Uint8Array(data.length + count);
        longer.set(data);
        expect(decodeCalldata(abi, longer)).toBeUndefined();
      }),
      { numRuns: Math.ceil(100 * fuzz) },
    );
  });

  it("of random words is refused or encoded to the same bytes", () => {
    const word = fc.oneof(
      fc.nat(8).map((n) => BigInt(n * 32)),
      fc.nat(4).map(BigInt),
      fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
    );
    fc.assert(
      fc.property(
        fc.array(parameter, { minLength: 1, maxLength: 3 }).map(named),
        fc.array(word, { maxLength: 12 }),
        (parameters, words) => {
          const { abi, selector } = compile(parameters);
          const body = words.map((value) => value.toString(16).padStart(64, "0")).join("");
          const decoded = decodeCalldata(abi, decodeHex0x(selector + body)!);
          if (decoded === undefined) return;
          expect(
            encode(
              parameters,
              decoded.args.map((argument) => plain(argument.value)),
            ),
          ).toBe(`0x${body}`);
        },
      ),
      { numRuns: Math.ceil(2000 * fuzz) },
    );
  });
});

function plain(value: AbiValue): Value {
  return Array.isArray(value) ? value.map((member) => plain(member.value)) : value;
}

function encode(parameters: Parameter[], values: Value[]): string {
  return encodeAbiParameters(
    parameters as AbiParameter[],
    parameters.map((each, i) => toViem(each, values[i]!)),
  );
}

function itemOf({ name, type, components }: Parameter): Parameter | undefined {
  const array = /^(.*)\[\d*\]$/.exec(type);
  return array === null ? undefined : { name, type: array[1]!, ...(components && { components }) };
}

/** viem wants tuples as objects and small integers as numbers. */
function toViem(parameter: Parameter, value: Value): unknown {
  const item = itemOf(parameter);
  if (item !== undefined) return (value as Value[]).map((each) => toViem(item, each));
  if (parameter.type === "tuple") {
    const members = value as Value[];
    return Object.fromEntries(parameter.components!.map((each, i) => [each.name, toViem(each, members[i]!)]));
  }
  return value instanceof Uint8Array ? encodeHex0x(value) : value;
}

function fromViem(parameter: Parameter, value: unknown): Value {
  const item = itemOf(parameter);
  if (item !== undefined) return (value as unknown[]).map((each) => fromViem(item, each));
  if (parameter.type === "tuple") {
    return parameter.components!.map((each) => fromViem(each, (value as { [name: string]: unknown })[each.name]));
  }
  if (typeof value === "number") return BigInt(value);
  const isBytes = parameter.type === "address" || parameter.type.startsWith("bytes");
  return isBytes ? decodeHex0x((value as string).toLowerCase())! : (value as Value);
}

function toEthers(value: Value): unknown {
  if (Array.isArray(value)) return value.map(toEthers);
  return value instanceof Uint8Array ? encodeHex0x(value) : value;
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { ParamType } from "ethers";
import { describe, expect, it } from "vitest";
import { decodeHex, encodeHex0x } from "../encoding/hex.ts";
import type { JsonValue } from "../encoding/json-value.ts";
import { vectorsPath } from "../testing/vectors.ts";
import { selectorOf } from "./abi.ts";
import { type AbiValue, argumentAt, type CompiledAbi, compileAbi, decodeCalldata } from "./calldata.ts";

const vectors = vectorsPath("ethereum");
const word = (value: bigint | number) => BigInt.asUintN(256, BigInt(value)).toString(16).padStart(64, "0");
const TO = 0x3333333333333333333333333333333333333333n;

function abiOf(...items: JsonValue[]): CompiledAbi {
  const compiled = compileAbi(items);
  if (!compiled.ok) throw new Error(compiled.message);
  return compiled.abi;
}

function fn(name: string, ...types: string[]): JsonValue {
  return { type: "function", name, inputs: types.map((type, i) => ({ name: `a${i}`, type })) };
}

/** Calldata of the function with this signature from hex words. */
function call(signature: string, ...words: string[]): Uint8Array {
  return decodeHex(selectorOf(signature).toString(16).padStart(8, "0") + words.join(""))!;
}

describe("compileAbi refuses", () => {
  it.each<[string, JsonValue]>([
    ["an object", fn("f")],
    ["null", null],
    ["a string", "function f()"],
    ["an item that is no object", [1]],
    ["an item type that does not exist", [{ type: "method", name: "f", inputs: [] }]],
    ["an item without type", [{ name: "f", inputs: [] }]],
    ["a misspelt member", [{ type: "function", name: "f", input: [] }]],
    ["a function without name", [{ type: "function", inputs: [] }]],
    ["a name with punctuation", [{ type: "function", name: "f(uint256)", inputs: [] }]],
    ["inputs that are no array", [{ type: "function", name: "f", inputs: {} }]],
    ["a misspelt parameter member", [{ type: "function", name: "f", inputs: [{ typ: "uint256" }] }]],
    ["a parameter without type", [{ type: "function", name: "f", inputs: [{ name: "a" }] }]],
    ["uint257", [fn("f", "uint257")]],
    ["uint7", [fn("f", "uint7")]],
    ["uint08", [fn("f", "uint08")]],
    ["bytes33", [fn("f", "bytes33")]],
    ["fixed128x18", [fn("f", "fixed128x18")]],
    ["a struct name", [fn("f", "Order")]],
    ["a malformed array", [fn("f", "uint256[")]],
    ["an array of length 0", [fn("f", "uint256[0]")]],
    ["an array longer than any calldata", [fn("f", "uint256[999999]")]],
    ["an array of arrays longer than any calldata", [fn("f", "uint256[100][100]")]],
    ["a tuple without components", [fn("f", "tuple")]],
    ["an empty tuple", [{ type: "function", name: "f", inputs: [{ type: "tuple[]", components: [] }] }]],
    [
      "components of a scalar",
      [{ type: "function", name: "f", inputs: [{ type: "bool", components: [{ type: "bool" }] }] }],
    ],
    ["a name that is no string", [{ type: "function", name: "f", inputs: [{ type: "bool", name: 1 }] }]],
    ["more than 200 items", Array.from({ length: 201 }, (_, i) => fn(`f${i}`))],
    ["more parameters than it will compile", [fn("f", ...Array.from({ length: 2001 }, () => "bool"))]],
  ])("%s", (_, abi) => {
    expect(compileAbi(abi)).toMatchObject({ ok: false, message: expect.any(String) });
  });

  it("tuples nested too deeply", () => {
    let parameter: JsonValue = { type: "bool" };
    for (let i = 0; i < 1000; i++) parameter = { type: "tuple", components: [parameter] };
    expect(compileAbi([{ type: "function", name: "f", inputs: [parameter] }]).ok).toBe(false);
  });
});

describe("compileAbi", () => {
  it("spells signatures canonically", () => {
    const order: JsonValue = {
      type: "tuple[2][]",
      name: "o",
      components: [{ type: "uint" }, { type: "tuple", components: [{ type: "bytes" }] }],
    };
    const abi = abiOf(
      { type: "function", name: "f", inputs: [order], outputs: [], stateMutability: "view" },
      { type: "receive" },
    );
    expect([...abi.functions.values()].map((f) => f?.signature)).toEqual(["f((uint256,(bytes))[2][])"]);
    expect(selectorOf("transfer(address,uint256)")).toBe(0xa9059cbb);
  });
});

describe("decodeCalldata refuses", () => {
  const transfer = abiOf(fn("transfer", "address", "uint256"));
  const good = call("transfer(address,uint256)", word(TO), word(5));

  it.each([0, 1, 3, 4, 5, 35, 36, 67])("calldata cut to %d bytes", (length) => {
    expect(decodeCalldata(transfer, good.slice(0, length))).toBeUndefined();
  });

  it("trailing bytes", () => {
    for (const extra of [1, 31, 32, 64]) {
      const longer = new Uint8Array(good.length + extra);
      longer.set(good);
      expect(decodeCalldata(transfer, longer)).toBeUndefined();
    }
  });

  it("an unknown selector", () => {
    expect(decodeCalldata(transfer, call("approve(address,uint256)", word(TO), word(5)))).toBeUndefined();
  });

  it("dirty words", () => {
    const cases: [string, string][] = [
      ["address", word(TO | (1n << 160n))],
      ["address", word(TO | (1n << 255n))],
      ["uint8", word(256)],
      ["bool", word(2)],
      ["bool", word(1n << 8n)],
      ["int8", word(128)],
      ["int8", word(255)],
      ["int8", word(-129)],
      ["int128", word(1n << 127n)],
      ["bytes4", `01020304${"00".repeat(27)}01`],
      ["bytes1", `0101${"00".repeat(30)}`],
    ];
    for (const [type, dirty] of cases) {
      expect(decodeCalldata(abiOf(fn("f", type)), call(`f(${type})`, dirty)), type).toBeUndefined();
    }
  });

  it("offsets that no encoder writes", () => {
    const abi = abiOf(fn("f", "bytes", "bytes"));
    const tails = [word(1), `aa${"00".repeat(31)}`, word(1), `bb${"00".repeat(31)}`];
    const f = (first: bigint | number, second: bigint | number) =>
      call("f(bytes,bytes)", word(first), word(second), ...tails);
    expect(decodeCalldata(abi, f(64, 128))).toBeDefined();
    const wild = [
      [128, 64],
      [64, 64],
      [128, 128],
      [64, 0],
      [0, 64],
      [64, 127],
      [64, 1n << 64n],
      [64, -64],
      [64, 192],
    ] as const;
    for (const [first, second] of wild) expect(decodeCalldata(abi, f(first, second))).toBeUndefined();
  });

  it("dirty padding and lengths beyond the data", () => {
    const abi = abiOf(fn("f", "bytes"));
    for (const [length, tail] of [
      [1, `aa${"00".repeat(30)}01`],
      [33, `aa${"00".repeat(31)}`],
      [0, `00${"00".repeat(31)}`],
      [1n << 32n, `aa${"00".repeat(31)}`],
      [(1n << 256n) - 1n, `aa${"00".repeat(31)}`],
    ] as const) {
      expect(decodeCalldata(abi, call("f(bytes)", word(32), word(length), tail))).toBeUndefined();
    }
    const lists = abiOf(fn("f", "uint256[]"));
    for (const length of [0xffffffff, 2, 0]) {
      expect(decodeCalldata(lists, call("f(uint256[])", word(32), word(length), word(1)))).toBeUndefined();
    }
  });

  it("strings that are not UTF-8", () => {
    const abi = abiOf(fn("f", "string"));
    expect(decodeCalldata(abi, call("f(string)", word(32), word(1), `ff${"00".repeat(31)}`))).toBeUndefined();
  });

  it("a selector that two functions share", () => {
    // keccak256 of both begins with 0x42966c68.
    const [burn, collide] = [fn("burn", "uint256"), fn("collate_propagate_storage", "bytes16")];
    expect(selectorOf("burn(uint256)")).toBe(selectorOf("collate_propagate_storage(bytes16)"));
    const data = call("burn(uint256)", word(0));
    expect(decodeCalldata(abiOf(burn), data)?.functionName).toBe("burn");
    for (const order of [
      [burn, collide],
      [collide, burn],
      [burn, collide, burn],
    ]) {
      expect(decodeCalldata(abiOf(...order), data)).toBeUndefined();
    }
    // The same fragment twice is no contradiction; other parameter names are.
    expect(decodeCalldata(abiOf(burn, burn), data)).toBeDefined();
    const renamed = { type: "function", name: "burn", inputs: [{ name: "other", type: "uint256" }] };
    expect(decodeCalldata(abiOf(burn, renamed), data)).toBeUndefined();
  });
});

describe("argumentAt", () => {
  const abi = abiOf({
    type: "function",
    name: "f",
    inputs: [
      { name: "to", type: "address" },
      { name: "twice", type: "bool" },
      { name: "twice", type: "bool" },
      { type: "uint8" },
      {
        name: "orders",
        type: "tuple[]",
        components: [
          { name: "amount", type: "int16" },
          { name: "memo", type: "string" },
        ],
      },
    ],
  });
  const data = call(
    "f(address,bool,bool,uint8,(int16,string)[])",
    ...[word(TO), word(1), word(0), word(7), word(160), word(1), word(32), word(-2), word(64), word(2)],
    `6869${"00".repeat(30)}`,
  );
  const decoded = decodeCalldata(abi, data)!;

  it("finds scalars", () => {
    expect(argumentAt(decoded, "to")).toEqual({ type: "address", value: decodeHex("33".repeat(20)) });
    expect(argumentAt(decoded, "orders.0.amount")).toEqual({ type: "int16", value: -2n });
    expect(argumentAt(decoded, "orders.0.memo")).toEqual({ type: "string", value: "hi" });
  });

  it.each([
    "",
    "twice",
    "0",
    "3",
    "orders",
    "orders.0",
    "orders.1.amount",
    "orders.length",
    "orders.00.amount",
    "to.0",
    "to.length",
    "constructor",
    "__proto__",
    "orders.0.amount.x",
  ])("finds nothing at %j", (path) => {
    expect(argumentAt(decoded, path)).toBeUndefined();
  });
});

describe.skipIf(vectors === undefined)("ethers-abi-128.json", () => {
  it("decodes every encoding to its values", () => {
    const cases = JSON.parse(gunzipSync(readFileSync(join(vectors!, "ethers-abi-128.json.gz"))).toString("utf8"));
    expect(cases).toHaveLength(128);
    for (const { name, type, value, encoded } of cases) {
      const parameter = JSON.parse(ParamType.from(type).format("json"));
      const abi = abiOf({ type: "function", name: "f", inputs: [parameter] });
      const [fragment] = abi.functions.values();
      const data = call(fragment!.signature, encoded.slice(2));
      const decoded = decodeCalldata(abi, data);
      expect(decoded, name).toBeDefined();
      expect(plain(decoded!.args[0]!.value), name).toEqual(normalize(value));
    }
  });
});

/** Scalars as text, lists and tuples as arrays. */
type Plain = string | Plain[];

function plain(value: AbiValue): Plain {
  if (Array.isArray(value)) return value.map((member) => plain(member.value));
  return value instanceof Uint8Array ? encodeHex0x(value) : String(value);
}

function normalize(value: unknown): Plain {
  if (Array.isArray(value)) return value.map(normalize);
  return typeof value === "string" && value.startsWith("0x") ? value.toLowerCase() : String(value);
}

import { TypedDataEncoder } from "ethers";
import fc from "fast-check";
import { hashTypedData as viemHashTypedData } from "viem";
import { describe, expect, it } from "vitest";
import { encodeHex0x } from "../encoding/hex.ts";
import type { JsonObject, JsonValue } from "../encoding/json-value.ts";
import { hashTypedData, parseTypedData } from "./typed-data.ts";

const fuzz = Number(process.env.MANDATE_FUZZ ?? 1);
const hex = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map(encodeHex0x);

type Field = { name: string; type: string };
type Types = { [name: string]: Field[] };

const scalarType = fc.oneof(
  fc.constantFrom("address", "bool", "string", "bytes", "uint256", "int256"),
  fc.integer({ min: 1, max: 32 }).map((size) => `bytes${size}`),
  fc.tuple(fc.constantFrom("uint", "int"), fc.integer({ min: 1, max: 32 })).map(([kind, n]) => `${kind}${8 * n}`),
);
const suffix = fc.constantFrom("", "", "", "[]", "[2]", "[][1]", "[2][]");

/** Structs S0 … Sn, each of which may hold the later ones; S0 is the primary type. */
const types: fc.Arbitrary<Types> = fc
  .integer({ min: 1, max: 4 })
  .chain((count) =>
    fc
      .tuple(...Array.from({ length: count }, (_, i) => fc.array(fieldType(i, count), { minLength: 1, maxLength: 4 })))
      .map((structs) =>
        Object.fromEntries(structs.map((list, i) => [`S${i}`, list.map((type, j) => ({ name: `f${j}`, type }))])),
      ),
  );

function fieldType(index: number, count: number): fc.Arbitrary<string> {
  const later = Array.from({ length: count - index - 1 }, (_, i) => `S${index + 1 + i}`);
  const base = later.length === 0 ? scalarType : fc.oneof(scalarType, fc.constantFrom(...later));
  return fc.tuple(base, suffix).map(([name, end]) => name + end);
}

function arbitraryValue(all: Types, type: string): fc.Arbitrary<JsonValue> {
  const array = /^(.*)\[(\d*)\]$/.exec(type);
  if (array !== null) {
    const length = array[2] ? Number(array[2]) : undefined;
    return fc.array(arbitraryValue(all, array[1]!), { minLength: length ?? 0, maxLength: length ?? 3 });
  }
  if (Object.hasOwn(all, type)) {
    return fc.record(Object.fromEntries(all[type]!.map((field) => [field.name, arbitraryValue(all, field.type)])));
  }
  if (type === "address") return hex(20);
  if (type === "bool") return fc.boolean();
  if (type === "string") return fc.string({ unit: "binary", maxLength: 40 });
  if (type === "bytes") return fc.uint8Array({ maxLength: 40 }).map(encodeHex0x);
  if (type.startsWith("bytes")) return hex(Number(type.slice(5)));
  const bits = BigInt(type.replace(/\D/g, ""));
  const [min, max] = type.startsWith("u") ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
  return fc.bigInt({ min, max }).map(String);
}

const typedData = types.chain((all) =>
  fc.record({
    types: fc.constant(all),
    message: arbitraryValue(all, "S0") as fc.Arbitrary<JsonObject>,
    domain: fc.record(
      {
        name: fc.string({ unit: "binary" }),
        // viem leaves an empty version out of the domain it derives; EIP-712 and ethers do not.
        version: fc.string({ minLength: 1 }),
        chainId: fc.nat(),
        verifyingContract: hex(20),
        salt: hex(32),
      },
      { requiredKeys: ["name"] },
    ),
  }),
);

describe("typed data", () => {
  it("hashes as in viem and ethers", () => {
    fc.assert(
      fc.property(typedData, ({ types: all, message, domain }) => {
        const parsed = parseTypedData({ types: all, message, domain, primary_type: "S0" });
        if (!parsed.ok) throw new Error(parsed.message);
        const digest = encodeHex0x(hashTypedData(parsed.typedData));
        // ethers insists on exactly one struct that no other refers to.
        expect(digest).toBe(TypedDataEncoder.hash(domain, reachable(all), message));
        expect(digest).toBe(viemHashTypedData({ types: all, primaryType: "S0", message, domain } as never));
      }),
      { numRuns: Math.ceil(100 * fuzz) },
    );
  });

  it("refuses a message with any member renamed, added or left out (I12)", () => {
    fc.assert(
      fc.property(
        typedData,
        fc.nat(),
        fc.constantFrom("add", "drop", "rename"),
        ({ types: all, message, domain }, at, change) => {
          const wire = { types: all, message, domain, primary_type: "S0" };
          const objects = [...objectsIn(wire.message), wire.domain as JsonObject];
          const target = objects[at % objects.length]!;
          const names = Object.keys(target);
          const name = names[at % names.length]!;
          // Without its declaration a domain member may be absent.
          if (target === wire.domain && change === "drop") return;
          if (change !== "add") delete target[name];
          if (change !== "drop") target[`${name}x`] = "0x";
          expect(parseTypedData(wire).ok).toBe(false);
        },
      ),
      { numRuns: Math.ceil(300 * fuzz) },
    );
  });
});

function reachable(all: Types): Types {
  const found = new Set(["S0"]);
  for (const name of found) {
    for (const field of all[name]!) {
      const base = field.type.replace(/\[.*$/, "");
      if (Object.hasOwn(all, base)) found.add(base);
    }
  }
  return Object.fromEntries(Object.entries(all).filter(([name]) => found.has(name)));
}

function objectsIn(value: JsonValue): JsonObject[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.values(value).flatMap(objectsIn);
  return Array.isArray(value) ? inner : [value, ...inner];
}
